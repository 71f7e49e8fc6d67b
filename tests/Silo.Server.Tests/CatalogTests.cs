using Google.Rpc;
using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Testing;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: operators manage the catalogue safely, and shoppers see the change. Method: a running server over each database;
/// versions, request ids, imports with faults, 64 changes of a stock at once; two nodes over one database.
/// </summary>
public sealed class CatalogTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Goods_ChangedAndTakenOff_AreSeenSoAtOnce(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        var goods = new GoodsService.GoodsServiceClient(shop.Channel);
        var before = (await admin.GetGoodsAsync(new() { GoodsId = made.WithSkus }, shop.Owner)).Detail;
        Assert.Equal(2, (await goods.ListGoodsAsync(new())).TotalCount);

        // One combination stays with its stock, one goes, whatever stock is named.
        var update = new UpdateGoodsRequest
        {
            GoodsId = made.WithSkus,
            Terms = new() { Name = "脐橙礼盒", CategoryId = made.Fruit },
            Parts = new() { Content = "<img src=x onerror=alert(1)><b>甜</b>" },
            Price = new() { PriceCents = 1500 },
            ExpectedVersion = before.Goods.Version,
        };
        update.Skus.Add(CatalogShop.Sku(made.Values[1], 1500, 999));
        var after = (await admin.UpdateGoodsAsync(update, shop.Owner)).Detail;

        var kept = Assert.Single(after.Skus);
        Assert.Equal((before.Skus[1].Id, 1500, 20), (kept.Id, kept.Price.PriceCents, kept.Stock));
        var seen = (await goods.DescribeGoodsAsync(new() { GoodsId = made.WithSkus })).Detail;
        Assert.Equal(("脐橙礼盒", 1500, 20), (seen.Goods.Terms.Name, seen.Goods.Price.PriceCents, seen.Goods.Stock));
        Assert.DoesNotContain("onerror", seen.Parts.Content, StringComparison.Ordinal);
        Assert.Contains("<b>甜</b>", seen.Parts.Content, StringComparison.Ordinal);
        Assert.Equal("GOODS_VERSION_STALE", await ReasonAsync(admin.UpdateGoodsAsync(update, shop.Owner)));
        Assert.Equal("GOODS_ON_SALE", await ReasonAsync(admin.DeleteGoodsAsync(new() { GoodsId = made.WithSkus }, shop.Owner)));
        Assert.Equal("PROPERTY_IN_USE", await ReasonAsync(admin.DeletePropertyAsync(new() { PropertyId = made.Property }, shop.Owner)));
        await admin.SetGoodsPublishedAsync(new() { GoodsId = made.WithSkus }, shop.Owner);
        Assert.Equal(1, (await goods.ListGoodsAsync(new())).TotalCount);
        await admin.DeleteGoodsAsync(new() { GoodsId = made.WithSkus }, shop.Owner);
        Assert.Equal("GOODS_UNKNOWN", await ReasonAsync(goods.DescribeGoodsAsync(new() { GoodsId = made.WithSkus })));
        await admin.DeletePropertyAsync(new() { PropertyId = made.Property }, shop.Owner);
        // The first stocks, what went with a combination, and what went with the goods is not asked about.
        var journal = await admin.ListStockChangesAsync(new() { GoodsId = made.WithSkus }, shop.Owner);
        Assert.Equal([(10L, 0L), (0L, 20L), (0L, 10L)], journal.Changes.Select(c => (c.Before, c.After)));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Create_RepeatedOrReused_IsTheFirstAnswerOrRefused(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        var request = new CreateGoodsRequest
        {
            Terms = new() { Name = "梨", CategoryId = made.Fruit },
            Price = new() { PriceCents = 100 },
            RequestId = "pear",
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => admin.CreateGoodsAsync(request, shop.Owner).ResponseAsync));
        Assert.Single(answers.Select(a => a.Detail.Goods.Id).Distinct());
        request.Price.PriceCents = 101;
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(admin.CreateGoodsAsync(request, shop.Owner)));
        request.RequestId = "";
        request.Skus.Add([CatalogShop.Sku(made.Values[0], 1, 1), CatalogShop.Sku(made.Values[0], 2, 1)]);
        Assert.Equal("SKUS_INVALID", await ReasonAsync(admin.CreateGoodsAsync(request, shop.Owner)));
        request.Skus[1].ValueIds[0] = 4711;
        Assert.Equal("PROPERTY_VALUE_UNKNOWN", await ReasonAsync(admin.CreateGoodsAsync(request, shop.Owner)));
        Assert.Equal(1, await shop.CountAsync("SELECT count(*) FROM catalog_goods WHERE search_name = '梨'"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task MemberLevel_WithAnEnd_IsShownAndKeptSince(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(1);
        var admin = new MembersAdminService.MembersAdminServiceClient(shop.Channel);
        var gold = (await admin.CreateLevelAsync(new() { Name = "金卡", Rebate = 900, Number = 2, Sort = 2 }, shop.Owner)).Level;
        var silver = (await admin.CreateLevelAsync(new() { Name = "银卡", Rebate = 950, Number = 1, Sort = 1 }, shop.Owner)).Level;
        Assert.Equal([silver, gold], (await admin.SearchLevelsAsync(new(), shop.Owner)).Levels);
        Assert.NotNull(gold.CreatedAt);

        var past = new SetMemberLevelRequest { UserId = 4711, LevelId = 4711, ExpiresAt = new() { Seconds = 1_700_000_000 } };
        Assert.Equal("LEVEL_EXPIRY_INVALID", await ReasonAsync(admin.SetMemberLevelAsync(past, shop.Owner)));
        var until = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 4_102_444_800 };
        Assert.Equal("LEVEL_EXPIRY_INVALID", await ReasonAsync(
            admin.SetMemberLevelAsync(new() { UserId = 1, ExpiresAt = until }, shop.Owner)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(
            admin.SetMemberLevelAsync(new() { UserId = 4711, LevelId = 4711, ExpiresAt = until }, shop.Owner)));

        var given = await admin.SetMemberLevelAsync(new() { UserId = 1, LevelId = silver.Id, ExpiresAt = until }, shop.Owner);
        Assert.Equal((silver.Id, until), (given.LevelId, given.ExpiresAt));
        var mine = await new MembersService.MembersServiceClient(shop.Channel).DescribeMyLevelAsync(new(), Shop.Bearer(Shop.TokenOf(1)));
        Assert.Equal((silver, given.Since, until), (mine.Level, mine.Since, mine.ExpiresAt));

        // Another end leaves the day since which he has it, another level does not.
        var longer = await admin.SetMemberLevelAsync(new() { UserId = 1, LevelId = silver.Id }, shop.Owner);
        Assert.Equal((given.Since, null), (longer.Since, longer.ExpiresAt));
        var higher = await admin.SetMemberLevelAsync(new() { UserId = 1, LevelId = gold.Id }, shop.Owner);
        Assert.True(higher.Since.ToDateTimeOffset() > given.Since.ToDateTimeOffset());
        Assert.Equal("LEVEL_IN_USE", await ReasonAsync(admin.DeleteLevelAsync(new() { LevelId = gold.Id }, shop.Owner)));

        // One that has ended counts as none, and holds no level back.
        await shop.ExecuteAsync("UPDATE catalog_members SET expires_at = 1");
        await admin.DeleteLevelAsync(new() { LevelId = gold.Id }, shop.Owner);
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM catalog_members"));
        Assert.Null((await new MembersService.MembersServiceClient(shop.Channel)
            .DescribeMyLevelAsync(new(), Shop.Bearer(Shop.TokenOf(1)))).Level);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Categories_InATree_KeepItATree(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var made = await CatalogShop.FillAsync(shop);
        var admin = new CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel);

        Assert.Equal("CATEGORY_NOT_EMPTY", await ReasonAsync(admin.DeleteCategoryAsync(new() { CategoryId = made.Food }, shop.Owner)));
        Assert.Equal("CATEGORY_CYCLE", await ReasonAsync(admin.UpdateCategoryAsync(
            new() { CategoryId = made.Food, Terms = new() { Name = "x", ParentId = made.Fruit } }, shop.Owner)));
        var third = (await admin.CreateCategoryAsync(new() { Terms = new() { Name = "3", ParentId = made.Fruit } }, shop.Owner)).Category;
        var fourth = (await admin.CreateCategoryAsync(new() { Terms = new() { Name = "4", ParentId = third.Id } }, shop.Owner)).Category;
        Assert.Equal("CATEGORY_TOO_DEEP", await ReasonAsync(
            admin.CreateCategoryAsync(new() { Terms = new() { Name = "5", ParentId = fourth.Id } }, shop.Owner)));
        await admin.UpdateCategoryAsync(new() { CategoryId = third.Id, Terms = new() { Name = "3" }, ExpectedVersion = 1 }, shop.Owner);
        Assert.Equal(2, (await admin.GetCategoryAsync(new() { CategoryId = fourth.Id }, shop.Owner)).Category.Level);
        Assert.Equal("CATEGORY_VERSION_STALE", await ReasonAsync(admin.UpdateCategoryAsync(
            new() { CategoryId = third.Id, Terms = new() { Name = "3" }, ExpectedVersion = 1 }, shop.Owner)));
        await admin.SetCategoryEnabledAsync(new() { CategoryId = made.Food }, shop.Owner);
        var shown = await new CategoriesService.CategoriesServiceClient(shop.Channel).ListCategoriesAsync(new());
        Assert.Equal([third.Id, fourth.Id], shown.Categories.Select(c => c.Id));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Import_OfAFile_IsAllOrNothingAndExportedAgain(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var made = await CatalogShop.FillAsync(shop);
        var header = "id,name,category_id,price,stock,published\r\n";
        var good = $"{header},\"Plum, \"\"red\"\"\",{made.Fruit},5.50,30,1\r\n{made.Plain},苏打饼干 Cookie,{made.Food},8.80,70,\r\n";

        var bad = await ImportAsync(shop, $"{good},,4711,x,-1,maybe\r\n4711,y,{made.Fruit},1,1,1\r\n{made.Plain},z,{made.Fruit},1,1,1\r\n");
        Assert.Equal(
            ["4 name", "4 category_id", "4 price", "4 stock", "4 published", "5 id", "6 id"], bad.Faults.Select(f => $"{f.Line} {f.Column}"));
        Assert.Equal((0, 0), (bad.Created, bad.Changed));
        var dry = await ImportAsync(shop, good, dryRun: true);
        Assert.Equal((1, 1, 0), (dry.Created, dry.Changed, dry.Faults.Count));
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM catalog_goods WHERE price_cents IN (550, 880)"));

        var done = await ImportAsync(shop, "\uFEFF" + good, requestId: "spring");
        Assert.Equal((1, 1, 0), (done.Created, done.Changed, done.Faults.Count));
        Assert.Equal(done, await ImportAsync(shop, "\uFEFF" + good, requestId: "spring"));
        var goods = new GoodsService.GoodsServiceClient(shop.Channel);
        var found = Assert.Single((await goods.ListGoodsAsync(new() { Filter = new() { NameContains = "plum" } })).Goods);
        Assert.Equal(("Plum, \"red\"", 550, 30), (found.Terms.Name, found.Price.PriceCents, found.Stock));
        var changed = (await CatalogShop.Admin(shop).GetGoodsAsync(new() { GoodsId = made.Plain }, shop.Owner)).Detail;
        Assert.Equal((880, 70, "海盐味", "<p>好吃</p>", true), (
            changed.Goods.Price.PriceCents, changed.Goods.Stock, changed.Goods.Terms.SubName, changed.Parts.Content, changed.Goods.Published));

        var csv = await ExportAsync(shop);
        Assert.StartsWith("\uFEFFid,name,", csv, StringComparison.Ordinal);
        var again = await ImportAsync(shop, csv);
        Assert.Empty(again.Faults);
        Assert.Equal((0, 0, 0), (again.Created, again.Changed, again.Faults.Count));
        Assert.Equal(csv, await ExportAsync(shop));
        Assert.Equal(
            changed.Goods.Version, (await CatalogShop.Admin(shop).GetGoodsAsync(new() { GoodsId = made.Plain }, shop.Owner)).Detail.Goods.Version);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Import_OfCombinations_MakesChangesAndRemovesThem(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        var header = "id,name,combination,pairs,category_id,price,stock,code,picture\r\n";
        var shirt = $"{header},T恤,,,{made.Fruit},59,,,\r\n,,\"颜色:红,尺码:M\",,,59,3,R-M,http://x/r.png\r\n,,\"颜色:蓝,尺码:M\",,,61.50,4,,\r\n";

        var dry = await ImportAsync(shop, shirt, dryRun: true);
        Assert.Equal((1, 0, 0), (dry.Created, dry.Changed, dry.Faults.Count));
        Assert.Equal(1, (await admin.SearchPropertiesAsync(new(), shop.Owner)).TotalCount);
        await ImportAsync(shop, shirt);
        var detail = await FindAsync("t恤");
        Assert.Equal(["颜色:红,尺码:M,", "颜色:蓝,尺码:M,"], detail.Skus.Select(s => s.Names));
        Assert.Equal([(5900L, 3L, "R-M", "http://x/r.png"), (6150, 4, "", "")], detail.Skus.Select(s => (s.Price.PriceCents, s.Stock, s.Code, s.Picture)));
        Assert.Equal(["颜色", "尺码"], detail.Properties.Select(p => p.Name));

        // The first goes, the second changes its price and keeps id, stock and code, and there is a third.
        var id = detail.Goods.Id;
        var second = detail.Skus[1];
        await ImportAsync(
            shop, $"id,name,combination,pairs,category_id,price,stock\r\n{id},T恤,,,{made.Fruit},59,\r\n,,,\"{second.Pairs}\",,60,\r\n,,\"颜色:红,尺码:L\",,,62,8\r\n");
        var changed = await FindAsync("t恤");
        Assert.Equal(["颜色:蓝,尺码:M,", "颜色:红,尺码:L,"], changed.Skus.Select(s => s.Names));
        Assert.Equal([(6000L, 4L), (6200, 8)], changed.Skus.Select(s => (s.Price.PriceCents, s.Stock)));
        Assert.Equal(second.Id, changed.Skus[0].Id);
        var journal = await admin.ListStockChangesAsync(new() { GoodsId = id }, shop.Owner);
        Assert.Equal([(0L, 3L), (0, 4), (0, 8), (3, 0)], journal.Changes.Select(c => (c.Before, c.After)).Order());

        // Without lines of combinations they stay.
        await ImportAsync(shop, $"id,name,category_id,price\r\n{id},T恤,{made.Fruit},58\r\n");
        Assert.Equal(changed.Skus, (await FindAsync("t恤")).Skus);

        async Task<GoodsDetail> FindAsync(string name)
        {
            var found = Assert.Single((await admin.SearchGoodsAsync(new() { Filter = new() { NameContains = name } }, shop.Owner)).Goods);
            return (await admin.GetGoodsAsync(new() { GoodsId = found.Id }, shop.Owner)).Detail;
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Import_WhereALineDiffers_CountsTheseGoodsAlone(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var made = await CatalogShop.FillAsync(shop);
        await ImportAsync(shop, $"name,combination,category_id,price,stock\r\nT恤,,{made.Fruit},59,\r\n,颜色:红,,59,3\r\n,颜色:蓝,,61,4\r\n茶,,{made.Fruit},5,6\r\n");
        var lines = (await ExportAsync(shop)).Split("\r\n");
        var header = lines[0].Split(',');
        var plain = Array.FindIndex(lines, l => l.Contains(",茶,", StringComparison.Ordinal));
        var red = Array.FindIndex(lines, l => l.StartsWith(",,颜色:红,", StringComparison.Ordinal));

        (int Line, string Column, string Value)[] edits =
        [
            (plain, "sub_name", "甜"), (plain, "stock", "7"), (plain, "price", "1.23"), (plain, "published", "1"), (plain, "content", "new"),
            (red, "stock", "9"), (red, "price", "60.00"), (red, "code", "R"),
        ];
        foreach (var (line, column, value) in edits)
        {
            var fields = lines[line].Split(',');
            fields[Array.IndexOf(header, column)] = value;
            var file = string.Join("\r\n", lines.Select((l, i) => i == line ? string.Join(',', fields) : l));

            var report = await ImportAsync(shop, file, dryRun: true);
            Assert.True((0, 1, 0) == (report.Created, report.Changed, report.Faults.Count), $"{column} = {value}: {report}");
        }

        var without = string.Join("\r\n", lines.Where((_, i) => i != red));
        Assert.Equal(1, (await ImportAsync(shop, without, dryRun: true)).Changed);
        (lines[red], lines[red + 1]) = (lines[red + 1], lines[red]);
        Assert.Equal(1, (await ImportAsync(shop, string.Join("\r\n", lines), dryRun: true)).Changed);
    }

    [Theory]
    [InlineData("id,name,combination,category_id,price\r\n,,颜色:红,,1\r\n", "2 combination")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,y,颜色:红,,1\r\n,,颜色,,-1\r\n", "3 name,4 combination,4 price")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,,颜色:红,,1\r\n,,颜色:红,,1\r\n", "2 combination")]
    [InlineData("id,name,combination,category_id,price\r\n,x,,FRUIT,1\r\n,,颜色:红,,1\r\n,,尺码:M,,1\r\n", "2 combination")]
    [InlineData("id,name,pairs,category_id,price\r\n,x,,FRUIT,1\r\n,,1000000:9,,1\r\n", "3 pairs")]
    [InlineData("id,name,code,category_id,price\r\n,x,R-M,FRUIT,1\r\n", "2 code")]
    [InlineData("name,category_id,price,attributes\r\nx,FRUIT,1,\"[{\"\"key\"\":1}]\"\r\ny,FRUIT,1,[1]\r\nz,FRUIT,1,[null]\r\n", "2 attributes,3 attributes,4 attributes")]
    [InlineData("name,category_id,price,sale_from,sale_until\r\nx,FRUIT,1,now,\r\ny,FRUIT,1,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z\r\n", "2 sale_from,3 sale_until")]
    [InlineData("name,category_id,price,after_sales,price_steps,max_coupons\r\nx,FRUIT,1,gift,2,11\r\n", "2 max_coupons,2 after_sales,2 price_steps")]
    public async Task Import_WithFaults_NamesLineAndColumnAndChangesNothing(string file, string expected)
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var made = await CatalogShop.FillAsync(shop);
        var before = await ExportAsync(shop);

        var report = await ImportAsync(shop, file.Replace("FRUIT", $"{made.Fruit}", StringComparison.Ordinal));

        Assert.Equal(expected, string.Join(',', report.Faults.Select(f => $"{f.Line} {f.Column}")));
        Assert.Equal(before, await ExportAsync(shop));
        Assert.Equal(1, await shop.CountAsync("SELECT count(*) FROM catalog_properties"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Export_ImportedAgain_ChangesNothingAndImportedAsNewMakesTheSame(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        List<GoodsDetail> before = [];
        for (var i = 0; i < 12; i++)
        {
            var request = RandomGoods.Make(random, made);
            var id = (await admin.CreateGoodsAsync(request, shop.Owner)).Detail.Goods.Id;
            before.Add((await admin.SetGoodsPublishedAsync(new() { GoodsId = id, Published = random.Next(2) == 0 }, shop.Owner)).Goods is var goods
                ? (await admin.GetGoodsAsync(new() { GoodsId = goods.Id }, shop.Owner)).Detail : null!);
        }

        var csv = await ExportAsync(shop);
        var again = await ImportAsync(shop, csv);
        Assert.Empty(again.Faults);
        Assert.Equal((0, 0), (again.Created, again.Changed));
        Assert.Equal(csv, await ExportAsync(shop));
        foreach (var detail in before)
        {
            var after = (await admin.GetGoodsAsync(new() { GoodsId = detail.Goods.Id }, shop.Owner)).Detail;
            Assert.Equal(RandomGoods.Comparable(detail), RandomGoods.Comparable(after));
            Assert.Equal(detail.Skus.Select(s => s.Id), after.Skus.Select(s => s.Id));
        }

        var copies = await ImportAsync(shop, RandomGoods.WithoutIds(csv));
        Assert.Empty(copies.Faults);
        Assert.Equal((15, 0), (copies.Created, copies.Changed));
        var all = (await admin.SearchGoodsAsync(new() { Order = GoodsOrder.AddedUp, PageSize = 100 }, shop.Owner)).Goods.Select(g => g.Id).ToArray();
        Assert.Equal(30, all.Length);
        foreach (var (detail, copy) in before.Zip(all.TakeLast(12)))
        {
            var after = (await admin.GetGoodsAsync(new() { GoodsId = copy }, shop.Owner)).Detail;
            Assert.Equal(RandomGoods.Comparable(detail, isCopy: true), RandomGoods.Comparable(after, isCopy: true));
        }
    }

    [Fact]
    public async Task Import_BeyondItsBounds_IsRefused()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var lines = string.Concat(Enumerable.Repeat("x,1,1\r\n", 5_001));

        var refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(shop, $"name,category_id,price\r\n{lines}"));
        Assert.Equal("IMPORT_TOO_LARGE", refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        refused = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(shop, new string('x', (8 * 1024 * 1024) + 1)));
        Assert.Equal("IMPORT_TOO_LARGE", refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Stock_64ChangesAtOnce_AreAllInTheJournalAndNeverNegative(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));

        var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            try
            {
                await admin.ChangeStockAsync(
                    new() { SkuId = made.Plain, Operation = StockOperation.Take, Number = 1, Reason = $"taken {i}", RequestId = $"t{i}" }, shop.Owner);
                return "";
            }
            catch (RpcException refused)
            {
                return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason;
            }
        }));

        Assert.Equal(7, taken.Count(t => t == ""));
        Assert.All(taken.Where(t => t != ""), t => Assert.Equal("STOCK_TOO_LOW", t));
        var journal = await admin.ListStockChangesAsync(new() { SkuId = made.Plain }, shop.Owner);
        Assert.Equal(8, journal.TotalCount);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], journal.Changes.Select(c => c.After));
        Assert.All(journal.Changes.SkipLast(1), c => Assert.StartsWith("taken ", c.Reason, StringComparison.Ordinal));
        Assert.Equal(0, (await new GoodsService.GoodsServiceClient(shop.Channel).QuoteGoodsAsync(new() { GoodsId = made.Plain })).Sku.Stock);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Reviews_HiddenAndAnswered_AreSeenAndCountedSo(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var made = await CatalogShop.FillAsync(shop);
        var (admin, goods) = (new ReviewsAdminService.ReviewsAdminServiceClient(shop.Channel), new GoodsService.GoodsServiceClient(shop.Channel));
        await shop.QueryAsync($"UPDATE catalog_counters SET reviews = 2, good_reviews = 1 WHERE goods_id = {made.Plain}", _ => 0);
        async Task<(long, long)> CountedAsync() => (
            await shop.CountAsync($"SELECT reviews FROM catalog_counters WHERE goods_id = {made.Plain}"),
            await shop.CountAsync($"SELECT good_reviews FROM catalog_counters WHERE goods_id = {made.Plain}"));
        async Task<string> FoundAsync(SearchReviewsRequest request) =>
            string.Join(',', (await admin.SearchReviewsAsync(request, shop.Owner)).Reviews.Select(r => r.Id));

        Assert.Equal("2,1", await FoundAsync(new()));
        Assert.Equal("2", await FoundAsync(new() { Rating = Rating.Bad, GoodsId = made.Plain }));
        Assert.Equal("", await FoundAsync(new() { GoodsId = made.WithSkus }));

        // As often and as many at once as they like.
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
            await admin.SetReviewHiddenAsync(new() { ReviewId = 1, Hidden = true, Reason = "abuse" }, shop.Owner)));
        Assert.Equal((1, 0), await CountedAsync());
        Assert.Equal([2L], (await goods.ListReviewsAsync(new() { GoodsId = made.Plain })).Reviews.Select(r => r.Id));
        Assert.Equal(("1", "2"), (await FoundAsync(new() { Hidden = true }), await FoundAsync(new() { Hidden = false })));
        await admin.SetReviewHiddenAsync(new() { ReviewId = 1 }, shop.Owner);
        Assert.Equal((2, 1), await CountedAsync());

        await admin.ReplyToReviewAsync(new() { ReviewId = 2, Text = "抱歉" }, shop.Owner);
        Assert.Equal(["抱歉", ""], (await goods.ListReviewsAsync(new() { GoodsId = made.Plain })).Reviews.Select(r => r.Reply));
        Assert.Equal(("2", "1"), (await FoundAsync(new() { Replied = true }), await FoundAsync(new() { Replied = false })));
        await admin.ReplyToReviewAsync(new() { ReviewId = 2 }, shop.Owner);
        Assert.Equal("", await FoundAsync(new() { Replied = true }));

        Assert.Equal("REVIEW_UNKNOWN", await ReasonAsync(admin.ReplyToReviewAsync(new() { ReviewId = 3, Text = "x" }, shop.Owner)));
        Assert.Equal("REVIEW_UNKNOWN", await ReasonAsync(admin.SetReviewHiddenAsync(new() { ReviewId = 3 }, shop.Owner)));
    }

    [Fact]
    public async Task Change_OnOneNode_IsSeenOnTheOther()
    {
        await using var shop = await Shop.StartAsync(Database.PostgreSql);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        await using var second = await shop.StartSecondNodeAsync();
        using var there = second.OpenChannel();
        var (goods, member) = (new GoodsService.GoodsServiceClient(there), Shop.Bearer(Shop.TokenOf(2)));
        Assert.Equal(7, await StockAsync());
        Assert.Equal("苏打饼干 Cookie,7", await ListedAsync());
        Assert.Equal(990, await PriceAsync());

        await admin.ChangeStockAsync(new() { SkuId = made.Plain, Operation = StockOperation.Add, Number = 5 }, shop.Owner);
        await ContentCalls.UntilAsync(12L, StockAsync);
        await ContentCalls.UntilAsync("苏打饼干 Cookie,12", ListedAsync);

        await ImportAsync(shop, $"id,name,category_id,price,stock\r\n{made.Plain},夹心饼干,{made.Fruit},8.00,6\r\n");
        await ContentCalls.UntilAsync("夹心饼干,6", ListedAsync);
        await ContentCalls.UntilAsync("水果", async () => (await DetailAsync()).Category.Terms.Name);

        var levels = new MembersAdminService.MembersAdminServiceClient(shop.Channel);
        var level = (await levels.CreateLevelAsync(new() { Name = "金卡", Rebate = 500 }, shop.Owner)).Level.Id;
        await levels.SetMemberLevelAsync(new() { UserId = 2, LevelId = level }, shop.Owner);
        await ContentCalls.UntilAsync(400L, PriceAsync);
        await levels.SetMemberPriceAsync(new() { LevelId = level, SkuId = made.Plain, PriceCents = 123 }, shop.Owner);
        await ContentCalls.UntilAsync(123L, PriceAsync);
        await levels.SetMemberLevelAsync(new() { UserId = 2 }, shop.Owner);
        await ContentCalls.UntilAsync(800L, PriceAsync);

        await new CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel).UpdateCategoryAsync(
            new() { CategoryId = made.Fruit, Terms = new() { Name = "时令水果", ParentId = made.Food } }, shop.Owner);
        await ContentCalls.UntilAsync("时令水果", async () => (await DetailAsync()).Category.Terms.Name);
        await admin.SetGoodsPublishedAsync(new() { GoodsId = made.Plain }, shop.Owner);
        await ContentCalls.UntilAsync("", ListedAsync);

        async Task<GoodsDetail> DetailAsync() => (await goods.DescribeGoodsAsync(new() { GoodsId = made.Plain })).Detail;
        async Task<long> StockAsync() => (await DetailAsync()).Goods.Stock;
        async Task<long> PriceAsync() => (await goods.QuoteGoodsAsync(new() { GoodsId = made.Plain }, member)).Sku.Price.PriceCents;
        async Task<string> ListedAsync() => string.Concat((await goods.ListGoodsAsync(new())).Goods
            .Where(g => g.Id == made.Plain).Select(g => $"{g.Terms.Name},{g.Stock}"));
    }

    [Fact]
    public async Task Favourites_OfAnother_AreNotTouched()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var made = await CatalogShop.FillAsync(shop);
        var goods = new GoodsService.GoodsServiceClient(shop.Channel);
        var mine = (await goods.AddFavouriteAsync(new() { GoodsId = made.Plain }, Shop.Bearer(Shop.TokenOf(1)))).FavouriteId;

        await goods.DeleteFavouriteAsync(new() { FavouriteId = mine }, Shop.Bearer(Shop.TokenOf(2)));
        await goods.DeleteFavouriteAsync(new() { GoodsId = made.Plain }, Shop.Bearer(Shop.TokenOf(2)));

        Assert.Equal(0, (await goods.ListFavouritesAsync(new(), Shop.Bearer(Shop.TokenOf(2)))).TotalCount);
        Assert.Equal(1, (await goods.ListFavouritesAsync(new(), Shop.Bearer(Shop.TokenOf(1)))).TotalCount);
        Assert.Equal(1, await shop.CountAsync($"SELECT favourites FROM catalog_counters WHERE goods_id = {made.Plain}"));
    }

    private static async Task<ImportGoodsResponse> ImportAsync(Shop shop, string file, bool dryRun = false, string requestId = "")
    {
        using var call = CatalogShop.Admin(shop).ImportGoods(shop.Owner);
        try
        {
            foreach (var piece in file.Chunk(100_000))
            {
                await call.RequestStream.WriteAsync(new() { Csv = new string(piece), DryRun = dryRun, RequestId = requestId });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or RpcException)
        {
            // The server has answered before it had all of it.
        }

        return await call;
    }

    private static async Task<string> ExportAsync(Shop shop)
    {
        using var call = CatalogShop.Admin(shop).ExportGoods(new(), shop.Owner);
        var csv = new System.Text.StringBuilder();
        await foreach (var piece in call.ResponseStream.ReadAllAsync(CancellationToken.None))
        {
            csv.Append(piece.Csv);
        }

        return csv.ToString();
    }
}
