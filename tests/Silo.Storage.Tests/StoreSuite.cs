using Microsoft.Extensions.DependencyInjection;

namespace Silo.Storage.Tests;

/// <summary>A database and nodes without a silo, for all tests of one class.</summary>
public sealed class StoreFixture<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private TestStore? node;

    internal TDatabase Database { get; } = new();

    internal TestStore Node => node ?? throw new InvalidOperationException("The test did not prepare the node.");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (node is not null)
        {
            await node.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    internal async Task ReadyAsync()
    {
        if (node is null)
        {
            Assert.SkipWhen(Database.SkipReason is not null, Database.SkipReason ?? "");
            await Database.InitializeAsync();
            node = await TestStore.CreateAsync(Database, settings: [("Silo:Database:CommitLanes", "1")]);
        }

        (node.Faults.BeforeSend, node.Faults.AfterSend, node.Faults.AfterCommit) = (null, null, null);
    }
}

/// <summary>Tests over a node without a silo that all tests of a class share.</summary>
public abstract class StoreSuite<TDatabase>(StoreFixture<TDatabase> fixture) : IClassFixture<StoreFixture<TDatabase>>, IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private static long lastGrain = 1000;

    private protected TDatabase Database => fixture.Database;

    private protected TestStore Node => fixture.Node;

    private protected CommitFaults Faults => Node.Faults;

    public async ValueTask InitializeAsync() => await fixture.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected static long NewId() => Interlocked.Increment(ref lastGrain);
}

/// <summary>Tests that make their own nodes over a database of their own.</summary>
public abstract class OwnStoreSuite<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private readonly List<TestStore> nodes = [];

    private protected TDatabase Database { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Database.SkipReason is not null, Database.SkipReason ?? "");
        await Database.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // The first one owns the store that the others share.
        foreach (var node in Enumerable.Reverse(nodes))
        {
            await node.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    private protected async Task<TestStore> NodeAsync(
        TimeProvider? time = null,
        Action<IServiceCollection>? configure = null,
        (string Key, string Value)[]? settings = null)
    {
        var node = await TestStore.CreateAsync(Database, time, nodes.FirstOrDefault(), configure, settings);
        nodes.Add(node);
        return node;
    }
}
