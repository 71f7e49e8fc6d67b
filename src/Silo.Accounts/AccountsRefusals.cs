using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>The refusals of the module.</summary>
internal static class AccountsRefusals
{
    public static readonly Refusal UserNameInvalid = new(
        "USER_NAME_INVALID",
        RefusalKind.Invalid,
        "A user name has 4 to 32 letters, digits, CJK characters, '_', '-' or '.'.");

    public static readonly Refusal PasswordInvalid =
        new("PASSWORD_INVALID", RefusalKind.Invalid, "The password is too short.");

    public static readonly Refusal UserNameTaken =
        new("USER_NAME_TAKEN", RefusalKind.AlreadyExists, "The user name is taken.");

    /// <summary>Says the same of an unknown name and of a wrong password.</summary>
    public static readonly Refusal LoginWrong =
        new("LOGIN_WRONG", RefusalKind.Unauthenticated, "The user name or the password is wrong.");

    public static readonly Refusal PasswordWrong =
        new("PASSWORD_WRONG", RefusalKind.Precondition, "The present password is wrong.");

    public static readonly Refusal AccountDisabled =
        new("ACCOUNT_DISABLED", RefusalKind.Precondition, "The account is disabled.");

    public static readonly Refusal AvatarUrlInvalid =
        new("AVATAR_URL_INVALID", RefusalKind.Invalid, "The picture must be an absolute http or https URL.");

    public static readonly Refusal BirthdayInvalid =
        new("BIRTHDAY_INVALID", RefusalKind.Invalid, "The birthday must be a past day as yyyy-MM-dd.");

    public static readonly Refusal ExtraInvalid = new(
        "EXTRA_INVALID", RefusalKind.Invalid, "Extended attributes are the text of a JSON object with keys of 1 to 64 characters.");

    public static readonly Refusal ExtraFull =
        new("EXTRA_FULL", RefusalKind.Exhausted, "There would be too many extended attributes.");

    public static readonly Refusal AddressUnknown =
        new("ADDRESS_UNKNOWN", RefusalKind.NotFound, "There is no such address.");

    public static readonly Refusal AddressFieldEmpty =
        new("ADDRESS_FIELD_EMPTY", RefusalKind.Invalid, "An address has a recipient, a telephone and a street text.");

    public static readonly Refusal AddressRegionInvalid = new(
        "ADDRESS_REGION_INVALID", RefusalKind.Invalid, "Province, city, district and street must be divisions one of the other.");

    public static readonly Refusal AddressPointInvalid = new(
        "ADDRESS_POINT_INVALID", RefusalKind.Invalid, "A point has a latitude of -90 to 90 and a longitude of -180 to 180.");

    public static readonly Refusal AddressLimitReached =
        new("ADDRESS_LIMIT_REACHED", RefusalKind.Exhausted, "A shopper has at most 50 addresses.");

    public static readonly Refusal OperatorUnknown =
        new("OPERATOR_UNKNOWN", RefusalKind.NotFound, "There is no such operator.");

    public static readonly Refusal LastOwner =
        new("LAST_OWNER", RefusalKind.Precondition, "An enabled owner must remain.");
}
