using Silo.Server.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(ShopOnSqlite))]
[assembly: AssemblyFixture(typeof(ShopOnPostgres))]

namespace Silo.Server.Tests;

/// <summary>
/// One server for many tests: of all suites that change nothing which is everybody's, or of one class. Each test has names,
/// addresses and ids of its own, and finds by them what it made. It is started by the first test that wants it.
/// </summary>
public abstract class SharedShop(Database database) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private Task<Shop>? starting;

    /// <summary>Started inside the test, so that a missing database skips it.</summary>
    public Task<Shop> ReadyAsync()
    {
        Shop.SkipWithout(database);
        lock (gate)
        {
            // Tests call from many addresses, as behind a proxy.
            return starting ??= Task.Run(() => Shop.StartAsync(database, new() { ["Silo__Edge__TrustedProxies"] = "127.0.0.1" }));
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (starting is { IsCompletedSuccessfully: true })
        {
            await (await starting).DisposeAsync();
        }
    }
}

public sealed class ShopOnSqlite() : SharedShop(Database.Sqlite);

public sealed class ShopOnPostgres() : SharedShop(Database.PostgreSql);

/// <summary>Tests over such a server.</summary>
public abstract class ShopSuite(SharedShop shared) : IAsyncLifetime
{
    private Shop? shop;

    protected Shop Shop => shop ?? throw new InvalidOperationException("The server is not started.");

    public async ValueTask InitializeAsync() => shop = await shared.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
