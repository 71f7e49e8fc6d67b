using System.Globalization;
using Silo.Kernel;

namespace Silo.Accounts;

/// <summary>What a profile may hold. Pure.</summary>
internal static class ProfilesRules
{
    private static readonly DateOnly FirstBirthday = new(1900, 1, 1);

    /// <summary>Why a picture's address cannot be kept, or null. Clients show it, so it leads to the web and nowhere else.</summary>
    public static Refusal? AvatarRefusal(string url) =>
        url.Length == 0 || (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
            ? null
            : AccountsRefusals.AvatarUrlInvalid;

    /// <summary>Why a birthday cannot be kept, or null.</summary>
    public static Refusal? BirthdayRefusal(string birthday, DateOnly today) =>
        birthday.Length == 0
        || (DateOnly.TryParseExact(birthday, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day >= FirstBirthday && day <= today)
            ? null
            : AccountsRefusals.BirthdayInvalid;

    /// <summary>What a deleted shopper is called: the form of no name that can be registered.</summary>
    public static string Pseudonym(long userId) => string.Create(CultureInfo.InvariantCulture, $"#{userId}");
}
