namespace Silo.Coupons;

/// <summary>What a coupon offers; see the proto for the ranges. Amounts in cents, instants in unix milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponTerms")]
internal sealed record CouponTerms
{
    [Id(0)]
    public string Name { get; init; } = "";

    [Id(1)]
    public string Type { get; init; } = "";

    /// <summary>Cents, or hundredths of a percent; the least where it is drawn.</summary>
    [Id(2)]
    public long AmountCents { get; init; }

    [Id(3)]
    public long ThresholdCents { get; init; }

    [Id(4)]
    public long StockTotal { get; init; }

    [Id(5)]
    public int LimitPerUser { get; init; }

    /// <summary>Claims are accepted from this instant, inclusive.</summary>
    [Id(6)]
    public long ClaimableFrom { get; init; }

    /// <summary>Claims are accepted before this instant, exclusive.</summary>
    [Id(7)]
    public long ClaimableUntil { get; init; }

    [Id(8)]
    public bool Hidden { get; init; }

    [Id(9)]
    public bool IsPercent { get; init; }

    /// <summary>The most that a drawn face value can be; 0 where it is not drawn.</summary>
    [Id(10)]
    public long AmountMaxCents { get; init; }

    [Id(11)]
    public long PointsCost { get; init; }

    [Id(12)]
    public long PriceCents { get; init; }

    /// <summary>What a claim must name, or empty.</summary>
    [Id(13)]
    public string Password { get; init; } = "";

    [Id(14)]
    public int StreakDays { get; init; }

    [Id(15)]
    public int UsableAfterDays { get; init; }

    /// <summary>Usable from this instant; 0 for from the claim.</summary>
    [Id(16)]
    public long UsableFrom { get; init; }

    /// <summary>Days of 24 hours from the claim; 0 for until <see cref="UsableUntil"/>.</summary>
    [Id(17)]
    public int UsableDays { get; init; }

    /// <summary>Usable before this instant; 0 for until <see cref="ClaimableUntil"/>.</summary>
    [Id(18)]
    public long UsableUntil { get; init; }

    [Id(19)]
    public IReadOnlyList<CouponTarget> Targets { get; init; } = [];

    [Id(20)]
    public long RefId { get; init; }

    [Id(21)]
    public long ShopId { get; init; }

    [Id(22)]
    public bool FreightOnly { get; init; }

    /// <summary>Whether the face value is drawn at the claim.</summary>
    public bool IsDrawn => AmountMaxCents > AmountCents;
}

/// <summary>Something that a user coupon is usable for.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponTarget")]
internal readonly record struct CouponTarget
{
    /// <summary>Whether it is one of the goods, and not a category of them.</summary>
    [Id(0)]
    public bool IsGoods { get; init; }

    [Id(1)]
    public long TargetId { get; init; }

    /// <summary>The goods among targets.</summary>
    public static IEnumerable<long> GoodsOf(IEnumerable<CouponTarget> targets) =>
        targets.Where(t => t.IsGoods).Select(t => t.TargetId);
}

/// <summary>The contended state of one coupon. A default instance is a coupon that was never created.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponState")]
internal sealed record CouponState
{
    public const string Name = "silo.coupons.coupon";

    /// <summary>Version of the terms; 0 before the coupon is created.</summary>
    [Id(0)]
    public int Version { get; init; }

    [Id(1)]
    public CouponTerms Terms { get; init; } = new();

    [Id(2)]
    public bool Enabled { get; init; }

    /// <summary>User coupons claimed or issued; its own counter, since an operator may change the total.</summary>
    [Id(3)]
    public long Claimed { get; init; }

    /// <summary>Users who got at least one user coupon by claims or issues.</summary>
    [Id(4)]
    public long Claimants { get; init; }

    [Id(5)]
    public long CreatedAt { get; init; }

    [Id(6)]
    public long UpdatedAt { get; init; }

    /// <summary>User coupons set aside for cards and for other modules.</summary>
    [Id(7)]
    public long Allocated { get; init; }

    public bool Exists => Version > 0;

    public long StockLeft => Terms.StockTotal - Claimed - Allocated;
}
