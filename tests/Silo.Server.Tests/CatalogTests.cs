using Google.Rpc;
using Grpc.Core;
using Silo.Catalog.V1;
using Xunit;
using static Silo.Server.Tests.CatalogShop;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

public sealed class CatalogOnSqlite(ShopOnSqlite shared) : CatalogSuite(shared);

public sealed class CatalogOnPostgres(ShopOnPostgres shared) : CatalogSuite(shared);

/// <summary>
/// Goal: operators manage the catalogue safely, and shoppers see the change. Method: a running server over each database;
/// versions, request ids, 64 changes of a stock at once. Each test has categories of its own, and
/// looks at their goods alone.
/// </summary>
public abstract class CatalogSuite(SharedShop shared) : ShopSuite(shared)
{
    private GoodsAdminService.GoodsAdminServiceClient Admin => CatalogShop.Admin(Shop);

    private GoodsService.GoodsServiceClient Goods => new(Shop.Channel);

    [Fact]
    public async Task Goods_ChangedAndTakenOff_AreSeenSoAtOnce()
    {
        var made = await FillAsync();
        var before = (await Admin.GetGoodsAsync(new() { GoodsId = made.WithSkus }, Shop.Owner)).Detail;
        Assert.Equal(2, await ListedAsync());

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
        var after = (await Admin.UpdateGoodsAsync(update, Shop.Owner)).Detail;

        var kept = Assert.Single(after.Skus);
        Assert.Equal((before.Skus[1].Id, 1500, 20), (kept.Id, kept.Price.PriceCents, kept.Stock));
        var seen = (await Goods.DescribeGoodsAsync(new() { GoodsId = made.WithSkus })).Detail;
        Assert.Equal(("脐橙礼盒", 1500, 20), (seen.Goods.Terms.Name, seen.Goods.Price.PriceCents, seen.Goods.Stock));
        Assert.DoesNotContain("onerror", seen.Parts.Content, StringComparison.Ordinal);
        Assert.Contains("<b>甜</b>", seen.Parts.Content, StringComparison.Ordinal);
        Assert.Equal("GOODS_VERSION_STALE", await ReasonAsync(Admin.UpdateGoodsAsync(update, Shop.Owner)));
        Assert.Equal("GOODS_ON_SALE", await ReasonAsync(Admin.DeleteGoodsAsync(new() { GoodsId = made.WithSkus }, Shop.Owner)));
        Assert.Equal("PROPERTY_IN_USE", await ReasonAsync(Admin.DeletePropertyAsync(new() { PropertyId = made.Property }, Shop.Owner)));
        await Admin.SetGoodsPublishedAsync(new() { GoodsId = made.WithSkus }, Shop.Owner);
        Assert.Equal(1, await ListedAsync());
        await Admin.DeleteGoodsAsync(new() { GoodsId = made.WithSkus }, Shop.Owner);
        Assert.Equal("GOODS_UNKNOWN", await ReasonAsync(Goods.DescribeGoodsAsync(new() { GoodsId = made.WithSkus })));
        await Admin.DeletePropertyAsync(new() { PropertyId = made.Property }, Shop.Owner);
        // The first stocks, what went with a combination, and what went with the goods is not asked about.
        var journal = await Admin.ListStockChangesAsync(new() { GoodsId = made.WithSkus }, Shop.Owner);
        Assert.Equal([(10L, 0L), (0L, 20L), (0L, 10L)], journal.Changes.Select(c => (c.Before, c.After)));

        async Task<long> ListedAsync() => (await Goods.ListGoodsAsync(new() { Filter = new() { CategoryId = made.Food } })).TotalCount;
    }

    [Fact]
    public async Task Create_RepeatedOrReused_IsTheFirstAnswerOrRefused()
    {
        var made = await FillAsync();
        var request = new CreateGoodsRequest
        {
            Terms = new() { Name = "梨", CategoryId = made.Fruit },
            Price = new() { PriceCents = 100 },
            RequestId = Own("pear"),
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Admin.CreateGoodsAsync(request, Shop.Owner).ResponseAsync));
        Assert.Single(answers.Select(a => a.Detail.Goods.Id).Distinct());
        request.Price.PriceCents = 101;
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        request.RequestId = "";
        request.Skus.Add([CatalogShop.Sku(made.Values[0], 1, 1), CatalogShop.Sku(made.Values[0], 2, 1)]);
        Assert.Equal("SKUS_INVALID", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        request.Skus[1].ValueIds[0] = 4711;
        Assert.Equal("PROPERTY_VALUE_UNKNOWN", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        Assert.Equal(1, await Shop.CountAsync($"SELECT count(*) FROM catalog_goods WHERE search_name = '梨' AND category_id = {made.Fruit}"));
    }

    [Fact]
    public async Task MemberLevel_WithAnEnd_IsShownAndKeptSince()
    {
        var user = await Shop.NewUserAsync();
        var admin = new MembersAdminService.MembersAdminServiceClient(Shop.Channel);
        var gold = (await admin.CreateLevelAsync(new() { Name = "金卡", Rebate = 900, Number = 2, Sort = 2 }, Shop.Owner)).Level;
        var silver = (await admin.CreateLevelAsync(new() { Name = "银卡", Rebate = 950, Number = 1, Sort = 1 }, Shop.Owner)).Level;
        Assert.Equal(
            [silver, gold], (await admin.SearchLevelsAsync(new() { PageSize = 100 }, Shop.Owner)).Levels.Where(l => l.Id == gold.Id || l.Id == silver.Id));
        Assert.NotNull(gold.CreatedAt);

        var past = new SetMemberLevelRequest { UserId = 4711, LevelId = 4711, ExpiresAt = new() { Seconds = 1_700_000_000 } };
        Assert.Equal("LEVEL_EXPIRY_INVALID", await ReasonAsync(admin.SetMemberLevelAsync(past, Shop.Owner)));
        var until = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = 4_102_444_800 };
        Assert.Equal("LEVEL_EXPIRY_INVALID", await ReasonAsync(
            admin.SetMemberLevelAsync(new() { UserId = user, ExpiresAt = until }, Shop.Owner)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(
            admin.SetMemberLevelAsync(new() { UserId = 4711, LevelId = 4711, ExpiresAt = until }, Shop.Owner)));

        var given = await admin.SetMemberLevelAsync(new() { UserId = user, LevelId = silver.Id, ExpiresAt = until }, Shop.Owner);
        Assert.Equal((silver.Id, until), (given.LevelId, given.ExpiresAt));
        var mine = await new MembersService.MembersServiceClient(Shop.Channel).DescribeMyLevelAsync(new(), Shop.Bearer(Shop.TokenOf(user)));
        Assert.Equal((silver, given.Since, until), (mine.Level, mine.Since, mine.ExpiresAt));

        // Another end leaves the day since which he has it, another level does not.
        var longer = await admin.SetMemberLevelAsync(new() { UserId = user, LevelId = silver.Id }, Shop.Owner);
        Assert.Equal((given.Since, null), (longer.Since, longer.ExpiresAt));
        var higher = await admin.SetMemberLevelAsync(new() { UserId = user, LevelId = gold.Id }, Shop.Owner);
        Assert.True(higher.Since.ToDateTimeOffset() > given.Since.ToDateTimeOffset());
        Assert.Equal("LEVEL_IN_USE", await ReasonAsync(admin.DeleteLevelAsync(new() { LevelId = gold.Id }, Shop.Owner)));

        // One that has ended counts as none, and holds no level back.
        await Shop.ExecuteAsync($"UPDATE catalog_members SET expires_at = 1 WHERE user_id = {user}");
        await admin.DeleteLevelAsync(new() { LevelId = gold.Id }, Shop.Owner);
        Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM catalog_members WHERE user_id = {user}"));
        Assert.Null((await new MembersService.MembersServiceClient(Shop.Channel)
            .DescribeMyLevelAsync(new(), Shop.Bearer(Shop.TokenOf(user)))).Level);
    }

    [Fact]
    public async Task Categories_InATree_KeepItATree()
    {
        var made = await FillAsync();
        var admin = new CategoriesAdminService.CategoriesAdminServiceClient(Shop.Channel);

        Assert.Equal("CATEGORY_NOT_EMPTY", await ReasonAsync(admin.DeleteCategoryAsync(new() { CategoryId = made.Food }, Shop.Owner)));
        Assert.Equal("CATEGORY_CYCLE", await ReasonAsync(admin.UpdateCategoryAsync(
            new() { CategoryId = made.Food, Terms = new() { Name = "x", ParentId = made.Fruit } }, Shop.Owner)));
        var third = (await admin.CreateCategoryAsync(new() { Terms = new() { Name = "3", ParentId = made.Fruit } }, Shop.Owner)).Category;
        var fourth = (await admin.CreateCategoryAsync(new() { Terms = new() { Name = "4", ParentId = third.Id } }, Shop.Owner)).Category;
        Assert.Equal("CATEGORY_TOO_DEEP", await ReasonAsync(
            admin.CreateCategoryAsync(new() { Terms = new() { Name = "5", ParentId = fourth.Id } }, Shop.Owner)));
        await admin.UpdateCategoryAsync(new() { CategoryId = third.Id, Terms = new() { Name = "3" }, ExpectedVersion = 1 }, Shop.Owner);
        Assert.Equal(2, (await admin.GetCategoryAsync(new() { CategoryId = fourth.Id }, Shop.Owner)).Category.Level);
        Assert.Equal("CATEGORY_VERSION_STALE", await ReasonAsync(admin.UpdateCategoryAsync(
            new() { CategoryId = third.Id, Terms = new() { Name = "3" }, ExpectedVersion = 1 }, Shop.Owner)));
        await admin.SetCategoryEnabledAsync(new() { CategoryId = made.Food }, Shop.Owner);
        Assert.Equal([third.Id, fourth.Id], await ShownAsync(made.Food, made.Fruit, third.Id, fourth.Id));

        async Task<List<long>> ShownAsync(params long[] among)
        {
            var (client, shown) = (new CategoriesService.CategoriesServiceClient(Shop.Channel), new List<long>());
            for (var page = 1; ; page++)
            {
                var listed = (await client.ListCategoriesAsync(new() { Page = page, PageSize = 100 })).Categories;
                if (listed.Count == 0)
                {
                    return shown;
                }

                shown.AddRange(listed.Select(c => c.Id).Where(id => among.Contains(id) && !shown.Contains(id)));
            }
        }
    }

    [Fact]
    public async Task Stock_64ChangesAtOnce_AreAllInTheJournalAndNeverNegative()
    {
        var made = await FillAsync();

        var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            try
            {
                await Admin.ChangeStockAsync(
                    new() { SkuId = made.Plain, Operation = StockOperation.Take, Number = 1, Reason = $"taken {i}", RequestId = $"t{made.Plain}-{i}" }, Shop.Owner);
                return "";
            }
            catch (RpcException refused)
            {
                return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason;
            }
        }));

        Assert.Equal(7, taken.Count(t => t == ""));
        Assert.All(taken.Where(t => t != ""), t => Assert.Equal("STOCK_TOO_LOW", t));
        var journal = await Admin.ListStockChangesAsync(new() { SkuId = made.Plain }, Shop.Owner);
        Assert.Equal(8, journal.TotalCount);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], journal.Changes.Select(c => c.After));
        Assert.All(journal.Changes.SkipLast(1), c => Assert.StartsWith("taken ", c.Reason, StringComparison.Ordinal));
        Assert.Equal(0, (await Goods.QuoteGoodsAsync(new() { GoodsId = made.Plain })).Sku.Stock);
    }

    [Fact]
    public async Task Reviews_HiddenAndAnswered_AreSeenAndCountedSo()
    {
        var made = await FillAsync();
        var (admin, good, bad) = (new ReviewsAdminService.ReviewsAdminServiceClient(Shop.Channel), made.Reviews[0], made.Reviews[1]);
        await Shop.QueryAsync($"UPDATE catalog_counters SET reviews = 2, good_reviews = 1 WHERE goods_id = {made.Plain}", _ => 0);
        async Task<(long, long)> CountedAsync() => (
            await Shop.CountAsync($"SELECT reviews FROM catalog_counters WHERE goods_id = {made.Plain}"),
            await Shop.CountAsync($"SELECT good_reviews FROM catalog_counters WHERE goods_id = {made.Plain}"));
        async Task<string> FoundAsync(SearchReviewsRequest request) => string.Join(',', (await admin.SearchReviewsAsync(
            new(request) { GoodsId = request.GoodsId == 0 ? made.Plain : request.GoodsId }, Shop.Owner)).Reviews.Select(r => r.Id));

        Assert.Equal($"{bad},{good}", await FoundAsync(new()));
        Assert.Equal($"{bad}", await FoundAsync(new() { Rating = Rating.Bad }));
        Assert.Equal("", await FoundAsync(new() { GoodsId = made.WithSkus }));

        // As often and as many at once as they like.
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
            await admin.SetReviewHiddenAsync(new() { ReviewId = good, Hidden = true, Reason = "abuse" }, Shop.Owner)));
        Assert.Equal((1, 0), await CountedAsync());
        Assert.Equal([bad], (await Goods.ListReviewsAsync(new() { GoodsId = made.Plain })).Reviews.Select(r => r.Id));
        Assert.Equal(($"{good}", $"{bad}"), (await FoundAsync(new() { Hidden = true }), await FoundAsync(new() { Hidden = false })));
        await admin.SetReviewHiddenAsync(new() { ReviewId = good }, Shop.Owner);
        Assert.Equal((2, 1), await CountedAsync());

        await admin.ReplyToReviewAsync(new() { ReviewId = bad, Text = "抱歉" }, Shop.Owner);
        Assert.Equal(["抱歉", ""], (await Goods.ListReviewsAsync(new() { GoodsId = made.Plain })).Reviews.Select(r => r.Reply));
        Assert.Equal(($"{bad}", $"{good}"), (await FoundAsync(new() { Replied = true }), await FoundAsync(new() { Replied = false })));
        await admin.ReplyToReviewAsync(new() { ReviewId = bad }, Shop.Owner);
        Assert.Equal("", await FoundAsync(new() { Replied = true }));

        Assert.Equal("REVIEW_UNKNOWN", await ReasonAsync(admin.ReplyToReviewAsync(new() { ReviewId = 4711, Text = "x" }, Shop.Owner)));
        Assert.Equal("REVIEW_UNKNOWN", await ReasonAsync(admin.SetReviewHiddenAsync(new() { ReviewId = 4711 }, Shop.Owner)));
    }

    [Fact]
    public async Task Favourites_OfAnother_AreNotTouched()
    {
        var made = await FillAsync();
        var (owner, other) = (Shop.Bearer(Shop.TokenOf(made.Users[0])), Shop.Bearer(Shop.TokenOf(made.Users[1])));
        var mine = (await Goods.AddFavouriteAsync(new() { GoodsId = made.Plain }, owner)).FavouriteId;

        await Goods.DeleteFavouriteAsync(new() { FavouriteId = mine }, other);
        await Goods.DeleteFavouriteAsync(new() { GoodsId = made.Plain }, other);

        Assert.Equal(0, (await Goods.ListFavouritesAsync(new(), other)).TotalCount);
        Assert.Equal(1, (await Goods.ListFavouritesAsync(new(), owner)).TotalCount);
        Assert.Equal(1, await Shop.CountAsync($"SELECT count(*) FROM catalog_favourites WHERE goods_id = {made.Plain}"));
    }

    private Task<CatalogShop> FillAsync() => CatalogShop.FillAsync(Shop, Own("规格"));
}

/// <summary>Goal: what one node changes of the catalogue, the others show. Method: two nodes over one database.</summary>
public sealed class CatalogNodesTests
{
    [Fact]
    public async Task Change_OnOneNode_IsSeenOnTheOther()
    {
        await using var shop = await Shop.StartAsync(Database.PostgreSql);
        var (made, admin) = (await CatalogShop.FillAsync(shop), CatalogShop.Admin(shop));
        await using var second = await shop.StartSecondNodeAsync();
        using var there = second.OpenChannel();
        var (goods, member) = (new GoodsService.GoodsServiceClient(there), Shop.Bearer(Shop.TokenOf(made.Users[1])));
        Assert.Equal(7, await StockAsync());
        Assert.Equal("苏打饼干 Cookie,7", await ListedAsync());
        Assert.Equal(990, await PriceAsync());

        await admin.ChangeStockAsync(new() { SkuId = made.Plain, Operation = StockOperation.Add, Number = 5 }, shop.Owner);
        await ContentCalls.UntilAsync(12L, StockAsync);
        await ContentCalls.UntilAsync("苏打饼干 Cookie,12", ListedAsync);

        await CatalogShop.ImportAsync(shop, $"id,name,category_id,price,stock\r\n{made.Plain},夹心饼干,{made.Fruit},8.00,6\r\n");
        await ContentCalls.UntilAsync("夹心饼干,6", ListedAsync);
        await ContentCalls.UntilAsync("水果", async () => (await DetailAsync()).Category.Terms.Name);

        var levels = new MembersAdminService.MembersAdminServiceClient(shop.Channel);
        var level = (await levels.CreateLevelAsync(new() { Name = "金卡", Rebate = 500 }, shop.Owner)).Level.Id;
        await levels.SetMemberLevelAsync(new() { UserId = made.Users[1], LevelId = level }, shop.Owner);
        await ContentCalls.UntilAsync(400L, PriceAsync);
        await levels.SetMemberPriceAsync(new() { LevelId = level, SkuId = made.Plain, PriceCents = 123 }, shop.Owner);
        await ContentCalls.UntilAsync(123L, PriceAsync);
        await levels.SetMemberLevelAsync(new() { UserId = made.Users[1] }, shop.Owner);
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
}
