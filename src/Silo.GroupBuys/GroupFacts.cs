using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>What the decisions of a batch need beside the group's state; grows as the batch decides.</summary>
internal sealed class GroupFacts
{
    public required long Now { get; init; }

    /// <summary>The operator writes of the batch.</summary>
    public required OperatorLog Log { get; init; }

    /// <summary>The stored seats that the batch's commands name, by order.</summary>
    public Dictionary<long, OrderSeat> Seats { get; init; } = [];

    /// <summary>The campaign that a group is opened of, kept as it is until the commit.</summary>
    public StagedRows<CampaignRow>? Campaign { get; set; }

    /// <summary>Users' seats in other groups of the campaign, counted under a lock.</summary>
    public Dictionary<long, StagedNumbers> Elsewhere { get; } = [];

    /// <summary>The seats that count against a user's limit in other groups; 0 where there is no limit.</summary>
    public int ElsewhereOf(long userId) => Elsewhere.TryGetValue(userId, out var count) ? (int)count.Value : 0;

    /// <summary>The seat that an order, or the user's request id, has had before; null for none.</summary>
    public OrderSeat? FirstOf(SeatAsked asked) => Seats.GetValueOrDefault(asked.OrderId)
        ?? Seats.Values.FirstOrDefault(s => s.UserId == asked.UserId && s.RequestId == asked.RequestId);
}
