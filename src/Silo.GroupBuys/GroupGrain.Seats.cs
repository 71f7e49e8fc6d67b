using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <content>Seats: reserved, taken, released and left for orders.</content>
internal sealed partial class GroupGrain
{
    private static long OrderOf(GroupCommand command) => command switch
    {
        ReserveCommand reserve => reserve.OrderId,
        TakeCommand take => take.OrderId,
        ReleaseCommand release => release.OrderId,
        LeaveCommand leave => leave.OrderId,
        _ => 0,
    };

    private static long UserOf(GroupCommand command, GroupFacts facts) => command switch
    {
        ReserveCommand reserve => reserve.UserId,
        TakeCommand take => facts.Seats.GetValueOrDefault(take.OrderId)?.UserId ?? 0,
        _ => 0,
    };

    private static string RequestIdOf(ReserveCommand command) => OwnRequestId.Or(command.RequestId, command.OrderId);

    /// <summary>Whether the user's seats in other groups count.</summary>
    private bool CountsSeats(GroupCommand command) => State.Terms.SeatsPerUser > 0 && command switch
    {
        ReserveCommand => true,
        // What has lapsed and is not stored as that yet is like what has lapsed.
        TakeCommand take => State.Seats.All(s =>
            s.OrderId != take.OrderId || (s.Status == SeatStatus.Reserved && s.Until <= Clock.NowMs)),
        _ => false,
    };

    private async Task<Dictionary<long, OrderSeat>> LoadSeatsAsync(IUnits reads, IReadOnlyList<GroupCommand> batch)
    {
        var orders = batch.Select(OrderOf).Where(o => o != 0).ToArray();
        if (!State.Exists || orders.Length == 0)
        {
            return [];
        }

        var (id, reserves) = (GroupId, batch.OfType<ReserveCommand>().ToArray());
        var users = reserves.Select(r => r.UserId).Distinct().ToArray();
        var requests = reserves.Select(RequestIdOf).ToArray();
        return await reads.ReadAsync(
            r => r.Query<SeatRow>()
                .Where(s => s.GroupId == id
                    && (orders.Contains(s.OrderId) || (users.Contains(s.UserId) && requests.Contains(s.RequestId))))
                .ToDictionaryAsync(s => s.OrderId, s => s.Seat),
            CancellationToken.None);
    }

    private GroupOutcome DecideSeat(GroupSteps steps, GroupCommand command, GroupFacts facts, Rows rows)
    {
        if (command is ReserveCommand reserve)
        {
            return DecideReserve(steps, reserve, facts, rows);
        }

        var order = OrderOf(command);
        var stored = facts.Seats.GetValueOrDefault(order);
        var (refusal, repeated) = command switch
        {
            TakeCommand => GroupRules.Take(steps, order, stored, facts.ElsewhereOf(stored?.UserId ?? 0), facts.Now),
            ReleaseCommand => GroupRules.Release(steps, order, stored, facts.Now),
            LeaveCommand => GroupRules.Leave(steps, order, stored, facts.Now),
            _ => throw new NotSupportedException(command.GetType().Name),
        };
        return new() { Refusal = refusal, OrderId = order, Repeated = repeated };
    }

    private GroupOutcome DecideReserve(GroupSteps steps, ReserveCommand command, GroupFacts facts, Rows rows)
    {
        var asked = new SeatAsked(
            command.UserId, command.OrderId, command.GoodsId, command.Pieces, command.Until, RequestIdOf(command), command.RequestHash);
        var (refusal, seat, repeated) = GroupRules.Reserve(
            steps, asked, facts.FirstOf(asked), facts.ElsewhereOf(asked.UserId), facts.Now);
        if (seat is null)
        {
            return GroupOutcome.Refused(refusal!);
        }

        if (!repeated)
        {
            rows.Enqueue(
                GroupExpiry.Expire,
                string.Create(CultureInfo.InvariantCulture, $"{GroupId}:{seat.OrderId}"),
                seat.Until,
                new GroupExpiry.Payload(GroupId, seat.Until));
        }

        return new() { OrderId = seat.OrderId, ReservedUntil = seat.Until, Repeated = repeated };
    }
}
