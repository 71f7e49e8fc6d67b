using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orleans.Serialization;
using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Server;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>The modules' works want grains; here none of them runs.</summary>
public class NoGrains : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
}

/// <summary>
/// The module over a migrated database of its own, with every statement counted. It looks for changes elsewhere when the
/// test lets it, and its last look does not grow old.
/// </summary>
internal sealed class CatalogNode : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly bool isSecond;
    private readonly ServiceProvider services;

    private CatalogNode(TestDatabase database, bool isSecond = false)
    {
        (this.database, this.isSecond) = (database, isSecond);
        var collection = DesignTime.Modules();
        collection.AddLogging();
        collection.AddSerializer();
        collection.AddSingleton(TimeProvider.System);
        collection.AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc));
        collection.AddSingleton<IInterceptor>(Statements);
        collection.AddSingleton(DispatchProxy.Create<IGrainFactory, NoGrains>());
        collection.AddSiloStorage(database.Configuration());
        collection.AddSingleton(provider => new CacheInvalidation(
            provider.GetRequiredService<IStore>(), new FakeTimeProvider(), provider.GetRequiredService<ILogger<CacheInvalidation>>()));
        services = collection.BuildServiceProvider();
    }

    public Statements Statements { get; } = new();

    public IUnits Units => Get<IUnits>();

    public static async Task<CatalogNode> CreateAsync(bool postgres)
    {
        TestDatabase database = postgres ? new PostgresDatabase() : new SqliteDatabase();
        Assert.SkipWhen(database.SkipReason is not null, database.SkipReason ?? "");
        await database.InitializeAsync();
        var node = new CatalogNode(database);
        await node.services.StartSiloStorageAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Another node over the same database; on PostgreSQL.</summary>
    public async Task<CatalogNode> JoinAsync()
    {
        var node = new CatalogNode(database, isSecond: true);
        await node.services.StartSiloStorageAsync(CancellationToken.None);
        await node.LookAsync();
        return node;
    }

    /// <summary>Looks for what has changed elsewhere.</summary>
    public Task LookAsync() => Get<CacheInvalidation>().LookAsync(CancellationToken.None);

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task<T> RunAsync<T>(Func<Unit, Task<Result<T>>> work)
    {
        var result = await Units.RunAsync(work, CancellationToken.None);
        Assert.Null(result.Refusal);
        return result.Value!;
    }

    /// <summary>Runs what gives nothing back.</summary>
    public Task RunAsync(Func<Unit, Task> work) => RunAsync<bool>(async unit =>
    {
        await work(unit);
        return true;
    });

    /// <summary>A category, and goods in it that are on sale.</summary>
    public Task<long[]> AddGoodsAsync(
        int count, long stock = 10, string name = "Goods", bool offSaleWhenEmpty = false) => RunAsync<long[]>(async unit =>
    {
        var category = new CategoryRow { Id = unit.NewId(), Level = 1, Enabled = true, Version = 1, Terms = "{}" };
        unit.Set<CategoryRow>().Add(category);
        await unit.SaveAsync(CancellationToken.None);
        var rows = new Rows();
        var ids = new long[count];
        for (var i = 0; i < count; i++)
        {
            var row = GoodsWrites.New(unit);
            var terms = new GoodsTerms { Name = $"{name} {i}", CategoryId = category.Id, Sort = i % 100, OffSaleWhenEmpty = offSaleWhenEmpty };
            GoodsWrites.Fill(row, terms, new() { PriceCents = 100 + i }, "", unit.NowMs);
            row.Published = true;
            rows.Append(row);
            rows.Append(new PartsRow { GoodsId = row.Id, Parts = "{}" });
            rows.Append(new CountersRow { GoodsId = row.Id });
            rows.Append(GoodsWrites.SearchOf(row.Id, terms, ""));
            rows.Append(new SkuRow { Id = row.Id, GoodsId = row.Id, Pairs = "", PriceCents = 100 + i });
            rows.Append(new StockRow { SkuId = row.Id, GoodsId = row.Id, Stock = stock });
            ids[i] = row.Id;
        }

        await unit.WriteAsync(rows);
        await GoodsWrites.InvalidateAsync(unit, CancellationToken.None);
        return ids;
    });

    public Task<long> StockAsync(long skuId) => Units.ReadAsync(
        r => Task.FromResult(r.Query<StockRow>().Single(s => s.SkuId == skuId).Stock), CancellationToken.None);

    public async Task<string> ExplainAsync(string sql)
    {
        await using var connection = await ((PostgresDatabase)database).OpenOwnAsync();
        await using (var analyze = new NpgsqlCommand("VACUUM ANALYZE catalog_goods; ", connection))
        {
            await analyze.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand($"EXPLAIN {sql}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> plan = [];
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (!isSecond)
        {
            await database.DisposeAsync();
        }
    }
}

/// <summary>Keeps the text of every statement that EF Core sends.</summary>
internal sealed class Statements : DbCommandInterceptor
{
    private ConcurrentQueue<string> sent = new();

    /// <summary>Those sent since the last look.</summary>
    public IReadOnlyList<string> Take() => [.. Interlocked.Exchange(ref sent, new())];

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        sent.Enqueue(command.CommandText);
        return new(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        sent.Enqueue(command.CommandText);
        return new(result);
    }
}
