using System.Collections.Frozen;

namespace Silo.Reference;

/// <summary>The administrative divisions, read once from the embedded list.</summary>
internal sealed class RegionsDoor : IRegions
{
    /// <summary>What is between the syllables of a reading.</summary>
    internal const char SyllableEnd = '\'';

    private const int IdLength = 12;

    private readonly FrozenDictionary<string, Region> byId;

    public RegionsDoor()
    {
        using var stream = typeof(RegionsDoor).Assembly.GetManifestResourceStream("regions.txt")!;
        using var reader = new StreamReader(stream);
        var all = Read(reader);
        byId = all.ToFrozenDictionary(region => region.Id, StringComparer.Ordinal);
        Provinces = [.. all.Where(region => region.Parent is null)];
    }

    public IReadOnlyList<Region> Provinces { get; }

    public Region? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>
    /// Reads the list. A line with <c>=</c> has a syllable and the characters that are usually read so. Any other has as
    /// many blanks as there are divisions above it, what its code adds to theirs, its name, and how that is read where it
    /// is not read as usual. The length of a code says its level.
    /// </summary>
    internal static List<Region> Read(TextReader reader)
    {
        List<Region> all = [];
        Dictionary<char, string> usual = [];
        List<(string Code, Region Region, List<Region> Children)> above = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var depth = line.AsSpan().IndexOfAnyExcept(' ');
            var words = line[depth..].Split(' ');
            if (words[0] == "=")
            {
                foreach (var character in words[2])
                {
                    usual.Add(character, words[1]);
                }

                continue;
            }

            above.RemoveRange(depth, above.Count - depth);
            var (parentCode, parent, siblings) = depth == 0 ? ("", null, null) : above[^1];
            var code = parentCode + words[0];
            List<Region> children = [];
            var region = new Region
            {
                Id = code.PadRight(IdLength, '0'),
                Name = words[1],
                OwnReading = words.ElementAtOrDefault(2),
                UsualReadings = usual,
                Level = LevelOf(code),
                Parent = parent,
                Children = children,
            };
            siblings?.Add(region);
            all.Add(region);
            above.Add((code, region, children));
        }

        return all;
    }

    private static int LevelOf(string code) => code.Length switch
    {
        2 => 1,
        4 => 2,
        6 => 3,
        9 => 4,
        _ => throw new FormatException($"{code} is no code of a division."),
    };
}
