namespace Silo.Reference;

/// <summary>What is known of where a mobile number was given out. Empty where the data has nothing.</summary>
internal sealed record MobilePlace(string Province, string City);

/// <summary>From the geocoder's description of a place to its parts. Pure.</summary>
internal static class MobileRules
{
    /// <summary>Longest first: a name loses one of them.</summary>
    private static readonly string[] Kinds =
        ["维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "地区", "省", "市", "盟"];

    /// <summary>
    /// The province and city that a description such as 广东省广州市 names, without the words for their kind, as people
    /// say them. A description of the whole country names neither.
    /// </summary>
    public static MobilePlace PlaceOf(string description, IEnumerable<string> provinces)
    {
        foreach (var full in provinces)
        {
            var bare = Bare(full);
            var rest = description.StartsWith(full, StringComparison.Ordinal) ? description[full.Length..]
                : description.StartsWith(bare, StringComparison.Ordinal) ? description[bare.Length..]
                : null;
            if (rest is not null)
            {
                // A municipality is its own city.
                return new(bare, Bare(rest) is { Length: > 0 } city ? city : full.EndsWith('市') ? bare : "");
            }
        }

        return new("", "");
    }

    private static string Bare(string name) =>
        Kinds.FirstOrDefault(kind => name.EndsWith(kind, StringComparison.Ordinal)) is { } kind ? name[..^kind.Length] : name;
}
