using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Coupons.V1;
using Silo.Kernel;
using static Silo.Edge.WireTime;

namespace Silo.Coupons;

/// <summary>Between the module's types and the wire's.</summary>
internal static class CouponsWire
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
        IsPercent = wire.ValueType == CouponValueType.Percent,
        AmountMaxCents = wire.AmountMaxCents,
        PointsCost = wire.PointsCost,
        PriceCents = wire.PriceCents,
        Password = wire.Password,
        StreakDays = wire.StreakDays,
        UsableAfterDays = wire.UsableAfterDays,
        UsableFrom = MillisecondsOrNull(wire.UsableFrom) ?? 0,
        UsableDays = wire.UsableDays,
        UsableUntil = MillisecondsOrNull(wire.UsableUntil) ?? 0,
        Targets = [.. wire.Targets.Select(t => new CouponTarget
        {
            IsGoods = t.Type == CouponTargetType.Goods,
            TargetId = t.Id,
        })],
        RefId = wire.RefId,
        ShopId = wire.ShopId,
        FreightOnly = wire.FreightOnly,
    };

    /// <summary>A coupon as operators see it.</summary>
    /// <param name="id">The coupon.</param>
    /// <param name="state">Its state.</param>
    /// <param name="used">Its used user coupons, as <see cref="CouponsReads.UsedAsync"/> counts them.</param>
    public static Coupon Coupon(long id, CouponState state, long used) => new()
    {
        Id = id,
        Terms = Terms(state.Terms),
        Version = state.Version,
        Enabled = state.Enabled,
        StockLeft = state.StockLeft,
        Claimed = state.Claimed,
        Claimants = state.Claimants,
        CreatedAt = Instant(state.CreatedAt),
        UpdatedAt = Instant(state.UpdatedAt),
        PasswordNeeded = state.Terms.Password.Length > 0,
        Used = Math.Min(used, CouponsReads.MaxUsedCounted),
        UsedIsCapped = used > CouponsReads.MaxUsedCounted,
        Allocated = state.Allocated,
    };

    /// <summary>A coupon as shoppers see it: without its password.</summary>
    public static Coupon PublicCoupon(long id, CouponState state, long used)
    {
        var coupon = Coupon(id, state, used);
        coupon.Terms.Password = "";
        return coupon;
    }

    /// <summary>A user coupon as JSON, as the API shows it.</summary>
    public static JsonNode Json(FullUserCoupon full, long now, ShopClock clock) =>
        JsonNode.Parse(JsonFormatter.Default.Format(UserCoupon(full, now, clock)))!;

    public static UserCoupon UserCoupon(FullUserCoupon full, long now, ShopClock clock)
    {
        var row = full.Row;
        var wire = UserCoupon(row.CouponId, row.Id, row.ClaimedAt, row.DrawnCents, row.Origin, full.Terms.Terms, now, clock);
        if (full.Mark is { } mark)
        {
            wire.State = (V1.UserCouponState)CouponRules.StatusOf(mark.Mark, long.MaxValue, now);
            wire.OrderId = mark.Mark is UserCouponMark.Used or UserCouponMark.Reserved ? mark.SubjectId : 0;
            wire.EndedAt = Instant(mark.At);
        }

        return wire;
    }

    private static UserCoupon UserCoupon(
        long couponId, long id, long claimedAt, long? drawnCents, UserCouponOrigin origin, UserCouponTerms terms, long now, ShopClock clock)
    {
        var until = CouponRules.UsableUntil(terms, claimedAt);
        var wire = new UserCoupon
        {
            Id = id,
            CouponId = couponId,
            Name = terms.Name,
            Type = terms.Type,
            AmountCents = drawnCents ?? terms.AmountCents,
            ThresholdCents = terms.ThresholdCents,
            ClaimedAt = Instant(claimedAt),
            ValidUntil = Instant(until),
            State = (UserCouponState)CouponRules.StatusOf(null, until, now),
            ValueType = terms.IsPercent ? CouponValueType.Percent : CouponValueType.Amount,
            UsableFrom = Instant(CouponRules.UsableFrom(terms, claimedAt, clock)),
            Origin = (V1.UserCouponOrigin)origin,
            RefId = terms.RefId,
            ShopId = terms.ShopId,
            FreightOnly = terms.FreightOnly,
        };
        wire.Targets.AddRange(terms.Targets.Select(Target));
        return wire;
    }

    public static UserCoupon Claimed(long couponId, CouponOutcome claim, UserCouponTerms terms, long now, ShopClock clock) => UserCoupon(
        couponId, claim.UserCouponId, claim.ClaimedAt, claim.DrawnCents, UserCouponOrigin.Claim, terms, now, clock);

    private static V1.CouponTerms Terms(CouponTerms terms)
    {
        var wire = new V1.CouponTerms
        {
            Name = terms.Name,
            Type = terms.Type,
            AmountCents = terms.AmountCents,
            ThresholdCents = terms.ThresholdCents,
            StockTotal = terms.StockTotal,
            LimitPerUser = terms.LimitPerUser,
            ClaimableFrom = Instant(terms.ClaimableFrom),
            ClaimableUntil = Instant(terms.ClaimableUntil),
            Hidden = terms.Hidden,
            ValueType = terms.IsPercent ? CouponValueType.Percent : CouponValueType.Amount,
            AmountMaxCents = terms.AmountMaxCents,
            PointsCost = terms.PointsCost,
            PriceCents = terms.PriceCents,
            Password = terms.Password,
            StreakDays = terms.StreakDays,
            UsableAfterDays = terms.UsableAfterDays,
            UsableFrom = InstantOrNull(terms.UsableFrom),
            UsableDays = terms.UsableDays,
            UsableUntil = InstantOrNull(terms.UsableUntil),
            RefId = terms.RefId,
            ShopId = terms.ShopId,
            FreightOnly = terms.FreightOnly,
        };
        wire.Targets.AddRange(terms.Targets.Select(Target));
        return wire;
    }

    private static V1.CouponTarget Target(CouponTarget target) => new()
    {
        Type = target.IsGoods ? CouponTargetType.Goods : CouponTargetType.Category,
        Id = target.TargetId,
    };
}
