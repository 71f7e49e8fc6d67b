using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>The door of the storage engine.</summary>
public static class StorageArea
{
    /// <summary>The service id under which states are stored; it never changes for a database.</summary>
    public const string ServiceId = "silo";

    /// <summary>The official Orleans provider over the same tables; for what is not contended.</summary>
    public const string ProviderName = "silo";

    private const string MigrationsAssembly = "Silo.Server";

    /// <summary>Adds the store, units, group commit, work runner and id source.</summary>
    public static IServiceCollection AddSiloStorage(this IServiceCollection services, IConfiguration configuration)
    {
        var options = DatabaseOptions.From(configuration);
        services.AddSingleton(options);
        services.AddSingleton<CommitFaults>();
        services.AddSingleton<WriteGate>();
        if (options.Provider == DatabaseProvider.PostgreSql)
        {
            services.AddSingleton(_ => new PostgresConnections(options));
            services.AddSingleton(ContextsOf);
            services.AddSingleton<IStore>(provider => new PostgresStore(
                provider.GetRequiredService<PostgresConnections>(),
                provider.GetRequiredService<PostgresContexts>(),
                options,
                provider.GetRequiredService<CommitFaults>(),
                provider.GetRequiredService<TimeProvider>(),
                ServiceId));
        }
        else
        {
            services.AddPooledDbContextFactory<SqliteContext>((provider, builder) =>
                ConfigureSqlite(builder, provider, options));
            services.AddSingleton<IStore>(provider => new SqliteStore(
                provider.GetRequiredService<IDbContextFactory<SqliteContext>>(),
                options,
                provider.GetRequiredService<CommitFaults>(),
                ServiceId));
        }

        services.AddSingleton(provider => new IdSource(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Transactions>();
        services.AddSingleton<IUnits>(provider => provider.GetRequiredService<Transactions>());
        services.AddSingleton<StateReader>();
        services.AddSingleton<IStates>(provider => provider.GetRequiredService<StateReader>());
        services.AddSingleton<GroupCommit>();
        services.AddSingleton(provider => new HotGrainContext(
            provider.GetRequiredService<GroupCommit>(),
            provider.GetRequiredService<Transactions>(),
            provider.GetRequiredService<StateReader>(),
            provider.GetServices<IJoinedWork>(),
            provider.GetRequiredService<IdSource>(),
            provider.GetRequiredService<ShopClock>(),
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None));
        services.AddSingleton<IdLease>();
        services.AddSingleton<ClockGuard>();
        services.AddSingleton(provider => new CacheInvalidation(
            provider.GetRequiredService<IStore>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CacheInvalidation>>()));
        services.AddSingleton<IWorkHandler, AcceptedRequestPurge>();
        services.AddSingleton<IPersonalData, AcceptedRequestPersonalData>();
        services.AddSingleton<WorkRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<IdLease>());
        services.AddHostedService(provider => provider.GetRequiredService<ClockGuard>());
        services.AddHostedService(provider => provider.GetRequiredService<CacheInvalidation>());
        services.AddHostedService(provider => provider.GetRequiredService<WorkRunner>());
        services.AddHealthChecks().AddCheck<StorageHealth>("storage", tags: ["ready"]);
        return services;
    }

    /// <summary>Adds the official grain storage provider over the same database, under <see cref="ProviderName"/>.</summary>
    public static ISiloBuilder AddSiloGrainStorage(this ISiloBuilder silo)
    {
        silo.Services.Configure<ClusterOptions>(cluster => cluster.ServiceId = ServiceId);
        silo.AddAdoNetGrainStorage(ProviderName, builder => builder.Configure<DatabaseOptions, Serializer, IServiceProvider>(
            (storage, options, serializer, provider) =>
            {
                storage.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
                storage.HashPicker = new StorageHasherPicker([new OrleansDefaultHasher()]);
                if (options.Provider == DatabaseProvider.PostgreSql)
                {
                    storage.Invariant = "Npgsql";
                    storage.DataSource = provider.GetRequiredService<PostgresConnections>().Writes;
                }
                else
                {
                    storage.Invariant = "System.Data.SQLite";
                    storage.ConnectionString = SqliteStore.ConnectionString(options);
                }
            }));
        silo.AddOutgoingGrainCallFilter<NoCallsInsideUnits>();
        return silo;
    }

    /// <summary>
    /// Migrates, checks that an acknowledged commit is durable and takes an id slot; awaited before the node serves.
    /// </summary>
    /// <exception cref="InvalidOperationException">The node must not start; the message is one clear line.</exception>
    public static async Task StartSiloStorageAsync(this IServiceProvider services, CancellationToken cancellation)
    {
        var store = services.GetRequiredService<IStore>();
        var options = services.GetRequiredService<DatabaseOptions>();
        try
        {
            await store.MigrateAsync(cancellation);
        }
        catch (DbException exception)
        {
            throw new InvalidOperationException($"The database cannot be used: {exception.Message}", exception);
        }

        if (await store.WeakDurabilityAsync(cancellation) is { } weak)
        {
            if (!options.AllowWeakDurability)
            {
                throw new InvalidOperationException(
                    $"{weak}: acknowledged commits could be lost. Set Silo:Database:AllowWeakDurability to accept that.");
            }

            services.GetRequiredService<ILogger<WriteGate>>().LogWarning("{Weak}: acknowledged commits can be lost", weak);
        }

        await services.GetRequiredService<ClockGuard>().CheckAsync(cancellation);
        await services.GetRequiredService<IdLease>().TakeAsync(cancellation);
        await services.GetRequiredService<WorkRunner>().EnqueueRecurringAsync(cancellation);
    }

    /// <summary>The model on PostgreSQL, also for the migration tool.</summary>
    public static void ConfigurePostgreSql(DbContextOptionsBuilder builder, IServiceProvider modules, NpgsqlDataSource source) =>
        Configure(builder, modules).UseNpgsql(source, npgsql => npgsql.MigrationsAssembly(MigrationsAssembly)
            .UseParameterizedCollectionMode(ParameterTranslationMode.Parameter));

    /// <summary>The model on SQLite, also for the migration tool.</summary>
    public static void ConfigureSqlite(DbContextOptionsBuilder builder, IServiceProvider modules, DatabaseOptions options) =>
        Configure(builder, modules)
            .UseSqlite(SqliteStore.ConnectionString(options), sqlite => sqlite.MigrationsAssembly(MigrationsAssembly)
                .UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
            .AddInterceptors(new PrepareOnOpen(options));

    private static PostgresContexts ContextsOf(IServiceProvider provider)
    {
        var connections = provider.GetRequiredService<PostgresConnections>();
        return new(Over(connections.Reads), Over(connections.Writes), Over(connections.KeepAlive));

        PooledDbContextFactory<PostgreSqlContext> Over(NpgsqlDataSource source)
        {
            var builder = new DbContextOptionsBuilder<PostgreSqlContext>();
            ConfigurePostgreSql(builder, provider, source);
            return new(builder.Options);
        }
    }

    private static DbContextOptionsBuilder Configure(DbContextOptionsBuilder builder, IServiceProvider modules) => builder
        .UseApplicationServiceProvider(modules)
        .UseLoggerFactory(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance)
        .ReplaceService<IModelCacheKeyFactory, ModuleModelCacheKey>()
        // Those that tests add to watch statements.
        .AddInterceptors(modules.GetServices<IInterceptor>())
        .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning));

    /// <summary>Brings every connection that EF opens to the state that the store relies on.</summary>
    private sealed class PrepareOnOpen(DatabaseOptions options) : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
            SqliteStore.Prepare((SqliteConnection)connection, options);

        public override Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default)
        {
            SqliteStore.Prepare((SqliteConnection)connection, options);
            return Task.CompletedTask;
        }
    }
}
