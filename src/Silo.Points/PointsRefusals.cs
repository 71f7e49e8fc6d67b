using Silo.Kernel;

namespace Silo.Points;

/// <summary>The refusals of the module.</summary>
internal static class PointsRefusals
{
    public static readonly Refusal SignInClosed =
        new("SIGN_IN_CLOSED", RefusalKind.Precondition, "Signing in is closed.");

    public static readonly Refusal SignedInAlready =
        new("SIGNED_IN_ALREADY", RefusalKind.Precondition, "The user has signed in for today.");

    public static readonly Refusal DayInvalid =
        new("DAY_INVALID", RefusalKind.Invalid, "A day is written as YYYY-MM-DD.");

    public static readonly Refusal DaysTooMany =
        new("DAYS_TOO_MANY", RefusalKind.Invalid, "Ask for at most 366 days.");

    public static readonly Refusal DayOutOfReach =
        new("DAY_OUT_OF_REACH", RefusalKind.Precondition, "The day is not before today, or too long ago.");

    public static readonly Refusal DayBeforeRegistration =
        new("DAY_BEFORE_REGISTRATION", RefusalKind.Precondition, "The user had not registered on the day.");

    public static readonly Refusal DaySignedAlready =
        new("DAY_SIGNED_ALREADY", RefusalKind.Precondition, "The user has signed in for the day.");

    public static readonly Refusal NoCardLeft =
        new("NO_CARD_LEFT", RefusalKind.Precondition, "The user has no make-up card.");

    public static readonly Refusal CardsNotSold =
        new("CARDS_NOT_SOLD", RefusalKind.Precondition, "The shop does not sell make-up cards.");

    public static readonly Refusal TooManyCards =
        new("TOO_MANY_CARDS", RefusalKind.Precondition, "Nobody has more than 1,000 make-up cards.");

    public static readonly Refusal TermsStale =
        new("SIGN_IN_TERMS_STALE", RefusalKind.Precondition, "The terms were changed meanwhile; read them again.");

    public static readonly Refusal RewardTwice =
        new("REWARD_TWICE", RefusalKind.Invalid, "Two rewards are for one number of days.");

    public static readonly Refusal RuleUnknown =
        new("POINTS_RULE_UNKNOWN", RefusalKind.NotFound, "There is no such rule.");

    public static readonly Refusal RuleStale =
        new("POINTS_RULE_STALE", RefusalKind.Precondition, "The rule was changed meanwhile; read it again.");

    public static readonly Refusal LimitMissing =
        new("DAILY_LIMIT_MISSING", RefusalKind.Invalid, "A rule of invitations needs a daily limit.");

    public static readonly Refusal RuleTaken =
        new("POINTS_RULE_TAKEN", RefusalKind.AlreadyExists, "The event has a rule with this threshold.");

    public static readonly Refusal RulesFull =
        new("POINTS_RULES_FULL", RefusalKind.Exhausted, "There are as many rules as there may be.");

    public static readonly Refusal VoucherUnknown =
        new("VOUCHER_UNKNOWN", RefusalKind.NotFound, "There is no such voucher.");

    public static readonly Refusal VoucherUsed =
        new("VOUCHER_USED", RefusalKind.Precondition, "The voucher was used before.");

    public static readonly Refusal VoucherVoid =
        new("VOUCHER_VOID", RefusalKind.Precondition, "The voucher was made void.");

    public static readonly Refusal VoucherExpired =
        new("VOUCHER_EXPIRED", RefusalKind.Precondition, "The voucher's time is over.");

    public static readonly Refusal VoucherPointsInvalid =
        new("VOUCHER_POINTS_INVALID", RefusalKind.Invalid, "The most points are below the least.");

    public static readonly Refusal VoucherEnded =
        new("VOUCHER_ENDED", RefusalKind.Invalid, "The vouchers would have ended already.");
}
