namespace Silo.Coupons;

/// <summary>What a coupon offers; see the proto for the ranges. Amounts in cents, instants in unix milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponTerms")]
internal sealed record CouponTerms
{
    [Id(0)]
    public string Name { get; init; } = "";

    [Id(1)]
    public string Type { get; init; } = "";

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

    /// <summary>Claims are accepted, and pieces usable, before this instant, exclusive.</summary>
    [Id(7)]
    public long ClaimableUntil { get; init; }

    [Id(8)]
    public bool Hidden { get; init; }
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

    /// <summary>Pieces claimed; its own counter, since an operator may change the total.</summary>
    [Id(3)]
    public long Claimed { get; init; }

    /// <summary>Users who claimed at least one piece.</summary>
    [Id(4)]
    public long Claimants { get; init; }

    [Id(5)]
    public long CreatedAt { get; init; }

    [Id(6)]
    public long UpdatedAt { get; init; }

    public bool Exists => Version > 0;

    public long StockLeft => Terms.StockTotal - Claimed;
}
