using System.Text;

namespace Silo.WxApi;

/// <summary>
/// Makes the addresses of the shop's own files absolute in answers, as clients need them. They are stored as paths, so
/// that a shop can move.
/// </summary>
/// <remarks>
/// A path is an address where it begins a value, a line, an attribute, a <c>url()</c> of CSS or an entry of a list with
/// commas, with or without blanks before it. Elsewhere it is a part of something longer, such as another host's URL. The
/// slashes of JSON in a text may be escaped.
/// </remarks>
internal static class WxFileUrls
{
    private static ReadOnlySpan<byte> Folder => "/files"u8;

    /// <summary>The answer with its paths of files behind an origin such as <c>https://shop.example</c>.</summary>
    /// <param name="json">An answer as it would be sent; it is not changed.</param>
    /// <param name="origin">What was called.</param>
    public static byte[] MakeAbsolute(byte[] json, string origin)
    {
        MemoryStream? whole = null;
        var before = Encoding.UTF8.GetBytes(origin);
        var (written, from) = (0, 0);
        while (json.AsSpan(from).IndexOf(Folder) is >= 0 and var found)
        {
            var at = from + found;
            from = at + Folder.Length;
            // As many as escape the slash: none, or two for each text of JSON that it is in.
            var escapes = json.AsSpan(0, at).Length - json.AsSpan(0, at).TrimEnd((byte)'\\').Length;
            if (IsFolder(json.AsSpan(from), escapes) && IsBeginning(json.AsSpan(0, at - escapes)))
            {
                whole ??= new(json.Length + (8 * before.Length));
                whole.Write(json, written, at - escapes - written);
                whole.Write(before);
                written = at - escapes;
            }
        }

        whole?.Write(json, written, json.Length - written);
        return whole?.ToArray() ?? json;
    }

    /// <summary>Whether what follows a name ends it with a slash that is escaped as the one before it.</summary>
    private static bool IsFolder(ReadOnlySpan<byte> rest, int escapes) =>
        rest.Length > escapes && rest.IndexOfAnyExcept((byte)'\\') == escapes && rest[escapes] == (byte)'/';

    /// <summary>Whether what comes next begins an address.</summary>
    private static bool IsBeginning(ReadOnlySpan<byte> before)
    {
        before = WithoutBlanks(before, out var beginsLine);
        return beginsLine || EndsWithQuote(before) || EndsWithAttribute(before)
            || before is [.., (byte)'"' or (byte)'\'' or (byte)'(' or (byte)','];
    }

    /// <summary>Whether a text ends with a quotation mark as HTML writes it.</summary>
    private static bool EndsWithQuote(ReadOnlySpan<byte> text)
    {
        const int longest = 6;
        if (text is not [.. var start, (byte)';'])
        {
            return false;
        }

        // No further back: what shoppers write could have none for hundreds of kilobytes.
        var end = start[Math.Max(0, start.Length - longest)..];
        var at = end.LastIndexOf((byte)'&');
        return at >= 0 && Encoding.ASCII.GetString(end[(at + 1)..]).ToUpperInvariant()
            is "QUOT" or "APOS" or "#34" or "#39" or "#034" or "#039" or "#X22" or "#X27";
    }

    /// <summary>Whether a text ends with the name of an attribute whose value is not quoted; a query has no blank before it.</summary>
    private static bool EndsWithAttribute(ReadOnlySpan<byte> text)
    {
        if (text is not [.. var start, (byte)'='])
        {
            return false;
        }

        var name = WithoutBlanks(start, out _);
        var rest = name;
        while (rest is [.. var less, >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'-'])
        {
            rest = less;
        }

        return rest.Length < name.Length && rest is [.., (byte)' '];
    }

    /// <summary>A text without blanks at its end, and whether there was a line break; one is two characters in JSON.</summary>
    private static ReadOnlySpan<byte> WithoutBlanks(ReadOnlySpan<byte> text, out bool hadLineBreak)
    {
        hadLineBreak = false;
        while (true)
        {
            var rest = text.TrimEnd((byte)' ');
            if (rest is [.., (byte)'\\', (byte)'n' or (byte)'r' or (byte)'t'])
            {
                hadLineBreak |= rest[^1] is (byte)'n' or (byte)'r';
                rest = rest[..^2];
            }

            if (rest.Length == text.Length)
            {
                return text;
            }

            text = rest;
        }
    }
}
