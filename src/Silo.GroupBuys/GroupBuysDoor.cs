using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The door, by messages to the groups.</summary>
internal sealed class GroupBuysDoor(IGrainFactory grains, GroupReads reads, ShopClock clock) : IGroupBuys
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

    public Task<JoinedOutcome<GroupOutcome>> ReserveAsync(SeatRequest seat, JoinedCommand joined) => SendAsync(
        seat.GroupId,
        new ReserveCommand
        {
            OrderId = seat.OrderId,
            UserId = seat.UserId,
            GoodsId = seat.GoodsId,
            Pieces = seat.Pieces,
            Until = seat.UntilMs,
            RequestId = seat.RequestId,
            RequestHash = seat.RequestHash,
        },
        joined);

    public Task<JoinedOutcome<GroupOutcome>> TakeAsync(long groupId, long orderId, JoinedCommand joined) =>
        SendAsync(groupId, new TakeCommand { OrderId = orderId }, joined);

    public Task<JoinedOutcome<GroupOutcome>> SettleAsync(long groupId, long orderId, JoinedCommand joined) =>
        TakeAsync(groupId, orderId, joined);

    public Task<JoinedOutcome<GroupOutcome>> ReleaseAsync(long groupId, long orderId, JoinedCommand joined) =>
        SendAsync(groupId, new ReleaseCommand { OrderId = orderId }, joined);

    public Task<JoinedOutcome<GroupOutcome>> LeaveAsync(long groupId, long orderId, JoinedCommand joined) =>
        SendAsync(groupId, new LeaveCommand { OrderId = orderId }, joined);

    private Task<JoinedOutcome<GroupOutcome>> SendAsync(long groupId, GroupCommand command, JoinedCommand joined) =>
        grains.GetGroup(groupId).RunJoinedAsync(command, joined);
}
