using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Storage;
using Xunit;

namespace Silo.Rooms.Tests.Catalog;

/// <summary>
/// Goal: the number of statements of a list or a page depends on nothing, an order does not evict a page, and a deep page
/// uses the index. Method: statements counted by an interceptor of EF Core; the plan of PostgreSQL.
/// </summary>
public sealed class CatalogReadTests
{
    private static readonly GoodsQuery Default = GoodsQuery.Of(null, GoodsOrder.Unspecified, forOperator: false, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_OfAnySize_TakesTheSameNumberOfStatements(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (lists, offers) = (node.Get<GoodsLists>(), node.Get<Offers>());
        await node.AddGoodsAsync(300);

        List<int> counts = [];
        foreach (var size in new[] { 1, 20, 100 })
        {
            // What is cached is forgotten, so that all is read.
            await node.RunAsync<bool>(async unit =>
            {
                await GoodsWrites.TouchAsync(unit, CancellationToken.None);
                return true;
            });
            node.Statements.Take();
            var (page, total, isCapped) = await lists.PageAsync(Default, new Paging(2, size), CancellationToken.None);
            var offered = await offers.GetAsync([.. page.Select(g => g.Id)], CancellationToken.None);
            Assert.Equal((size, size, 300, false), (page.Count, offered.Count, total, isCapped));
            counts.Add(node.Statements.Take().Count);
        }

        // Ids, rows, and of the offers prices, counts, combinations and member prices.
        Assert.Equal([6, 6, 6], counts);
        await lists.PageAsync(Default, new Paging(3, 100), CancellationToken.None);
        Assert.Single(node.Statements.Take());
        await lists.PageAsync(Default, new Paging(3, 100), CancellationToken.None);
        Assert.Empty(node.Statements.Take());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_AfterAnOrder_IsStillInMemory(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var caches = node.Get<CatalogCaches>();
        var id = (await node.AddGoodsAsync(1))[0];
        Assert.NotNull(await caches.PageAsync(id, CancellationToken.None));
        Assert.Equal(10, (await node.Get<Offers>().GetAsync([id], CancellationToken.None))[id].Stock);

        await node.RunAsync<bool>(unit => node.Get<ICatalog>().ReserveAsync(unit, [new(id, 3)], CancellationToken.None));
        node.Statements.Take();
        Assert.NotNull(await caches.PageAsync(id, CancellationToken.None));
        Assert.Empty(node.Statements.Take());

        node.Get<Offers>().Forget(id);
        Assert.Equal(7, (await node.Get<Offers>().GetAsync([id], CancellationToken.None))[id].Stock);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Offers_OfManyAtOnce_AreReadTogether(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var ids = await node.AddGoodsAsync(64);
        var offers = node.Get<Offers>();
        node.Statements.Take();

        var found = await Task.WhenAll(ids.Append(4711).Select(id => offers.GetAsync([id], CancellationToken.None).AsTask()));

        Assert.Equal(64, found.Count(f => f.Count == 1));
        Assert.InRange(node.Statements.Take().Count, 1, 32);
    }

    [Fact]
    public async Task List_InTheDefaultOrder_ReadsTheIndexOfIt()
    {
        await using var node = await CatalogNode.CreateAsync(postgres: true);
        await node.AddGoodsAsync(20_000);
        var lists = node.Get<GoodsLists>();

        var (first, total, isCapped) = await lists.PageAsync(Default, new Paging(1, 20), CancellationToken.None);
        var (last, _, _) = await lists.PageAsync(Default, new Paging(500, 20), CancellationToken.None);
        var (beyond, _, _) = await lists.PageAsync(Default, new Paging(501, 20), CancellationToken.None);
        var (end, _, _) = await lists.PageAsync(Default, new Paging(1001, 20), CancellationToken.None);

        Assert.Equal((10_000, true), (total, isCapped));
        Assert.Equal(60, first.Concat(last).Concat(beyond).Select(g => g.Id).Distinct().Count());
        Assert.Empty(end);
        var plan = await node.ExplainAsync(
            "SELECT id FROM catalog_goods WHERE published AND NOT hidden ORDER BY sort, id DESC LIMIT 10001");
        Assert.Contains("Index Only Scan using \"IX_catalog_goods_published_hidden_sort_id\"", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan.Replace("sort", "", StringComparison.Ordinal), StringComparison.Ordinal);
        node.Statements.Take();
        await lists.IdsAsync(Default, 0, 10_001, CancellationToken.None);
        var sent = Assert.Single(node.Statements.Take());
        Assert.Contains("ORDER BY c.sort, c.id DESC", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Search_ByParts_FindsWhatContainsThem(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        foreach (var name in new[] { "红富士苹果", "苹果手机 iPhone15", "果苹", "纯棉T恤", "ABC苹 果" })
        {
            await node.AddGoodsAsync(1, name: name);
        }

        foreach (var (query, expected) in new[]
        {
            ("果", 4), ("苹果", 2), ("苹果手", 1), ("士苹果", 1), ("iphone", 1), ("ＩＰＨＯＮＥ", 1), ("t恤", 1), ("Ｔ恤", 1), ("果苹", 1),
            ("苹士", 0), ("%", 0), ("'; DROP TABLE catalog_goods; --", 0), ("\"", 0), ("z", 0), ("苹 果", 1),
        })
        {
            var (_, total, _) = await node.Get<GoodsLists>().PageAsync(
                GoodsQuery.Of(new() { NameContains = query }, GoodsOrder.Unspecified, false, 0), new Paging(1, 20), CancellationToken.None);
            Assert.True(expected == total, $"{query}: {total}, not {expected}");
        }

        var (_, words, _) = await node.Get<GoodsLists>().PageAsync(
            GoodsQuery.Of(new() { Words = "手机 苹果" }, GoodsOrder.Unspecified, false, 0), new Paging(1, 20), CancellationToken.None);
        Assert.Equal(1, words);
    }
}
