using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Files;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>
/// Goal: stocks are exact under parallel changes, no writers wait for each other in a circle, and the door prices what is
/// sold. Method: the module's own writes and its door over both databases, 64 and more at once.
/// </summary>
public sealed class CatalogDoorTests
{
    private static readonly Writer Operator = new(7, "delivery");

    /// <summary>A line of goods without combinations.</summary>
    internal static StockLine Line(long goods, long quantity) => new(goods, goods, quantity);

    private static Task<Result<bool>> ReserveAsync(CatalogNode node, IReadOnlyCollection<StockLine> lines) =>
        node.Units.StageAsync(stage => node.Get<ICatalog>().Reserve(stage, 1, lines), CancellationToken.None);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reserve_64AtOnceOf10_TakesExactly10(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, door) = (await node.AddGoodsAsync(2, stock: 10), node.Get<ICatalog>());

        // In both orders of naming, so that a lock order of the callers' own would wait for itself.
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => ReserveAsync(
            node, i % 2 == 0 ? [Line(ids[0], 1), Line(ids[1], 1)] : [Line(ids[1], 1), Line(ids[0], 1)])));

        Assert.Equal(10, results.Count(r => r.IsAccepted));
        Assert.All(results.Where(r => !r.IsAccepted), r => Assert.Equal(CatalogRefusals.StockTooLow, r.Refusal));
        Assert.Equal((0, 0), (await node.StockAsync(ids[0]), await node.StockAsync(ids[1])));
        await node.Units.StageAsync(stage => door.Release(stage, 1, [Line(ids[0], 3)]), CancellationToken.None);
        Assert.Equal(3, await node.StockAsync(ids[0]));
        var unknown = await ReserveAsync(node, [Line(ids[0], 1), Line(4711, 1)]);
        Assert.Equal(CatalogRefusals.SkuUnknown, unknown.Refusal);
        Assert.Equal(3, await node.StockAsync(ids[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ChangeStock_64AtOnce_JournalIsAChain(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var id = (await node.AddGoodsAsync(1, stock: 20))[0];

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => node.Units.RunAsync<OperatorChange<StockChangeRow>>(
            unit => StockWrites.ChangeAsync(
                unit, id, i % 2 == 0 ? StockOperation.Add : StockOperation.Take, i % 2 == 0 ? 1 : 3, Operator, CancellationToken.None),
            CancellationToken.None)));

        var accepted = results.Where(r => r.IsAccepted).Select(r => r.Value!.After).ToList();
        Assert.Equal(20 + accepted.Sum(c => c.After - c.Before), await node.StockAsync(id));
        Assert.Equal(32, accepted.Count(c => c.After == c.Before + 1));
        Assert.All(accepted, c => Assert.True(c.After >= 0));
        // Every stock but the first and the last is left as often as it is reached.
        var reached = accepted.Select(c => c.After).Append(20).Order();
        Assert.Equal(reached, accepted.Select(c => c.Before).Append(await node.StockAsync(id)).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ChangeStock_BeyondItsBounds_IsRefused(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var id = (await node.AddGoodsAsync(1, stock: 5))[0];

        Assert.Equal(CatalogRefusals.StockTooLow, await RefusalAsync(StockOperation.Take, 6));
        Assert.Equal(CatalogRefusals.StockTooHigh, await RefusalAsync(StockOperation.Add, 1_000_000_000));
        Assert.Null(await RefusalAsync(StockOperation.Take, 5));
        Assert.Equal(0, await node.StockAsync(id));

        async Task<Refusal?> RefusalAsync(StockOperation operation, long number) => (await node.Units.RunAsync<OperatorChange<StockChangeRow>>(
            unit => StockWrites.ChangeAsync(unit, id, operation, number, Operator, CancellationToken.None), CancellationToken.None)).Refusal;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reserve_TheLastOfTwoCombinationsAtOnce_TakesTheGoodsOffSale(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, door) = (await node.AddGoodsAsync(16, stock: 1, offSaleWhenEmpty: true), node.Get<ICatalog>());
        var others = await node.RunAsync<long[]>(unit =>
        {
            var added = Array.ConvertAll(ids, id => new SkuRow { Id = unit.NewId(), GoodsId = id, Pairs = "1:2," });
            unit.Set<SkuRow>().AddRange(added);
            unit.Set<StockRow>().AddRange(added.Select(s => new StockRow { SkuId = s.Id, GoodsId = s.GoodsId, Stock = 1 }));
            return Task.FromResult<Result<long[]>>(Array.ConvertAll(added, s => s.Id));
        });

        await Task.WhenAll(ids.Zip(others).SelectMany(p => new[] { Line(p.First, 1), new StockLine(p.First, p.Second, 1) })
            .Select(line => ReserveAsync(node, [line])));

        Assert.All(await GoodsAsync(node), g => Assert.False(g.Published));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OrdersEditsAndImports_AtOnce_WaitForNobodyInACircleAndLoseNothing(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var door = node.Get<ICatalog>();
        var ids = await node.AddGoodsAsync(6, stock: 500, offSaleWhenEmpty: true);
        // The first and the last are sold out meanwhile.
        await node.RunAsync(unit => unit.Set<StockRow>().Where(s => s.SkuId == ids[0] || s.SkuId == ids[5])
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stock, 8L), CancellationToken.None));
        var terms = new GoodsTerms { Name = "Edited", CategoryId = (await GoodsAsync(node))[0].CategoryId, OffSaleWhenEmpty = true };
        var (moved, writes) = (new long[6], new int[6]);
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        Func<Task>[] all =
        [
            .. Enumerable.Range(0, 48).Select(i => (i % 2 * 5, random.Next(1, 5))).Select(p => (Func<Task>)(() => OrderAsync(p.Item1, p.Item2))),
            .. Enumerable.Range(0, 16).Select(_ => random.Next(1, 5)).Select(one => (Func<Task>)(() => CancelAsync(one))),
            .. Enumerable.Range(0, 12).Select(_ => random.Next(0, 6)).Select(one => (Func<Task>)(() => ChangeAsync(one))),
            .. Enumerable.Range(0, 12).Select(_ => random.Next(0, 6)).Select(one => (Func<Task>)(() => EditAsync(one))),
            .. Enumerable.Range(1, 8).Select(yuan => (Func<Task>)(() => ImportAsync(yuan))),
        ];
        random.Shuffle(all);

        await Task.WhenAll(all.Select(one => Task.Run(one)));

        var rows = (await GoodsAsync(node)).ToDictionary(g => g.Id);
        for (var i = 0; i < ids.Length; i++)
        {
            var stock = await node.StockAsync(ids[i]);
            Assert.Equal((i is 0 or 5 ? 8 : 500) + moved[i], stock);
            Assert.Equal(1 + writes[i], rows[ids[i]].Version);
            Assert.Equal(stock > 0, rows[ids[i]].Published);
        }

        Assert.Equal((0, 0), (await node.StockAsync(ids[0]), await node.StockAsync(ids[5])));

        async Task OrderAsync(int one, int other)
        {
            // In the caller's own order, which is not that of the ids.
            var result = await ReserveAsync(node, [Line(ids[Math.Max(one, other)], 1), Line(ids[Math.Min(one, other)], 1)]);
            Move(result.IsAccepted ? -1 : 0, one, other);
        }

        async Task CancelAsync(int one)
        {
            await node.Units.StageAsync(stage => door.Return(stage, 1, [Line(ids[one], 2)]), CancellationToken.None);
            Move(2, one);
        }

        async Task ChangeAsync(int one)
        {
            var result = await node.Units.RunAsync<OperatorChange<StockChangeRow>>(
                unit => StockWrites.ChangeAsync(unit, ids[one], StockOperation.Take, 1, Operator, CancellationToken.None), CancellationToken.None);
            Move(result.IsAccepted ? -1 : 0, one);
        }

        async Task EditAsync(int one)
        {
            await node.RunAsync(unit => GoodsWrites.UpdateAsync(
                unit, ids[one], 0, new(terms, new(), new() { PriceCents = 200 }, 0, []), Operator, CancellationToken.None));
            Interlocked.Increment(ref writes[one]);
        }

        async Task ImportAsync(int yuan)
        {
            // A price of its own, since goods that do not differ are not written.
            var (lines, faults) = GoodsFile.Parse("id,name,category_id,price\r\n" + string.Concat(
                ids.Reverse().Select(id => $"{id},Imported,{terms.CategoryId},{yuan}.50\r\n")));
            Assert.Empty(faults);
            var report = new ImportGoodsResponse();
            await node.RunAsync(unit => GoodsImport.WriteAsync(new(unit, Operator, IsDryRun: false), lines, report, CancellationToken.None));
            Assert.Equal((6, 0), (report.Changed, report.Faults.Count));
            for (var i = 0; i < writes.Length; i++)
            {
                Interlocked.Increment(ref writes[i]);
            }
        }

        void Move(long pieces, params int[] which) => Array.ForEach(which, i => Interlocked.Add(ref moved[i], pieces));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_OfHtml_WritesItCleanedAndLeavesWhatTheFileHasNot(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var ids = await node.AddGoodsAsync(2);
        var category = (await GoodsAsync(node))[0].CategoryId;
        await node.RunAsync(unit => unit.Set<PartsRow>().ExecuteUpdateAsync(
            set => set.SetProperty(p => p.Parts, """{"content":"<b onclick=\"x\">as it was</b>"}"""), CancellationToken.None));

        await ImportAsync(ids[0], ",content", ",<b onclick=x>new</b><form><input></form>");
        await ImportAsync(ids[1], "", "");

        var contents = await node.Units.ReadAsync(
            r => r.Query<PartsRow>().Where(p => ids.Contains(p.GoodsId)).OrderBy(p => p.GoodsId).Select(p => p.Parts).ToListAsync(),
            CancellationToken.None);
        Assert.Equal(
            ["<b>new</b>", "<b onclick=\"x\">as it was</b>"], contents.Select(c => CatalogWire.Read<GoodsParts>(c).Content));

        async Task ImportAsync(long id, string column, string field)
        {
            var (lines, faults) = GoodsFile.Parse(
                $"id,name,category_id,price{column}\r\n{id},Imported,{category},3.00{field}\r\n");
            Assert.Empty(faults);
            var report = new ImportGoodsResponse();
            await node.RunAsync(unit => GoodsImport.WriteAsync(new(unit, Operator, IsDryRun: false), lines, report, CancellationToken.None));
            Assert.Equal((1, 0), (report.Changed, report.Faults.Count));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Favourites_OfManyAtOnce_NeverExceedTheLimitAndAreCounted(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var ids = await node.AddGoodsAsync(1_040);
        var (favourites, counter) = (node.Get<FavouritesWrites>(), node.Get<FavouriteCounter>());
        await node.RunAsync(async unit =>
        {
            foreach (var id in ids[..990])
            {
                unit.Set<FavouriteRow>().Add(new() { Id = unit.NewId(), UserId = 7, GoodsId = id, At = 1 });
            }

            await unit.SaveAsync(CancellationToken.None);
        });

        var added = await Task.WhenAll(ids[990..].Select(id => favourites.AddAsync(7, 0, id, "", CancellationToken.None)));
        var again = await favourites.AddAsync(7, 0, ids[0], "", CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(100, 20).Select(user => favourites.AddAsync(user, 0, ids[0], "", CancellationToken.None)));
        await favourites.DeleteAsync(100, 0, 0, ids[0], CancellationToken.None);
        await counter.FlushAsync(CancellationToken.None);

        Assert.Equal(10, added.Count(a => a.IsAccepted));
        Assert.All(added.Where(a => !a.IsAccepted), a => Assert.Equal(CatalogRefusals.FavouritesFull, a.Refusal));
        Assert.True(again.IsAccepted);
        var (stored, counted) = await node.Units.ReadAsync(
            async r => (
                await r.Query<FavouriteRow>().CountAsync(f => f.UserId == 7),
                await r.Query<CountersRow>().Where(c => c.GoodsId == ids[0]).Select(c => c.Favourites).SingleAsync()),
            CancellationToken.None);
        Assert.Equal((1_000, 20), (stored, counted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Price_OfLines_IsTheMembersAndRefusesInOrder(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, door) = (await node.AddGoodsAsync(3), node.Get<ICatalog>());
        await node.RunAsync<bool>(unit =>
        {
            unit.Set<LevelRow>().Add(new() { Id = 5, Name = "Silver", Rebate = 950, Version = 1 });
            unit.Set<MemberRow>().Add(new() { UserId = 9, LevelId = 5 });
            unit.Set<MemberPriceRow>().Add(new() { SkuId = ids[1], LevelId = 5, GoodsId = ids[1], PriceCents = 42 });
            return Task.FromResult<Result<bool>>(true);
        });

        var mine = await PriceAsync(9, new(ids[0], "", 2), new(ids[1], ",", 1));
        Assert.Equal([(95, 100), (42, 101)], mine.Value!.Select(l => (l.PriceCents, l.FullCents)));
        Assert.Equal([100, 101], (await PriceAsync(0, new(ids[0], "", 2), new(ids[1], "", 1))).Value!.Select(l => l.PriceCents));
        Assert.Equal(CatalogRefusals.GoodsUnknown, (await PriceAsync(0, new PurchaseLine(4711, "", 1))).Refusal);
        Assert.Equal(CatalogRefusals.SkuUnknown, (await PriceAsync(0, new PurchaseLine(ids[0], "1:2", 1))).Refusal);
        Assert.Equal(CatalogRefusals.NumberTooSmall, (await PriceAsync(0, new PurchaseLine(ids[0], "", 0))).Refusal);
        node.Statements.Take();
        await PriceAsync(9, new PurchaseLine(ids[0], "", 1));
        var one = node.Statements.Take().Count;
        await PriceAsync(9, [.. ids.Select(id => new PurchaseLine(id, "", 1))]);
        Assert.Equal(one, node.Statements.Take().Count);

        Task<Result<IReadOnlyList<PriceLine>>> PriceAsync(long user, params PurchaseLine[] lines) => node.Units.ReadAsync(
            r => door.PriceAsync(r, user, lines, 0, CancellationToken.None), CancellationToken.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Price_OfAMemberWhoseLevelEnds_IsTheFullOneFromThatInstant(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, door) = (await node.AddGoodsAsync(1), node.Get<ICatalog>());
        await node.RunAsync(unit =>
        {
            unit.Set<LevelRow>().Add(new() { Id = 5, Name = "Silver", Rebate = 950, Version = 1 });
            unit.Set<MemberRow>().AddRange(
                new() { UserId = 8, LevelId = 5 },
                new() { UserId = 9, LevelId = 5, Since = 1, ExpiresAt = 1_000 },
                new() { UserId = 10, LevelId = 5, ExpiresAt = long.MaxValue });
            return Task.CompletedTask;
        });

        Assert.Equal((95, 95), (await PriceAsync(9, 999), await PriceAsync(8, long.MaxValue)));
        Assert.Equal(100, await PriceAsync(9, 1_000));
        // What is shown is by the clock of the node.
        Assert.Equal((5L, null, 5L), (await LevelAsync(8), await LevelAsync(9), await LevelAsync(10)));

        async Task<long?> LevelAsync(long user) => (await node.Get<MembersReads>().OfAsync(user, CancellationToken.None))?.LevelId;
        async Task<long> PriceAsync(long user, long nowMs) => (await node.Units.ReadAsync(
            r => door.PriceAsync(r, user, [new(ids[0], "", 1)], nowMs, CancellationToken.None), CancellationToken.None)).Value![0].PriceCents;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Views_Flushed_AreAddedOnce(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, views) = (await node.AddGoodsAsync(2), node.Get<ViewCounter>());

        foreach (var id in new[] { ids[0], ids[0], ids[1], 4711 })
        {
            views.Count(id);
        }

        await views.FlushAsync(CancellationToken.None);
        await views.FlushAsync(CancellationToken.None);
        views.Count(ids[0]);
        await views.FlushAsync(CancellationToken.None);

        var counts = await node.Units.ReadAsync(r => GoodsReads.CountsAsync(r, ids, CancellationToken.None), CancellationToken.None);
        Assert.Equal((3, 1), (counts[ids[0]].Views, counts[ids[1]].Views));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Views_OfAsManyGoodsAsAreCounted_AreOneStatement(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (ids, views) = (await node.AddGoodsAsync(WriteBehindCounter.MaxCounted), node.Get<ViewCounter>());
        for (var round = 1; round <= 2; round++)
        {
            Array.ForEach(ids, views.Count);
            views.Count(4711);
            node.Statements.Take();
            await views.FlushAsync(CancellationToken.None);
            Assert.Single(node.Statements.Take());
            Assert.Equal((WriteBehindCounter.MaxCounted, round * WriteBehindCounter.MaxCounted), await node.Units.ReadAsync(
                r => Task.FromResult((r.Query<ViewsRow>().Count(), (int)r.Query<ViewsRow>().Sum(v => v.Views))), CancellationToken.None));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Demo_LoadedTwice_IsThereOnce(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var demo = new CatalogDemo(node.Units, node.Get<IUsers>(), new NoPictures());

        await demo.LoadAsync(CancellationToken.None);
        await demo.LoadAsync(CancellationToken.None);

        var rows = await node.Units.ReadAsync(r => Task.FromResult(r.Query<GoodsRow>().ToList()), CancellationToken.None);
        Assert.Equal((12, 4, 2, 2), (
            rows.Count, rows.Count(g => g.PropertyIds.Length > 0), rows.Count(g => g.GroupBuy), rows.Count(g => g.Bargain)));
        Assert.All(rows, g => Assert.True(g.Published));
        Assert.Equal(12, rows.Select(g => CatalogWire.Read<GoodsTerms>(g.Terms).Picture).Distinct().Count());
    }

    private sealed class NoPictures : IDemoPictures
    {
        public Task<IReadOnlyDictionary<string, string>> DrawAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(names.ToDictionary(n => n, n => $"/files/{n}"));
    }

    private static Task<List<GoodsRow>> GoodsAsync(CatalogNode node) =>
        node.Units.ReadAsync(r => r.Query<GoodsRow>().ToListAsync(), CancellationToken.None);
}
