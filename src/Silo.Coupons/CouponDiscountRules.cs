using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>A line of an order, as coupons see it.</summary>
/// <param name="GoodsId">What is bought.</param>
/// <param name="CategoryIds">The category of it, and those above.</param>
/// <param name="ShopId">The store that sells it; 0 for the shop itself.</param>
/// <param name="AmountCents">What the line costs, for all its pieces; not negative.</param>
public sealed record DiscountLine(long GoodsId, IReadOnlyCollection<long> CategoryIds, long ShopId, long AmountCents);

/// <summary>An order, as coupons see it.</summary>
/// <param name="Lines">The lines, in the order's own order.</param>
/// <param name="FreightCents">The freight; not negative.</param>
public sealed record DiscountBasket(IReadOnlyList<DiscountLine> Lines, long FreightCents);

/// <summary>What one piece takes off.</summary>
/// <param name="PieceId">The piece.</param>
/// <param name="Refusal">Why it takes off nothing, or null.</param>
/// <param name="LineCents">What it takes off each line; sums to the discount together with the freight's share.</param>
/// <param name="FreightCents">What it takes off the freight.</param>
public sealed record Discount(long PieceId, Refusal? Refusal, IReadOnlyList<long> LineCents, long FreightCents)
{
    /// <summary>What it takes off in all.</summary>
    public long TotalCents => LineCents.Sum() + FreightCents;
}

/// <summary>How pieces reduce an order. Pure.</summary>
internal static class CouponDiscountRules
{
    private const long WholePercent = 10_000;

    /// <summary>
    /// What each piece takes off, one after the other, each from what the ones before have left. The threshold is
    /// compared with what the order cost before any: with the goods and the freight, or, of a piece that is for certain
    /// goods, with those goods.
    /// </summary>
    public static IReadOnlyList<Discount> Quote(
        IReadOnlyList<HeldPiece> pieces, DiscountBasket basket, long now, ShopClock clock)
    {
        var left = basket;
        List<Discount> discounts = [];
        foreach (var piece in pieces)
        {
            var discount = QuoteOne(piece, basket, left, now, clock);
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

    private static Discount QuoteOne(HeldPiece piece, DiscountBasket whole, DiscountBasket left, long now, ShopClock clock)
    {
        var matches = whole.Lines.Select(line => Matches(piece.Terms, line)).ToArray();
        var refusal = RefusalOf(piece, matches, whole, now, clock);
        var nothing = new long[whole.Lines.Count];
        if (refusal is not null)
        {
            return new(piece.Id, refusal, nothing, 0);
        }

        var amounts = left.Lines.Select((line, i) => matches[i] ? line.AmountCents : 0).ToArray();
        var off = Off(piece, piece.Terms.FreightOnly ? left.FreightCents : amounts.Sum());
        return off == 0 ? new(piece.Id, DiscountRefusals.NothingToReduce, nothing, 0)
            : piece.Terms.FreightOnly ? new(piece.Id, null, nothing, off)
            : new(piece.Id, null, Share(off, amounts), 0);
    }

    private static Refusal? RefusalOf(HeldPiece piece, bool[] matches, DiscountBasket basket, long now, ShopClock clock)
    {
        var until = CouponRules.UsableUntil(piece.Terms, piece.ClaimedAt);
        if (CouponRules.StatusOf(piece.Mark, until, now) != PieceStatus.Usable)
        {
            return CouponRefusals.PieceNotUsable;
        }

        if (now < CouponRules.UsableFrom(piece.Terms, piece.ClaimedAt, clock))
        {
            return DiscountRefusals.NotYetUsable;
        }

        if (!matches.Contains(true))
        {
            return DiscountRefusals.NoMatchingGoods;
        }

        var goods = basket.Lines.Where((_, i) => matches[i]).Sum(line => line.AmountCents);
        var spend = piece.Terms.Targets.Count > 0 ? goods : goods + basket.FreightCents;
        return spend < piece.Terms.ThresholdCents ? DiscountRefusals.SpendTooLow
            : piece.Terms.FreightOnly && basket.FreightCents == 0 ? DiscountRefusals.NoFreight
            : null;
    }

    private static bool Matches(PieceTerms terms, DiscountLine line) =>
        (terms.ShopId == 0 || terms.ShopId == line.ShopId)
        && (terms.Targets.Count == 0
            || terms.Targets.Any(t => t.IsGoods ? t.TargetId == line.GoodsId : line.CategoryIds.Contains(t.TargetId)));

    private static long Off(HeldPiece piece, long cents) => piece.Terms.IsPercent
        ? (long)((((Int128)cents * piece.AmountCents) + (WholePercent / 2)) / WholePercent)
        : Math.Min(piece.AmountCents, cents);
}

/// <summary>A piece as an order finds it.</summary>
/// <param name="Id">The piece.</param>
/// <param name="Terms">What it is good for.</param>
/// <param name="AmountCents">Its own face value.</param>
/// <param name="ClaimedAt">When it was claimed.</param>
/// <param name="Mark">What has become of it, or null.</param>
internal sealed record HeldPiece(long Id, PieceTerms Terms, long AmountCents, long ClaimedAt, PieceMark? Mark);

/// <summary>Why a piece takes nothing off an order, beyond the module's other refusals.</summary>
public static class DiscountRefusals
{
    /// <summary>Its time has not come.</summary>
    public static readonly Refusal NotYetUsable =
        new("USER_COUPON_NOT_YET_USABLE", RefusalKind.Precondition, "The user coupon is not usable yet.");

    /// <summary>It is for other goods or another store.</summary>
    public static readonly Refusal NoMatchingGoods =
        new("USER_COUPON_NO_MATCHING_GOODS", RefusalKind.Precondition, "The user coupon is for none of these goods.");

    /// <summary>Its threshold is not reached.</summary>
    public static readonly Refusal SpendTooLow =
        new("USER_COUPON_SPEND_TOO_LOW", RefusalKind.Precondition, "The order is below the threshold of the user coupon.");

    /// <summary>It is for freight, and there is none.</summary>
    public static readonly Refusal NoFreight =
        new("USER_COUPON_NO_FREIGHT", RefusalKind.Precondition, "The user coupon reduces freight, and there is none.");

    /// <summary>What it is for costs nothing, or pieces before it have taken all off.</summary>
    public static readonly Refusal NothingToReduce =
        new("USER_COUPON_NOTHING_TO_REDUCE", RefusalKind.Precondition, "Nothing is left that the user coupon could reduce.");
}
