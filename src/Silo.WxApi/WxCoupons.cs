using Silo.Accounts.V1;
using Silo.Coupons.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Coupons: a rule is what the API calls a coupon.</summary>
internal static class WxCoupons
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["coupons"] = ListAsync,
        ["fetchCoupons"] = FetchAsync,
        ["myCoupons"] = MineAsync,
    };

    /// <summary>States of a piece, as the wire numbers and names them. 1 失效 and 3 已使用 have no state here.</summary>
    private static readonly (PieceState State, int Status, string Label)[] States =
    [
        (PieceState.Usable, 0, "正常"),
        (PieceState.Expired, 2, "过期/已结束"),
    ];

    private static async Task<WxAnswer> ListAsync(WxCall call)
    {
        if (call.Id("refId") is not null)
        {
            // No coupon is tied to a target object.
            return WxAnswer.NoData;
        }

        var client = new CouponsService.CouponsServiceClient(call.Anyone);
        var ids = call.Csv("ids");
        var (coupons, _) = await WxPage.Whole.ReadAsync<Coupon>(async (page, size) =>
        {
            var answer = await client.ListCouponsAsync(new() { Type = call.TextOrEmpty("type"), Page = page, PageSize = size });
            return (answer.Coupons, answer.TotalCount);
        });
        return WxAnswer.List(
            coupons.Where(c => ids is null || ids.Contains($"{c.Id}")).Select(c => WxRule.Of(c, call.Clock)).ToList());
    }

    private static async Task<WxAnswer> FetchAsync(WxCall call)
    {
        if (call.Flag("detect"))
        {
            // Would only say whether a claim were accepted; it must never claim.
            return WxAnswer.NotOpened;
        }

        var id = call.Id("id");
        if (id is null)
        {
            // No coupon has a password, so none is found by one.
            return call.Text("pwd") is null ? WxAnswer.Missing("id") : new(WxAnswer.NoData.Code, "优惠码不存在");
        }

        var claimed = await new CouponsService.CouponsServiceClient(call.Shopper).ClaimCouponAsync(new() { CouponId = id.Value });
        return WxAnswer.Of(WxPiece.Of(claimed.Piece, call.Clock));
    }

    private static async Task<WxAnswer> MineAsync(WxCall call)
    {
        var request = new ListMyCouponsRequest();
        if (call.Csv("status") is { } statuses)
        {
            if (statuses.Any(s => s is not ("0" or "1" or "2" or "3")))
            {
                return WxAnswer.Malformed("status");
            }

            request.States.Add(States.Where(s => statuses.Contains($"{s.Status}")).Select(s => s.State));
        }

        if (call.Id("refId") is not null || (call.Text("status") is not null && request.States.Count == 0))
        {
            // There are none, and the API would take an empty filter for all; a bad token is told all the same.
            await new AccountsService.AccountsServiceClient(call.Shopper).CheckTokenAsync(new());
            return WxAnswer.NoData;
        }

        var (type, spend) = (call.Text("type"), call.Cents("consumAmount"));
        var client = new CouponsService.CouponsServiceClient(call.Shopper);
        var (pieces, _) = await WxPage.Whole.ReadAsync<CouponPiece>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListMyCouponsAsync(request);
            return (answer.Pieces, answer.TotalCount);
        });
        return WxAnswer.List(pieces
            .Where(p => (type is null || p.Type == type) && (spend is null || p.ThresholdCents <= spend))
            .Select(p => WxPiece.Of(p, call.Clock)).ToList());
    }

    /// <summary>A coupon as the wire has it, misspelt names kept.</summary>
    private sealed record WxRule
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string? Type { get; init; }

        /// <summary>0: a fixed amount.</summary>
        public int MoneyType { get; init; }

        public required decimal MoneyMin { get; init; }

        public required decimal MoneyMax { get; init; }

        /// <summary>Least spend.</summary>
        public required decimal MoneyHreshold { get; init; }

        /// <summary>1: a piece is usable from the moment when it is fetched.</summary>
        public int DateStartType { get; init; } = 1;

        /// <summary>0: a piece is usable until <see cref="DateEnd"/>.</summary>
        public int DateEndType { get; init; }

        public required string? DateEnd { get; init; }

        public int NeedScore { get; init; }

        public decimal NeedAmount { get; init; } = WxScalars.Yuan(0);

        public int NeedSignedContinuous { get; init; }

        /// <summary>Pieces in all.</summary>
        public required long NumberTotle { get; init; }

        public required long NumberLeft { get; init; }

        /// <summary>Pieces fetched.</summary>
        public required long NumberGit { get; init; }

        /// <summary>Users who fetched one.</summary>
        public required long NumberGitNumber { get; init; }

        /// <summary>Pieces that one user may fetch.</summary>
        public required int NumberPersonMax { get; init; }

        /// <summary>0: the list has no others.</summary>
        public int Status { get; init; }

        public string StatusStr { get; init; } = "正常";

        public long ShopId { get; init; }

        public bool OnlyFreight { get; init; }

        public bool ShowInFront { get; init; } = true;

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public static WxRule Of(Coupon coupon, ShopClock clock) => new()
        {
            Id = coupon.Id,
            Name = coupon.Terms.Name,
            Type = WxAnswer.NullIfEmpty(coupon.Terms.Type),
            MoneyMin = WxScalars.Yuan(coupon.Terms.AmountCents),
            MoneyMax = WxScalars.Yuan(coupon.Terms.AmountCents),
            MoneyHreshold = WxScalars.Yuan(coupon.Terms.ThresholdCents),
            DateEnd = clock.Time(coupon.Terms.ClaimableUntil),
            NumberTotle = coupon.Terms.StockTotal,
            NumberLeft = coupon.StockLeft,
            NumberGit = coupon.Claimed,
            NumberGitNumber = coupon.Claimants,
            NumberPersonMax = coupon.Terms.LimitPerUser,
            DateAdd = clock.Time(coupon.CreatedAt),
            DateUpdate = clock.Time(coupon.UpdatedAt),
        };
    }

    /// <summary>A piece as the wire has it.</summary>
    private sealed record WxPiece
    {
        public required long Id { get; init; }

        /// <summary>The rule that it was fetched from.</summary>
        public required long Pid { get; init; }

        public required string Name { get; init; }

        public required string? Type { get; init; }

        /// <summary>0: a fixed amount.</summary>
        public int MoneyType { get; init; }

        public required decimal Money { get; init; }

        /// <summary>Least spend.</summary>
        public required decimal MoneyHreshold { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public long ShopId { get; init; }

        public bool OnlyFreight { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateStart { get; init; }

        public required string? DateEnd { get; init; }

        /// <summary><see cref="DateEnd"/> in unix milliseconds.</summary>
        public required long ExpiryMillis { get; init; }

        public static WxPiece Of(CouponPiece piece, ShopClock clock)
        {
            var (_, status, label) = States.Single(s => s.State == piece.State);
            return new()
            {
                Id = piece.Id,
                Pid = piece.CouponId,
                Name = piece.Name,
                Type = WxAnswer.NullIfEmpty(piece.Type),
                Money = WxScalars.Yuan(piece.AmountCents),
                MoneyHreshold = WxScalars.Yuan(piece.ThresholdCents),
                Status = status,
                StatusStr = label,
                DateAdd = clock.Time(piece.ClaimedAt),
                DateStart = clock.Time(piece.ClaimedAt),
                DateEnd = clock.Time(piece.ValidUntil),
                ExpiryMillis = WxScalars.Milliseconds(piece.ValidUntil),
            };
        }
    }
}
