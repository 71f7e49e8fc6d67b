using Silo.Coupons;
using Silo.Kernel;
using Silo.Points;
using Silo.Storage;

namespace Silo.Rooms.Tests.Contracts;

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
        PieceId = 9_007_199_254_740_991,
        Version = 3,
        ClaimedAt = 1_764_000_000_002,
        Terms = Terms,
    };

    private static readonly DayRun Run = new() { From = 739_500, To = 739_577 };

    private static readonly JoinedAnswer Answer = new() { Verdict = JoinedVerdict.KeepRows, Refusal = Refused, Text = "wallet" };

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
        ["coupon-state-allotted"] = Coupon with { Terms = WholeTerms, Allotted = 1000 },
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
