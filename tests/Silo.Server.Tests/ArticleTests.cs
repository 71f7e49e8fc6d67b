using Silo.Content.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: articles are found by each filter alone and together, in every order, with categories, tags and views right.
/// Method: over a running server on each database; each test has a category of its own.
/// </summary>
public abstract class ArticlesSuite(SharedShop own) : ContentCalls(own)
{
    [Fact]
    public async Task Categories_OfATree_AreListedMovedAndKeptFromThemselves()
    {
        var shop = Shop;
        var (admin, client) = (new CmsAdminService.CmsAdminServiceClient(shop.Channel), new CmsService.CmsServiceClient(shop.Channel));
        var type = Own("tree");
        var help = await CategoryAsync(shop, "帮助", type, sort: 2);
        var index = await CategoryAsync(shop, "首页", type, sort: 1);
        var pay = await CategoryAsync(shop, "支付", type, help);
        var wechat = await CategoryAsync(shop, "微信支付", type, pay);

        Assert.Equal($"{index}/1 {help}/1 {pay}/2 {wechat}/3", await ListAsync());
        Assert.Equal("NotFound:CATEGORY_UNKNOWN", await RefusedAsync(
            admin.CreateCategoryAsync(new() { Terms = new() { Name = "无", ParentId = 1 } }, shop.Owner)));
        foreach (var parent in new[] { help, pay, wechat })
        {
            Assert.Equal("FailedPrecondition:CATEGORY_CYCLE", await RefusedAsync(admin.UpdateCategoryAsync(
                new() { CategoryId = help, Terms = new() { Name = "帮助", Type = type, ParentId = parent } }, shop.Owner)));
        }

        await admin.UpdateCategoryAsync(new() { CategoryId = pay, Terms = new() { Name = "支付", Type = type, ParentId = index } }, shop.Owner);
        Assert.Equal($"{index}/1 {pay}/2 {wechat}/3 {help}/1", await ListAsync());
        Assert.Equal("FailedPrecondition:CATEGORY_IN_USE", await RefusedAsync(
            Content.DeleteContentAsync(new() { Kind = ContentKind.Category, Id = pay }, shop.Owner)));

        await PublishAsync(ContentKind.Category, pay, false);
        Assert.Equal($"{index}/1 {help}/1", await ListAsync());
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeCategoryAsync(new() { CategoryId = wechat })));
        Assert.Equal(index, (await client.DescribeCategoryAsync(new() { CategoryId = index })).Category.Id);
        Assert.Equal((3, true), ((await admin.GetCategoryAsync(new() { CategoryId = wechat }, shop.Owner)).Category.Level,
            (await admin.SearchCategoriesAsync(new() { Type = type, NameContains = "支付" }, shop.Owner)).Categories
                .Select(c => c.Id).SequenceEqual([pay, wechat])));
        var article = await ArticleAsync(shop, new() { Title = "文", CategoryId = help });
        Assert.Equal("FailedPrecondition:CATEGORY_IN_USE", await RefusedAsync(
            Content.DeleteContentAsync(new() { Kind = ContentKind.Category, Id = help }, shop.Owner)));
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Article, Id = article.Id }, shop.Owner);
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Category, Id = help }, shop.Owner);
        Assert.Equal($"{index}/1", await ListAsync());

        async Task<string> ListAsync() => string.Join(' ', (await client.ListCategoriesAsync(new() { PageSize = 100 })).Categories
            .Where(c => c.Terms.Type == type).Select(c => $"{c.Id}/{c.Level}"));
    }

    [Fact]
    public async Task Articles_ByEachFilterAndOrder_AreFound()
    {
        var shop = Shop;
        var top = await CategoryAsync(shop, "资讯", Own("news"));
        var (inner, other) = (await CategoryAsync(shop, "茶", "", top), await CategoryAsync(shop, "果", "", top));
        var a = await ArticleAsync(shop, new() { Title = "新茶上市", CategoryId = inner, Keywords = "茶叶,Tea", Sort = 2, Tags = { "新品", "茶" } });
        var b = await ArticleAsync(shop, new() { Title = "Green Tea", CategoryId = inner, Keywords = "绿茶", Sort = 1, Tags = { "茶" }, Recommended = true });
        var c = await ArticleAsync(shop, new() { Title = "果园", CategoryId = other, Keywords = "水果", Sort = 1, Tags = { "新品" } });
        var d = await ArticleAsync(shop, new() { Title = "头条", CategoryId = top, Sort = 3 });
        var draft = await ArticleAsync(shop, new() { Title = "新茶草稿", CategoryId = inner, Tags = { "新品" } }, draft: true);
        await ViewAsync(c.Id, 3);
        await ViewAsync(a.Id, 1);

        foreach (var (filter, order, expected) in new[]
        {
            (new ArticleFilter(), ArticleOrder.Unspecified, new[] { c, b, a, d }),
            (new(), ArticleOrder.SortUp, [c, b, a, d]),
            (new(), ArticleOrder.SortDown, [d, a, c, b]),
            (new(), ArticleOrder.AddedUp, [a, b, c, d]),
            (new(), ArticleOrder.AddedDown, [d, c, b, a]),
            (new(), ArticleOrder.ViewsDown, [c, a, d, b]),
            (new(), ArticleOrder.ViewsUp, [b, d, a, c]),
            (new() { CategoryId = inner }, ArticleOrder.AddedUp, [a, b]),
            (new() { CategoryId = other }, ArticleOrder.AddedUp, [c]),
            (new() { TitleContains = "茶" }, ArticleOrder.AddedUp, [a]),
            (new() { TitleContains = "ｇｒｅｅｎ" }, ArticleOrder.AddedUp, [b]),
            (new() { TitleContains = "%" }, ArticleOrder.AddedUp, []),
            (new() { KeywordsContain = "茶" }, ArticleOrder.AddedUp, [a, b]),
            (new() { KeywordsContain = "tea" }, ArticleOrder.AddedUp, [a]),
            (new() { TagContains = "新" }, ArticleOrder.AddedUp, [a, c]),
            (new() { TagContains = "茶", KeywordsContain = "绿" }, ArticleOrder.AddedUp, [b]),
            (new() { Recommended = true }, ArticleOrder.AddedUp, [b]),
            (new() { Recommended = false }, ArticleOrder.AddedUp, [a, c, d]),
            (new() { ArticleId = d.Id }, ArticleOrder.AddedUp, [d]),
            (new() { ArticleId = draft.Id }, ArticleOrder.AddedUp, []),
            (new() { CreatedFrom = a.CreatedAt, CreatedUntil = b.CreatedAt }, ArticleOrder.AddedUp, a.CreatedAt == b.CreatedAt ? [] : [a]),
            (new() { CreatedFrom = Second(4_000_000_000) }, ArticleOrder.AddedUp, []),
            (new() { CreatedUntil = Second(4_000_000_000) }, ArticleOrder.AddedUp, [a, b, c, d]),
            (new() { UpdatedUntil = Second(1) }, ArticleOrder.AddedUp, []),
            (new() { UpdatedFrom = Second(1) }, ArticleOrder.AddedUp, [a, b, c, d]),
        })
        {
            if (filter.CategoryId == 0)
            {
                filter.CategoryId = top;
            }

            var listed = await Articles(shop).ListArticlesAsync(new() { Filter = filter, Order = order });
            Assert.True(
                listed.Articles.Select(x => x.Terms.Title).SequenceEqual(expected.Select(x => x.Terms.Title)),
                $"{filter} {order}: {string.Join(' ', listed.Articles.Select(x => x.Terms.Title))}");
            Assert.Equal(expected.Length, listed.TotalCount);
            Assert.All(listed.Articles, x => Assert.Equal("", x.Terms.Content));
        }

        var second = await Articles(shop).ListArticlesAsync(new() { Filter = new() { CategoryId = top }, Page = 2, PageSize = 3 });
        Assert.Equal((d.Id, 4), (second.Articles.Single().Id, second.TotalCount));
        var all = await Admin(shop).SearchArticlesAsync(
            new() { Filter = new() { CategoryId = top, TagContains = "新" }, Order = ArticleOrder.AddedUp }, shop.Owner);
        Assert.Equal([a.Id, c.Id, draft.Id], all.Articles.Select(x => x.Id));
        Assert.Equal(0, (await Articles(shop).ListArticlesAsync(new() { Filter = new() { CategoryId = 1 } })).TotalCount);

        await PublishAsync(ContentKind.Category, inner, false);
        Assert.Equal(2, (await Articles(shop).ListArticlesAsync(new() { Filter = new() { CategoryId = top } })).TotalCount);
        Assert.Equal(0, (await Articles(shop).ListArticlesAsync(new() { Filter = new() { CategoryId = inner } })).TotalCount);
        Assert.Equal(3, (await Admin(shop).SearchArticlesAsync(new() { Filter = new() { CategoryId = inner } }, shop.Owner)).TotalCount);

        async Task ViewAsync(long id, int times)
        {
            for (var i = 0; i < times; i++)
            {
                await Articles(shop).DescribeArticleAsync(new() { ArticleId = id });
            }

            await UntilAsync(times, async () => (int)(await Admin(shop).GetArticleAsync(new() { ArticleId = id }, shop.Owner)).Article.Views);
        }
    }

    [Fact]
    public async Task Article_ChangedAfterItWasViewed_KeepsItsViewsAndShowsItsChanges()
    {
        var shop = Shop;
        var terms = new ArticleTerms { Title = "文", Content = "<p>一</p><img src=x onerror=alert(1)>", Author = "店长", Source = "报" };
        var article = await ArticleAsync(shop, terms);
        Assert.Equal("<p>一</p><img src=\"x\">", (await ReadAsync()).Terms.Content);
        await UntilAsync(1, async () => (int)(await Admin(shop).GetArticleAsync(new() { ArticleId = article.Id }, shop.Owner)).Article.Views);

        terms.Content = "<p>二</p>";
        var changed = (await Admin(shop).UpdateArticleAsync(
            new() { ArticleId = article.Id, Terms = terms, ExpectedVersion = 1 }, shop.Owner)).Article;

        Assert.Equal((2, 1, "<p>二</p>"), (changed.Version, changed.Views, changed.Terms.Content));
        Assert.Equal(changed, await ReadAsync());
        await PublishAsync(ContentKind.Article, article.Id, false);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(Articles(shop).DescribeArticleAsync(new() { ArticleId = article.Id })));

        async Task<Article> ReadAsync() => (await Articles(shop).DescribeArticleAsync(new() { ArticleId = article.Id })).Article;
    }

    [Fact]
    public async Task Views_BeforeAnOrderlyEnd_AreWritten()
    {
        var shop = Shop;
        var article = await ArticleAsync(shop, new() { Title = "文" });
        for (var i = 0; i < 7; i++)
        {
            await Articles(shop).DescribeArticleAsync(new() { ArticleId = article.Id });
        }

        Assert.Equal(0, await shop.Server.TerminateAsync());
        Assert.Equal(7, await shop.CountAsync($"SELECT views FROM content_articles WHERE id = {article.Id}"));
        await shop.RestartAsync();
        Assert.Equal(7, (await Articles(shop).DescribeArticleAsync(new() { ArticleId = article.Id })).Article.Views);
    }

    [Fact]
    public async Task Tags_OfArticles_AreMadeCountedRenamedAndTakenAway()
    {
        var shop = Shop;
        var (admin, client) = (new CmsAdminService.CmsAdminServiceClient(shop.Channel), new CmsService.CmsServiceClient(shop.Channel));
        var (x, y) = (Own("Tag X"), Own("标签"));
        var one = await ArticleAsync(shop, new() { Title = "一", Tags = { x, y, x.ToUpperInvariant() } });
        var two = await ArticleAsync(shop, new() { Title = "二", Tags = { x.ToLowerInvariant() } });
        await ArticleAsync(shop, new() { Title = "稿", Tags = { y } }, draft: true);

        Assert.Equal([x, y], one.Terms.Tags);
        Assert.Equal([x], two.Terms.Tags);
        Assert.Equal($"{x}:2 {y}:1", await CloudAsync());
        Assert.Equal("InvalidArgument:TAG_INVALID", await RefusedAsync(
            Admin(shop).CreateArticleAsync(new() { Terms = new() { Title = "三", Tags = { "a,b" } } }, shop.Owner)));
        Assert.Equal("AlreadyExists:CONTENT_KEY_TAKEN", await RefusedAsync(
            admin.CreateTagAsync(new() { Terms = new() { Name = x.ToUpperInvariant() } }, shop.Owner)));

        var tag = (await admin.SearchTagsAsync(new() { NameContains = x }, shop.Owner)).Tags.Single();
        var renamed = (await admin.UpdateTagAsync(
            new() { TagId = tag.Id, Terms = new() { Name = $"{x}!", Sort = 1_000 }, ExpectedVersion = 1 }, shop.Owner)).Tag;
        Assert.Equal((2, renamed), (renamed.Articles, (await admin.GetTagAsync(new() { TagId = tag.Id }, shop.Owner)).Tag));
        Assert.Equal([$"{x}!", y], (await Articles(shop).DescribeArticleAsync(new() { ArticleId = one.Id })).Article.Terms.Tags);
        Assert.Equal($"{y}:1 {x}!:2", await CloudAsync());

        await PublishAsync(ContentKind.Tag, tag.Id, false);
        Assert.Equal($"{y}:1", await CloudAsync());
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Tag, Id = tag.Id }, shop.Owner);
        Assert.Equal([y], (await Articles(shop).DescribeArticleAsync(new() { ArticleId = one.Id })).Article.Terms.Tags);
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Article, Id = one.Id }, shop.Owner);
        Assert.Equal($"{y}:0", await CloudAsync());

        async Task<string> CloudAsync() => string.Join(' ', (await client.ListTagsAsync(new() { PageSize = 100 })).Tags
            .Where(t => t.Terms.Name.StartsWith(x, StringComparison.Ordinal) || t.Terms.Name == y)
            .Select(t => $"{t.Terms.Name}:{t.Articles}"));
    }

    protected static ArticlesService.ArticlesServiceClient Articles(Shop shop) => new(shop.Channel);

    protected static ArticlesAdminService.ArticlesAdminServiceClient Admin(Shop shop) => new(shop.Channel);

    private static async Task<Article> ArticleAsync(Shop shop, ArticleTerms terms, bool draft = false) =>
        (await Admin(shop).CreateArticleAsync(new() { Terms = terms, Draft = draft }, shop.Owner)).Article;

    private static async Task<long> CategoryAsync(Shop shop, string name, string type, long parent = 0, int sort = 0) =>
        (await new CmsAdminService.CmsAdminServiceClient(shop.Channel).CreateCategoryAsync(
            new() { Terms = new() { Name = name, Type = type, ParentId = parent, Sort = sort } }, shop.Owner)).Category.Id;
}

public sealed class ArticlesOnSqlite(ShopOnSqlite own) : ArticlesSuite(own), IClassFixture<ShopOnSqlite>;

public sealed class ArticlesOnPostgres(ShopOnPostgres own) : ArticlesSuite(own), IClassFixture<ShopOnPostgres>;

/// <summary>
/// Goal: what an operator changes on one node is seen on the other, and views of both add up. Method: two servers over
/// one PostgreSQL database; the other node has read, and so remembers, everything before it changes.
/// </summary>
public sealed class ContentNodesTests(ShopOnPostgres own) : ContentCalls(own), IClassFixture<ShopOnPostgres>
{
    [Fact]
    public async Task Change_OnOneNode_IsSeenOnTheOther()
    {
        var shop = Shop;
        await using var second = await shop.StartSecondNodeAsync();
        using var there = second.OpenChannel();
        var banners = new BannersService.BannersServiceClient(there);
        var banner = (await new BannersAdminService.BannersAdminServiceClient(shop.Channel).CreateBannerAsync(
            new() { Terms = Banner("nodes", "一") }, shop.Owner)).Banner;
        await UntilAsync("一", TitleAsync);

        await new BannersAdminService.BannersAdminServiceClient(shop.Channel).UpdateBannerAsync(
            new() { BannerId = banner.Id, Terms = Banner("nodes", "二") }, shop.Owner);
        await UntilAsync("二", TitleAsync);

        var settings = new SettingsAdminService.SettingsAdminServiceClient(shop.Channel);
        foreach (var value in new[] { "4", "5" })
        {
            await settings.PutSettingAsync(new() { Key = "vipLevel", Value = value }, shop.Owner);
            await UntilAsync(value, async () => $"{(await new SettingsService.SettingsServiceClient(there).DescribeVipLevelAsync(new())).Level}");
        }

        var cms = new CmsAdminService.CmsAdminServiceClient(shop.Channel);
        var page = (await cms.CreatePageAsync(new() { Terms = new() { Key = "nodes", Title = "一" } }, shop.Owner)).Page;
        Assert.Equal("一", (await new CmsService.CmsServiceClient(there).DescribePageAsync(new() { Key = "nodes" })).Page.Terms.Title);
        await cms.UpdatePageAsync(new() { PageId = page.Id, Terms = new() { Key = "nodes", Title = "二" } }, shop.Owner);
        await UntilAsync("二", async () => (await new CmsService.CmsServiceClient(there).DescribePageAsync(new() { Key = "nodes" })).Page.Terms.Title);

        async Task<string> TitleAsync() => (await banners.ListBannersAsync(new() { Types_ = { "nodes" } })).Banners.SingleOrDefault()?.Terms.Title ?? "";
    }

    [Fact]
    public async Task Article_ChangedAndViewedOnBothNodes_IsRightOnBoth()
    {
        var shop = Shop;
        await using var second = await shop.StartSecondNodeAsync();
        using var there = second.OpenChannel();
        var admin = new ArticlesAdminService.ArticlesAdminServiceClient(shop.Channel);
        var nodes = new[] { shop.Channel, there }.Select(c => new ArticlesService.ArticlesServiceClient(c)).ToArray();
        var article = (await admin.CreateArticleAsync(new() { Terms = new() { Title = "一", Tags = { "节点" } } }, shop.Owner)).Article;
        var query = new ListArticlesRequest { Filter = new() { TagContains = "节点" } };
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => await nodes[i % 2].DescribeArticleAsync(new() { ArticleId = article.Id })));
        foreach (var node in nodes)
        {
            await UntilAsync(("一", 40), () => ListedAsync(node));
        }

        await admin.UpdateArticleAsync(new() { ArticleId = article.Id, Terms = new() { Title = "二", Tags = { "节点" } } }, shop.Owner);

        Assert.Equal(("二", 40), await ListedAsync(nodes[0]));
        await UntilAsync(("二", 40), () => ListedAsync(nodes[1]));
        await UntilAsync("二", async () => (await nodes[1].DescribeArticleAsync(new() { ArticleId = article.Id })).Article.Terms.Title);

        async Task<(string, int)> ListedAsync(ArticlesService.ArticlesServiceClient node) =>
            (await node.ListArticlesAsync(query)).Articles is [var listed] ? (listed.Terms.Title, (int)listed.Views) : ("", 0);
    }
}
