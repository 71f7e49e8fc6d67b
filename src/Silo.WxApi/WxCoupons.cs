using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Coupons: a rule is what the API calls a coupon.</summary>
internal static class WxCoupons
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["coupons"] = ListAsync,
        ["couponDetail"] = DetailAsync,
        ["fetchCoupons"] = FetchAsync,
        ["exchangeCoupons"] = ExchangeAsync,
        ["sendCoupons"] = SendAsync,
        ["myCoupons"] = MineAsync,
        ["couponStatistics"] = CountAsync,
    };

    /// <summary>States of a user coupon, as the wire numbers and names them.</summary>
    private static readonly (UserCouponState State, int Status, string Label)[] States =
    [
        (UserCouponState.Usable, 0, "正常"),
        (UserCouponState.Void, 1, "失效"),
        (UserCouponState.Expired, 2, "过期/已结束"),
        (UserCouponState.Used, 3, "已使用"),
    ];

    /// <summary>Refusals of a claim after which no other can come.</summary>
    private static readonly string[] Over =
        ["COUPON_LIMIT_REACHED", "COUPON_SOLD_OUT", "COUPON_ENDED", "COUPON_UNKNOWN"];

    private const int AskedAtOnce = 50;

    private static async Task<WxAnswer> ListAsync(WxCall call)
    {
        var request = new ListCouponsRequest { Type = call.TextOrEmpty("type"), RefId = call.Id("refId") ?? 0 };
        request.CouponIds.Add(call.Numbers("ids") ?? []);
        var client = new CouponsService.CouponsServiceClient(call.Anyone);
        var (coupons, _) = await WxPage.Whole.ReadAsync<Coupon>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListCouponsAsync(request);
            return (answer.Coupons, answer.TotalCount);
        });
        if (call.Text("token") is not null)
        {
            coupons = await StillOfferedAsync(call, coupons);
        }

        return WxAnswer.List(coupons.ConvertAll(c => WxRule.Of(c, call.Clock)));
    }

    /// <summary>
    /// Those that the shopper may still fetch: clients open a window over the shop as long as there is one. A claim that only
    /// asks says it; what the shopper lacks (a password, points) can still come. Without a good token nobody is asked about.
    /// </summary>
    private static async Task<List<Coupon>> StillOfferedAsync(WxCall call, List<Coupon> coupons)
    {
        var client = new CouponsService.CouponsServiceClient(call.Shopper);
        List<Coupon> offered = [];
        foreach (var some in coupons.Chunk(AskedAtOnce))
        {
            var answers = await Task.WhenAll(some.Select(IsOfferedAsync));
            offered.AddRange(some.Where((_, i) => answers[i]));
        }

        return offered;

        async Task<bool> IsOfferedAsync(Coupon coupon)
        {
            try
            {
                await client.ClaimCouponAsync(new() { CouponId = coupon.Id, DryRun = true });
                return true;
            }
            catch (RpcException exception) when (Over.Contains(exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason))
            {
                return false;
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.Unauthenticated)
            {
                return true;
            }
        }
    }

    private static async Task<WxAnswer> DetailAsync(WxCall call)
    {
        var coupon = (await new CouponsService.CouponsServiceClient(call.Anyone).DescribeCouponAsync(
            new() { CouponId = call.Id("id")!.Value })).Coupon;
        return WxAnswer.Of(new WxDetail(
            WxRule.Of(coupon, call.Clock),
            [.. coupon.Terms.Targets.Select(t => new WxTarget(t.Type == CouponTargetType.Goods ? 1 : 0, t.Id))]));
    }

    private static async Task<WxAnswer> FetchAsync(WxCall call)
    {
        var (id, password, detect) = (call.Id("id"), call.TextOrEmpty("pwd"), call.Flag("detect"));
        if (id is null && password.Length == 0)
        {
            return WxAnswer.Missing("id");
        }

        var claimed = await new CouponsService.CouponsServiceClient(call.Shopper).ClaimCouponAsync(
            new() { CouponId = id ?? 0, Password = password, DryRun = detect });
        return detect ? WxAnswer.Success : WxAnswer.Of(WxUserCoupon.Of(claimed.UserCoupon, call.Clock));
    }

    private static async Task<WxAnswer> ExchangeAsync(WxCall call)
    {
        var exchanged = await new CouponsService.CouponsServiceClient(call.Shopper).ExchangeCardAsync(
            new() { Number = call.TextOrEmpty("number"), Password = call.TextOrEmpty("pwd") });
        return WxAnswer.Of(WxUserCoupon.Of(exchanged.UserCoupon, call.Clock));
    }

    private static async Task<WxAnswer> SendAsync(WxCall call)
    {
        var (coupon, receiver) = (call.Id("id")!.Value, call.Id("uid"));
        if (receiver is null)
        {
            // No user has a mobile number.
            return call.Text("mobile") is null
                ? WxAnswer.Missing("uid")
                : await call.NoneAsync() with { Msg = WxCodes.UserUnknown };
        }

        await new CouponsService.CouponsServiceClient(call.Shopper).SendUserCouponAsync(
            new() { UserCouponId = coupon, ToUserId = receiver.Value });
        return WxAnswer.Success;
    }

    private static async Task<WxAnswer> MineAsync(WxCall call)
    {
        var statuses = call.Numbers("status") ?? [];
        if (statuses.Any(status => States.All(s => s.Status != status)))
        {
            return WxAnswer.Malformed("status");
        }

        var request = new ListMyCouponsRequest
        {
            Type = call.TextOrEmpty("type"),
            RefId = call.Id("refId") ?? 0,
            // To the API 0 is no spend at all, and not one that reaches no threshold.
            SpendCents = call.Cents("consumAmount") is { } spend ? Math.Max(1, spend) : 0,
        };
        request.States.Add(States.Where(s => statuses.Contains(s.Status)).Select(s => s.State));
        var client = new CouponsService.CouponsServiceClient(call.Shopper);
        var (coupons, _) = await WxPage.Whole.ReadAsync<UserCoupon>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListMyCouponsAsync(request);
            return (answer.UserCoupons, answer.TotalCount);
        });
        return WxAnswer.List(coupons.ConvertAll(p => WxUserCoupon.Of(p, call.Clock)));
    }

    private static async Task<WxAnswer> CountAsync(WxCall call)
    {
        var counts = await new CouponsService.CouponsServiceClient(call.Shopper).CountMyCouponsAsync(new());
        return WxAnswer.Of(new WxCounts(counts.Claimable, counts.Usable, counts.Ended, counts.Used));
    }

    /// <summary>Something that a coupon is for.</summary>
    /// <param name="Type">0: a category of goods; 1: one of the goods.</param>
    /// <param name="RefId">Its id.</param>
    private sealed record WxTarget(int Type, long RefId);

    /// <summary>A coupon with what it is for; nothing means everything.</summary>
    private sealed record WxDetail(WxRule Info, IReadOnlyList<WxTarget> CouponRefs);

    /// <summary>Coupons that can be fetched, and user coupons that can be used, cannot any more, and were.</summary>
    private sealed record WxCounts(long CanFetch, long CanUse, long Invalid, long Used);

    /// <summary>A coupon as the wire has it, misspelt names kept.</summary>
    private sealed record WxRule
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string? Type { get; init; }

        public required long? RefId { get; init; }

        /// <summary>0: an amount; 1: a percentage off.</summary>
        public required int MoneyType { get; init; }

        public required decimal MoneyMin { get; init; }

        /// <summary>More than <see cref="MoneyMin"/> where its value is drawn.</summary>
        public required decimal MoneyMax { get; init; }

        /// <summary>Least spend.</summary>
        public required decimal MoneyHreshold { get; init; }

        /// <summary>
        /// 0: usable from <see cref="DateStart"/>; 1: from when it is fetched; 2: <see cref="DateStartDays"/>
        /// days later.
        /// </summary>
        public required int DateStartType { get; init; }

        public required string? DateStart { get; init; }

        public required int? DateStartDays { get; init; }

        /// <summary>0: usable until <see cref="DateEnd"/>; 1: for <see cref="DateEndDays"/> days.</summary>
        public required int DateEndType { get; init; }

        public required string? DateEnd { get; init; }

        public required int? DateEndDays { get; init; }

        /// <summary>Points that it costs.</summary>
        public required long NeedScore { get; init; }

        /// <summary>Price.</summary>
        public required decimal NeedAmount { get; init; }

        /// <summary>Days in a row that one must have signed in.</summary>
        public required int NeedSignedContinuous { get; init; }

        /// <summary>"Y" where a password is needed; the password itself is nobody's business.</summary>
        public required string? Pwd { get; init; }

        /// <summary>Quantity in all.</summary>
        public required long NumberTotle { get; init; }

        public required long NumberLeft { get; init; }

        /// <summary>Quantity fetched.</summary>
        public required long NumberGit { get; init; }

        /// <summary>Users who fetched one.</summary>
        public required long NumberGitNumber { get; init; }

        public required long NumberUsed { get; init; }

        /// <summary>Quantity that one user may fetch.</summary>
        public required int NumberPersonMax { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public required long ShopId { get; init; }

        public required bool OnlyFreight { get; init; }

        public required bool ShowInFront { get; init; }

        /// <summary>-1: to nobody.</summary>
        public int BatchSendUid { get; init; } = -1;

        public bool SendRegister { get; init; }

        public bool SendBirthday { get; init; }

        public bool SendInviteM { get; init; }

        public bool SendInviteS { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public static WxRule Of(Coupon coupon, ShopClock clock)
        {
            var terms = coupon.Terms;
            var (status, label) = StatusOf(coupon, clock);
            return new()
            {
                Id = coupon.Id,
                Name = terms.Name,
                Type = WxScalars.NullIfEmpty(terms.Type),
                RefId = NullIfZero(terms.RefId),
                MoneyType = MoneyTypeOf(terms.ValueType),
                MoneyMin = WxScalars.Yuan(terms.AmountCents),
                MoneyMax = WxScalars.Yuan(Math.Max(terms.AmountCents, terms.AmountMaxCents)),
                MoneyHreshold = WxScalars.Yuan(terms.ThresholdCents),
                DateStartType = terms.UsableFrom is not null ? 0 : terms.UsableAfterDays == 0 ? 1 : 2,
                DateStart = clock.Time(terms.UsableFrom),
                DateStartDays = terms.UsableAfterDays == 0 ? null : terms.UsableAfterDays,
                DateEndType = terms.UsableDays == 0 ? 0 : 1,
                DateEnd = terms.UsableDays == 0 ? clock.Time(terms.UsableUntil ?? terms.ClaimableUntil) : null,
                DateEndDays = terms.UsableDays == 0 ? null : terms.UsableDays,
                NeedScore = terms.PointsCost,
                NeedAmount = WxScalars.Yuan(terms.PriceCents),
                NeedSignedContinuous = terms.StreakDays,
                Pwd = coupon.PasswordNeeded ? "Y" : null,
                NumberTotle = terms.StockTotal,
                NumberLeft = coupon.StockLeft,
                NumberGit = coupon.Claimed,
                NumberGitNumber = coupon.Claimants,
                NumberUsed = coupon.Used,
                NumberPersonMax = terms.LimitPerUser,
                Status = status,
                StatusStr = label,
                ShopId = terms.ShopId,
                OnlyFreight = terms.FreightOnly,
                ShowInFront = !terms.Hidden,
                DateAdd = clock.Time(coupon.CreatedAt),
                DateUpdate = clock.Time(coupon.UpdatedAt),
            };
        }

        private static (int Status, string Label) StatusOf(Coupon coupon, ShopClock clock) =>
            !coupon.Enabled ? (1, "失效")
            : WxScalars.Milliseconds(coupon.Terms.ClaimableUntil) <= clock.NowMs ? (2, "已过期/结束")
            : (0, "正常");
    }

    /// <summary>A user coupon as the wire has it.</summary>
    private sealed record WxUserCoupon
    {
        public required long Id { get; init; }

        /// <summary>The rule that it was fetched from.</summary>
        public required long Pid { get; init; }

        public required string Name { get; init; }

        public required string? Type { get; init; }

        public required long? RefId { get; init; }

        /// <summary>0: an amount; 1: a percentage off.</summary>
        public required int MoneyType { get; init; }

        public required decimal Money { get; init; }

        /// <summary>Least spend.</summary>
        public required decimal MoneyHreshold { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public required long ShopId { get; init; }

        public required bool OnlyFreight { get; init; }

        /// <summary>How it came to its owner.</summary>
        public required string Source { get; init; }

        public required long? OrderId { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateStart { get; init; }

        public required string? DateEnd { get; init; }

        public required string? DateUse { get; init; }

        public required string? DateUpdate { get; init; }

        /// <summary><see cref="DateEnd"/> in unix milliseconds.</summary>
        public required long ExpiryMillis { get; init; }

        public static WxUserCoupon Of(UserCoupon coupon, ShopClock clock)
        {
            var (_, status, label) = States.Single(s => s.State == coupon.State);
            return new()
            {
                Id = coupon.Id,
                Pid = coupon.CouponId,
                Name = coupon.Name,
                Type = WxScalars.NullIfEmpty(coupon.Type),
                RefId = NullIfZero(coupon.RefId),
                MoneyType = MoneyTypeOf(coupon.ValueType),
                Money = WxScalars.Yuan(coupon.AmountCents),
                MoneyHreshold = WxScalars.Yuan(coupon.ThresholdCents),
                Status = status,
                StatusStr = label,
                ShopId = coupon.ShopId,
                OnlyFreight = coupon.FreightOnly,
                Source = SourceOf(coupon.Origin),
                OrderId = NullIfZero(coupon.OrderId),
                DateAdd = clock.Time(coupon.ClaimedAt),
                DateStart = clock.Time(coupon.UsableFrom),
                DateEnd = clock.Time(coupon.ValidUntil),
                DateUse = coupon.State == UserCouponState.Used ? clock.Time(coupon.EndedAt) : null,
                DateUpdate = clock.Time(LastChangeOf(coupon)),
                ExpiryMillis = WxScalars.Milliseconds(coupon.ValidUntil),
            };
        }

        private static Timestamp LastChangeOf(UserCoupon coupon) =>
            coupon.EndedAt ?? (coupon.State == UserCouponState.Expired ? coupon.ValidUntil : coupon.ClaimedAt);

        private static string SourceOf(UserCouponOrigin origin) => origin switch
        {
            UserCouponOrigin.Issue => "商家发放",
            UserCouponOrigin.Card => "卡密兑换",
            UserCouponOrigin.Gift => "好友赠送",
            UserCouponOrigin.Prize => "抽奖",
            _ => "自主领取",
        };
    }

    private static int MoneyTypeOf(CouponValueType type) => type == CouponValueType.Percent ? 1 : 0;

    private static long? NullIfZero(long number) => number == 0 ? null : number;
}
