using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The door through which orders use user-coupons.</summary>
public interface ICoupons
{
    /// <summary>
    /// What each of a user's user-coupons would take off an order, in the order given; each from what the ones before have
    /// left. One that takes off nothing says why. User-coupons that are not his are refused as PIECE_UNKNOWN; one that is named
    /// twice is quoted once.
    /// </summary>
    Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads, long userId, IReadOnlyList<long> userCoupons, DiscountBasket basket, long nowMs, CancellationToken cancellation);

    /// <summary>All of a user's user-coupons that are neither used nor ended, at most 200, the newest first, each quoted alone.</summary>
    Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation);

    /// <summary>
    /// Reserves user-coupons for an order, in its unit: all of them, or the first refusal. One user-coupon never serves two orders.
    /// </summary>
    Task<Result<IReadOnlyList<Discount>>> ReserveAsync(
        Unit unit, long userId, long orderId, IReadOnlyList<long> userCoupons, DiscountBasket basket, CancellationToken cancellation);

    /// <summary>The order is paid: its user-coupons are used. Says how many; a repeat changes nothing.</summary>
    Task<int> UseAsync(Unit unit, long orderId, CancellationToken cancellation);

    /// <summary>
    /// The order is closed unpaid: its user-coupons are their owner's again, and expired if their time is over. Says how many;
    /// a repeat changes nothing.
    /// </summary>
    Task<int> GiveBackAsync(Unit unit, long orderId, CancellationToken cancellation);
}

/// <summary>Quotes, reserves and gives back user-coupons by their rows.</summary>
internal sealed class CouponsDoor(ShopClock clock) : ICoupons
{
    private const int MostQuoted = 200;

    public async Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads, long userId, IReadOnlyList<long> userCoupons, DiscountBasket basket, long nowMs, CancellationToken cancellation)
    {
        long[] named = [.. userCoupons.Distinct()];
        var held = (await CouponsReads.UserCouponsAsync(reads, named, userId, cancellation)).ToDictionary(p => p.UserCoupon.Id, Held);
        var quoted = CouponDiscountRules.Quote([.. named.Where(held.ContainsKey).Select(id => held[id])], basket, nowMs, clock)
            .ToDictionary(d => d.UserCouponId);
        return [.. named.Select(id => quoted.GetValueOrDefault(id)
            ?? new Discount(id, CouponsRefusals.UserCouponUnknown, new long[basket.Lines.Count], 0))];
    }

    public async Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation)
    {
        var userCoupons = await CouponsReads.UsableAsync(reads, userId, nowMs, MostQuoted, cancellation);
        return [.. userCoupons.SelectMany(p => CouponDiscountRules.Quote([Held(p)], basket, nowMs, clock))];
    }

    public async Task<Result<IReadOnlyList<Discount>>> ReserveAsync(
        Unit unit, long userId, long orderId, IReadOnlyList<long> userCoupons, DiscountBasket basket, CancellationToken cancellation)
    {
        var discounts = await QuoteAsync(unit, userId, userCoupons, basket, unit.NowMs, cancellation);
        if (discounts.FirstOrDefault(d => d.Refusal is not null)?.Refusal is { } refusal)
        {
            return refusal;
        }

        var rows = await unit.Query<UserCouponRow>().Where(p => userCoupons.Contains(p.Id)).OrderBy(p => p.Id).ToListAsync(cancellation);
        foreach (var row in rows)
        {
            if (!await CouponsWrites.MarkAsync(unit, row, UserCouponMark.Reserved, orderId, cancellation))
            {
                return CouponsRefusals.UserCouponNotUsable;
            }
        }

        return Result.Of(discounts);
    }

    public Task<int> UseAsync(Unit unit, long orderId, CancellationToken cancellation) => unit.ExecuteAsync(
        $"""
        UPDATE coupons_marks SET mark = {(short)UserCouponMark.Used}, at = {unit.NowMs}
        WHERE subject_id = {orderId} AND mark = {(short)UserCouponMark.Reserved}
        """,
        cancellation);

    public Task<int> GiveBackAsync(Unit unit, long orderId, CancellationToken cancellation) => unit.ExecuteAsync(
        $"DELETE FROM coupons_marks WHERE subject_id = {orderId} AND mark = {(short)UserCouponMark.Reserved}", cancellation);

    private static HeldUserCoupon Held(FullUserCoupon userCoupon)
    {
        var terms = userCoupon.Terms.Terms;
        return new(
            userCoupon.UserCoupon.Id, terms, userCoupon.UserCoupon.DrawnCents ?? terms.AmountCents, userCoupon.UserCoupon.ClaimedAt, userCoupon.Mark?.Mark);
    }
}
