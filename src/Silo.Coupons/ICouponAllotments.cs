using System.Security.Cryptography;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// The door for modules that give away user-coupons inside their own transactions. What is to be given is first taken from the
/// coupon's stock; then each gift is one row.
/// </summary>
public interface ICouponAllotments
{
    /// <summary>
    /// Takes user-coupons from a coupon's stock, in a transaction of the coupon together with the caller's joined work. A repeat
    /// of the id takes nothing more. Refusals: COUPON_UNKNOWN, COUPON_SOLD_OUT.
    /// </summary>
    /// <param name="allotmentId">An id of the caller's, under which it is done once.</param>
    /// <param name="couponId">The coupon.</param>
    /// <param name="userCoupons">How many, 1 or more.</param>
    /// <param name="joined">The caller's work; it may keep or refuse.</param>
    Task<Result<AllottedCoupon>> TakeAsync(long allotmentId, long couponId, long userCoupons, JoinedCommand joined);

    /// <summary>Gives back what was taken and not given away. A repeat of the id gives nothing more.</summary>
    Task GiveBackAsync(long allotmentId, long couponId, long userCoupons);

    /// <summary>Gives a user-coupon that was taken to a user; says its id.</summary>
    long Give(AllottedCoupon coupon, long userId, long nowMs, Rows rows);
}

/// <summary>What the user-coupons of an allotment are: they keep the terms that the coupon had when they were taken.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.AllottedCoupon")]
public sealed record AllottedCoupon
{
    /// <summary>The coupon.</summary>
    [Id(0)]
    public long CouponId { get; init; }

    /// <summary>The version of its terms.</summary>
    [Id(1)]
    public int Version { get; init; }

    /// <summary>The least face value, where it is drawn.</summary>
    [Id(2)]
    public long DrawnFrom { get; init; }

    /// <summary>The most that a drawn face value can be; 0 where it is not drawn.</summary>
    [Id(3)]
    public long DrawnTo { get; init; }
}

/// <summary>Allotments by the coupons' grains.</summary>
internal sealed class CouponAllotments(IGrainFactory grains, IdSource ids) : ICouponAllotments
{
    public async Task<Result<AllottedCoupon>> TakeAsync(long allotmentId, long couponId, long userCoupons, JoinedCommand joined)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(userCoupons);
        var taken = await grains.GetGrain<ICouponGrain>(couponId)
            .AllotJoinedAsync(new() { AllotmentId = allotmentId, Quantity = userCoupons }, joined);
        if ((taken.Outcome.Refusal ?? taken.Answer?.Refusal) is { } refusal)
        {
            return refusal;
        }

        var terms = taken.Outcome.Terms!;
        return new AllottedCoupon
        {
            CouponId = couponId,
            Version = taken.Outcome.Version,
            DrawnFrom = terms.AmountCents,
            DrawnTo = terms.IsDrawn ? terms.AmountMaxCents : 0,
        };
    }

    public async Task GiveBackAsync(long allotmentId, long couponId, long userCoupons)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(userCoupons);
        var given = await grains.GetGrain<ICouponGrain>(couponId)
            .ChangeAsync(new AllotCommand { AllotmentId = allotmentId, Quantity = -userCoupons });
        if (given.Refusal is { } refusal)
        {
            throw new InvalidOperationException($"Pieces of coupon {couponId} cannot be given back: {refusal.Reason}.");
        }
    }

    public long Give(AllottedCoupon coupon, long userId, long nowMs, Rows rows)
    {
        var id = ids.Next();
        rows.Append(new UserCouponRow
        {
            CouponId = coupon.CouponId,
            Id = id,
            Version = coupon.Version,
            UserId = userId,
            RequestId = $" {id:x}",
            ClaimedAt = nowMs,
            Origin = UserCouponOrigin.Prize,
            DrawnCents = coupon.DrawnTo == 0
                ? null
                : coupon.DrawnFrom + RandomNumberGenerator.GetInt32((int)(coupon.DrawnTo - coupon.DrawnFrom) + 1),
            Ordinal = -id,
        });
        return id;
    }

    /// <summary>Decides an allotment, once for each id.</summary>
    internal static (CouponState State, CouponOutcome Outcome) Decide(
        long couponId, CouponState draft, AllotCommand command, CouponFacts facts, Rows rows)
    {
        var next = draft;
        if (!facts.Allotments.Contains(command.AllotmentId))
        {
            var decision = CouponRules.Allot(draft, command.Quantity);
            if (!decision.IsAccepted)
            {
                return (draft, new() { Refusal = decision.Refusal });
            }

            next = decision.Value;
            facts.Allotments.Add(command.AllotmentId);
            rows.Append(new AllotmentRow
            {
                Id = command.AllotmentId,
                CouponId = couponId,
                Quantity = command.Quantity,
                At = facts.Now,
            });
        }

        return (next, new() { CouponId = couponId, Version = next.Version, Terms = next.Terms });
    }
}
