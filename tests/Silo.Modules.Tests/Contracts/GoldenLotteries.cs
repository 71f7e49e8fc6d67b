using Silo.Coupons;
using Silo.Lotteries;

namespace Silo.Modules.Tests.Contracts;

/// <summary>The values of lotteries; see <see cref="GoldenValues"/>.</summary>
internal static class GoldenLotteries
{
    public static readonly AllocatedCoupon Allocated =
        new() { CouponId = 912_957_059_891_200, Version = 2, DrawnFrom = 100, DrawnTo = 900 };

    public static readonly Prize Prize = new()
    {
        Id = 912_957_059_891_201,
        Kind = LotteryPrizeKind.Coupon,
        Title = "优惠券",
        PictureUrl = "https://static.example/a.png",
        Weight = 7,
        Stock = 100_000_000,
        Points = 1,
        AmountCents = 2,
        CouponId = 912_957_059_891_200,
        GoodsId = 3,
        Coupon = Allocated,
    };

    public static readonly LotteryTerms Terms = new()
    {
        Title = "开业",
        Content = "规则",
        StartsAt = 1_764_000_000_000,
        EndsAt = 1_764_000_000_001,
        TimesPerUser = 100,
        PointsCost = 5,
        IsDeck = true,
        Prizes = [Prize, new() { Id = 1, Kind = LotteryPrizeKind.None, Title = "-" }],
    };

    public static readonly LotteryState State = new()
    {
        Version = 3,
        RuleVersion = 2,
        Terms = Terms,
        Enabled = true,
        Draws = 1_000_000,
        Drawers = 999,
        Won = [999_000, 1_000],
        Closed = true,
        Seed = [0, 255],
        PseudonymKey = [1],
        PointsCharged = 5_000_000,
        CreatedAt = 1_764_000_000_002,
        UpdatedAt = 1_764_000_000_003,
    };

    public static readonly CouponTake Take =
        new() { AllocationId = 912_957_059_891_202, Place = 1, Quantity = 3, Coupon = Allocated };

    public static readonly LotteryChangeCommand Change = new()
    {
        RequestId = "sixth",
        RequestHash = 4,
        OperatorId = 912_957_059_891_200,
        Rpc = "silo.lotteries.v1.LotteriesAdminService/UpdateLottery",
        Reason = "spring",
        Change = LotteryChange.Update,
        Terms = Terms,
        ExpectedVersion = 2,
        Enabled = true,
        Takes = [Take],
    };

    public static readonly LotteryOutcome Drawn = new()
    {
        DrawId = 912_957_059_891_203,
        Position = 7,
        RuleVersion = 2,
        PrizeId = 912_957_059_891_201,
        Prize = Prize,
        UserCouponId = 912_957_059_891_204,
        At = 1_764_000_000_004,
        Nonce = "7dec",
        Lottery = "{}",
    };

    public static readonly LotteryProgress Progress = new()
    {
        Draws = 7,
        Version = 3,
        Closed = true,
        Prizes = [new() { PrizeId = 912_957_059_891_201, Left = 1, Won = 2, Odds = 3 }],
        OddsTotal = 4,
    };
}
