using System.Security.Cryptography;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>Allotments by the coupons' grains.</summary>
internal sealed class CouponAllotmentsDoor(HotGrains<long, CouponCommand, CouponOutcome> coupons, IdSource ids) : ICouponAllotments
{
    public async Task<Joined<AllottedCoupon>> TakeAsync(JoinedCommand joined, long allotmentId, long couponId, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var taken = await coupons.RunJoinedAsync(
            couponId, new AllotCommand { AllotmentId = allotmentId, Quantity = quantity }, joined);
        return new(taken.Outcome.Refusal is { } refusal ? refusal : taken.Outcome.Allotted!, taken.Answer);
    }

    public async Task GiveBackAsync(long allotmentId, long couponId, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var given = await coupons.RunAsync(couponId, new AllotCommand { AllotmentId = allotmentId, Quantity = -quantity });
        if (given.Refusal is { } refusal)
        {
            throw new InvalidOperationException($"Coupon {couponId} cannot be given back {quantity}: {refusal.Reason}.");
        }
    }

    public long Give(AllottedCoupon coupon, long userId, long nowMs, Rows rows)
    {
        var drawn = coupon.DrawnTo == 0
            ? (long?)null
            : coupon.DrawnFrom + RandomNumberGenerator.GetInt32((int)(coupon.DrawnTo - coupon.DrawnFrom) + 1);
        var row = UserCouponRow.Given(
            ids.Next(), coupon.CouponId, coupon.Version, userId, UserCouponOrigin.Prize, nowMs, drawn);
        rows.Append(row);
        return row.Id;
    }
}
