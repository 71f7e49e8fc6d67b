using Silo.Reference.V1;

namespace Silo.Reference;

/// <summary>Between the module's types and the wire's.</summary>
internal static class ReferenceWire
{
    public static V1.Region Region(Region region)
    {
        string[] syllables = [.. region.Syllables];
        return new()
        {
            Id = region.Id,
            Name = region.Name,
            Level = (RegionLevel)region.Level,
            ParentId = region.Parent?.Id ?? "",
            Pinyin = string.Concat(syllables),
            Initials = string.Concat(syllables.Select(syllable => syllable[0])),
        };
    }
}
