using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests;

/// <summary>A node without a silo: the storage engine and the modules' services and tables over one database.</summary>
internal sealed class ModulesNode : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly TestDatabase database;

    private ModulesNode(ServiceProvider services, TestDatabase database) => (this.services, this.database) = (services, database);

    public IUnits Units => Get<IUnits>();

    public static async Task<ModulesNode> CreateAsync(TestDatabase database, TimeProvider? time = null)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSerializer();
        collection.AddSingleton(time ?? TimeProvider.System);
        collection.AddSingleton(provider => new ShopClock(provider.GetRequiredService<TimeProvider>(), TimeZoneInfo.Utc));
        collection.AddSiloStorage(database.Configuration());
        collection.AddWallets();
        var services = collection.BuildServiceProvider();
        await TestSchema.EnsureAsync(services);
        var node = new ModulesNode(services, database);
        await node.LeaseIdsAsync();
        // Long runs need more ids than one lease has.
        await node.Get<IdLease>().StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Takes a slot of ids; again where a test has moved the clock beyond the lease.</summary>
    public Task LeaseIdsAsync() => Get<IdLease>().TakeAsync(CancellationToken.None);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Opens the database beside the node.</summary>
    public async Task<DbConnection> OpenOwnAsync() => database switch
    {
        PostgresDatabase postgres => await postgres.OpenOwnAsync(),
        SqliteDatabase sqlite => sqlite.OpenOwn(),
        _ => throw new NotSupportedException(),
    };

    /// <summary>Runs a statement past every rule.</summary>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = await OpenOwnAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Get<IdLease>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }
}

/// <summary>Tests over a node and a database of their own.</summary>
public abstract class ModulesSuite<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private ModulesNode? node;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected TDatabase Database { get; } = new();

    private protected ModulesNode Node => node ?? throw new InvalidOperationException("The node is not started.");

    /// <summary>The node's clock.</summary>
    private protected virtual TimeProvider Time => TimeProvider.System;

    public virtual async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Database.SkipReason is not null, Database.SkipReason ?? "");
        await Database.InitializeAsync();
        node = await ModulesNode.CreateAsync(Database, Time);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (node is not null)
        {
            await node.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}
