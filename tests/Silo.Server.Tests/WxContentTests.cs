using System.Globalization;
using Silo.Content.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal and method as <see cref="WxSdkTests"/>, for the functions of content; paths that the package lacks are called
/// through it too.
/// </summary>
public sealed class WxContentTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Operations_OverTheSdk_AnswerAsTheHostedApi()
    {
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Shop__MerchantId"] = "7" });
        await shop.SeedUsersAsync(2);
        var goods = await BargainShop.GoodsAsync(shop);
        var banners = new BannersAdminService.BannersAdminServiceClient(shop.Channel);
        async Task<long> BannerAsync(BannerTerms terms, bool draft = false) =>
            (await banners.CreateBannerAsync(new() { Terms = terms, Draft = draft }, shop.Owner)).Banner.Id;
        const string picture = "https://static.example/a.png";
        var first = await BannerAsync(new()
        {
            Type = "app",
            Title = "首页",
            PictureUrl = picture,
            BusinessId = goods,
            LinkUrl = "/pages/goods/index",
            Remark = "备注",
            ShopId = 5,
            Sort = 2,
        });
        var second = await BannerAsync(new() { Type = "app", PictureUrl = picture, Sort = 1 });
        var other = await BannerAsync(new() { Type = "index", PictureUrl = picture, LinkType = BannerLink.MiniProgram, AppId = "wx0123456789" });
        await BannerAsync(new() { Type = "hidden", PictureUrl = picture }, draft: true);

        var notices = new NoticesAdminService.NoticesAdminServiceClient(shop.Channel);
        async Task<long> NoticeAsync(string title, long user = 0, bool draft = false) => (await notices.CreateNoticeAsync(
            new() { Terms = new() { Title = title, Type = "shop", Content = $"<p>{title}</p>", UserId = user, Remind = true }, Draft = draft },
            shop.Owner)).Notice.Id;
        await NoticeAsync("一");
        var secondNotice = await NoticeAsync("二");
        var personal = await NoticeAsync("只给您", 1);
        var hidden = await NoticeAsync("草稿", draft: true);

        var settings = new SettingsAdminService.SettingsAdminServiceClient(shop.Channel);
        async Task<long> SettingAsync(string key, string value, string remark = "") =>
            (await settings.PutSettingAsync(new() { Key = key, Value = value, Remark = remark }, shop.Owner)).Setting.Id;
        var setting = await SettingAsync("mallName", "示例商城", "名称");
        await SettingAsync("html", "");
        await SettingAsync("html", "<b>{\"a\":\"1,2\"}</b>");
        await SettingAsync("empty", "");
        await new ContentAdminService.ContentAdminServiceClient(shop.Channel).PublishContentAsync(
            new() { Kind = ContentKind.Setting, Id = await SettingAsync("secret", "1") }, shop.Owner);

        var partner = (await new PartnersAdminService.PartnersAdminServiceClient(shop.Channel).CreatePartnerAsync(
            new() { Terms = new() { Name = "示例茶园", Type = "首页显示", LogoUrl = picture, Url = "https://tea.example/", Remark = "茶" } },
            shop.Owner)).Partner.Id;
        var video = (await new VideosAdminService.VideosAdminServiceClient(shop.Channel).CreateVideoAsync(
            new()
            {
                Terms = new()
                {
                    Title = "茶",
                    CoverUrl = picture,
                    DurationSeconds = 15,
                    FluentUrl = "https://static.example/a.mp4",
                    HighUrl = "https://static.example/a-hd.mp4",
                },
            },
            shop.Owner)).Video.Terms.Key;

        await WxSdkTests.RunAsync(output, "wx-operations.js", new
        {
            baseUrl = WxSdkTests.BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(1),
            other = Shop.TokenOf(2),
            @operator = shop.Owner[0].Value["Bearer ".Length..],
            banners = new { first, second, other },
            notices = new { second = secondNotice, personal, hidden, user = 1 },
            setting,
            partner,
            video,
            goods,
        });
    }

    [Fact]
    public async Task Cms_OverTheSdk_AnswersAsTheHostedApi()
    {
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        var cms = new CmsAdminService.CmsAdminServiceClient(shop.Channel);
        async Task<long> CategoryAsync(CategoryTerms terms, bool draft = false) =>
            (await cms.CreateCategoryAsync(new() { Terms = terms, Draft = draft }, shop.Owner)).Category.Id;
        var help = await CategoryAsync(new() { Name = "帮助", Type = "qa", Key = "help", IconUrl = "https://static.example/c.png" });
        var pay = await CategoryAsync(new() { Name = "支付", ParentId = help });
        var hidden = await CategoryAsync(new() { Name = "草稿" }, draft: true);

        var articles = new ArticlesAdminService.ArticlesAdminServiceClient(shop.Channel);
        async Task<Article> ArticleAsync(ArticleTerms terms, bool draft = false) =>
            (await articles.CreateArticleAsync(new() { Terms = terms, Draft = draft }, shop.Owner)).Article;
        var first = await ArticleAsync(new()
        {
            Title = "如何下单",
            CategoryId = help,
            PictureUrl = "https://static.example/a.png",
            Summary = "摘要",
            Content = "<p style=\"text-align:center\" onclick=\"alert(1)\">文</p><img src=x onerror=alert(1)>",
            Keywords = "下单,购物车",
            Tags = { "新手", "下单" },
            Author = "店长",
            Source = "本店",
            Recommended = true,
            Sort = 9,
        });
        var second = await ArticleAsync(new() { Title = "支付", CategoryId = pay, Tags = { "新手" } });
        var bare = await ArticleAsync(new() { Title = "空", CategoryId = help });
        // In a category that is hidden.
        var loose = await ArticleAsync(new() { Title = "外", CategoryId = hidden, Sort = 10 });
        var draft = await ArticleAsync(new() { Title = "草稿", CategoryId = help, Tags = { "下单" } }, draft: true);
        var page = (await cms.CreatePageAsync(
            new() { Terms = new() { Key = "yhxy", Title = "用户协议", Content = "<p>协议</p>" } }, shop.Owner)).Page.Id;

        await WxSdkTests.RunAsync(output, "wx-cms.js", new
        {
            baseUrl = WxSdkTests.BaseUrl(shop),
            subDomain = "shop",
            help,
            pay,
            hidden,
            first = first.Id,
            second = second.Id,
            bare = bare.Id,
            loose = loose.Id,
            draft = draft.Id,
            page,
            today = first.CreatedAt.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        });
    }
}
