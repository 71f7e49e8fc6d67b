using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>
/// The door for orders and payments. Each command travels to the group with the caller's own work, which runs in the
/// group's transaction and sees the decision as a <see cref="GroupSeat"/>. A work that
/// <see cref="IJoinedWork.RunsOnRefusal">runs on a refusal</see>, such as that of a payment which is being settled, runs also
/// where the seat is refused.
/// </summary>
public interface IGroupBuys
{
    /// <summary>What an order in a group would cost and be refused with, by what is committed now; for previews.</summary>
    /// <returns>The offer, or the first of the refusals of <see cref="ReserveAsync"/>, the user's limit left out.</returns>
    Task<Result<GroupOffer>> OfferAsync(long groupId, long userId, long goodsId, long pieces, CancellationToken cancellation);

    /// <summary>
    /// Reserves a seat for an order that is being made. A repeat, by the order or by the user's request id, is told the
    /// first order and changes nothing.
    /// </summary>
    /// <returns>
    /// Refusals, in this order: REQUEST_ID_REUSED, <see cref="GroupBuysRefusals.Unknown"/> (also while the leader has not paid,
    /// for others), <see cref="GroupBuysRefusals.OtherGoods"/>, <see cref="GroupBuysRefusals.Ended"/>,
    /// <see cref="GroupBuysRefusals.JoinedAlready"/>, <see cref="GroupBuysRefusals.Full"/>, <see cref="GroupBuysRefusals.LimitReached"/>,
    /// <see cref="GroupBuysRefusals.TooManyPieces"/>. Of a complete group <see cref="GroupBuysRefusals.Full"/> goes first.
    /// </returns>
    Task<Joined<GroupSeat>> ReserveAsync(JoinedCommand joined, long orderId, SeatRequest seat);

    /// <summary>
    /// Takes the seat of an order that is being paid, by balance, as paid offline or by a payment that is being settled. One
    /// that has lapsed takes a free seat, if the group lives. The last seat completes the group.
    /// </summary>
    /// <returns>
    /// Refusals, in this order: <see cref="GroupBuysRefusals.SeatUnknown"/>, <see cref="GroupBuysRefusals.SeatClosed"/>, and of
    /// a seat that has lapsed <see cref="GroupBuysRefusals.Ended"/>, <see cref="GroupBuysRefusals.JoinedAlready"/>,
    /// <see cref="GroupBuysRefusals.Full"/>, <see cref="GroupBuysRefusals.LimitReached"/>.
    /// </returns>
    Task<Joined<GroupSeat>> ConfirmAsync(JoinedCommand joined, long orderId, long groupId);

    /// <summary>Gives back the seat of an order that is being closed unpaid; also after the group has ended.</summary>
    /// <returns>
    /// Refusals, in this order: <see cref="GroupBuysRefusals.SeatUnknown"/>, <see cref="GroupBuysRefusals.SeatTaken"/>,
    /// <see cref="GroupBuysRefusals.SeatClosed"/> (its member has left).
    /// </returns>
    Task<Joined<GroupSeat>> ReleaseAsync(JoinedCommand joined, long orderId, long groupId);

    /// <summary>
    /// Gives back the seat of a paid order that is being refunded or closed by an operator before the group is complete.
    /// The next member in order leads, if the leader goes; without one the group fails.
    /// </summary>
    /// <returns>
    /// Refusals, in this order: <see cref="GroupBuysRefusals.SeatUnknown"/>, <see cref="GroupBuysRefusals.SeatNotTaken"/>,
    /// <see cref="GroupBuysRefusals.Completed"/> (then a refund needs no group any more), <see cref="GroupBuysRefusals.Ended"/>
    /// (then the refund is on its way).
    /// </returns>
    Task<Joined<GroupSeat>> ReturnAsync(JoinedCommand joined, long orderId, long groupId);
}

/// <summary>A seat that an order asks for.</summary>
public sealed record SeatRequest
{
    /// <summary>The group.</summary>
    public required long GroupId { get; init; }

    /// <summary>Who orders.</summary>
    public required long UserId { get; init; }

    /// <summary>The goods of the order.</summary>
    public required long GoodsId { get; init; }

    /// <summary>Pieces of the order, from 1.</summary>
    public required long Pieces { get; init; }

    /// <summary>When the order is closed if it is not paid, in unix milliseconds.</summary>
    public required long UntilMs { get; init; }

    /// <summary>The order's request id, or empty.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Hash of the request without its request id.</summary>
    public long RequestHash { get; init; }
}

/// <summary>What a group offers to an order.</summary>
/// <param name="Version">The version of the campaign's terms.</param>
/// <param name="Terms">The terms; they say what a piece costs.</param>
/// <param name="EndsAt">When the group ends, in unix milliseconds.</param>
public sealed record GroupOffer(int Version, GroupTerms Terms, long EndsAt);

/// <summary>An order's seat, as a command leaves it and as joined works see it.</summary>
public sealed record GroupSeat
{
    /// <summary>The group.</summary>
    public required long GroupId { get; init; }

    /// <summary>The order that has the seat; of a repeat the first one.</summary>
    public required long OrderId { get; init; }

    /// <summary>Whether it was done before, and nothing was changed now.</summary>
    public required bool Repeated { get; init; }

    /// <summary>Until when the seat is reserved, in unix milliseconds; 0 of other commands than a reservation.</summary>
    public required long ReservedUntil { get; init; }

    /// <summary>Whether the group is complete with this.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>The version of the campaign's terms that the group keeps.</summary>
    public required int Version { get; init; }

    /// <summary>The terms of the group, for the order's prices.</summary>
    public required GroupTerms Terms { get; init; }
}

/// <summary>The kinds of work that a group leaves for orders; the module that owns them registers the handlers.</summary>
public static class GroupWork
{
    /// <summary>The group is complete: the order can be shipped. Key <c>group-done:{order}</c>.</summary>
    public static readonly WorkKind<GroupOrderWork> Completed = new("orders.group_completed");

    /// <summary>
    /// The group has failed: the paid order is closed and refunded, under the item's key as the stable refund id. Key
    /// <c>group-fail:{order}</c>.
    /// </summary>
    public static readonly WorkKind<GroupOrderWork> Refund = new("orders.group_refund");

    /// <summary>The group has ended: the unpaid order is closed. Key <c>group-close:{order}</c>.</summary>
    public static readonly WorkKind<GroupOrderWork> Close = new("orders.group_close");

    internal static WorkKind<GroupOrderWork> KindOf(GroupTask task) => task switch
    {
        GroupTask.Completed => Completed,
        GroupTask.Refund => Refund,
        _ => Close,
    };

    internal static string KeyOf(WorkKind<GroupOrderWork> kind, long orderId) =>
        kind == Completed ? $"group-done:{orderId}"
        : kind == Refund ? $"group-fail:{orderId}"
        : $"group-close:{orderId}";
}

/// <summary>The payload of a group's work for an order.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="OrderId">The order.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="RefundTo">Where its money goes, if the group has failed.</param>
public sealed record GroupOrderWork(long GroupId, long OrderId, long UserId, GroupRefundTo RefundTo);
