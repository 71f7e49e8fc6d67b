using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>How user coupons reduce an order. Pure.</summary>
internal static class CouponDiscountRules
{
    private const long WholePercent = 10_000;

    /// <summary>
    /// What each user coupon takes off, one after the other, each from what the ones before have left. The threshold is
    /// compared with what the order cost before any: with the goods and the freight, or, of a user coupon that is for certain
    /// goods, with those goods.
    /// </summary>
    public static IReadOnlyList<Discount> Quote(
        IReadOnlyList<HeldUserCoupon> userCoupons, DiscountBasket basket, long now, ShopClock clock)
    {
        var left = basket;
        List<Discount> discounts = [];
        foreach (var userCoupon in userCoupons)
        {
            var discount = QuoteOne(userCoupon, basket, left, now, clock);
            discounts.Add(discount);
            left = new(
                [.. left.Lines.Select((line, i) => line with { AmountCents = line.AmountCents - discount.LineCents[i] })],
                left.FreightCents - discount.FreightCents);
        }

        return discounts;
    }

    /// <summary>
    /// Shares an amount over weights, each share at most its weight, to the exact sum: the parts are rounded down, and
    /// the cents that are left go to the largest remainders, the earlier line first.
    /// </summary>
    /// <param name="amount">Not negative, and at most the sum of the weights.</param>
    /// <param name="weights">Not negative.</param>
    public static long[] Share(long amount, IReadOnlyList<long> weights)
    {
        Int128 sum = 0;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        var shares = new long[weights.Count];
        if (amount == 0 || sum == 0)
        {
            return shares;
        }

        var remainders = new Int128[shares.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            var (quotient, remainder) = Int128.DivRem((Int128)amount * weights[i], sum);
            (shares[i], remainders[i]) = ((long)quotient, remainder);
        }

        var missing = (int)(amount - shares.Sum());
        foreach (var i in Enumerable.Range(0, shares.Length).OrderByDescending(i => remainders[i]).ThenBy(i => i).Take(missing))
        {
            shares[i]++;
        }

        return shares;
    }

    private static Discount QuoteOne(HeldUserCoupon userCoupon, DiscountBasket whole, DiscountBasket left, long now, ShopClock clock)
    {
        var matches = whole.Lines.Select(line => Matches(userCoupon.Terms, line)).ToArray();
        var refusal = RefusalOf(userCoupon, matches, whole, now, clock);
        var nothing = new long[whole.Lines.Count];
        if (refusal is not null)
        {
            return new(userCoupon.Id, refusal, nothing, 0);
        }

        var amounts = left.Lines.Select((line, i) => matches[i] ? line.AmountCents : 0).ToArray();
        var off = Off(userCoupon, userCoupon.Terms.FreightOnly ? left.FreightCents : amounts.Sum());
        return off == 0 ? new(userCoupon.Id, DiscountRefusals.NothingToReduce, nothing, 0)
            : userCoupon.Terms.FreightOnly ? new(userCoupon.Id, null, nothing, off)
            : new(userCoupon.Id, null, Share(off, amounts), 0);
    }

    private static Refusal? RefusalOf(HeldUserCoupon userCoupon, bool[] matches, DiscountBasket basket, long now, ShopClock clock)
    {
        var until = CouponRules.UsableUntil(userCoupon.Terms, userCoupon.ClaimedAt);
        if (CouponRules.StatusOf(userCoupon.Mark, until, now) != UserCouponStatus.Usable)
        {
            return CouponsRefusals.UserCouponNotUsable;
        }

        if (now < CouponRules.UsableFrom(userCoupon.Terms, userCoupon.ClaimedAt, clock))
        {
            return DiscountRefusals.NotYetUsable;
        }

        if (!matches.Contains(true))
        {
            return DiscountRefusals.NoMatchingGoods;
        }

        var goods = basket.Lines.Where((_, i) => matches[i]).Sum(line => line.AmountCents);
        var spend = userCoupon.Terms.Targets.Count > 0 ? goods : goods + basket.FreightCents;
        return spend < userCoupon.Terms.ThresholdCents ? DiscountRefusals.SpendTooLow
            : userCoupon.Terms.FreightOnly && basket.FreightCents == 0 ? DiscountRefusals.NoFreight
            : null;
    }

    private static bool Matches(UserCouponTerms terms, DiscountLine line) =>
        (terms.ShopId == 0 || terms.ShopId == line.ShopId)
        && (terms.Targets.Count == 0
            || terms.Targets.Any(t => t.IsGoods ? t.TargetId == line.GoodsId : line.CategoryIds.Contains(t.TargetId)));

    private static long Off(HeldUserCoupon userCoupon, long cents) => userCoupon.Terms.IsPercent
        ? (long)((((Int128)cents * userCoupon.AmountCents) + (WholePercent / 2)) / WholePercent)
        : Math.Min(userCoupon.AmountCents, cents);
}

/// <summary>A user coupon as an order finds it.</summary>
/// <param name="Id">The user coupon.</param>
/// <param name="Terms">What it is good for.</param>
/// <param name="AmountCents">Its own face value.</param>
/// <param name="ClaimedAt">When it was claimed.</param>
/// <param name="Mark">What has become of it, or null.</param>
internal sealed record HeldUserCoupon(long Id, UserCouponTerms Terms, long AmountCents, long ClaimedAt, UserCouponMark? Mark);
