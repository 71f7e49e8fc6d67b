using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>Why a user coupon takes nothing off an order, beyond the module's other refusals.</summary>
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

    /// <summary>What it is for costs nothing, or user coupons before it have taken all off.</summary>
    public static readonly Refusal NothingToReduce =
        new("USER_COUPON_NOTHING_TO_REDUCE", RefusalKind.Precondition, "Nothing is left that the user coupon could reduce.");
}
