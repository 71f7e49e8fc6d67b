using Orleans.Concurrency;
using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>One coupon: its stock, its terms, and every claim of it.</summary>
[Alias("silo.coupons.ICouponGrain"), GrainInterfaceType("silo.coupons.coupon")]
internal interface ICouponGrain : IGrainWithIntegerKey
{
    /// <summary>Claims pieces, one command each; the outcomes come in the order of the commands.</summary>
    [Alias("Claim"), AlwaysInterleave]
    Task<CouponOutcome[]> ClaimAsync([Immutable] CouponCommand[] commands);

    /// <summary>Creates the coupon or changes it.</summary>
    [Alias("Change"), AlwaysInterleave]
    Task<CouponOutcome> ChangeAsync([Immutable] CouponCommand command);

    /// <summary>The present stock, once it differs from what the caller has seen or some seconds have passed.</summary>
    /// <param name="seen">The answer that the caller has, or null.</param>
    [Alias("Watch"), AlwaysInterleave]
    Task<CouponStock?> WatchAsync(CouponStock? seen);
}

/// <summary>A command to a coupon.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponCommand")]
internal abstract record CouponCommand
{
    /// <summary>The caller's request id, or empty.</summary>
    [Id(0)]
    public string RequestId { get; init; } = "";

    /// <summary>Hash of the request without its request id.</summary>
    [Id(1)]
    public long RequestHash { get; init; }
}

/// <summary>A shopper claims one piece.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.ClaimCommand")]
internal sealed record ClaimCommand : CouponCommand
{
    /// <summary>The shopper.</summary>
    [Id(0)]
    public long UserId { get; init; }
}

/// <summary>An operator creates, changes, enables or disables the coupon.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.ChangeCommand")]
internal sealed record ChangeCommand : CouponCommand
{
    /// <summary>The operator.</summary>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <summary>The rpc's full name, for the audit log.</summary>
    [Id(1)]
    public string Rpc { get; init; } = "";

    /// <summary>The operator's reason.</summary>
    [Id(2)]
    public string Reason { get; init; } = "";

    /// <summary>Whether the coupon is to be created.</summary>
    [Id(3)]
    public bool Create { get; init; }

    /// <summary>The new terms; null leaves them.</summary>
    [Id(4)]
    public CouponTerms? Terms { get; init; }

    /// <summary>The version that new terms are based on; 0 for any.</summary>
    [Id(5)]
    public int ExpectedVersion { get; init; }

    /// <summary>Whether claims are accepted, where <see cref="Terms"/> is null.</summary>
    [Id(6)]
    public bool Enabled { get; init; }
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponOutcome")]
internal sealed record CouponOutcome
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The claimed piece.</summary>
    [Id(1)]
    public long PieceId { get; init; }

    /// <summary>The version of the terms under which it was claimed.</summary>
    [Id(2)]
    public int Version { get; init; }

    /// <summary>When it was claimed, in unix milliseconds.</summary>
    [Id(3)]
    public long ClaimedAt { get; init; }

    /// <summary>The terms, where they are the present ones.</summary>
    [Id(4)]
    public CouponTerms? Terms { get; init; }

    /// <summary>The coupon after a change.</summary>
    [Id(5)]
    public CouponState? Coupon { get; init; }
}

/// <summary>The stock of a coupon, after a number of commits.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponStock")]
internal sealed record CouponStock
{
    /// <summary>Pieces still to be claimed.</summary>
    [Id(0)]
    public long Left { get; init; }

    /// <summary>Pieces claimed.</summary>
    [Id(1)]
    public long Claimed { get; init; }
}
