using System.Globalization;
using System.Text;

namespace Silo.Kernel;

/// <summary>What of a text a person can see.</summary>
public static class VisibleText
{
    /// <summary>Whether nobody can see any of it: it has spaces of all kinds, and characters without a picture, only.</summary>
    public static bool IsBlank(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text without what nobody can see at its ends.</summary>
    public static string Trim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (start, end) = (0, 0);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune))
            {
                start = end == 0 ? at : start;
                end = at + rune.Utf16SequenceLength;
            }

            at += rune.Utf16SequenceLength;
        }

        return text[start..end];
    }

    /// <summary>
    /// What a person wrote, without characters that are not seen, and in which nothing is a tag: a `&lt;` that could begin one becomes a
    /// full-width one, so that no client that takes the text for HTML runs it. Line breaks stay.
    /// </summary>
    public static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var seen = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // The two joiners hold emoji and letters together.
            if (c is '\n' or '\t' or '\u200C' or '\u200D'
                || char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                seen.Append(c);
            }
        }

        for (var i = 0; i + 1 < seen.Length; i++)
        {
            if (seen[i] == '<' && (char.IsAsciiLetter(seen[i + 1]) || seen[i + 1] is '/' or '!' or '?'))
            {
                seen[i] = '＜';
            }
        }

        return seen.ToString().Trim();
    }

    private static bool IsInvisible(Rune rune) => Rune.IsWhiteSpace(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        // Letters and marks that are drawn as nothing: joiners, fillers of Hangul, the blank of Braille, variation selectors.
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0
            or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
