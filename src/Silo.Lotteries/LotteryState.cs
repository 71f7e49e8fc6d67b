using Silo.Coupons;

namespace Silo.Lotteries;

/// <summary>What a prize is. The numbers are stored, and the wire's.</summary>
internal enum LotteryPrizeKind
{
    None = 1,
    Points = 2,
    Balance = 3,
    Coupon = 4,
    Goods = 5,
}

/// <summary>A prize; see the proto for the ranges.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.Prize")]
internal sealed record Prize
{
    [Id(0)]
    public long Id { get; init; }

    [Id(1)]
    public LotteryPrizeKind Kind { get; init; }

    [Id(2)]
    public string Title { get; init; } = "";

    [Id(3)]
    public string PictureUrl { get; init; } = "";

    [Id(4)]
    public long Weight { get; init; }

    /// <summary>How many there are in all; 0 for without end.</summary>
    [Id(5)]
    public long Stock { get; init; }

    [Id(6)]
    public long Points { get; init; }

    [Id(7)]
    public long AmountCents { get; init; }

    [Id(8)]
    public long CouponId { get; init; }

    [Id(9)]
    public long GoodsId { get; init; }

    /// <summary>What the user coupons of a coupon prize are; null before they are taken from the coupon.</summary>
    [Id(10)]
    public AllocatedCoupon? Coupon { get; init; }

    public bool IsEndless => Stock == 0;
}

/// <summary>What a lottery offers. Instants in unix milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryTerms")]
internal sealed record LotteryTerms
{
    [Id(0)]
    public string Title { get; init; } = "";

    [Id(1)]
    public string Content { get; init; } = "";

    /// <summary>Draws are accepted from this instant, inclusive.</summary>
    [Id(2)]
    public long StartsAt { get; init; }

    /// <summary>Draws are accepted before this instant, exclusive.</summary>
    [Id(3)]
    public long EndsAt { get; init; }

    [Id(4)]
    public int TimesPerUser { get; init; }

    [Id(5)]
    public long PointsCost { get; init; }

    [Id(6)]
    public bool IsDeck { get; init; }

    [Id(7)]
    public IReadOnlyList<Prize> Prizes { get; init; } = [];
}

/// <summary>The contended state of one lottery. A default instance is a lottery that was never created.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryState")]
internal sealed record LotteryState
{
    public const string Name = "silo.lotteries.lottery";

    /// <summary>Version of the terms; 0 before the lottery is created.</summary>
    [Id(0)]
    public int Version { get; init; }

    /// <summary>Version of the rule by which prizes are drawn.</summary>
    [Id(1)]
    public int RuleVersion { get; init; }

    [Id(2)]
    public LotteryTerms Terms { get; init; } = new();

    [Id(3)]
    public bool Enabled { get; init; }

    /// <summary>Draws so far; the position of the latest one.</summary>
    [Id(4)]
    public long Draws { get; init; }

    /// <summary>Users who have drawn.</summary>
    [Id(5)]
    public long Drawers { get; init; }

    /// <summary>How often each prize of the terms was won, in their order.</summary>
    [Id(6)]
    public IReadOnlyList<long> Won { get; init; } = [];

    /// <summary>Over for good: only then the seed is told.</summary>
    [Id(7)]
    public bool Closed { get; init; }

    /// <summary>32 secret bytes from which every draw follows.</summary>
    [Id(8)]
    public byte[] Seed { get; init; } = [];

    /// <summary>32 bytes that bind pseudonyms to users; never told.</summary>
    [Id(9)]
    public byte[] PseudonymKey { get; init; } = [];

    [Id(10)]
    public long PointsCharged { get; init; }

    [Id(11)]
    public long CreatedAt { get; init; }

    [Id(12)]
    public long UpdatedAt { get; init; }

    public bool Exists => Version > 0;

    /// <summary>Whether a draw may move a wallet.</summary>
    public bool MovesWallets =>
        Terms.PointsCost > 0 || Terms.Prizes.Any(p => p.Kind is LotteryPrizeKind.Points or LotteryPrizeKind.Balance);
}
