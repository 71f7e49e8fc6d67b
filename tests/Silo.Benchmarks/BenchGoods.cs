using System.Diagnostics;
using Silo.Catalog.V1;

namespace Silo.Benchmarks;

/// <summary>Goods of the bench, straight in the tables.</summary>
internal sealed partial class Bench
{
    /// <summary>An introduction of some kilobytes, as shops have them.</summary>
    private static readonly string Content = string.Concat(Enumerable.Repeat("<p>一段商品介绍，说明产地、材质、尺寸和保养方法。</p>", 30));

    /// <summary>Adds goods with the ids from one number to another, and starts the server anew, without anything in memory.</summary>
    public async Task SeedGoodsAsync(int from, int to)
    {
        var numbers = $"WITH RECURSIVE n(i) AS (SELECT {Text(from)} UNION ALL SELECT i + 1 FROM n WHERE i < {Text(to)})";
        var terms = "'{\"name\":\"赣南脐橙新鲜水果礼盒装 ' || i || '\",\"subName\":\"产地直发，坏果包赔\",\"categoryId\":\"1\","
            + "\"characteristic\":\"当季现摘，皮薄多汁，酸甜适中\",\"tags\":\"水果,当季\",\"unit\":\"箱\",\"weightGrams\":\"2500\","
            + "\"picture\":\"https://shop.example.com/files/2026/11/0123456789abcdef0123456789abcdef.jpg\"}'";
        var content = Content.Replace("\"", "\\\"", StringComparison.Ordinal);
        if (from == 1)
        {
            await ExecuteAsync(
                "INSERT INTO catalog_categories (id, parent_id, level, sort, enabled, version, terms, created_at, updated_at) "
                + "VALUES (1, 0, 1, 0, true, 1, '{\"name\":\"分类\"}', 0, 0)");
        }

        await ExecuteAsync(
            "INSERT INTO catalog_goods (id, category_id, store_id, freight_id, sort, search_name, search_tags, bar_code, recommended, hidden, "
            + "bargain, group_buy, flash_sale, published, off_sale_when_empty, price_cents, original_cents, points, group_cents, "
            + $"bargain_cents, property_ids, version, terms, created_at, updated_at) {numbers} SELECT i, 1, 0, 0, i % 100, '商品 ' || i, '', '', "
            + $"false, false, false, false, false, true, false, 100 + i % 1000, 0, 0, 0, 0, '', 1, {terms}, 0, 0 FROM n");
        await ExecuteAsync($"INSERT INTO catalog_parts (goods_id, parts) {numbers} SELECT i, '{{\"content\":\"{content}\"}}' FROM n");
        await ExecuteAsync(
            "INSERT INTO catalog_skus (id, goods_id, pairs, sort, price_cents, original_cents, points, group_cents, bargain_cents, picture, "
            + $"code, weight_grams) {numbers} SELECT i, i, '', 0, 100 + i % 1000, 0, 0, 0, 0, '', '', 0 FROM n");
        await ExecuteAsync($"INSERT INTO catalog_stocks (sku_id, goods_id, stock) {numbers} SELECT i, i, 100 FROM n");
        await ExecuteAsync(
            $"INSERT INTO catalog_counters (goods_id, orders, sold, favourites, reviews, good_reviews) {numbers} SELECT i, 0, 0, 0, 0, 0 FROM n");
        await ExecuteAsync(Postgres ? "VACUUM ANALYZE" : "ANALYZE");
        await RestartAsync();
    }

    /// <summary>
    /// Milliseconds of pages down to a depth, of a server that has answered a while: the list's first call, the median of
    /// each page's first call, when its goods come from the database, and median and 99th percentile of pages anywhere after it.
    /// </summary>
    public async Task<(double List, double Page, double P50, double P99)> ListLatencyAsync(int depth, int calls)
    {
        var client = new GoodsService.GoodsServiceClient(channel);
        var (random, watch) = (new Random(20261124), new Stopwatch());
        var list = await OneAsync(1);
        for (var i = 0; i < calls; i++)
        {
            await OneAsync(1);
        }

        var pages = Enumerable.Range(2, (depth / 20) - 1).ToArray();
        random.Shuffle(pages);
        List<double> first = [], times = [];
        foreach (var page in pages)
        {
            first.Add(await OneAsync(page));
        }

        for (var i = 0; i < calls; i++)
        {
            times.Add(await OneAsync(random.Next(1, (depth / 20) + 1)));
        }

        first.Sort();
        times.Sort();
        return (list, first[first.Count / 2], times[times.Count / 2], times[times.Count * 99 / 100]);

        async Task<double> OneAsync(int page)
        {
            watch.Restart();
            var answer = await client.ListGoodsAsync(new() { Page = page, PageSize = 20 });
            var took = watch.Elapsed.TotalMilliseconds;
            if (answer.Goods.Count != 20)
            {
                Driver.Wrong($"a page has {answer.Goods.Count} goods");
            }

            return took;
        }
    }

    /// <summary>The sizes of a detail's and of a list's answer, for the echo.</summary>
    public async Task<(int Detail, int List)> GoodsSizesAsync()
    {
        var client = new GoodsService.GoodsServiceClient(channel);
        return (
            (await client.DescribeGoodsAsync(new() { GoodsId = 1 })).CalculateSize(),
            (await client.ListGoodsAsync(new() { PageSize = 20 })).CalculateSize());
    }

    /// <summary>Drives one path of goods, or the echo of a payload, with wrk.</summary>
    public Task<Run> GoodsAsync(string path, string mode, int first, int span, int seconds) =>
        WrkAsync(path, first, 128, seconds, mode, span: span, name: "goods", script: "goods.lua");
}
