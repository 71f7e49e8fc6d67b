using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>One lottery: its prizes, its seed, and every draw of it.</summary>
[Alias("silo.lotteries.ILotteryGrain"), GrainInterfaceType("silo.lotteries.lottery")]
internal interface ILotteryGrain : IHotGrain<LotteryCommand, LotteryOutcome>, IWatchedGrain<LotteryProgress>, IGrainWithIntegerKey;

/// <summary>A command to a lottery.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryCommand")]
internal abstract record LotteryCommand
{
    /// <summary>The caller's request id, or empty.</summary>
    [Id(0)]
    public string RequestId { get; init; } = "";

    /// <summary>Hash of the request without its request id.</summary>
    [Id(1)]
    public long RequestHash { get; init; }
}

/// <summary>A shopper draws once.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.DrawCommand")]
internal sealed record DrawCommand : LotteryCommand
{
    /// <summary>The shopper.</summary>
    [Id(0)]
    public long UserId { get; init; }
}

/// <summary>The lottery's time is over: it is closed for good.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.CloseCommand")]
internal sealed record CloseCommand : LotteryCommand;

/// <summary>What an operator does to a lottery.</summary>
internal enum LotteryChange
{
    Create = 1,
    Update = 2,
    SetEnabled = 3,
    End = 4,
}

/// <summary>An operator creates, changes, enables, disables or ends the lottery.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryChangeCommand")]
internal sealed record LotteryChangeCommand : LotteryCommand, IOperatorCommand
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

    /// <summary>What is done.</summary>
    [Id(3)]
    public LotteryChange Change { get; init; }

    /// <summary>The new terms, of a creation or a change.</summary>
    [Id(4)]
    public LotteryTerms Terms { get; init; } = new();

    /// <summary>The version that new terms are based on; 0 for any.</summary>
    [Id(5)]
    public int ExpectedVersion { get; init; }

    /// <summary>Whether draws are accepted.</summary>
    [Id(6)]
    public bool Enabled { get; init; }

    /// <summary>What was taken from coupons for the new terms.</summary>
    [Id(7)]
    public CouponTake[] Takes { get; init; } = [];
}

/// <summary>What was taken from a coupon for a prize.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.CouponTake")]
internal sealed record CouponTake
{
    /// <summary>The allocation.</summary>
    [Id(0)]
    public long AllocationId { get; init; }

    /// <summary>The place of the prize in the new terms.</summary>
    [Id(1)]
    public int Place { get; init; }

    /// <summary>How many.</summary>
    [Id(2)]
    public long Quantity { get; init; }

    /// <summary>What they are.</summary>
    [Id(3)]
    public AllocatedCoupon Coupon { get; init; } = new();
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryOutcome")]
internal sealed record LotteryOutcome : IOutcome<LotteryOutcome>
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The draw.</summary>
    [Id(1)]
    public long DrawId { get; init; }

    /// <summary>Its position.</summary>
    [Id(2)]
    public long Position { get; init; }

    /// <summary>The rule by which it was drawn.</summary>
    [Id(3)]
    public int RuleVersion { get; init; }

    /// <summary>The id of what was drawn.</summary>
    [Id(4)]
    public long PrizeId { get; init; }

    /// <summary>What was drawn, where the rule is the present one.</summary>
    [Id(5)]
    public Prize? Prize { get; init; }

    /// <summary>The user coupon of a coupon prize; 0 for none.</summary>
    [Id(6)]
    public long UserCouponId { get; init; }

    /// <summary>When it was drawn, in unix milliseconds.</summary>
    [Id(7)]
    public long At { get; init; }

    /// <summary>What binds the user's pseudonym to them.</summary>
    [Id(8)]
    public string Nonce { get; init; } = "";

    /// <summary>The lottery after a change as the audit log keeps it: the API's JSON, without any secret.</summary>
    [Id(9)]
    public string Lottery { get; init; } = "";

    /// <inheritdoc/>
    public static LotteryOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>How far a lottery is, after a number of commits.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.LotteryProgress")]
internal sealed record LotteryProgress
{
    /// <summary>Draws so far.</summary>
    [Id(0)]
    public long Draws { get; init; }

    /// <summary>The version of the terms.</summary>
    [Id(1)]
    public int Version { get; init; }

    /// <summary>Whether it is over for good.</summary>
    [Id(2)]
    public bool Closed { get; init; }

    /// <summary>The prizes.</summary>
    [Id(3)]
    public IReadOnlyList<PrizeProgress> Prizes { get; init; } = [];

    /// <summary>What the odds are parts of.</summary>
    [Id(4)]
    public long OddsTotal { get; init; }

    /// <summary>The prizes follow from the rest.</summary>
    public bool Equals(LotteryProgress? other) =>
        other is not null && (Draws, Version, Closed) == (other.Draws, other.Version, other.Closed);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Draws, Version, Closed);
}

/// <summary>A prize as it is now; the numbers are the API's.</summary>
[GenerateSerializer, Immutable, Alias("silo.lotteries.PrizeProgress")]
internal readonly record struct PrizeProgress
{
    [Id(0)]
    public long PrizeId { get; init; }

    [Id(1)]
    public long Left { get; init; }

    [Id(2)]
    public long Won { get; init; }

    [Id(3)]
    public long Odds { get; init; }
}
