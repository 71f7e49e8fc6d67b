using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// The door for modules that give coupons away inside their own transactions. What is to be given is first taken from the
/// coupon's stock; then each gift is one row.
/// </summary>
public interface ICouponAllocations
{
    /// <summary>
    /// Takes some from a coupon's stock, in a transaction of the coupon together with the caller's joined work, which sees
    /// the <see cref="AllocatedCoupon"/> and may keep or refuse. A repeat of the id takes nothing more. Refusals:
    /// COUPON_UNKNOWN, COUPON_SOLD_OUT.
    /// </summary>
    /// <param name="joined">The caller's work.</param>
    /// <param name="allocationId">An id of the caller's, under which it is done once.</param>
    /// <param name="couponId">The coupon.</param>
    /// <param name="quantity">How many, 1 or more.</param>
    Task<Joined<AllocatedCoupon>> TakeAsync(JoinedCommand joined, long allocationId, long couponId, long quantity);

    /// <summary>Gives back what was taken and not given away. A repeat of the id gives nothing more.</summary>
    Task GiveBackAsync(long allocationId, long couponId, long quantity);

    /// <summary>Gives a user one of those that were taken; says its id.</summary>
    long Give(AllocatedCoupon coupon, long userId, long nowMs, Rows rows);
}

/// <summary>What the coupons of an allocation are: they keep the terms that the coupon had when they were taken.</summary>
[GenerateSerializer, Immutable, Alias("silo.coupons.AllocatedCoupon")]
public sealed record AllocatedCoupon
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
