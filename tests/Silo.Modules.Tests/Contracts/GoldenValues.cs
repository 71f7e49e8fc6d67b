using Silo.Bargains;
using Silo.Coupons;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Points;
using Silo.Storage;

namespace Silo.Modules.Tests.Contracts;

/// <summary>
/// A value of every type that is stored or travels between nodes, by name. The fixtures of a version hold what that
/// version's serializer made of them, so values are added, under new names, and never edited: a new member keeps its
/// default in the old values and gets another one in a new value.
/// </summary>
internal static class GoldenValues
{
    private static readonly CouponTerms Terms = new()
    {
        Name = "Ten off 十元",
        Type = "spring",
        AmountCents = 1000,
        ThresholdCents = 5000,
        StockTotal = 100_000_000,
        LimitPerUser = 2,
        ClaimableFrom = 1_577_836_800_000,
        ClaimableUntil = 4_102_444_800_000,
        Hidden = true,
    };

    private static readonly CouponState Coupon = new()
    {
        Version = 3,
        Terms = Terms,
        Enabled = true,
        Claimed = 4_000_000_000,
        Claimants = 3_999_999_999,
        CreatedAt = 1_764_000_000_000,
        UpdatedAt = 1_764_000_000_001,
    };

    private static readonly CouponTarget Target = new() { IsGoods = true, TargetId = 9_007_199_254_740_991 };

    private static readonly CouponTerms WholeTerms = Terms with
    {
        IsPercent = true,
        AmountMaxCents = 1500,
        PointsCost = 1_000_000_000,
        PriceCents = 990,
        Password = "spring 春",
        StreakDays = 7,
        UsableAfterDays = 1,
        UsableFrom = 1_764_000_000_003,
        UsableDays = 30,
        UsableUntil = 1_764_000_000_004,
        Targets = [Target, new() { TargetId = 5 }],
        RefId = 912_957_059_891_202,
        ShopId = 912_957_059_891_203,
        FreightOnly = true,
    };

    private static readonly Refusal Refused = new("COUPON_SOLD_OUT", RefusalKind.Exhausted, "No piece of the coupon is left.");

    private static readonly CouponOutcome Claimed = new()
    {
        UserCouponId = 9_007_199_254_740_991,
        Version = 3,
        ClaimedAt = 1_764_000_000_002,
        Terms = Terms,
    };

    private static readonly BargainTerms Bargained = new()
    {
        GoodsId = 912_957_059_891_204,
        StartCents = 100_000_000,
        FloorCents = 99,
        CutMinCents = 1,
        CutMaxCents = 99_999_999,
        HelpersToFloor = 3,
        StockTotal = 100_000_000,
        StartsAt = 1_764_000_000_005,
        EndsAt = 4_102_444_800_000,
        DurationMinutes = 525_600,
        StartsPerUser = 2,
        HelpsPerUser = 1_000,
    };

    private static readonly BargainState Bargain = new()
    {
        BargainId = 912_957_059_891_205,
        RuleVersion = 2,
        Terms = Bargained,
        PriceCents = 70_000_000,
        Helps = 1,
        Plan = [30_000_000, 50_000_000, 19_999_901],
        StartedAt = 1_764_000_000_006,
        EndsAt = 1_764_000_000_007,
        UpdatedAt = 1_764_000_000_008,
        Starts = 4,
        RequestId = "start",
    };

    private static readonly BargainView BargainShown = BargainView.Of(new(5, 6), Bargain) with { ClearedAt = 1_764_000_000_009 };

    private static readonly HelpView Help = new()
    {
        HelperId = 9_007_199_254_740_991,
        GoodsId = 912_957_059_891_204,
        Ordinal = 1,
        CutCents = 30_000_000,
        PriceCents = 70_000_000,
        Remark = "加油",
        At = 1_764_000_000_010,
    };

    private static readonly BargainPurchase Purchase = new()
    {
        OrderId = 912_957_059_891_206,
        BargainId = 912_957_059_891_205,
        CampaignId = 5,
        GoodsId = 912_957_059_891_204,
        PriceCents = 70_000_000,
        RuleVersion = 2,
    };
    private static readonly DayRun Run = new() { From = 739_500, To = 739_577 };

    private static readonly JoinedAnswer Answer = new() { Verdict = JoinedVerdict.KeepRows, Refusal = Refused, Text = "wallet" };

    private static readonly GroupSkuPrice SkuPrice = new() { SkuId = 912_957_059_891_204, PriceCents = 3990 };

    private static readonly GroupTerms OfGroup = new()
    {
        GoodsId = 912_957_059_891_205,
        Size = 5,
        Hours = 24,
        PriceCents = 4990,
        SkuPrices = [SkuPrice],
        SeatsPerUser = 1,
        PiecesPerOrder = 2,
        RefundTo = GroupRefundTo.Channel,
        VirtualPercent = 60,
        VirtualCount = 3,
    };

    private static readonly OrderSeat GroupSeat = new()
    {
        OrderId = 9_007_199_254_740_991,
        UserId = 912_957_059_891_206,
        Status = SeatStatus.Taken,
        ReservedAt = 1_764_000_000_005,
        Until = 1_764_000_000_006,
        TakenAt = 1_764_000_000_007,
        EndedAt = 1_764_000_000_008,
        RequestId = "fifth",
        RequestHash = -5,
    };

    public static IReadOnlyDictionary<string, object> All { get; } = new Dictionary<string, object>
    {
        ["coupon-terms"] = Terms,
        ["coupon-state"] = Coupon,
        ["coupon-state-new"] = new CouponState(),
        ["claim"] = new ClaimCommand { RequestId = "first", RequestHash = long.MinValue, UserId = 9_007_199_254_740_991 },
        ["change"] = new ChangeCommand
        {
            RequestId = "second",
            RequestHash = -1,
            OperatorId = 912_957_059_891_200,
            Rpc = "/silo.coupons.v1.CouponsAdminService/UpdateCoupon",
            Reason = "spring",
            Create = true,
            Terms = Terms,
            ExpectedVersion = 2,
            Enabled = true,
        },
        ["outcome-claimed"] = Claimed,
        ["outcome-changed"] = new CouponOutcome { Coupon = Coupon },
        ["outcome-refused"] = new CouponOutcome { Refusal = Refused },
        ["stock"] = new CouponStock { Left = 1, Claimed = 99_999_999 },
        ["refusal"] = Refused,
        ["joined-command"] = new JoinedCommand { Kind = "orders.create", Id = 912_957_059_891_201, Payload = "{\"lines\":3}" },
        ["joined-answer"] = Answer,
        ["joined-outcome"] = new JoinedOutcome<CouponOutcome> { Outcome = Claimed, Answer = Answer },
        ["storage-unavailable"] = new StorageUnavailableException("The commit was sent and not answered.", outcomeUnknown: true),
        ["storage-busy"] = new StorageBusyException(),
        ["coupon-target"] = Target,
        ["coupon-terms-whole"] = WholeTerms,
        ["coupon-state-allocated"] = Coupon with { Terms = WholeTerms, Allocated = 1000 },
        ["claim-password"] = new ClaimCommand { UserId = 1, Password = "spring 春", DryRun = true, IsPaid = true },
        ["issue"] = new IssueCommand
        {
            RequestId = "third",
            RequestHash = 1,
            OperatorId = 912_957_059_891_200,
            Rpc = "/silo.coupons.v1.CouponsAdminService/IssueCoupon",
            Reason = "spring",
            Users = [9_007_199_254_740_991, 1],
            AsManyAsLeft = true,
        },
        ["import-cards"] = new ImportCardsCommand
        {
            RequestId = "fourth",
            RequestHash = 2,
            OperatorId = 912_957_059_891_200,
            Rpc = "/silo.coupons.v1.CouponsAdminService/ImportCards",
            Reason = "spring",
            Numbers = ["0001", "0002"],
            Hashes = [[0, 255], [1]],
        },
        ["outcome-drawn"] = Claimed with { Terms = WholeTerms, DrawnCents = 1234 },
        ["outcome-issued"] = new CouponOutcome { Coupon = Coupon, Count = 1000 },
        ["bargain-terms"] = Bargained,
        ["bargain-state"] = Bargain,
        ["bargain-state-new"] = new BargainState(),
        ["bargain-start"] = new StartCommand { RequestId = "start" },
        ["bargain-help"] = new HelpCommand { RequestId = "help", RequestHash = long.MaxValue, HelperId = 1, Remark = "加油" },
        ["bargain-clear"] = new ClearCommand(),
        ["bargain-buy"] = new BuyCommand { RequestId = "buy", RequestHash = -2, OrderId = 912_957_059_891_206 },
        ["bargain-view"] = BargainShown,
        ["bargain-help-view"] = Help,
        ["bargain-purchase"] = Purchase,
        ["bargain-progress"] = new BargainProgress { BargainId = 1, PriceCents = 2, Helps = 3, FloorCents = 4, EndsAt = 5 },
        ["bargain-outcome-started"] = new BargainOutcome { Bargain = BargainShown },
        ["bargain-outcome-helped"] = new BargainOutcome { Help = Help, Repeated = true },
        ["bargain-outcome-bought"] = new BargainOutcome { Purchase = Purchase },
        ["bargain-outcome-refused"] = new BargainOutcome { Refusal = Refused },
        ["group-sku-price"] = SkuPrice,
        ["group-terms"] = OfGroup,
        ["group-seat"] = GroupSeat,
        ["group-state"] = new GroupBuyState
        {
            CampaignId = 912_957_059_891_207,
            Version = 3,
            Terms = OfGroup,
            OpenerId = 912_957_059_891_206,
            LeaderId = 912_957_059_891_208,
            Status = GroupStatus.Completed,
            Published = true,
            OpenedAt = 1_764_000_000_009,
            EndsAt = 1_764_000_000_010,
            EndedAt = 1_764_000_000_011,
            VirtualMembers = 4,
            Seats = [GroupSeat],
        },
        ["group-state-new"] = new GroupBuyState(),
        ["group-state-handed-on"] = new GroupBuyState { CampaignId = 1, HandedOn = true },
        ["group-open"] = new OpenCommand { UserId = 1, CampaignId = 2, RequestId = "sixth", RequestHash = 6 },
        ["group-reserve"] = new ReserveCommand
        {
            OrderId = 1,
            UserId = 2,
            GoodsId = 3,
            Pieces = 4,
            Until = 1_764_000_000_012,
            RequestId = "seventh",
            RequestHash = 7,
        },
        ["group-take"] = new TakeCommand { OrderId = 1 },
        ["group-release"] = new ReleaseCommand { OrderId = 1 },
        ["group-leave"] = new LeaveCommand { OrderId = 1 },
        ["group-expire"] = new ExpireCommand { Now = 1_764_000_000_013 },
        ["group-end"] = new EndCommand
        {
            OperatorId = 912_957_059_891_200,
            Rpc = "silo.groupbuys.v1.GroupBuysAdminService/EndGroup",
            Reason = "recalled",
            RequestId = "eighth",
            RequestHash = 8,
        },
        ["group-progress"] = new GroupProgress
        {
            Status = GroupStatus.Open,
            Size = 5,
            Taken = 2,
            Held = 1,
            VirtualMembers = 1,
            EndsAt = 1_764_000_000_014,
            Published = true,
            LeaderId = 1,
        },
        ["group-outcome"] = new GroupOutcome
        {
            Refusal = Refused,
            GroupId = 1,
            OrderId = 2,
            Repeated = true,
            ReservedUntil = 1_764_000_000_015,
            IsComplete = true,
            Version = 3,
            Terms = OfGroup,
        },
        ["allocate"] = new AllocateCommand { AllocationId = 912_957_059_891_202, Quantity = -3 },
        ["allocated-coupon"] = GoldenLotteries.Allocated,
        ["lottery-prize"] = GoldenLotteries.Prize,
        ["lottery-terms"] = GoldenLotteries.Terms,
        ["lottery-state"] = GoldenLotteries.State,
        ["lottery-draw"] = new DrawCommand { RequestId = "fifth", RequestHash = 3, UserId = 9_007_199_254_740_991 },
        ["lottery-close"] = new CloseCommand(),
        ["lottery-change"] = GoldenLotteries.Change,
        ["lottery-take"] = GoldenLotteries.Take,
        ["lottery-drawn"] = GoldenLotteries.Drawn,
        ["lottery-refused"] = new LotteryOutcome { Refusal = Refused },
        ["lottery-progress"] = GoldenLotteries.Progress,
        ["lottery-prize-progress"] = GoldenLotteries.Progress.Prizes[0],
        ["sign-in-state"] = new SignInState { Runs = [Run, new() { From = 739_579, To = 739_579 }], Days = 3_650, Cards = 1_000 },
        ["sign-in-state-new"] = new SignInState(),
        ["day-run"] = Run,
        ["sign-today"] = new SignTodayCommand { RequestId = "fifth", RequestHash = long.MaxValue },
        ["make-up"] = new MakeUpCommand { RequestId = "sixth", RequestHash = 3, Day = "2026-11-24" },
        ["buy-cards"] = new BuyCardsCommand { RequestId = "seventh", RequestHash = 4, Count = 100 },
        ["grant-cards"] = new GrantCardsCommand
        {
            RequestId = "eighth",
            RequestHash = 5,
            OperatorId = 912_957_059_891_200,
            Rpc = "/silo.points.v1.PointsAdminService/GrantMakeUpCards",
            Reason = "spring",
            Count = 100,
        },
        ["outcome-signed"] = new SignInOutcome
        {
            Day = 739_579,
            At = 1_764_000_000_005,
            Streak = 3_650,
            Points = 3_000_000,
            MadeUp = true,
            Cards = 999,
        },
        ["outcome-not-signed"] = new SignInOutcome { Refusal = Refused },
        ["refusal-paid"] = Refused with { Metadata = new Dictionary<string, string> { ["amount_cents"] = "990" } },
    };
}
