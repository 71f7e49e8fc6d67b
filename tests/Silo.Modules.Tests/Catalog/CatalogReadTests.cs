using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Storage;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>
/// Goal: the number of statements of a list or a page depends on nothing, what has not changed is not read again, a
/// change is seen at once here and elsewhere with the next look, and a deep page uses the index. Method: statements counted
/// by an interceptor of EF Core; two nodes over one database; the plan of PostgreSQL.
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
        await node.AddGoodsAsync(300);

        List<int> counts = [];
        foreach (var size in new[] { 1, 20, 100 })
        {
            // What is in memory is forgotten, so that all is read.
            await node.RunAsync(unit => GoodsWrites.InvalidateAsync(unit, CancellationToken.None));
            node.Statements.Take();
            var (page, total, isCapped) = await node.Get<GoodsListReads>().PageAsync(Default, new Paging(2, size), CancellationToken.None);
            var offers = await node.Get<OffersReads>().GetAsync(page, CancellationToken.None);
            Assert.Equal(page, offers.Select(o => o.Goods.Id));
            Assert.Equal((size, 300, false), (page.Length, total, isCapped));
            counts.Add(node.Statements.Take().Count);
        }

        // Categories, ids, and of what is shown goods, counts, combinations and member prices.
        Assert.Equal([6, 6, 6], counts);
        await ShowAsync(node, 3, 100);
        Assert.Equal(4, node.Statements.Take().Count);
        await ShowAsync(node, 3, 100);
        await ShowAsync(node, 2, 100);
        await ShowAsync(node, 7, 20);
        Assert.Empty(node.Statements.Take());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_WithAnyNumberOfCombinations_TakesTheSameNumberOfStatements(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var category = (await node.AddGoodsAsync(1, name: "Other"))[0];
        var (terms, writer) = (new GoodsTerms { Name = "Shirt", CategoryId = await CategoryOfAsync(node, category) }, new Writer(7, ""));
        var property = new CreatePropertyRequest { Name = "Size" };
        property.Values.AddRange(Enumerable.Range(0, 40).Select(i => new PropertyValueTerms { Name = $"{i}" }));
        var values = (await node.RunAsync(unit => PropertiesWrites.CreateAsync(unit, property, CancellationToken.None))).After.Values;

        List<int> counts = [];
        foreach (var size in new[] { 1, 8, 40 })
        {
            var skus = values.Take(size).Select(v => new SkuTerms { Price = new() { PriceCents = 5 }, Stock = 2, ValueIds = { v.Id } }).ToList();
            var id = (await node.RunAsync(unit => GoodsWrites.CreateAsync(
                unit, new(terms, new(), new() { PriceCents = 5 }, 0, skus), writer, CancellationToken.None))).After.Goods.Id;
            node.Statements.Take();
            Assert.Equal(size, await SkusAsync(node, id));
            counts.Add(node.Statements.Take().Count);
            Assert.Equal(size, await SkusAsync(node, id));
            Assert.Empty(node.Statements.Take());
        }

        // Of the page goods, combinations, properties, values, category, parts, counts; of the offer four.
        Assert.Equal([11, 11, 11], counts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Order_OfGoods_HasTheirOfferForgottenAndNothingElse(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, offers, door) = (await node.AddGoodsAsync(3), node.Get<OffersReads>(), node.Get<ICatalog>());
        await ReadAllAsync(node, ids);
        node.Statements.Take();

        var line = CatalogDoorTests.Line(ids[0], 2);
        await node.Units.StageAsync(stage => door.Reserve(stage, 1, [line with { Quantity = 3 }]), CancellationToken.None);
        await node.Units.StageAsync(stage => door.Release(stage, 1, [line with { Quantity = 1 }]), CancellationToken.None);
        await node.Units.StageAsync(stage => door.Confirm(stage, 1, [line]), CancellationToken.None);
        node.Statements.Take();
        var counts = (await offers.GetAsync(ids, CancellationToken.None)).Select(o => (o.Goods.Stock, o.Goods.Counts.Sold));

        Assert.Equal([(8, 2), (10, 0), (10, 0)], counts);
        Assert.Equal(4, node.Statements.Take().Count);
        await ReadAllAsync(node, ids);
        Assert.Empty(node.Statements.Take());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_OfGoods_HasTheirPageForgottenAndNoOther(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var ids = await node.AddGoodsAsync(3);
        await ReadAllAsync(node, ids);

        await RenameAsync(node, ids[1], "New");
        node.Statements.Take();

        Assert.Equal("Goods 0", (await node.Get<CatalogReads>().PageAsync(ids[0], CancellationToken.None))!.Goods.Terms.Name);
        Assert.Single(await node.Get<OffersReads>().GetAsync([ids[2]], CancellationToken.None));
        Assert.Empty(node.Statements.Take());
        Assert.Equal("New", (await node.Get<CatalogReads>().PageAsync(ids[1], CancellationToken.None))!.Goods.Terms.Name);
        Assert.Equal(["Goods 0", "Goods 2", "New"], (await ShowAsync(node, 1, 20)).Select(o => o.Goods.Terms.Name).Order());
    }

    [Fact]
    public async Task Change_OnOneNode_IsSeenOnTheOtherWithItsNextLook()
    {
        await using var here = await CatalogNode.CreateAsync(postgres: true);
        var ids = await here.AddGoodsAsync(3);
        await here.RunAsync(unit =>
        {
            unit.Set<LevelRow>().Add(new() { Id = 5, Name = "Silver", Rebate = 950, Version = 1 });
            return Task.CompletedTask;
        });
        await using var there = await here.JoinAsync();
        await ReadAllAsync(there, ids);
        Assert.Null(await MemberAsync());

        await here.Units.StageAsync(
            stage => here.Get<ICatalog>().Reserve(stage, 1, [CatalogDoorTests.Line(ids[0], 4)]), CancellationToken.None);
        await RenameAsync(here, ids[1], "New");
        await here.RunAsync(async unit =>
        {
            await GoodsWrites.BeginAsync(unit, CancellationToken.None);
            unit.Set<MemberRow>().Add(new() { UserId = 9, LevelId = 5 });
            await unit.InvalidateAsync(CatalogCacheTags.Members, [9], CancellationToken.None);
        });
        Assert.Equal(["Goods 0 10", "Goods 1 10", "Goods 2 10"], await ShownAsync());
        Assert.Null(await MemberAsync());

        await there.LookAsync();

        Assert.Equal(["Goods 0 6", "Goods 2 10", "New 10"], await ShownAsync());
        Assert.Equal("New", (await there.Get<CatalogReads>().PageAsync(ids[1], CancellationToken.None))!.Goods.Terms.Name);
        Assert.Equal(950, (await MemberAsync())?.Rebate);
        there.Statements.Take();
        Assert.Equal("Goods 2", (await there.Get<CatalogReads>().PageAsync(ids[2], CancellationToken.None))!.Goods.Terms.Name);
        Assert.Empty(there.Statements.Take());

        await here.RunAsync(unit => new CatalogPersonalData().EraseAsync(unit, 9, CancellationToken.None));
        await there.LookAsync();
        Assert.Null(await MemberAsync());

        Task<Member?> MemberAsync() => there.Get<MembersReads>().OfAsync(9, CancellationToken.None);
        async Task<IEnumerable<string>> ShownAsync() =>
            (await ShowAsync(there, 1, 20)).Select(o => $"{o.Goods.Terms.Name} {o.Goods.Stock}").Order();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Offers_OfManyAtOnce_AreReadTogether(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var ids = await node.AddGoodsAsync(64);
        var offers = node.Get<OffersReads>();
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
        var lists = node.Get<GoodsListReads>();

        var (first, total, isCapped) = await lists.PageAsync(Default, new Paging(1, 20), CancellationToken.None);
        var (last, _, _) = await lists.PageAsync(Default, new Paging(500, 20), CancellationToken.None);
        var (beyond, _, _) = await lists.PageAsync(Default, new Paging(501, 20), CancellationToken.None);
        var (end, _, _) = await lists.PageAsync(Default, new Paging(1001, 20), CancellationToken.None);

        Assert.Equal((10_000, true), (total, isCapped));
        Assert.Equal(60, first.Concat(last).Concat(beyond).Distinct().Count());
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
            var (_, total, _) = await node.Get<GoodsListReads>().PageAsync(
                GoodsQuery.Of(new() { NameContains = query }, GoodsOrder.Unspecified, false, 0), new Paging(1, 20), CancellationToken.None);
            Assert.True(expected == total, $"{query}: {total}, not {expected}");
        }

        var (_, words, _) = await node.Get<GoodsListReads>().PageAsync(
            GoodsQuery.Of(new() { Words = "手机 苹果" }, GoodsOrder.Unspecified, false, 0), new Paging(1, 20), CancellationToken.None);
        Assert.Equal(1, words);
    }

    private static async Task<IReadOnlyList<Offer>> ShowAsync(CatalogNode node, int page, int size)
    {
        var (ids, _, _) = await node.Get<GoodsListReads>().PageAsync(Default, new Paging(page, size), CancellationToken.None);
        return await node.Get<OffersReads>().GetAsync(ids, CancellationToken.None);
    }

    private static async Task ReadAllAsync(CatalogNode node, long[] ids)
    {
        Assert.Equal(ids.Length, (await ShowAsync(node, 1, 100)).Count);
        foreach (var id in ids)
        {
            Assert.NotNull(await node.Get<CatalogReads>().PageAsync(id, CancellationToken.None));
        }
    }

    /// <summary>How many combinations a page shows; they have offers too.</summary>
    private static async Task<int> SkusAsync(CatalogNode node, long id)
    {
        var offer = Assert.Single(await node.Get<OffersReads>().GetAsync([id], CancellationToken.None));
        var page = await node.Get<CatalogReads>().PageAsync(id, CancellationToken.None);
        Assert.Equal(page!.Skus.Select(s => s.Id).Order(), offer.Skus.Keys.Order());
        return page.Skus.Count;
    }

    private static Task<long> CategoryOfAsync(CatalogNode node, long goods) => node.Units.ReadAsync(
        r => Task.FromResult(r.Query<GoodsRow>().Single(g => g.Id == goods).CategoryId), CancellationToken.None);

    private static async Task RenameAsync(CatalogNode node, long id, string name)
    {
        var terms = new GoodsTerms { Name = name, CategoryId = await CategoryOfAsync(node, id) };
        await node.RunAsync(unit => GoodsWrites.UpdateAsync(
            unit, id, 0, new(terms, new(), new() { PriceCents = 100 }, 0, []), new(7, ""), CancellationToken.None));
    }
}
