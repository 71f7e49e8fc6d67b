using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>One coupon: its stock, its terms, and every claim of it.</summary>
[Alias("silo.coupons.ICouponGrain"), GrainInterfaceType("silo.coupons.coupon")]
internal interface ICouponGrain : IHotGrain<CouponCommand, CouponOutcome>, IWatchedGrain<CouponStock>, IGrainWithIntegerKey;

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

/// <summary>A shopper claims one user coupon.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.ClaimCommand")]
internal sealed record ClaimCommand : CouponCommand
{
    /// <summary>The shopper.</summary>
    [Id(0)]
    public long UserId { get; init; }

    /// <summary>The password that they name, or empty.</summary>
    [Id(1)]
    public string Password { get; init; } = "";

    /// <summary>Only say what would be decided.</summary>
    [Id(2)]
    public bool DryRun { get; init; }

    /// <summary>Whether the coupon's price is paid.</summary>
    [Id(3)]
    public bool IsPaid { get; init; }
}

/// <summary>An operator creates, changes, enables or disables the coupon.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.ChangeCommand")]
internal sealed record ChangeCommand : CouponCommand, IOperatorCommand
{
    /// <inheritdoc/>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <inheritdoc/>
    [Id(1)]
    public string Rpc { get; init; } = "";

    /// <inheritdoc/>
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

/// <summary>An operator gives user coupons to users.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.IssueCommand")]
internal sealed record IssueCommand : CouponCommand, IOperatorCommand
{
    /// <inheritdoc/>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <inheritdoc/>
    [Id(1)]
    public string Rpc { get; init; } = "";

    /// <inheritdoc/>
    [Id(2)]
    public string Reason { get; init; } = "";

    /// <summary>Who gets one each, in this order.</summary>
    [Id(3)]
    public long[] Users { get; init; } = [];

    /// <summary>Whether the first ones get one when there are too few.</summary>
    [Id(4)]
    public bool AsManyAsLeft { get; init; }
}

/// <summary>An operator adds cards.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.ImportCardsCommand")]
internal sealed record ImportCardsCommand : CouponCommand, IOperatorCommand
{
    /// <inheritdoc/>
    [Id(0)]
    public long OperatorId { get; init; }

    /// <inheritdoc/>
    [Id(1)]
    public string Rpc { get; init; } = "";

    /// <inheritdoc/>
    [Id(2)]
    public string Reason { get; init; } = "";

    /// <summary>The numbers.</summary>
    [Id(3)]
    public string[] Numbers { get; init; } = [];

    /// <summary>The hash of each number's password.</summary>
    [Id(4)]
    public byte[][] Hashes { get; init; } = [];
}

/// <summary>Another module has user coupons set aside, or gives them back.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.AllocateCommand")]
internal sealed record AllocateCommand : CouponCommand
{
    /// <summary>The id under which it is done once.</summary>
    [Id(0)]
    public long AllocationId { get; init; }

    /// <summary>How many are set aside; negative where they are given back.</summary>
    [Id(1)]
    public long Quantity { get; init; }
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponOutcome")]
internal sealed record CouponOutcome : IOutcome<CouponOutcome>
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The claimed user coupon.</summary>
    [Id(1)]
    public long UserCouponId { get; init; }

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

    /// <summary>The user coupon's face value, where it was drawn.</summary>
    [Id(6)]
    public long? DrawnCents { get; init; }

    /// <summary>How many user coupons were issued, or cards added.</summary>
    [Id(7)]
    public int Count { get; init; }

    /// <summary>The coupon that was changed; another one than was asked where a creation is a repeat.</summary>
    [Id(8)]
    public long CouponId { get; init; }

    /// <summary>What was allocated.</summary>
    [Id(9)]
    public AllocatedCoupon? Allocated { get; init; }

    /// <inheritdoc/>
    object? IOutcome<CouponOutcome>.Decision => Allocated is { } allocated ? allocated : this;

    /// <inheritdoc/>
    public static CouponOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>The stock of a coupon, after a number of commits.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.CouponStock")]
internal sealed record CouponStock
{
    /// <summary>User coupons still to be claimed.</summary>
    [Id(0)]
    public long Left { get; init; }

    /// <summary>User coupons claimed.</summary>
    [Id(1)]
    public long Claimed { get; init; }
}
