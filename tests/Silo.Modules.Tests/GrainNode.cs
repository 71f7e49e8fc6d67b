using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Silo.Modules.Tests.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests;

/// <summary>A node with grains over a database of its own, for all tests of one class, which keep apart by their ids.</summary>
public abstract class GrainNode<TKind> : IAsyncLifetime
    where TKind : IDatabaseKind
{
    private static long lastId = 1_000;
    private Task? starting;
    private InProcessTestCluster? cluster;
    private string directory = "";

    private protected static TimeSpan Bound { get; } = TimeSpan.FromSeconds(60);

    internal string ConnectionString { get; private set; } = "";

    internal IUnits Units => Get<IUnits>();

    private protected IClusterClient Client => cluster!.Client;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (cluster is not null)
        {
            await cluster.StopAllSilosAsync();
            await cluster.DisposeAsync();
        }

        if (directory.Length > 0)
        {
            Directory.Delete(directory, recursive: true);
        }
        else if (ConnectionString.Length > 0)
        {
            await PostgresServer.DropDatabaseAsync(ConnectionString);
        }
    }

    /// <summary>Started by the first test, inside the test, so that a missing database skips it.</summary>
    internal async Task ReadyAsync()
    {
        Assert.SkipWhen(TKind.IsPostgres && PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        await (starting ??= StartAsync());
    }

    internal static long NewId() => Interlocked.Increment(ref lastId);

    internal T Get<T>()
        where T : notnull => cluster!.Silos[0].ServiceProvider.GetRequiredService<T>();

    /// <summary>Ends all activations: what grains remembered is gone.</summary>
    internal Task ForgetAsync() =>
        Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero).WaitAsync(Bound);

    internal Task<T> ReadAsync<T>(Func<IReads, Task<T>> query) => Units.ReadAsync(query, CancellationToken.None);

    /// <summary>Adds the clocks, the storage and the modules.</summary>
    private protected abstract void Add(IServiceCollection services, IConfiguration configuration);

    private async Task StartAsync()
    {
        if (TKind.IsPostgres)
        {
            ConnectionString = await PostgresServer.CreateDatabaseAsync("grains");
        }
        else
        {
            directory = Directory.CreateTempSubdirectory("silo-grains-").FullName;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Silo:Database:Provider"] = TKind.IsPostgres ? "PostgreSql" : "Sqlite",
            ["ConnectionStrings:Silo"] = ConnectionString,
            ["Silo:DataDirectory"] = directory,
        }).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        Add(collection, configuration);
        await using (var services = collection.BuildServiceProvider())
        {
            // The schema without migrations, which are the server's and tested there.
            await TestSchema.EnsureAsync(services);
        }

        var builder = new InProcessTestClusterBuilder(initialSilosCount: 1);
        builder.Options.ServiceId = StorageArea.ServiceId;
        builder.ConfigureSilo((_, silo) =>
        {
            Add(silo.Services, configuration);
            silo.AddSiloGrainStorage();
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
        await Get<IdLease>().TakeAsync(CancellationToken.None);
    }
}
