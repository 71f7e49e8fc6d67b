using System.Globalization;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>Names what one shopper bargains for in one campaign.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="InitiatorId">The shopper.</param>
internal readonly record struct BargainKey(long CampaignId, long InitiatorId)
{
    /// <summary>Begins with a letter that is no hexadecimal digit; see <see cref="Storage.StateKey"/>.</summary>
    private const string Prefix = "kj";

    /// <summary>Scopes of <see cref="AcceptedRequest"/>: a request id reused on another bargain is a new command.</summary>
    public string StartScope => $"bargains.start {this}";

    public string HelpScope => $"bargains.help {this}";

    public string ClearScope => $"bargains.clear {this}";

    public StateKey State => new(BargainState.Name, ToString());

    public static BargainKey Parse(string text)
    {
        var parts = text.Split(':');
        return new(long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{CampaignId}:{InitiatorId}");
}

/// <summary>The bargain of one initiator in one campaign.</summary>
[Alias("silo.bargains.IBargainGrain"), GrainInterfaceType("silo.bargains.bargain")]
internal interface IBargainGrain
    : IHotGrain<BargainCommand, BargainOutcome>, IWatchedGrain<BargainProgress>, IGrainWithStringKey;

/// <summary>A command to a bargain.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainCommand")]
internal abstract record BargainCommand
{
    /// <summary>The caller's request id, or empty.</summary>
    [Id(0)]
    public string RequestId { get; init; } = "";

    /// <summary>Hash of the request without its request id.</summary>
    [Id(1)]
    public long RequestHash { get; init; }
}

/// <summary>The initiator starts a bargain.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.StartCommand")]
internal sealed record StartCommand : BargainCommand;

/// <summary>The initiator drops their bargain.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.ClearCommand")]
internal sealed record ClearCommand : BargainCommand;

/// <summary>Somebody helps.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.HelpCommand")]
internal sealed record HelpCommand : BargainCommand
{
    /// <summary>The helper.</summary>
    [Id(0)]
    public long HelperId { get; init; }

    /// <summary>What they say, or empty.</summary>
    [Id(1)]
    public string Remark { get; init; } = "";
}

/// <summary>An order of the initiator buys the bargain.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BuyCommand")]
internal sealed record BuyCommand : BargainCommand
{
    /// <summary>The order.</summary>
    [Id(0)]
    public long OrderId { get; init; }
}

/// <summary>What became of a command.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainOutcome")]
internal sealed record BargainOutcome : IOutcome<BargainOutcome>
{
    /// <summary>Why nothing was changed, or null.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The bargain that was started, or that there was.</summary>
    [Id(1)]
    public BargainView? Bargain { get; init; }

    /// <summary>The helper's cut.</summary>
    [Id(2)]
    public HelpView? Help { get; init; }

    /// <summary>Whether the helper had helped before.</summary>
    [Id(3)]
    public bool Repeated { get; init; }

    /// <summary>What was sold.</summary>
    [Id(4)]
    public BargainPurchase? Purchase { get; init; }

    /// <summary>Only purchases are joined.</summary>
    public object? Decision => Purchase;

    public static BargainOutcome Refused(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>A bargain as it is shown.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainView")]
internal sealed record BargainView
{
    [Id(0)]
    public long Id { get; init; }

    [Id(1)]
    public long CampaignId { get; init; }

    [Id(2)]
    public long InitiatorId { get; init; }

    [Id(3)]
    public long GoodsId { get; init; }

    [Id(4)]
    public int RuleVersion { get; init; }

    [Id(5)]
    public long StartCents { get; init; }

    [Id(6)]
    public long FloorCents { get; init; }

    [Id(7)]
    public long PriceCents { get; init; }

    [Id(8)]
    public long Helps { get; init; }

    [Id(9)]
    public long StartedAt { get; init; }

    /// <summary>Its own end; an operator may have ended the campaign before.</summary>
    [Id(10)]
    public long EndsAt { get; init; }

    [Id(11)]
    public long UpdatedAt { get; init; }

    /// <summary>0 where it is not cleared.</summary>
    [Id(12)]
    public long ClearedAt { get; init; }

    public static BargainView Of(BargainKey key, BargainState state) => new()
    {
        Id = state.BargainId,
        CampaignId = key.CampaignId,
        InitiatorId = key.InitiatorId,
        GoodsId = state.Terms.GoodsId,
        RuleVersion = state.RuleVersion,
        StartCents = state.Terms.StartCents,
        FloorCents = state.Terms.FloorCents,
        PriceCents = state.PriceCents,
        Helps = state.Helps,
        StartedAt = state.StartedAt,
        EndsAt = state.EndsAt,
        UpdatedAt = state.UpdatedAt,
    };
}

/// <summary>A help as it is answered.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.HelpView")]
internal sealed record HelpView
{
    [Id(0)]
    public long HelperId { get; init; }

    [Id(1)]
    public long GoodsId { get; init; }

    [Id(2)]
    public long Ordinal { get; init; }

    [Id(3)]
    public long CutCents { get; init; }

    /// <summary>The price that it left.</summary>
    [Id(4)]
    public long PriceCents { get; init; }

    [Id(5)]
    public string Remark { get; init; } = "";

    [Id(6)]
    public long At { get; init; }
}

/// <summary>Where a bargain stands, after a number of commits.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainProgress")]
internal sealed record BargainProgress
{
    /// <summary>0 after it was cleared.</summary>
    [Id(0)]
    public long BargainId { get; init; }

    [Id(1)]
    public long PriceCents { get; init; }

    [Id(2)]
    public long Helps { get; init; }

    [Id(3)]
    public long FloorCents { get; init; }

    [Id(4)]
    public long EndsAt { get; init; }

    /// <summary>Null where nothing was ever started.</summary>
    public static BargainProgress? Of(BargainState state) => state.Starts == 0 ? null : new()
    {
        BargainId = state.BargainId,
        PriceCents = state.PriceCents,
        Helps = state.Helps,
        FloorCents = state.Terms.FloorCents,
        EndsAt = state.EndsAt,
    };
}
