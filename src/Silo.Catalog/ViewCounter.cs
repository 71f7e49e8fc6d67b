using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Counts views in memory and adds them from time to time and when the node stops. The only counter that may lose its
/// last seconds, with a node that is killed.
/// </summary>
internal sealed class ViewCounter(
    IUnits units, DatabaseOptions database, TimeProvider time, ILogger<ViewCounter> logger) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);
    private ConcurrentDictionary<long, long> views = new();

    public void Count(long goodsId) => views.AddOrUpdate(goodsId, 1, static (_, count) => count + 1);

    /// <summary>Adds what was counted; keeps it where that fails.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (views.IsEmpty)
        {
            return;
        }

        var counted = Interlocked.Exchange(ref views, new());
        try
        {
            // One who counts at this very moment may still have the old ones; his view is the last in them.
            var json = JsonSerializer.Serialize(counted.Select(v => new[] { v.Key, v.Value }));
            await units.RunAsync<int>(async unit => await unit.ExecuteAsync(Upsert(json), cancellation), cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogWarning(exception, "Views could not be added; they are kept");
            foreach (var (goodsId, count) in counted)
            {
                views.AddOrUpdate(goodsId, count, (_, more) => more + count);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await FlushAsync(stoppingToken);
        }
    }

    /// <summary>
    /// One statement for all goods that there are, in the order of their ids, so that no two nodes wait for each other.
    /// </summary>
    private FormattableString Upsert(string json)
    {
        if (database.Provider == DatabaseProvider.PostgreSql)
        {
            return $"""
                INSERT INTO catalog_views (goods_id, views)
                SELECT (v->>0)::bigint, (v->>1)::bigint FROM jsonb_array_elements({json}::jsonb) v
                JOIN catalog_counters c ON c.goods_id = (v->>0)::bigint ORDER BY 1
                ON CONFLICT (goods_id) DO UPDATE SET views = catalog_views.views + excluded.views
                """;
        }

        return $"""
            INSERT INTO catalog_views (goods_id, views)
            SELECT json_extract(v.value, '$[0]'), json_extract(v.value, '$[1]') FROM json_each({json}) v
            JOIN catalog_counters c ON c.goods_id = json_extract(v.value, '$[0]') WHERE true
            ON CONFLICT (goods_id) DO UPDATE SET views = catalog_views.views + excluded.views
            """;
    }
}
