using System.Globalization;
using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>The refusals of the module, each group in the order in which they are checked.</summary>
internal static class CouponsRefusals
{
    public static readonly Refusal NotNamed =
        new("COUPON_NOT_NAMED", RefusalKind.Invalid, "Name the coupon by its id, its password, or both.");

    public static readonly Refusal Unknown =
        new("COUPON_UNKNOWN", RefusalKind.NotFound, "There is no such coupon.");

    public static readonly Refusal PasswordWrong =
        new("COUPON_PASSWORD_WRONG", RefusalKind.Precondition, "The coupon needs its password.");

    public static readonly Refusal NotOpen =
        new("COUPON_NOT_OPEN", RefusalKind.Precondition, "The coupon has not started or is disabled.");

    public static readonly Refusal Ended =
        new("COUPON_ENDED", RefusalKind.Precondition, "The coupon has ended.");

    public static readonly Refusal SoldOut =
        new("COUPON_SOLD_OUT", RefusalKind.Exhausted, "Nothing of the coupon is left, or less than is asked for.");

    public static readonly Refusal LimitReached =
        new("COUPON_LIMIT_REACHED", RefusalKind.Exhausted, "The user has claimed the coupon as often as one user may.");

    public static readonly Refusal StreakTooShort = new(
        "COUPON_STREAK_TOO_SHORT", RefusalKind.Precondition, "The user has not signed in for enough days in a row.");

    public static readonly Refusal PointsTooLow =
        new("COUPON_POINTS_TOO_LOW", RefusalKind.Precondition, "The user has too few points for the coupon.");

    public static readonly Refusal VersionStale =
        new("COUPON_VERSION_STALE", RefusalKind.Precondition, "The coupon was changed meanwhile; read it again.");

    public static readonly Refusal WindowEmpty =
        new("COUPON_WINDOW_EMPTY", RefusalKind.Invalid, "The coupon must end after it starts.");

    public static readonly Refusal PasswordBlank =
        new("COUPON_PASSWORD_BLANK", RefusalKind.Invalid, "A password needs a character that can be seen.");

    public static readonly Refusal ValueInvalid = new(
        "COUPON_VALUE_INVALID", RefusalKind.Invalid, "A percentage is at most 100, and the most of a value not below its least.");

    public static readonly Refusal UseWindowEmpty =
        new("COUPON_USE_WINDOW_EMPTY", RefusalKind.Invalid, "A user coupon must be usable for some time after its claim.");

    public static readonly Refusal StockBelowClaimed = new(
        "COUPON_STOCK_BELOW_CLAIMED", RefusalKind.Precondition, "More is claimed or set aside than the new total.");

    public static readonly Refusal CardNumberTaken =
        new("CARD_NUMBER_TAKEN", RefusalKind.AlreadyExists, "A card with one of the numbers exists already.");

    /// <summary>Says the same of an unknown number and of a wrong password.</summary>
    public static readonly Refusal CardWrong =
        new("CARD_WRONG", RefusalKind.NotFound, "There is no such card, or its password is another.");

    public static readonly Refusal CardUsed =
        new("CARD_USED", RefusalKind.Precondition, "The card was used before.");

    public static readonly Refusal UserCouponUnknown =
        new("USER_COUPON_UNKNOWN", RefusalKind.NotFound, "There is no such user coupon.");

    public static readonly Refusal UserCouponNotUsable =
        new("USER_COUPON_NOT_USABLE", RefusalKind.Precondition, "The user coupon is used, given away, void or expired.");

    public static readonly Refusal UserCouponSentToSelf =
        new("USER_COUPON_SENT_TO_SELF", RefusalKind.Precondition, "A user coupon cannot be given to its owner.");

    /// <summary>Whether it was told before the password was looked at, or because it was wrong.</summary>
    public static bool MayHideAWrongPassword(Refusal refusal) =>
        refusal.Reason == PasswordWrong.Reason || refusal.Reason == Unknown.Reason || refusal.Reason == Refusals.RequestIdReused.Reason;

    public static Refusal PaymentNeeded(long cents) =>
        new("COUPON_PAYMENT_NEEDED", RefusalKind.Precondition, "The coupon must be paid for first.")
        {
            Metadata = new Dictionary<string, string> { ["amount_cents"] = cents.ToString(CultureInfo.InvariantCulture) },
        };
}
