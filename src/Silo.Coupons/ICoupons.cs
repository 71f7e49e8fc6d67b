using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// The door through which orders use shoppers' coupons. An order reserves them when it is made; then it is paid
/// (<see cref="Confirm"/>) or closed unpaid (<see cref="Release"/>), and what was paid may be refunded
/// (<see cref="Return"/>). These four are staged: the door names what it needs, and executes nothing. What the last three
/// answer is whether they changed something; a repeat changes nothing.
/// </summary>
public interface ICoupons
{
    /// <summary>
    /// What each of a user's coupons would take off an order, in the order given; each from what the ones before have
    /// left. One that takes off nothing says why. Those of others are refused as USER_COUPON_UNKNOWN; one that is named twice is
    /// quoted once.
    /// </summary>
    Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads,
        long userId,
        IReadOnlyList<long> userCoupons,
        DiscountBasket basket,
        long nowMs,
        CancellationToken cancellation);

    /// <summary>All of a user's coupons that are neither used nor ended, at most 200, the newest first, each quoted alone.</summary>
    Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation);

    /// <summary>
    /// The order is made: reserves coupons for it, all of them or, refused, none. One never serves two orders: of two that
    /// want it, the second is decided again and told that it is not usable.
    /// </summary>
    /// <param name="stage">The command.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="userId">Whose coupons they must be.</param>
    /// <param name="userCoupons">The user coupons, in the order in which they reduce; one that is named twice counts once.</param>
    /// <returns>Decides on the order as it is to be paid; says what each of them takes off.</returns>
    Func<DiscountBasket, Rows, Result<IReadOnlyList<Discount>>> Reserve(
        Stage stage, long orderId, long userId, IReadOnlyList<long> userCoupons);

    /// <summary>The order is paid: its coupons are used.</summary>
    Func<Rows, Result<bool>> Confirm(Stage stage, long orderId);

    /// <summary>The order is closed unpaid: its coupons are their owner's again, and expired if their time is over.</summary>
    Func<Rows, Result<bool>> Release(Stage stage, long orderId);

    /// <summary>
    /// The order is refunded. What a paid order has used stays used, so this never changes anything; it is here because an
    /// order asks all of its modules, and does not know what refunds mean to them.
    /// </summary>
    Func<Rows, Result<bool>> Return(Stage stage, long orderId);
}

/// <summary>A line of an order, as coupons see it.</summary>
/// <param name="GoodsId">What is bought.</param>
/// <param name="CategoryIds">The category of it, and those above.</param>
/// <param name="ShopId">The store that sells it; 0 for the shop itself.</param>
/// <param name="AmountCents">What the whole line costs; not negative.</param>
public sealed record DiscountLine(long GoodsId, IReadOnlyCollection<long> CategoryIds, long ShopId, long AmountCents);

/// <summary>An order, as coupons see it.</summary>
/// <param name="Lines">The lines, in the order's own order.</param>
/// <param name="FreightCents">The freight; not negative.</param>
public sealed record DiscountBasket(IReadOnlyList<DiscountLine> Lines, long FreightCents);

/// <summary>What one user coupon takes off.</summary>
/// <param name="UserCouponId">The user coupon.</param>
/// <param name="Refusal">Why it takes off nothing, or null.</param>
/// <param name="LineCents">What it takes off each line; sums to the discount together with the freight's share.</param>
/// <param name="FreightCents">What it takes off the freight.</param>
public sealed record Discount(long UserCouponId, Refusal? Refusal, IReadOnlyList<long> LineCents, long FreightCents)
{
    /// <summary>What it takes off in all.</summary>
    public long TotalCents => LineCents.Sum() + FreightCents;
}
