using Grpc.Core;
using Silo.Content.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Banners, notices, settings, partners and videos.</summary>
internal static class WxOperations
{
    private const int KeysOfApi = 100;

    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["banners"] = BannersAsync,
        ["noticeList"] = NoticesAsync,
        ["noticeLastOne"] = LatestNoticeAsync,
        ["noticeDetail"] = NoticeAsync,
        ["vipLevel"] = VipLevelAsync,
        ["queryConfig"] = SettingAsync,
        ["queryConfigValue"] = SettingValueAsync,
        ["queryConfigBatch"] = SettingsAsync,
        ["friendlyPartnerList"] = PartnersAsync,
        ["videoDetail"] = VideoAsync,
    };

    private static async Task<WxAnswer> BannersAsync(WxCall call)
    {
        var client = new BannersService.BannersServiceClient(call.Anyone);
        var request = new ListBannersRequest();
        request.Types_.AddRange(call.Csv("type") ?? []);
        var (banners, _) = await WxPage.Whole.ReadAsync<Banner>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListBannersAsync(request);
            return (answer.Banners, answer.TotalCount);
        });
        return WxAnswer.List(banners.Select(b => WxBanner.Of(b, call)).ToList());
    }

    private static Task<WxAnswer> NoticesAsync(WxCall call) => AsWhoeverAsync(call, async invoker =>
    {
        var client = new NoticesService.NoticesServiceClient(invoker);
        var page = call.Page();
        var (notices, total) = await page.ReadAsync<Notice>(async (number, size) =>
        {
            var answer = await client.ListNoticesAsync(new() { Type = call.TextOrEmpty("type"), Page = number, PageSize = size });
            return (answer.Notices, answer.TotalCount);
        });
        return notices.Count == 0 ? WxAnswer.NoData
            : WxAnswer.Of(new WxNotices([.. notices.Select(n => WxNotice.Of(n, call))], total, page.TotalPages(total)));
    });

    private static async Task<WxAnswer> LatestNoticeAsync(WxCall call)
    {
        var answer = await new NoticesService.NoticesServiceClient(call.Anyone).DescribeLatestNoticeAsync(
            new() { Type = call.TextOrEmpty("type") });
        return WxAnswer.Of(WxNotice.Of(answer.Notice, call));
    }

    private static Task<WxAnswer> NoticeAsync(WxCall call) => AsWhoeverAsync(call, async invoker =>
    {
        var answer = await new NoticesService.NoticesServiceClient(invoker).DescribeNoticeAsync(
            new() { NoticeId = call.Id("id")!.Value });
        return WxAnswer.Of(WxNotice.Of(answer.Notice, call));
    });

    private static async Task<WxAnswer> VipLevelAsync(WxCall call) =>
        WxAnswer.Of((await new SettingsService.SettingsServiceClient(call.Anyone).DescribeVipLevelAsync(new())).Level);

    private static async Task<WxAnswer> SettingAsync(WxCall call)
    {
        var setting = await OneSettingAsync(call);
        return WxAnswer.Of(new WxSetting
        {
            Id = setting.Id,
            Key = setting.Key,
            Value = setting.Value,
            Remark = WxScalars.NullIfEmpty(setting.Remark),
            CreatAt = call.Clock.Time(setting.CreatedAt),
            UpdateAt = call.Clock.Time(setting.UpdatedAt),
            UserId = call.MerchantId,
        });
    }

    private static async Task<WxAnswer> SettingValueAsync(WxCall call) => WxAnswer.Of((await OneSettingAsync(call)).Value);

    private static async Task<Setting> OneSettingAsync(WxCall call) =>
        (await new SettingsService.SettingsServiceClient(call.Anyone).DescribeSettingAsync(new() { Key = call.TextOrEmpty("key") })).Setting;

    private static async Task<WxAnswer> SettingsAsync(WxCall call)
    {
        var client = new SettingsService.SettingsServiceClient(call.Anyone);
        List<WxConfig> found = [];
        foreach (var keys in (call.Csv("keys") ?? []).Distinct().Take(WxPage.Max).Chunk(KeysOfApi))
        {
            var request = new ListSettingsRequest { PageSize = KeysOfApi };
            request.Keys.AddRange(keys);
            found.AddRange((await client.ListSettingsAsync(request)).Settings.Select(s => new WxConfig(
                s.Key, s.Value, WxScalars.NullIfEmpty(s.Remark), s.Version > 1 ? call.Clock.Time(s.UpdatedAt) : null)));
        }

        return WxAnswer.List(found);
    }

    private static async Task<WxAnswer> PartnersAsync(WxCall call)
    {
        var client = new PartnersService.PartnersServiceClient(call.Anyone);
        var (partners, _) = await WxPage.Whole.ReadAsync<Partner>(async (page, size) =>
        {
            var answer = await client.ListPartnersAsync(new() { Type = call.TextOrEmpty("type"), Page = page, PageSize = size });
            return (answer.Partners, answer.TotalCount);
        });
        return WxAnswer.List(partners.Select(p => WxPartner.Of(p, call)).ToList());
    }

    private static async Task<WxAnswer> VideoAsync(WxCall call)
    {
        var answer = await new VideosService.VideosServiceClient(call.Anyone).DescribeVideoAsync(
            new() { Key = call.TextOrEmpty("videoId") });
        return WxAnswer.Of(WxVideo.Of(answer.Video, call.Clock));
    }

    /// <summary>On behalf of the shopper whose token is given, or of nobody where it is not valid: notices are public.</summary>
    private static async Task<WxAnswer> AsWhoeverAsync(WxCall call, Func<CallInvoker, Task<WxAnswer>> run)
    {
        if (call.Text("token") is null)
        {
            return await run(call.Anyone);
        }

        try
        {
            return await run(call.Shopper);
        }
        catch (WxFault)
        {
            return await run(call.Anyone);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unauthenticated)
        {
            return await run(call.Anyone);
        }
    }

    /// <summary>A banner as the wire has it.</summary>
    private sealed record WxBanner
    {
        public required long Id { get; init; }

        public required long BusinessId { get; init; }

        public required string PicUrl { get; init; }

        public required string? LinkUrl { get; init; }

        /// <summary>0: a page of the shop; 1: another mini-program.</summary>
        public required int LinkType { get; init; }

        public required string? Appid { get; init; }

        public required string? Title { get; init; }

        public required string? Remark { get; init; }

        public required string? Type { get; init; }

        public int Status { get; init; }

        public string StatusStr { get; init; } = "显示";

        public required int Paixu { get; init; }

        public required long ShopId { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxBanner Of(Banner banner, WxCall call) => new()
        {
            Id = banner.Id,
            BusinessId = banner.Terms.BusinessId,
            PicUrl = banner.Terms.PictureUrl,
            LinkUrl = WxScalars.NullIfEmpty(banner.Terms.LinkUrl),
            LinkType = banner.Terms.LinkType == BannerLink.MiniProgram ? 1 : 0,
            Appid = WxScalars.NullIfEmpty(banner.Terms.AppId),
            Title = WxScalars.NullIfEmpty(banner.Terms.Title),
            Remark = WxScalars.NullIfEmpty(banner.Terms.Remark),
            Type = WxScalars.NullIfEmpty(banner.Terms.Type),
            Paixu = banner.Terms.Sort,
            ShopId = banner.Terms.ShopId,
            DateAdd = call.Clock.Time(banner.CreatedAt),
            DateUpdate = call.Clock.Time(banner.UpdatedAt),
            UserId = call.MerchantId,
        };
    }

    /// <summary>A page of notices; alone among the lists it is called so.</summary>
    private sealed record WxNotices(IReadOnlyList<WxNotice> DataList, long TotalRow, long TotalPage);

    /// <summary>A notice as the wire has it.</summary>
    private sealed record WxNotice
    {
        public required long Id { get; init; }

        public required string Title { get; init; }

        /// <summary>Absent in lists.</summary>
        public required string? Content { get; init; }

        public required string? Type { get; init; }

        public bool IsShow { get; init; } = true;

        public required bool IsRemind { get; init; }

        /// <summary>The one whom it is for; 0 for everybody.</summary>
        public required long RemindUid { get; init; }

        public required string? DateAdd { get; init; }

        public required long UserId { get; init; }

        public static WxNotice Of(Notice notice, WxCall call) => new()
        {
            Id = notice.Id,
            Title = notice.Terms.Title,
            Content = WxScalars.NullIfEmpty(notice.Terms.Content),
            Type = WxScalars.NullIfEmpty(notice.Terms.Type),
            IsRemind = notice.Terms.Remind,
            RemindUid = notice.Terms.UserId,
            DateAdd = call.Clock.Time(notice.CreatedAt),
            UserId = call.MerchantId,
        };
    }

    /// <summary>A setting as the wire has it, misspelt names kept.</summary>
    private sealed record WxSetting
    {
        public required long Id { get; init; }

        public required string Key { get; init; }

        public required string Value { get; init; }

        public required string? Remark { get; init; }

        /// <summary>0: a text.</summary>
        public int DateType { get; init; }

        public required string? CreatAt { get; init; }

        public required string? UpdateAt { get; init; }

        public required long UserId { get; init; }
    }

    /// <summary>One of several settings; without a date while it was never changed.</summary>
    private sealed record WxConfig(string Key, string Value, string? Remark, string? DateUpdate);

    /// <summary>A partner as the wire has it.</summary>
    private sealed record WxPartner
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string? Logo { get; init; }

        public required string? Url { get; init; }

        /// <summary>The same as <see cref="Url"/>.</summary>
        public required string? LinkUrl { get; init; }

        public required string? Type { get; init; }

        public required int Paixu { get; init; }

        public required string? Remark { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public required long UserId { get; init; }

        public static WxPartner Of(Partner partner, WxCall call) => new()
        {
            Id = partner.Id,
            Name = partner.Terms.Name,
            Logo = WxScalars.NullIfEmpty(partner.Terms.LogoUrl),
            Url = WxScalars.NullIfEmpty(partner.Terms.Url),
            LinkUrl = WxScalars.NullIfEmpty(partner.Terms.Url),
            Type = WxScalars.NullIfEmpty(partner.Terms.Type),
            Paixu = partner.Terms.Sort,
            Remark = WxScalars.NullIfEmpty(partner.Terms.Remark),
            DateAdd = call.Clock.Time(partner.CreatedAt),
            DateUpdate = call.Clock.Time(partner.UpdatedAt),
            UserId = call.MerchantId,
        };
    }

    /// <summary>A video as the wire has it.</summary>
    private sealed record WxVideo
    {
        public required string VideoId { get; init; }

        public required string Title { get; init; }

        public required string? CoverUrl { get; init; }

        /// <summary>Seconds; absent when it is not known.</summary>
        public required int? Duration { get; init; }

        public required string FdMp4 { get; init; }

        public required string? LdMp4 { get; init; }

        public required string? SdMp4 { get; init; }

        public required string? HdMp4 { get; init; }

        public required string? DateAdd { get; init; }

        public static WxVideo Of(Video video, ShopClock clock) => new()
        {
            VideoId = video.Terms.Key,
            Title = video.Terms.Title,
            CoverUrl = WxScalars.NullIfEmpty(video.Terms.CoverUrl),
            Duration = video.Terms.DurationSeconds == 0 ? null : video.Terms.DurationSeconds,
            FdMp4 = video.Terms.FluentUrl,
            LdMp4 = WxScalars.NullIfEmpty(video.Terms.LowUrl),
            SdMp4 = WxScalars.NullIfEmpty(video.Terms.StandardUrl),
            HdMp4 = WxScalars.NullIfEmpty(video.Terms.HighUrl),
            DateAdd = clock.Time(video.CreatedAt),
        };
    }
}
