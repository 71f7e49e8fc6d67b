using System.Security.Cryptography;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>Allocations by the coupons' grains.</summary>
internal sealed class CouponAllocationsDoor(HotGrains<long, CouponCommand, CouponOutcome> coupons, IdSource ids) : ICouponAllocations
{
    public async Task<Joined<AllocatedCoupon>> TakeAsync(JoinedCommand joined, long allocationId, long couponId, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var taken = await coupons.RunJoinedAsync(
            couponId, new AllocateCommand { AllocationId = allocationId, Quantity = quantity }, joined);
        return new(taken.Outcome.Refusal is { } refusal ? refusal : taken.Outcome.Allocated!, taken.Answer);
    }

    public async Task GiveBackAsync(long allocationId, long couponId, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(quantity);
        var given = await coupons.RunAsync(couponId, new AllocateCommand { AllocationId = allocationId, Quantity = -quantity });
        if (given.Refusal is { } refusal)
        {
            throw new InvalidOperationException($"Coupon {couponId} cannot be given back {quantity}: {refusal.Reason}.");
        }
    }

    public long Give(AllocatedCoupon coupon, long userId, long nowMs, Rows rows)
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
