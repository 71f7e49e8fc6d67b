using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;
using Silo.Kernel;

namespace Silo.Storage.Tests;

/// <summary>
/// One node over a database: the engine's services and, where asked for, an Orleans silo. Two nodes over one database
/// give two activations of one grain. On SQLite the second node shares the first one's store, because a data directory
/// belongs to one store.
/// </summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly InProcessTestCluster? cluster;
    private readonly ServiceProvider? own;

    private TestStore(IServiceProvider services, InProcessTestCluster? cluster, ServiceProvider? own) =>
        (Services, this.cluster, this.own) = (services, cluster, own);

    public IServiceProvider Services { get; }

    public IStore Store => Get<IStore>();

    public IUnits Units => Get<IUnits>();

    public CommitFaults Faults => Get<CommitFaults>();

    public Probe Probe => Get<Probe>();

    public InProcessTestCluster Cluster => cluster ?? throw new InvalidOperationException("The node has no silo.");

    /// <summary>A node without a silo: units, group commit, work, ids.</summary>
    public static async Task<TestStore> CreateAsync(
        TestDatabase database,
        TimeProvider? time = null,
        TestStore? sharing = null,
        Action<IServiceCollection>? configure = null,
        (string Key, string Value)[]? settings = null)
    {
        await EnsureSchemaAsync(database);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSerializer();
        Add(services, database, time, sharing, settings);
        configure?.Invoke(services);
        var provider = services.BuildServiceProvider();
        var store = new TestStore(provider, null, provider);
        await store.Get<IdLease>().TakeAsync(CancellationToken.None);
        return store;
    }

    /// <summary>A node with a silo of its own cluster.</summary>
    public static async Task<TestStore> StartAsync(
        TestDatabase database, TestStore? sharing = null, (string Key, string Value)[]? settings = null)
    {
        // The official provider reads its queries from the database when the silo starts.
        await EnsureSchemaAsync(database);
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ServiceId = StorageArea.ServiceId;
        builder.ConfigureSilo((_, silo) =>
        {
            Add(silo.Services, database, null, sharing, settings);
            silo.AddSiloGrainStorage();
            silo.Services.AddHotGrain<long, CounterCommand, CounterOutcome, CounterView>(
                (grains, key) => grains.GetGrain<ICounterGrain>(key));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var store = new TestStore(cluster.Silos[0].ServiceProvider, cluster, null);
        await store.Get<IdLease>().TakeAsync(CancellationToken.None);
        return store;
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The entry, which sends again what is locked elsewhere.</summary>
    public HotGrains<long, CounterCommand, CounterOutcome> Counters => Get<HotGrains<long, CounterCommand, CounterOutcome>>();

    public ICounterGrain Counter(long id) => Cluster.Client.GetGrain<ICounterGrain>(id);

    /// <summary>The official provider.</summary>
    public IGrainStorage Official() => Services.GetRequiredKeyedService<IGrainStorage>(StorageArea.ProviderName);

    /// <summary>The rows of one grain, oldest first.</summary>
    public Task<List<EntryRow>> EntriesAsync(long grain) => Units.ReadAsync(
        reads => reads.Query<EntryRow>().Where(e => e.GrainId == grain).OrderBy(e => e.TotalAfter).ToListAsync(),
        CancellationToken.None);

    /// <summary>What is stored of a grain, past every cache.</summary>
    public async Task<(CounterState State, int? Version)> StoredAsync(long grain)
    {
        var stored = (await Store.ReadStatesAsync([CounterState.KeyOf(grain)], CancellationToken.None))[0];
        return (stored.Payload is null ? new() : Get<StateReader>().Deserialize<CounterState>(stored.Payload)!, stored.Version);
    }

    public Task<long> BalanceAsync(long account) => Units.ReadAsync(
        reads => reads.Query<BalanceRow>().Where(b => b.Id == account).Select(b => b.Balance).SingleAsync(),
        CancellationToken.None);

    public async Task AddBalanceAsync(long account, long balance) => await Units.RunAsync<bool>(
        unit =>
        {
            unit.Set<BalanceRow>().Add(new BalanceRow { Id = account, Balance = balance });
            return Task.FromResult<Result<bool>>(true);
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }

        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    private static async Task EnsureSchemaAsync(TestDatabase database)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<IModuleModel, TestModel>();
        collection.AddSiloStorage(database.Configuration());
        await using var services = collection.BuildServiceProvider();
        await TestSchema.EnsureAsync(services);
    }

    private static void Add(
        IServiceCollection services,
        TestDatabase database,
        TimeProvider? time,
        TestStore? sharing,
        (string Key, string Value)[]? settings)
    {
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton(provider => new ShopClock(provider.GetRequiredService<TimeProvider>(), TimeZoneInfo.Utc));
        services.AddSingleton<IModuleModel, TestModel>();
        services.AddSingleton<Probe>();
        foreach (var work in TestWork.All())
        {
            services.AddSingleton(work);
        }

        services.AddSiloStorage(database.Configuration(settings ?? []));
        if (sharing is not null && !database.IsPostgres)
        {
            services.Replace(ServiceDescriptor.Singleton(sharing.Store));
        }
    }
}
