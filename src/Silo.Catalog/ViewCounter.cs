using System.Text.Json;
using Microsoft.Extensions.Logging;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Counts views of goods.</summary>
internal sealed class ViewCounter(
    IUnits units, DatabaseOptions database, TimeProvider time, ILogger<ViewCounter> logger) : WriteBehindCounter(time, logger)
{
    protected override async Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation)
    {
        var json = JsonSerializer.Serialize(sums.Select(v => new[] { v.Key, v.Value }));
        await units.RunAsync(unit => unit.ExecuteAsync(Upsert(json), cancellation), cancellation);
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
