using Silo.Kernel;

namespace Silo.GroupBuys;

/// <summary>What a decision leaves behind: the state, the seats that changed, and what is to be done for orders.</summary>
internal sealed class GroupSteps(GroupBuyState state)
{
    public GroupBuyState State { get; set; } = state;

    /// <summary>The seats that changed; the last of one order counts.</summary>
    public List<OrderSeat> Changed { get; } = [];

    /// <summary>Work for orders, one of each kind for an order.</summary>
    public List<(GroupTask Task, OrderSeat Seat)> Works { get; } = [];
}

/// <summary>What is to be done for an order of a group; see <see cref="GroupWork"/>.</summary>
internal enum GroupTask
{
    Completed,
    Refund,
    Close,
}

/// <summary>What an order asks of a group.</summary>
internal readonly record struct SeatAsked(
    long UserId, long OrderId, long GoodsId, long Pieces, long Until, string RequestId, long RequestHash);

/// <summary>
/// Who gets a seat of a group, and what becomes of the group (pure). Every decision begins with what the clock has done
/// since the last one.
/// </summary>
internal static class GroupRules
{
    private const long HourMs = 60L * 60 * 1000;

    /// <summary>Why a campaign cannot have such terms, or null.</summary>
    public static Refusal? TermsRefusal(CampaignTerms terms) =>
        !IsVirtualValid(terms.Group.Size, terms.Group.VirtualPercent, terms.Group.VirtualCount)
            ? GroupBuysRefusals.CampaignVirtualInvalid
        : terms.Combinations.Distinct().Count() < terms.Combinations.Count ? GroupBuysRefusals.CampaignPricesInvalid
        : null;

    /// <summary>Whether a campaign's virtual members fit its size.</summary>
    public static bool IsVirtualValid(int size, int percent, int count) => (percent == 0 || count == 0) && count <= size;

    /// <summary>Why a campaign opens no group now, or null.</summary>
    public static Refusal? OpenRefusal(bool enabled, bool over, long openUntil, long now) =>
        over || (enabled && now >= openUntil) ? GroupBuysRefusals.CampaignEnded
        : enabled ? null
        : GroupBuysRefusals.CampaignDisabled;

    /// <summary>A new group, without any seat.</summary>
    public static GroupBuyState Open(long campaignId, int version, GroupTerms terms, long userId, long now) => new()
    {
        CampaignId = campaignId,
        Version = version,
        Terms = terms,
        OpenerId = userId,
        LeaderId = userId,
        Status = GroupStatus.Open,
        OpenedAt = now,
        EndsAt = now + (terms.Hours * HourMs),
    };

    /// <summary>Brings a group to an instant: what is over by the clock lapses, and at its end the group ends.</summary>
    public static void Advance(GroupSteps steps, long now)
    {
        var state = steps.State;
        if (state.Status != GroupStatus.Open)
        {
            return;
        }

        if (now >= state.EndsAt)
        {
            if (HasVirtualMembers(state))
            {
                Complete(steps, state.Terms.Size - state.Taken, state.EndsAt);
            }
            else
            {
                Fail(steps, state.EndsAt);
            }

            return;
        }

        foreach (var seat in state.Seats.Where(s => s.Status == SeatStatus.Reserved && s.Until <= now).ToList())
        {
            GiveBack(steps, seat, SeatStatus.Lapsed, seat.Until);
            EndWithItsLeader(steps, seat.UserId, seat.Until);
        }
    }

    /// <summary>The group as it is at an instant, whether or not that is stored yet.</summary>
    public static GroupBuyState At(GroupBuyState state, long now)
    {
        var steps = new GroupSteps(state);
        Advance(steps, now);
        return steps.State;
    }

    /// <summary>
    /// Reserves a seat. A repeat, by the order or by the user's request id, changes nothing and answers the first seat.
    /// </summary>
    /// <param name="steps">The group.</param>
    /// <param name="asked">What the order asks.</param>
    /// <param name="first">The seat that the order, or the user's request id, has had before; null for none.</param>
    /// <param name="elsewhere">Seats that count against the user's limit in other groups of the campaign.</param>
    /// <param name="now">Now.</param>
    public static (Refusal? Refusal, OrderSeat? Seat, bool Repeated) Reserve(
        GroupSteps steps, SeatAsked asked, OrderSeat? first, int elsewhere, long now)
    {
        if (first is not null)
        {
            return first.RequestHash == asked.RequestHash ? (null, first, true) : (Refusals.RequestIdReused, null, false);
        }

        Advance(steps, now);
        if (ReserveRefusal(steps.State, asked, elsewhere, now) is { } refusal)
        {
            return (refusal, null, false);
        }

        var seat = new OrderSeat
        {
            OrderId = asked.OrderId,
            UserId = asked.UserId,
            Status = SeatStatus.Reserved,
            ReservedAt = now,
            Until = Math.Min(asked.Until, steps.State.EndsAt),
            RequestId = asked.RequestId,
            RequestHash = asked.RequestHash,
        };
        steps.State = steps.State with { Seats = [.. steps.State.Seats, seat] };
        steps.Changed.Add(seat);
        return (null, seat, false);
    }

    /// <summary>
    /// Takes the seat of a paid order, also one that has lapsed while the order was not closed yet: then a free one, if the
    /// group lives.
    /// </summary>
    /// <param name="steps">The group.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="stored">Its seat where it is neither reserved nor taken; null for none.</param>
    /// <param name="elsewhere">As for <see cref="Reserve"/>.</param>
    /// <param name="now">Now.</param>
    public static (Refusal? Refusal, bool Repeated) Take(
        GroupSteps steps, long orderId, OrderSeat? stored, int elsewhere, long now)
    {
        Advance(steps, now);
        var seat = SeatOf(steps, orderId, stored);
        switch (seat?.Status)
        {
            case null:
                return (GroupBuysRefusals.SeatUnknown, false);
            case SeatStatus.Taken:
                return (null, true);
            case SeatStatus.Released or SeatStatus.Left:
                return (GroupBuysRefusals.SeatClosed, false);
            case SeatStatus.Lapsed when LateRefusal(steps.State, seat.UserId, elsewhere) is { } refusal:
                return (refusal, false);
        }

        var taken = seat with { Status = SeatStatus.Taken, TakenAt = now, EndedAt = 0 };
        steps.State = steps.State with
        {
            Seats = [.. steps.State.Seats.Where(s => s.OrderId != orderId), taken],
            Published = true,
        };
        steps.Changed.Add(taken);
        if (steps.State.Taken == steps.State.Terms.Size)
        {
            Complete(steps, virtualMembers: 0, now);
        }

        return (null, false);
    }

    /// <summary>Gives back the seat of an order that is closed unpaid.</summary>
    public static (Refusal? Refusal, bool Repeated) Release(GroupSteps steps, long orderId, OrderSeat? stored, long now)
    {
        Advance(steps, now);
        var seat = SeatOf(steps, orderId, stored);
        switch (seat?.Status)
        {
            case null:
                return (GroupBuysRefusals.SeatUnknown, false);
            case SeatStatus.Taken:
                return (GroupBuysRefusals.SeatTaken, false);
            case SeatStatus.Left:
                return (GroupBuysRefusals.SeatClosed, false);
            case SeatStatus.Released:
                return (null, true);
        }

        GiveBack(steps, seat, SeatStatus.Released, now);
        if (seat.Status == SeatStatus.Reserved)
        {
            EndWithItsLeader(steps, seat.UserId, now);
        }

        return (null, false);
    }

    /// <summary>Gives back a taken seat before the group is complete. The next member in order leads, if the leader goes.</summary>
    public static (Refusal? Refusal, bool Repeated) Leave(GroupSteps steps, long orderId, OrderSeat? stored, long now)
    {
        Advance(steps, now);
        var seat = SeatOf(steps, orderId, stored);
        switch (seat?.Status)
        {
            case null:
                return (GroupBuysRefusals.SeatUnknown, false);
            case SeatStatus.Left:
                return (null, true);
            case not SeatStatus.Taken:
                return (GroupBuysRefusals.SeatNotTaken, false);
        }

        if (steps.State.Status != GroupStatus.Open)
        {
            return (OverRefusal(steps.State), false);
        }

        GiveBack(steps, seat, SeatStatus.Left, now);
        if (seat.UserId == steps.State.LeaderId)
        {
            if (steps.State.Seats.FirstOrDefault(s => s.Status == SeatStatus.Taken) is { } next)
            {
                steps.State = steps.State with { LeaderId = next.UserId, HandedOn = true };
            }
            else
            {
                Fail(steps, now);
            }
        }

        return (null, false);
    }

    /// <summary>Ends an open group before its time, as if it had failed.</summary>
    public static Refusal? End(GroupSteps steps, long now)
    {
        Advance(steps, now);
        if (steps.State.Status != GroupStatus.Open)
        {
            return OverRefusal(steps.State);
        }

        Fail(steps, now);
        return null;
    }

    /// <summary>Why an order cannot reserve a seat of a group that is brought to now, or null.</summary>
    public static Refusal? ReserveRefusal(GroupBuyState state, SeatAsked asked, int elsewhere, long now)
    {
        if (!state.IsShownTo(asked.UserId))
        {
            return GroupBuysRefusals.Unknown;
        }

        return asked.GoodsId != state.Terms.GoodsId ? GroupBuysRefusals.OtherGoods
            : LateRefusal(state, asked.UserId, elsewhere)
            ?? (state.Terms.PiecesPerOrder > 0 && asked.Pieces > state.Terms.PiecesPerOrder ? GroupBuysRefusals.TooManyPieces
                : asked.Until <= now ? GroupBuysRefusals.Ended
                : null);
    }

    private static Refusal? LateRefusal(GroupBuyState state, long userId, int elsewhere) =>
        state.Status == GroupStatus.Failed ? GroupBuysRefusals.Ended
        : state.Status == GroupStatus.Completed ? GroupBuysRefusals.Full
        : state.Seats.Any(s => s.UserId == userId) ? GroupBuysRefusals.JoinedAlready
        : state.Seats.Count >= state.Terms.Size ? GroupBuysRefusals.Full
        : state.Terms.SeatsPerUser > 0 && elsewhere >= state.Terms.SeatsPerUser ? GroupBuysRefusals.LimitReached
        : null;

    private static Refusal OverRefusal(GroupBuyState state) =>
        state.Status == GroupStatus.Completed ? GroupBuysRefusals.Completed : GroupBuysRefusals.Ended;

    private static bool HasVirtualMembers(GroupBuyState state)
    {
        var (taken, terms) = (state.Taken, state.Terms);
        return taken > 0
            && ((terms.VirtualCount > 0 && taken >= terms.VirtualCount)
                || (terms.VirtualPercent > 0 && taken * 100 >= terms.VirtualPercent * terms.Size));
    }

    private static OrderSeat? SeatOf(GroupSteps steps, long orderId, OrderSeat? stored) =>
        steps.State.Seats.FirstOrDefault(s => s.OrderId == orderId)
        ?? steps.Changed.LastOrDefault(s => s.OrderId == orderId)
        ?? stored;

    private static void GiveBack(GroupSteps steps, OrderSeat seat, SeatStatus status, long at)
    {
        steps.State = steps.State with { Seats = [.. steps.State.Seats.Where(s => s.OrderId != seat.OrderId)] };
        steps.Changed.Add(seat with { Status = status, EndedAt = at });
    }

    /// <summary>A group that nobody else knows of ends with its leader's unpaid seat.</summary>
    private static void EndWithItsLeader(GroupSteps steps, long userId, long at)
    {
        if (steps.State is { Status: GroupStatus.Open, Published: false } && userId == steps.State.LeaderId)
        {
            Fail(steps, at);
        }
    }

    private static void Fail(GroupSteps steps, long at)
    {
        CloseReserved(steps, at);
        steps.Works.AddRange(steps.State.Seats.Select(s => (GroupTask.Refund, s)));
        steps.State = steps.State with { Status = GroupStatus.Failed, EndedAt = at };
    }

    private static void Complete(GroupSteps steps, int virtualMembers, long at)
    {
        CloseReserved(steps, at);
        steps.Works.AddRange(steps.State.Seats.Select(s => (GroupTask.Completed, s)));
        steps.State = steps.State with { Status = GroupStatus.Completed, EndedAt = at, VirtualMembers = virtualMembers };
    }

    /// <summary>What is reserved when a group ends lapses, and its orders, which nobody should pay any more, are closed.</summary>
    private static void CloseReserved(GroupSteps steps, long at)
    {
        foreach (var seat in steps.State.Seats.Where(s => s.Status == SeatStatus.Reserved).ToList())
        {
            GiveBack(steps, seat, SeatStatus.Lapsed, Math.Min(seat.Until, at));
            steps.Works.Add((GroupTask.Close, seat));
        }
    }
}
