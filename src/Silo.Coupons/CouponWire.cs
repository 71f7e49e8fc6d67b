using Google.Protobuf.WellKnownTypes;
using Silo.Coupons.V1;

namespace Silo.Coupons;

/// <summary>What a piece keeps of the terms under which it was claimed.</summary>
internal readonly record struct PieceTerms(string Name, string Type, long AmountCents, long ThresholdCents, long ValidUntil);

/// <summary>Between the room's types and the wire's.</summary>
internal static class CouponWire
{
    public static CouponTerms Terms(V1.CouponTerms wire) => new()
    {
        Name = wire.Name,
        Type = wire.Type,
        AmountCents = wire.AmountCents,
        ThresholdCents = wire.ThresholdCents,
        StockTotal = wire.StockTotal,
        LimitPerUser = wire.LimitPerUser,
        ClaimableFrom = Milliseconds(wire.ClaimableFrom),
        ClaimableUntil = Milliseconds(wire.ClaimableUntil),
        Hidden = wire.Hidden,
    };

    public static Coupon Coupon(long id, CouponState state) => new()
    {
        Id = id,
        Terms = new()
        {
            Name = state.Terms.Name,
            Type = state.Terms.Type,
            AmountCents = state.Terms.AmountCents,
            ThresholdCents = state.Terms.ThresholdCents,
            StockTotal = state.Terms.StockTotal,
            LimitPerUser = state.Terms.LimitPerUser,
            ClaimableFrom = Instant(state.Terms.ClaimableFrom),
            ClaimableUntil = Instant(state.Terms.ClaimableUntil),
            Hidden = state.Terms.Hidden,
        },
        Version = state.Version,
        Enabled = state.Enabled,
        StockLeft = state.StockLeft,
        Claimed = state.Claimed,
        Claimants = state.Claimants,
        CreatedAt = Instant(state.CreatedAt),
        UpdatedAt = Instant(state.UpdatedAt),
    };

    public static PieceTerms PieceTerms(CouponTerms terms) =>
        new(terms.Name, terms.Type, terms.AmountCents, terms.ThresholdCents, terms.ClaimableUntil);

    public static PieceTerms PieceTerms(CouponTermsRow row) =>
        new(row.Name, row.Type, row.AmountCents, row.ThresholdCents, row.ValidUntil);

    public static CouponPiece Piece(long couponId, long pieceId, long claimedAt, PieceTerms terms, long now) => new()
    {
        Id = pieceId,
        CouponId = couponId,
        Name = terms.Name,
        Type = terms.Type,
        AmountCents = terms.AmountCents,
        ThresholdCents = terms.ThresholdCents,
        ClaimedAt = Instant(claimedAt),
        ValidUntil = Instant(terms.ValidUntil),
        State = CouponRules.IsUsable(terms.ValidUntil, now) ? PieceState.Usable : PieceState.Expired,
    };

    private static Timestamp Instant(long unixMs)
    {
        var seconds = Math.DivRem(unixMs, 1000, out var milliseconds);
        return milliseconds < 0
            ? new() { Seconds = seconds - 1, Nanos = (int)(milliseconds + 1000) * 1_000_000 }
            : new() { Seconds = seconds, Nanos = (int)milliseconds * 1_000_000 };
    }

    private static long Milliseconds(Timestamp instant) => (instant.Seconds * 1000) + (instant.Nanos / 1_000_000);
}
