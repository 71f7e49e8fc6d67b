using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>The refusals of the room.</summary>
internal static class AccountRefusals
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

    public static readonly Refusal OperatorUnknown =
        new("OPERATOR_UNKNOWN", RefusalKind.NotFound, "There is no such operator.");

    public static readonly Refusal LastOwner =
        new("LAST_OWNER", RefusalKind.Precondition, "An enabled owner must remain.");
}
