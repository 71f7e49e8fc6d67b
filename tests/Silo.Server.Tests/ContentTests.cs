using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Silo.Content.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: what operators do with content is what shoppers see, once, for all kinds, and no refusal changes anything.
/// Method: over a running server on each database; each test has types and names of its own.
/// </summary>
public abstract class ContentSuite(SharedShop shared) : ContentCalls(shared)
{
    [Fact]
    public async Task Banner_ThroughItsLife_IsSeenAsItIs()
    {
        var shop = Shop;
        var (admin, type) = (new BannersAdminService.BannersAdminServiceClient(shop.Channel), Own("banner"));
        var first = (await admin.CreateBannerAsync(
            new() { Terms = Banner(type, "首页", sort: 5), Draft = true, Reason = "spring" }, shop.Owner)).Banner;
        Assert.Empty(await ListAsync());

        await PublishAsync(ContentKind.Banner, first.Id, true);
        var second = (await admin.CreateBannerAsync(new() { Terms = Banner(type, "二") }, shop.Owner)).Banner;
        Assert.Equal([second.Id, first.Id], await ListAsync());

        await Content.SortContentAsync(new() { Kind = ContentKind.Banner, Ids = { first.Id, second.Id, first.Id } }, shop.Owner);
        Assert.Equal([first.Id, second.Id], await ListAsync());

        var changed = Banner(type, "新首页", sort: 9);
        changed.LinkType = BannerLink.MiniProgram;
        var updated = (await admin.UpdateBannerAsync(
            new() { BannerId = first.Id, Terms = changed, ExpectedVersion = 1 }, shop.Owner)).Banner;
        Assert.Equal((2, changed, true), (updated.Version, updated.Terms, updated.Published));
        Assert.Equal(updated, (await admin.GetBannerAsync(new() { BannerId = first.Id }, shop.Owner)).Banner);
        Assert.Equal([second.Id, first.Id], await ListAsync());
        Assert.Equal("FailedPrecondition:CONTENT_VERSION_STALE", await RefusedAsync(admin.UpdateBannerAsync(
            new() { BannerId = first.Id, Terms = changed, ExpectedVersion = 1 }, shop.Owner)));

        await PublishAsync(ContentKind.Banner, second.Id, false);
        Assert.Equal([first.Id], await ListAsync());
        var drafts = await admin.SearchBannersAsync(new() { Type = type, Publication = Publication.Draft }, shop.Owner);
        Assert.Equal([second.Id], drafts.Banners.Select(b => b.Id));
        var named = await admin.SearchBannersAsync(new() { Type = type, TitleContains = "首页" }, shop.Owner);
        Assert.Equal((first.Id, 1), (named.Banners.Single().Id, named.TotalCount));

        await Content.DeleteContentAsync(new() { Kind = ContentKind.Banner, Id = first.Id }, shop.Owner);
        Assert.Empty(await ListAsync());
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(admin.GetBannerAsync(new() { BannerId = first.Id }, shop.Owner)));
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(
            Content.DeleteContentAsync(new() { Kind = ContentKind.Banner, Id = first.Id }, shop.Owner)));

        // created, published, changed, deleted; the order is an entry of its own
        Assert.Equal(4, await shop.CountAsync($"SELECT COUNT(*) FROM silo_audit WHERE subject = 'banner:{first.Id}'"));
        Assert.Equal("spring", (await shop.QueryAsync(
            $"SELECT reason FROM silo_audit WHERE subject = 'banner:{first.Id}' ORDER BY id", r => r.GetString(0)))[0]);

        async Task<IEnumerable<long>> ListAsync() =>
            (await new BannersService.BannersServiceClient(shop.Channel).ListBannersAsync(new() { Types_ = { type, "none" } })).Banners.Select(b => b.Id);
    }

    [Fact]
    public async Task Lists_OfBanners_ArePaged()
    {
        var shop = Shop;
        var (admin, type) = (new BannersAdminService.BannersAdminServiceClient(shop.Channel), Own("paged"));
        List<long> ids = [];
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await admin.CreateBannerAsync(new() { Terms = Banner(type, $"{i}") }, shop.Owner)).Banner.Id);
        }

        var client = new BannersService.BannersServiceClient(shop.Channel);
        foreach (var (page, size, expected) in new[] { (0, 0, ids), (1, 2, ids[..2]), (3, 2, ids[4..]), (4, 2, []), (1_000_000, 100, []) })
        {
            var listed = await client.ListBannersAsync(new() { Types_ = { type }, Page = page, PageSize = size });
            Assert.Equal((5, string.Join(' ', expected)), (listed.TotalCount, string.Join(' ', listed.Banners.Select(b => b.Id))));
            var found = await admin.SearchBannersAsync(new() { Type = type, Page = page, PageSize = size }, shop.Owner);
            Assert.Equal((5, string.Join(' ', expected)), (found.TotalCount, string.Join(' ', found.Banners.Select(b => b.Id))));
        }
    }

    [Fact]
    public async Task Write_RepeatedWithItsRequestId_GetsTheFirstAnswer()
    {
        var shop = Shop;
        var (admin, name) = (new PartnersAdminService.PartnersAdminServiceClient(shop.Channel), Own("repeat"));
        var create = new CreatePartnerRequest { Terms = new() { Name = name }, RequestId = name };

        var atOnce = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await admin.CreatePartnerAsync(create, shop.Owner)).Partner));

        var partner = Assert.Single(atOnce.Distinct());
        var update = new UpdatePartnerRequest { PartnerId = partner.Id, Terms = new() { Name = name, Remark = "新" }, ExpectedVersion = 1, RequestId = name };
        var updated = (await admin.UpdatePartnerAsync(update, shop.Owner)).Partner;
        await admin.UpdatePartnerAsync(new() { PartnerId = partner.Id, Terms = new() { Name = name, Remark = "更新" } }, shop.Owner);
        Assert.Equal(updated, (await admin.UpdatePartnerAsync(update, shop.Owner)).Partner);
        Assert.Equal(partner, (await admin.CreatePartnerAsync(create, shop.Owner)).Partner);
        create.Terms.Remark = "另";
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await RefusedAsync(admin.CreatePartnerAsync(create, shop.Owner)));
        Assert.Equal(1, (await admin.SearchPartnersAsync(new() { NameContains = name }, shop.Owner)).TotalCount);
    }

    [Fact]
    public async Task Update_ByManyWhoReadTheSameVersion_IsAcceptedOnce()
    {
        var shop = Shop;
        var (admin, name) = (new PartnersAdminService.PartnersAdminServiceClient(shop.Channel), Own("race"));
        var id = (await admin.CreatePartnerAsync(new() { Terms = new() { Name = name } }, shop.Owner)).Partner.Id;

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            try
            {
                return (await admin.UpdatePartnerAsync(
                    new() { PartnerId = id, Terms = new() { Name = name, Remark = $"{i}" }, ExpectedVersion = 1 }, shop.Owner)).Partner.Terms.Remark;
            }
            catch (RpcException refused) when (refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason == "CONTENT_VERSION_STALE")
            {
                return null;
            }
        }));

        var partner = (await admin.GetPartnerAsync(new() { PartnerId = id }, shop.Owner)).Partner;
        Assert.Equal((2, partner.Terms.Remark), (partner.Version, Assert.Single(answers, a => a is not null)));
    }

    [Fact]
    public async Task Create_BeyondTheMost_IsRefused()
    {
        var shop = Shop;
        var (admin, name) = (new PartnersAdminService.PartnersAdminServiceClient(shop.Channel), Own("full"));
        await shop.QueryAsync(
            """
            INSERT INTO content_partners (id, version, published, created_at, updated_at, name, search_name, sort, type, logo_url, url, remark)
            SELECT n.i, 1, false, 0, 0, 'filler', 'filler', 0, '', '', '', ''
            FROM (WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1000) SELECT i FROM c) n
            """,
            _ => 0);
        try
        {
            Assert.Equal("ResourceExhausted:CONTENT_FULL", await RefusedAsync(admin.CreatePartnerAsync(new() { Terms = new() { Name = name } }, shop.Owner)));
        }
        finally
        {
            await shop.QueryAsync("DELETE FROM content_partners WHERE name = 'filler'", _ => 0);
        }

        var partner = (await admin.CreatePartnerAsync(new() { Terms = new() { Name = name, Type = name, Url = "https://tea.example/" } }, shop.Owner)).Partner;
        var shown = await new PartnersService.PartnersServiceClient(shop.Channel).ListPartnersAsync(new() { Type = name });
        Assert.Equal((partner, 1), (shown.Partners.Single(), shown.TotalCount));
    }

    [Fact]
    public async Task Notice_ForOneShopper_IsMissingForOthers()
    {
        var shop = Shop;
        var (admin, type) = (new NoticesAdminService.NoticesAdminServiceClient(shop.Channel), Own("notice"));
        var client = new NoticesService.NoticesServiceClient(shop.Channel);
        var (mine, other) = (await ShopperAsync(Own("mine")), await ShopperAsync(Own("other")));
        var forAll = (await admin.CreateNoticeAsync(new() { Terms = Notice("开业", 0) }, shop.Owner)).Notice;
        var forMe = (await admin.CreateNoticeAsync(new() { Terms = Notice("您好", mine.Id) }, shop.Owner)).Notice;
        await admin.CreateNoticeAsync(new() { Terms = Notice("草稿", 0), Draft = true }, shop.Owner);

        Assert.Equal("NotFound:USER_UNKNOWN", await RefusedAsync(admin.CreateNoticeAsync(new() { Terms = Notice("谁", 1) }, shop.Owner)));
        Assert.Equal("<p>文</p>", forAll.Terms.Content);
        Assert.Equal([("您好", ""), ("开业", "")], await ListAsync(mine.Headers));
        foreach (var headers in new[] { null, other.Headers, shop.Owner })
        {
            Assert.Equal([("开业", "")], await ListAsync(headers));
            Assert.Equal(forAll, (await client.DescribeLatestNoticeAsync(new() { Type = type }, headers)).Notice);
            Assert.Equal(forAll, (await client.DescribeNoticeAsync(new() { NoticeId = forAll.Id }, headers)).Notice);
            Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeNoticeAsync(new() { NoticeId = forMe.Id }, headers)));
        }

        Assert.Equal(forMe, (await client.DescribeLatestNoticeAsync(new() { Type = type }, mine.Headers)).Notice);
        Assert.Equal(forMe, (await client.DescribeNoticeAsync(new() { NoticeId = forMe.Id }, mine.Headers)).Notice);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeLatestNoticeAsync(new() { Type = Own("none") })));
        await PublishAsync(ContentKind.Notice, forAll.Id, false);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeNoticeAsync(new() { NoticeId = forAll.Id })));
        var found = await admin.SearchNoticesAsync(new() { Type = type, Publication = Publication.Draft }, shop.Owner);
        Assert.Equal(["草稿", "开业"], found.Notices.Select(n => n.Terms.Title));
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Notice, Id = forAll.Id }, shop.Owner);
        Assert.Equal(0, await shop.CountAsync($"SELECT COUNT(*) FROM content_texts WHERE id = {forAll.Id}"));

        NoticeTerms Notice(string title, long user) => new()
        {
            Title = title,
            Type = type,
            UserId = user,
            Content = "<p onclick=\"alert(1)\">文</p><script>alert(1)</script>",
        };

        async Task<IEnumerable<(string, string)>> ListAsync(Metadata? headers) =>
            (await client.ListNoticesAsync(new() { Type = type }, headers)).Notices.Select(n => (n.Terms.Title, n.Terms.Content));
    }

    [Fact]
    public async Task Setting_PutReadHiddenDeleted_IsSeenAsItIs()
    {
        var shop = Shop;
        var (admin, client) = (new SettingsAdminService.SettingsAdminServiceClient(shop.Channel), new SettingsService.SettingsServiceClient(shop.Channel));
        var (a, b) = (Own("Key_A").Replace('-', '_'), Own("key_b").Replace('-', '_'));
        var put = new PutSettingRequest { Key = a, Value = "示例商城", Remark = "名称" };
        Assert.Equal("FailedPrecondition:CONTENT_VERSION_STALE", await RefusedAsync(admin.PutSettingAsync(new(put) { ExpectedVersion = 1 }, shop.Owner)));
        var setting = (await admin.PutSettingAsync(put, shop.Owner)).Setting;
        await admin.PutSettingAsync(new() { Key = b, Value = "1" }, shop.Owner);

        Assert.Equal((1, true, "示例商城"), (setting.Version, setting.Published, setting.Value));
        Assert.Equal(setting, (await client.DescribeSettingAsync(new() { Key = a })).Setting);
        var batch = await client.ListSettingsAsync(new() { Keys = { b, "none", a, b } });
        Assert.Equal(($"{b} {a}", 2), (string.Join(' ', batch.Settings.Select(s => s.Key)), batch.TotalCount));

        var again = (await admin.PutSettingAsync(new(put) { Value = "", ExpectedVersion = 1 }, shop.Owner)).Setting;
        Assert.Equal((setting.Id, 2, ""), (again.Id, again.Version, again.Value));
        Assert.Equal("FailedPrecondition:CONTENT_VERSION_STALE", await RefusedAsync(admin.PutSettingAsync(new(put) { ExpectedVersion = 1 }, shop.Owner)));
        Assert.Equal("InvalidArgument:SETTING_KEY_INVALID", await RefusedAsync(admin.PutSettingAsync(new() { Key = "a-b", Value = "1" }, shop.Owner)));
        Assert.Equal("InvalidArgument:SETTING_TOO_LONG", await RefusedAsync(
            admin.PutSettingAsync(new() { Key = a, Value = new string('商', 5_462) }, shop.Owner)));
        Assert.Equal(5_461, (await admin.PutSettingAsync(new() { Key = a, Value = new string('商', 5_461) }, shop.Owner)).Setting.Value.Length);

        await PublishAsync(ContentKind.Setting, setting.Id, false);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeSettingAsync(new() { Key = a })));
        Assert.False((await admin.GetSettingAsync(new() { Key = a }, shop.Owner)).Setting.Published);
        Assert.Equal(1, (await admin.SearchSettingsAsync(new() { KeyContains = a.ToUpperInvariant() }, shop.Owner)).TotalCount);
        Assert.Equal("InvalidArgument:CONTENT_NOT_SORTABLE", await RefusedAsync(
            Content.SortContentAsync(new() { Kind = ContentKind.Setting, Ids = { setting.Id } }, shop.Owner)));
        await Content.DeleteContentAsync(new() { Kind = ContentKind.Setting, Id = setting.Id }, shop.Owner);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(admin.GetSettingAsync(new() { Key = a }, shop.Owner)));

        Assert.Equal(1, (await client.DescribeVipLevelAsync(new())).Level);
        await admin.PutSettingAsync(new() { Key = "vipLevel", Value = "3" }, shop.Owner);
        Assert.Equal(3, (await client.DescribeVipLevelAsync(new())).Level);
    }

    [Fact]
    public async Task Page_ByItsKey_IsCleanAndUnique()
    {
        var shop = Shop;
        var (admin, client) = (new CmsAdminService.CmsAdminServiceClient(shop.Channel), new CmsService.CmsServiceClient(shop.Channel));
        var key = Own("page");
        var page = (await admin.CreatePageAsync(
            new() { Terms = new() { Key = key, Title = "关于", Content = "<p>文</p><iframe src=\"https://evil.example\"></iframe>" } }, shop.Owner)).Page;

        Assert.Equal("<p>文</p>", page.Terms.Content);
        Assert.Equal(page, (await client.DescribePageAsync(new() { Key = key })).Page);
        var another = new PageTerms { Key = key, Title = "又一" };
        Assert.Equal("AlreadyExists:CONTENT_KEY_TAKEN", await RefusedAsync(admin.CreatePageAsync(new() { Terms = another }, shop.Owner)));
        Assert.Equal("InvalidArgument:PAGE_KEY_INVALID", await RefusedAsync(
            admin.CreatePageAsync(new() { Terms = new() { Key = "关于", Title = "关于" } }, shop.Owner)));
        Assert.Equal("InvalidArgument:CONTENT_HTML_INVALID", await RefusedAsync(admin.CreatePageAsync(
            new() { Terms = new() { Key = $"{key}-deep", Title = "深", Content = string.Concat(Enumerable.Repeat("<div>", 40_000)) } }, shop.Owner)));
        another.Key = $"{key}-2";
        var second = (await admin.CreatePageAsync(new() { Terms = another }, shop.Owner)).Page;
        another.Key = key;
        Assert.Equal("AlreadyExists:CONTENT_KEY_TAKEN", await RefusedAsync(
            admin.UpdatePageAsync(new() { PageId = second.Id, Terms = another }, shop.Owner)));

        var changed = (await admin.UpdatePageAsync(
            new() { PageId = page.Id, Terms = new() { Key = key, Title = "关于我们", Content = "纯文本" } }, shop.Owner)).Page;
        Assert.Equal(changed, (await client.DescribePageAsync(new() { Key = key })).Page);
        var found = await admin.SearchPagesAsync(new() { TitleContains = "关于我们", PageSize = 100 }, shop.Owner);
        Assert.Equal("", found.Pages.Single(p => p.Id == page.Id).Terms.Content);
        await PublishAsync(ContentKind.Page, page.Id, false);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribePageAsync(new() { Key = key })));
        Assert.Equal(changed.Terms, (await admin.GetPageAsync(new() { PageId = page.Id }, shop.Owner)).Page.Terms);
    }

    [Fact]
    public async Task Video_ByItsNumber_IsFoundWhetherGivenOrMade()
    {
        var shop = Shop;
        var (admin, client) = (new VideosAdminService.VideosAdminServiceClient(shop.Channel), new VideosService.VideosServiceClient(shop.Channel));
        var terms = new VideoTerms { Title = Own("video"), FluentUrl = "https://static.example/a.mp4" };
        var made = (await admin.CreateVideoAsync(new() { Terms = terms }, shop.Owner)).Video;

        Assert.Matches("^[0-9a-f]{32}$", made.Terms.Key);
        Assert.Equal(made, (await client.DescribeVideoAsync(new() { Key = made.Terms.Key })).Video);
        Assert.Equal("AlreadyExists:CONTENT_KEY_TAKEN", await RefusedAsync(
            admin.CreateVideoAsync(new() { Terms = new(terms) { Key = made.Terms.Key } }, shop.Owner)));
        Assert.Equal("InvalidArgument:VIDEO_KEY_INVALID", await RefusedAsync(
            admin.CreateVideoAsync(new() { Terms = new(terms) { Key = "视频" } }, shop.Owner)));
        Assert.Equal("InvalidArgument:CONTENT_URL_INVALID", await RefusedAsync(
            admin.CreateVideoAsync(new() { Terms = new(terms) { HighUrl = "javascript:alert(1)" } }, shop.Owner)));
        var changed = (await admin.UpdateVideoAsync(
            new() { VideoId = made.Id, Terms = new(terms) { DurationSeconds = 15 } }, shop.Owner)).Video;
        Assert.Equal((made.Terms.Key, 15), (changed.Terms.Key, changed.Terms.DurationSeconds));
        Assert.Equal(changed, (await client.DescribeVideoAsync(new() { Key = made.Terms.Key })).Video);
        Assert.Equal(changed, (await admin.GetVideoAsync(new() { VideoId = made.Id }, shop.Owner)).Video);
        Assert.Equal(1, (await admin.SearchVideosAsync(new() { TitleContains = terms.Title }, shop.Owner)).TotalCount);
        await PublishAsync(ContentKind.Video, made.Id, false);
        Assert.Equal("NotFound:CONTENT_UNKNOWN", await RefusedAsync(client.DescribeVideoAsync(new() { Key = made.Terms.Key })));
    }
}

/// <summary>What the suites of content share.</summary>
public abstract class ContentCalls(SharedShop shared) : ShopSuite(shared)
{
    private static int names;

    protected ContentAdminService.ContentAdminServiceClient Content => new(Shop.Channel);

    /// <summary>A name that no other test uses.</summary>
    protected static string Own(string name) => $"{name}-{Interlocked.Increment(ref names)}";

    protected static BannerTerms Banner(string type, string title, int sort = 0) =>
        new() { Type = type, Title = title, PictureUrl = "https://static.example/a.png", Sort = sort };

    protected async Task PublishAsync(ContentKind kind, long id, bool published)
    {
        var answer = await Content.PublishContentAsync(new() { Kind = kind, Id = id, Published = published }, Shop.Owner);
        Assert.Equal((kind, id, published), (answer.Content.Kind, answer.Content.Id, answer.Content.Published));
    }

    protected async Task<(long Id, Metadata Headers)> ShopperAsync(string name)
    {
        var answer = await Shop.Accounts.RegisterUsernameAsync(new() { Username = name, Password = "secret1", AutoLogin = true });
        return (answer.UserId, Shop.Bearer(answer.Token));
    }

    protected static async Task<string> RefusedAsync<T>(AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return $"{refused.StatusCode}:{refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason}";
    }

    /// <summary>Asks until the answer is the one that must come.</summary>
    protected internal static async Task UntilAsync<T>(T expected, Func<Task<T>> ask)
    {
        var (time, bound) = (TimeProvider.System, TimeSpan.FromSeconds(60));
        var began = time.GetTimestamp();
        T answer;
        while (!Equals(answer = await ask(), expected))
        {
            Assert.True(time.GetElapsedTime(began) < bound, $"After {bound} it is still {answer}, not {expected}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
        }
    }

    protected static Timestamp Second(long seconds) => new() { Seconds = seconds };
}

public sealed class ContentOnSqlite(ShopOnSqlite shared) : ContentSuite(shared);

public sealed class ContentOnPostgres(ShopOnPostgres shared) : ContentSuite(shared);
