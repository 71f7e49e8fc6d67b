namespace Silo.Bargains;

/// <summary>What a campaign offers; see the proto for the ranges. Amounts in cents, instants in unix milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainTerms")]
internal sealed record BargainTerms
{
    [Id(0)]
    public long GoodsId { get; init; }

    [Id(1)]
    public long StartCents { get; init; }

    [Id(2)]
    public long FloorCents { get; init; }

    [Id(3)]
    public long CutMinCents { get; init; }

    [Id(4)]
    public long CutMaxCents { get; init; }

    /// <summary>How many helpers reach the floor; 0 where each cut is drawn by itself.</summary>
    [Id(5)]
    public int HelpersToFloor { get; init; }

    [Id(6)]
    public long StockTotal { get; init; }

    /// <summary>Inclusive.</summary>
    [Id(7)]
    public long StartsAt { get; init; }

    /// <summary>Exclusive.</summary>
    [Id(8)]
    public long EndsAt { get; init; }

    /// <summary>0 for until <see cref="EndsAt"/>.</summary>
    [Id(9)]
    public int DurationMinutes { get; init; }

    /// <summary>0 for any number.</summary>
    [Id(10)]
    public int StartsPerUser { get; init; }

    /// <summary>0 for any number.</summary>
    [Id(11)]
    public int HelpsPerUser { get; init; }

    /// <summary>What all cuts of a bargain come to.</summary>
    public long ToCutCents => StartCents - FloorCents;
}

/// <summary>
/// The contended state of one initiator in one campaign: the bargain that they have, under the terms with which it started.
/// A default instance is one who never started any.
/// </summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainState")]
internal sealed record BargainState
{
    public const string Name = "silo.bargains.bargain";

    /// <summary>0 where there is none, or it was cleared.</summary>
    [Id(0)]
    public long BargainId { get; init; }

    /// <summary>Version of the campaign's terms.</summary>
    [Id(1)]
    public int RuleVersion { get; init; }

    [Id(2)]
    public BargainTerms Terms { get; init; } = new();

    [Id(3)]
    public long PriceCents { get; init; }

    [Id(4)]
    public long Helps { get; init; }

    /// <summary>The parts that the helpers get, in their order; empty where each cut is drawn by itself.</summary>
    [Id(5)]
    public int[] Plan { get; init; } = [];

    [Id(6)]
    public long StartedAt { get; init; }

    /// <summary>Its own end, exclusive.</summary>
    [Id(7)]
    public long EndsAt { get; init; }

    [Id(8)]
    public long UpdatedAt { get; init; }

    /// <summary>Bargains that they have started, cleared ones included.</summary>
    [Id(9)]
    public int Starts { get; init; }

    /// <summary>The request that started the bargain.</summary>
    [Id(10)]
    public string RequestId { get; init; } = "";

    public bool Exists => BargainId > 0;

    public bool IsAtFloor => PriceCents == Terms.FloorCents;
}
