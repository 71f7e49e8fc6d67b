using System.Collections.Frozen;

namespace Silo.Reference;

/// <summary>An administrative division of China.</summary>
public sealed class Region
{
    /// <summary>Its official code, padded with zeros to 12 digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its official full name.</summary>
    public required string Name { get; init; }

    /// <summary>1 province, 2 city, 3 district, 4 street.</summary>
    public required int Level { get; init; }

    /// <summary>What it belongs to; null for a province.</summary>
    public required Region? Parent { get; init; }

    /// <summary>How its name is read: a syllable of pinyin for each Chinese character, without tones, ü as v.</summary>
    public IEnumerable<string> Syllables => OwnReading?.Split(RegionsDoor.SyllableEnd)
        ?? Name.Where(UsualReadings.ContainsKey).Select(character => UsualReadings[character]);

    /// <summary>How it is read where one of its characters is not read as usual.</summary>
    internal string? OwnReading { get; init; }

    /// <summary>How characters are usually read, of all divisions; what is not in it is not read.</summary>
    internal IReadOnlyDictionary<char, string> UsualReadings { get; init; } = FrozenDictionary<char, string>.Empty;

    /// <summary>The direct divisions of it, by id; none of a street, and of a few cities streets and no districts.</summary>
    public required IReadOnlyList<Region> Children { get; init; }
}

/// <summary>The door to the administrative divisions; all of them are in memory.</summary>
public interface IRegions
{
    /// <summary>The provinces, by id.</summary>
    IReadOnlyList<Region> Provinces { get; }

    /// <summary>The division with an id; null where there is none.</summary>
    Region? Find(string id);
}
