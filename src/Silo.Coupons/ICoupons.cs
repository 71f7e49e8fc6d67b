using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The door through which orders use pieces.</summary>
public interface ICoupons
{
    /// <summary>
    /// What each of a user's pieces would take off an order, in the order given; each from what the ones before have
    /// left. One that takes off nothing says why. Pieces that are not his are refused as USER_COUPON_UNKNOWN; one that is named
    /// twice is quoted once.
    /// </summary>
    Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads, long userId, IReadOnlyList<long> pieces, DiscountBasket basket, long nowMs, CancellationToken cancellation);

    /// <summary>All of a user's pieces that are neither used nor ended, at most 200, the newest first, each quoted alone.</summary>
    Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation);

    /// <summary>
    /// Reserves pieces for an order, in its unit: all of them, or the first refusal. One piece never serves two orders.
    /// </summary>
    Task<Result<IReadOnlyList<Discount>>> ReserveAsync(
        Unit unit, long userId, long orderId, IReadOnlyList<long> pieces, DiscountBasket basket, CancellationToken cancellation);

    /// <summary>The order is paid: its pieces are used. Says how many; a repeat changes nothing.</summary>
    Task<int> UseAsync(Unit unit, long orderId, CancellationToken cancellation);

    /// <summary>
    /// The order is closed unpaid: its pieces are their owner's again, and expired if their time is over. Says how many;
    /// a repeat changes nothing.
    /// </summary>
    Task<int> GiveBackAsync(Unit unit, long orderId, CancellationToken cancellation);
}

/// <summary>Quotes, reserves and gives back pieces by their rows.</summary>
internal sealed class OrderCoupons(ShopClock clock) : ICoupons
{
    private const int MaxQuoted = 200;

    public async Task<IReadOnlyList<Discount>> QuoteAsync(
        IReads reads, long userId, IReadOnlyList<long> pieces, DiscountBasket basket, long nowMs, CancellationToken cancellation)
    {
        long[] named = [.. pieces.Distinct()];
        var held = (await CouponReads.PiecesAsync(reads, named, userId, cancellation)).ToDictionary(p => p.Piece.Id, Held);
        var quoted = CouponDiscountRules.Quote([.. named.Where(held.ContainsKey).Select(id => held[id])], basket, nowMs, clock)
            .ToDictionary(d => d.PieceId);
        return [.. named.Select(id => quoted.GetValueOrDefault(id)
            ?? new Discount(id, CouponRefusals.PieceUnknown, new long[basket.Lines.Count], 0))];
    }

    public async Task<IReadOnlyList<Discount>> QuoteAllAsync(
        IReads reads, long userId, DiscountBasket basket, long nowMs, CancellationToken cancellation)
    {
        var pieces = await CouponReads.UsableAsync(reads, userId, nowMs, MaxQuoted, cancellation);
        return [.. pieces.SelectMany(p => CouponDiscountRules.Quote([Held(p)], basket, nowMs, clock))];
    }

    public async Task<Result<IReadOnlyList<Discount>>> ReserveAsync(
        Unit unit, long userId, long orderId, IReadOnlyList<long> pieces, DiscountBasket basket, CancellationToken cancellation)
    {
        var discounts = await QuoteAsync(unit, userId, pieces, basket, unit.NowMs, cancellation);
        if (discounts.FirstOrDefault(d => d.Refusal is not null)?.Refusal is { } refusal)
        {
            return refusal;
        }

        var rows = await unit.Query<PieceRow>().Where(p => pieces.Contains(p.Id)).OrderBy(p => p.Id).ToListAsync(cancellation);
        foreach (var row in rows)
        {
            if (!await PieceMoves.MarkAsync(unit, row, PieceMark.Reserved, orderId, cancellation))
            {
                return CouponRefusals.PieceNotUsable;
            }
        }

        return Result.Of(discounts);
    }

    public Task<int> UseAsync(Unit unit, long orderId, CancellationToken cancellation) => unit.ExecuteAsync(
        $"""
        UPDATE coupons_marks SET mark = {(short)PieceMark.Used}, at = {unit.NowMs}
        WHERE subject_id = {orderId} AND mark = {(short)PieceMark.Reserved}
        """,
        cancellation);

    public Task<int> GiveBackAsync(Unit unit, long orderId, CancellationToken cancellation) => unit.ExecuteAsync(
        $"DELETE FROM coupons_marks WHERE subject_id = {orderId} AND mark = {(short)PieceMark.Reserved}", cancellation);

    private static HeldPiece Held(FullPiece piece)
    {
        var terms = piece.Terms.Terms;
        return new(
            piece.Piece.Id, terms, piece.Piece.DrawnCents ?? terms.AmountCents, piece.Piece.ClaimedAt, piece.Mark?.Mark);
    }
}
