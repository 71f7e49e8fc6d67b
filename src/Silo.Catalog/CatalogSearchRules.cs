using System.Text;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>
/// Text as goods are found by: every single character and every two in a row. Trigrams, which databases offer, do not
/// find a word of two characters, and most Chinese words have two.
/// </summary>
internal static class CatalogSearchRules
{
    /// <summary>So many characters of a text are searched.</summary>
    public const int MaxIndexed = 2_000;

    /// <summary>The tokens of a text as they are stored: letters and digits alone and in pairs, each once.</summary>
    public static string TokensOf(string normalised) => string.Join(' ', RunsOf(normalised)
        .SelectMany(run => run.Select(r => r.ToString()).Concat(Pairs(run))).Distinct());

    /// <summary>
    /// The tokens that a text must have to contain this one: of one character itself, of more every two in a row. Empty
    /// where there is no letter or digit to look for.
    /// </summary>
    public static string[] QueryOf(string normalised) => [.. RunsOf(normalised)
        .SelectMany(run => run.Count == 1 ? [run[0].ToString()] : Pairs(run)).Distinct()];

    /// <summary>The words of a query.</summary>
    public static string[] WordsOf(string normalised) => [.. RunsOf(normalised).Select(run => string.Concat(run)).Distinct()];

    /// <summary>The text of goods as it is searched by words: name, tags and what else says what they are.</summary>
    public static string TextOf(params IEnumerable<string> parts)
    {
        var text = SearchText.Normalise(string.Join('\n', parts.Where(p => p.Length > 0)));
        return text.Length <= MaxIndexed ? text : Cut(text);
    }

    private static string Cut(string text) =>
        text[..(char.IsHighSurrogate(text[MaxIndexed - 1]) ? MaxIndexed - 1 : MaxIndexed)];

    private static IEnumerable<string> Pairs(List<Rune> run) => run.Zip(run.Skip(1)).Select(pair => $"{pair.First}{pair.Second}");

    /// <summary>Letters and digits in a row; whatever is between them parts them.</summary>
    private static List<List<Rune>> RunsOf(string text)
    {
        List<List<Rune>> runs = [];
        var open = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isPart = Rune.IsLetterOrDigit(rune);
            if (isPart && !open)
            {
                runs.Add([]);
            }

            if (isPart)
            {
                runs[^1].Add(rune);
            }

            open = isPart;
        }

        return runs;
    }
}
