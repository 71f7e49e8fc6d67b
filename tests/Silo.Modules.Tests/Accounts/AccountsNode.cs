using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Modules.Tests.Accounts;

/// <summary>The module over an embedded database of its own, with a clock that stands still until a test moves it.</summary>
internal sealed class AccountsNode : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("silo-accounts-").FullName;
    private readonly ServiceProvider services;

    private AccountsNode()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            new("Silo:Database:Provider", "Sqlite"), new("Silo:DataDirectory", directory)]).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSerializer();
        collection.AddSingleton<TimeProvider>(Time);
        collection.AddSingleton(Clock);
        collection.AddSingleton<IModuleModel, AccountsModel>();
        collection.AddSiloStorage(configuration);
        services = collection.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ShopClock Clock => new(Time, TimeZoneInfo.Utc);

    public IUnits Units => services.GetRequiredService<IUnits>();

    public static async Task<AccountsNode> CreateAsync()
    {
        var node = new AccountsNode();
        await using var context = await node.services.GetRequiredService<IDbContextFactory<SqliteContext>>().CreateDbContextAsync();
        await context.Database.EnsureCreatedAsync();
        await node.RenewIdsAsync();
        return node;
    }

    /// <summary>Takes ids anew, after a time in which a node would have renewed its slot by itself.</summary>
    public Task RenewIdsAsync() => services.GetRequiredService<IdLease>().TakeAsync(CancellationToken.None);

    /// <summary>What one node remembers of tokens. Several share the database, as nodes do.</summary>
    public Tokens Remember(IUnits? units = null, int cache = 1000) =>
        new(units ?? Units, Clock, new AccountsOptions { TokenCache = cache }, NullLogger<Tokens>.Instance);

    public async Task<string> IssueAsync(OwnerKind kind, long owner) => (await Units.RunAsync<string>(
        async unit => (await Tokens.IssueAsync(unit, kind, owner, "", "", CancellationToken.None)).Token,
        CancellationToken.None)).Value!;

    /// <summary>Ends all tokens of an owner in the database; what nodes remember is left alone.</summary>
    public Task EndAsync(OwnerKind kind, long owner) => Units.RunAsync<bool>(
        async unit =>
        {
            await Tokens.EndAsync(unit, kind, owner, null, null, CancellationToken.None);
            return true;
        },
        CancellationToken.None);

    public Task AddAsync<T>(T row)
        where T : class => Units.RunAsync<bool>(
        unit =>
        {
            unit.Set<T>().Add(row);
            return Task.FromResult<Result<bool>>(true);
        },
        CancellationToken.None);

    public Task<List<T>> RowsAsync<T>()
        where T : class => Units.ReadAsync(reads => reads.Query<T>().ToListAsync(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}

/// <summary>Units whose reads are counted, and fail or wait as a test says.</summary>
internal sealed class WatchedUnits(IUnits inner) : IUnits
{
    private int reads;

    public int Reads => Volatile.Read(ref reads);

    /// <summary>Whether the store does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>Awaited after each query, before its rows are handed out.</summary>
    public Func<Task> AfterQuery { get; set; } = () => Task.CompletedTask;

    public Task<Result<T>> RunAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation, string? queue = null) =>
        IsAway ? throw new StorageUnavailableException("away") : inner.RunAsync(work, cancellation, queue);

    public Task<Result<T>> StageAsync<T>(Func<Stage, Func<Rows, Result<T>>> name, CancellationToken cancellation) =>
        IsAway ? throw new StorageUnavailableException("away") : inner.StageAsync(name, cancellation);

    public async Task<T> ReadAsync<T>(Func<IReads, Task<T>> query, CancellationToken cancellation)
    {
        Interlocked.Increment(ref reads);
        if (IsAway)
        {
            throw new StorageUnavailableException("away");
        }

        var rows = await inner.ReadAsync(query, cancellation);
        await AfterQuery();
        return rows;
    }
}
