namespace Silo.GroupBuys;

/// <summary>What an operator defines: the terms of the campaign's groups, and until when any are opened.</summary>
internal sealed record CampaignTerms
{
    /// <summary>The terms of a group; where money goes of which the operator says nothing, they say it.</summary>
    public required GroupTerms Group { get; init; }

    /// <summary>The combinations that <see cref="GroupTerms.SkuPrices"/> are of, in their order, as the operator named them.</summary>
    public IReadOnlyList<string> Combinations { get; init; } = [];

    /// <summary>Whether the operator has said where the money of failed groups goes.</summary>
    public bool NamesRefund { get; init; }

    /// <summary>Groups are opened before this instant, exclusive; in unix milliseconds.</summary>
    public required long OpenUntil { get; init; }
}
