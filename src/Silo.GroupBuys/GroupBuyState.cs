namespace Silo.GroupBuys;

/// <summary>What has become of a group.</summary>
internal enum GroupStatus : short
{
    Open = 1,
    Completed = 2,
    Failed = 3,
}

/// <summary>What has become of a seat.</summary>
internal enum SeatStatus : short
{
    Reserved = 1,
    Taken = 2,
    Lapsed = 3,
    Released = 4,
    Left = 5,
}

/// <summary>An order's place in a group. Instants in unix milliseconds; 0 for not yet.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupSeat")]
internal sealed record OrderSeat
{
    [Id(0)]
    public long OrderId { get; init; }

    [Id(1)]
    public long UserId { get; init; }

    [Id(2)]
    public SeatStatus Status { get; init; }

    [Id(3)]
    public long ReservedAt { get; init; }

    /// <summary>Reserved before this instant, exclusive; never after the group's end.</summary>
    [Id(4)]
    public long Until { get; init; }

    [Id(5)]
    public long TakenAt { get; init; }

    [Id(6)]
    public long EndedAt { get; init; }

    /// <summary>The order's request id, or one made here that no caller can send.</summary>
    [Id(7)]
    public string RequestId { get; init; } = "";

    [Id(8)]
    public long RequestHash { get; init; }
}

/// <summary>The contended state of one group. A default instance is a group that was never opened.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupBuyState")]
internal sealed record GroupBuyState
{
    public const string Name = "silo.groupbuys.group";

    [Id(0)]
    public long CampaignId { get; init; }

    /// <summary>The version of the campaign's terms that the group keeps.</summary>
    [Id(1)]
    public int Version { get; init; }

    [Id(2)]
    public GroupTerms Terms { get; init; } = new();

    [Id(3)]
    public long OpenerId { get; init; }

    [Id(4)]
    public long LeaderId { get; init; }

    [Id(5)]
    public GroupStatus Status { get; init; }

    /// <summary>Whether the opener has paid, and others may know of the group.</summary>
    [Id(6)]
    public bool Published { get; init; }

    [Id(7)]
    public long OpenedAt { get; init; }

    /// <summary>Seats can be taken before this instant, exclusive.</summary>
    [Id(8)]
    public long EndsAt { get; init; }

    [Id(9)]
    public long EndedAt { get; init; }

    [Id(10)]
    public int VirtualMembers { get; init; }

    /// <summary>The seats that are reserved or taken, at most as many as the size; taken ones in the order of taking.</summary>
    [Id(11)]
    public IReadOnlyList<OrderSeat> Seats { get; init; } = [];

    /// <summary>
    /// Whether somebody else has led it. Then its opener may have opened another one, and is not sent to this one, also where they
    /// lead it again.
    /// </summary>
    [Id(12)]
    public bool HandedOn { get; init; }

    public bool Exists => CampaignId > 0;

    public int Taken => Seats.Count(s => s.Status == SeatStatus.Taken);

    /// <summary>
    /// Whether its opener, when asking for a group, is sent to this one: they have led it ever since, and it is open.
    /// </summary>
    public bool IsOpeners => Status == GroupStatus.Open && LeaderId == OpenerId && !HandedOn;

    /// <summary>Seats that are reserved at an instant.</summary>
    public int HeldAt(long now) => Seats.Count(s => s.Status == SeatStatus.Reserved && s.Until > now);

    /// <summary>Whether a user may know of the group; 0 for nobody.</summary>
    public bool IsShownTo(long userId) => Exists && (Published || (userId != 0 && userId == LeaderId));
}
