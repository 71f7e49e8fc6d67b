using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>The refusals that other modules give of shoppers.</summary>
public static class UsersRefusals
{
    /// <summary>There is no such shopper.</summary>
    public static readonly Refusal Unknown = new("USER_UNKNOWN", RefusalKind.NotFound, "There is no such user.");
}
