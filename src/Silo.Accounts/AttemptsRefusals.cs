using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>What guessing is told.</summary>
public static class AttemptsRefusals
{
    /// <summary>The limit is reached.</summary>
    public static readonly Refusal TooMany =
        new("TOO_MANY_ATTEMPTS", RefusalKind.Exhausted, "Too many wrong passwords; try again in 15 minutes.");
}
