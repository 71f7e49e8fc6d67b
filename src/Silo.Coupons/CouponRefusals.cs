using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>The refusals of the room, in the order in which they are checked.</summary>
internal static class CouponRefusals
{
    public static readonly Refusal Unknown =
        new("COUPON_UNKNOWN", RefusalKind.NotFound, "There is no such coupon.");

    public static readonly Refusal NotOpen =
        new("COUPON_NOT_OPEN", RefusalKind.Precondition, "The coupon has not started or is disabled.");

    public static readonly Refusal Ended =
        new("COUPON_ENDED", RefusalKind.Precondition, "The coupon has ended.");

    public static readonly Refusal SoldOut =
        new("COUPON_SOLD_OUT", RefusalKind.Exhausted, "No piece of the coupon is left.");

    public static readonly Refusal LimitReached =
        new("COUPON_LIMIT_REACHED", RefusalKind.Exhausted, "The user has claimed as many pieces as one user may.");

    public static readonly Refusal VersionStale =
        new("COUPON_VERSION_STALE", RefusalKind.Precondition, "The coupon was changed meanwhile; read it again.");

    public static readonly Refusal WindowEmpty =
        new("COUPON_WINDOW_EMPTY", RefusalKind.Invalid, "The coupon must end after it starts.");

    public static readonly Refusal StockBelowClaimed =
        new("COUPON_STOCK_BELOW_CLAIMED", RefusalKind.Precondition, "More pieces are claimed than the new total.");
}
