using System.Text;
using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>What names and passwords must be, and how wrong passwords are limited. Pure.</summary>
internal static class AccountsRules
{
    public const int MinNameLength = 4;
    public const int MaxNameLength = 32;
    public const int MinUserPassword = 6;
    public const int MinOperatorPassword = 10;

    /// <summary>Wrong passwords for one account from one address within <see cref="AttemptWindowMs"/>.</summary>
    public const int AttemptsPerPair = 5;

    /// <summary>Wrong passwords from one address within <see cref="AttemptWindowMs"/>, whichever accounts.</summary>
    public const int AttemptsPerAddress = 50;

    public const long AttemptWindowMs = 15 * 60 * 1000;

    /// <summary>Life of a token from its last slide.</summary>
    public const long TokenLifeMs = 30L * 24 * 60 * 60 * 1000;

    /// <summary>A token's life is written anew at most once in this time.</summary>
    public const long TokenSlideMs = 24L * 60 * 60 * 1000;

    public const int TokensPerOwner = 50;

    /// <summary>The form in which names are compared: NFKC, lower case, without blanks at the ends.</summary>
    public static string NormaliseName(string name) => VisibleText.Trim(name.Normalize(NormalizationForm.FormKC)).ToLowerInvariant();

    /// <summary>Why a name cannot be registered, or null.</summary>
    public static Refusal? NameRefusal(string name)
    {
        var characters = NormaliseName(name).EnumerateRunes();
        return characters.Count() is >= MinNameLength and <= MaxNameLength && characters.All(IsAllowed)
            ? null
            : AccountsRefusals.UserNameInvalid;
    }

    /// <summary>Why a password cannot be set, or null.</summary>
    public static Refusal? PasswordRefusal(string password, int minLength) =>
        password.Length >= minLength ? null : AccountsRefusals.PasswordInvalid;

    /// <summary>Whether a token's life is due to be written anew.</summary>
    public static bool IsSlideDue(long expiresAt, long now) => expiresAt - now < TokenLifeMs - TokenSlideMs;

    private static bool IsAllowed(Rune c) => c.Value is '_' or '-' or '.' || Rune.IsLetterOrDigit(c);
}
