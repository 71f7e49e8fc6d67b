using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The door, by messages to the groups.</summary>
internal sealed class GroupBuysDoor(HotGrains<long, GroupCommand, GroupOutcome> groups, GroupReads reads, ShopClock clock)
    : IGroupBuys
{
    public async Task<Result<GroupOffer>> OfferAsync(
        long groupId, long userId, long goodsId, long pieces, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var state = GroupRules.At(await reads.StateAsync(groupId), now);
        var asked = new SeatAsked(userId, 0, goodsId, pieces, long.MaxValue, "", 0);
        return GroupRules.ReserveRefusal(state, asked, elsewhere: 0, now) is { } refusal
            ? refusal
            : new GroupOffer(state.Version, state.Terms, state.EndsAt);
    }

    public Task<Joined<GroupSeat>> ReserveAsync(JoinedCommand joined, long orderId, SeatRequest seat)
    {
        ArgumentNullException.ThrowIfNull(seat);
        var command = new ReserveCommand
        {
            OrderId = orderId,
            UserId = seat.UserId,
            GoodsId = seat.GoodsId,
            Pieces = seat.Pieces,
            Until = seat.UntilMs,
            RequestId = seat.RequestId,
            RequestHash = seat.RequestHash,
        };
        return SendAsync(joined, seat.GroupId, command);
    }

    public Task<Joined<GroupSeat>> ConfirmAsync(JoinedCommand joined, long orderId, long groupId) =>
        SendAsync(joined, groupId, new TakeCommand { OrderId = orderId });

    public Task<Joined<GroupSeat>> ReleaseAsync(JoinedCommand joined, long orderId, long groupId) =>
        SendAsync(joined, groupId, new ReleaseCommand { OrderId = orderId });

    public Task<Joined<GroupSeat>> ReturnAsync(JoinedCommand joined, long orderId, long groupId) =>
        SendAsync(joined, groupId, new LeaveCommand { OrderId = orderId });

    private async Task<Joined<GroupSeat>> SendAsync(JoinedCommand joined, long groupId, GroupCommand command)
    {
        var ran = await groups.RunJoinedAsync(groupId, command, joined);
        return new(ran.Outcome.Refusal is { } refusal ? refusal : ran.Outcome.Seat, ran.Answer);
    }
}
