using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests;

/// <summary>A node with grains over a database of its own, for all tests of one class, which keep apart by their ids.</summary>
public abstract class GrainNode<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private static long lastId = 1_000;
    private readonly List<InProcessTestCluster> clusters = [];
    private Task? starting;

    private protected static TimeSpan Bound { get; } = TimeSpan.FromSeconds(60);

    internal TDatabase Database { get; } = new();

    internal IUnits Units => Get<IUnits>();

    private protected IClusterClient Client => ClientOf(0);

    /// <summary>Settings beside those of the database.</summary>
    private protected virtual (string Key, string Value)[] Settings => [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var cluster in clusters)
        {
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    /// <summary>Started by the first test, inside the test, so that a missing database skips it.</summary>
    internal async Task ReadyAsync()
    {
        Assert.SkipWhen(Database.SkipReason is not null, Database.SkipReason ?? "");
        await (starting ??= StartAsync());
    }

    internal static long NewId() => Interlocked.Increment(ref lastId);

    /// <summary>A service of the first node, or of a later one.</summary>
    internal T Get<T>(int node = 0)
        where T : notnull => Services(node).GetRequiredService<T>();

    /// <summary>Ends all activations of the first node: what grains remembered is gone.</summary>
    internal Task ForgetAsync() =>
        Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero).WaitAsync(Bound);

    internal Task<T> ReadAsync<T>(Func<IReads, Task<T>> query) => Units.ReadAsync(query, CancellationToken.None);

    /// <summary>
    /// Starts a node that knows nothing of the first but its database, and returns its number. The embedded database has one
    /// node: there the first is killed, and the new one takes its place. Elsewhere it lives on, as one does that is only
    /// taken for dead.
    /// </summary>
    internal async Task<int> StartAnotherAsync()
    {
        if (!Database.IsPostgres)
        {
            var dead = clusters[0];
            clusters.Clear();
            await dead.KillSiloAsync(dead.Silos[0]);
            await dead.DisposeAsync();
        }

        return await StartNodeAsync();
    }

    private protected IClusterClient ClientOf(int node) => clusters[node].Client;

    private protected IServiceProvider Services(int node) => clusters[node].Silos[0].ServiceProvider;

    /// <summary>Adds the clocks, the storage and the modules.</summary>
    private protected abstract void Add(IServiceCollection services, IConfiguration configuration);

    private async Task StartAsync()
    {
        await Database.InitializeAsync();
        var collection = new ServiceCollection();
        collection.AddLogging();
        Add(collection, Database.Configuration(Settings));
        await using (var services = collection.BuildServiceProvider())
        {
            // The schema without migrations, which are the server's and tested there.
            await TestSchema.EnsureAsync(services);
        }

        await StartNodeAsync();
    }

    private async Task<int> StartNodeAsync()
    {
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ServiceId = StorageArea.ServiceId;
        builder.ConfigureSilo((_, silo) =>
        {
            Add(silo.Services, Database.Configuration(Settings));
            silo.AddSiloGrainStorage();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        clusters.Add(cluster);
        await Get<IdLease>(clusters.Count - 1).TakeAsync(CancellationToken.None);
        return clusters.Count - 1;
    }
}

/// <summary>Tests over such a node; every test uses ids of its own.</summary>
public abstract class GrainSuite<TNode, TDatabase>(TNode node) : IClassFixture<TNode>, IAsyncLifetime
    where TNode : GrainNode<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private protected TNode Node => node;

    public async ValueTask InitializeAsync() => await node.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected static long NewId() => GrainNode<TDatabase>.NewId();
}
