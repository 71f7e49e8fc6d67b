using System.Text;

namespace Silo.WxApi;

/// <summary>
/// Makes the addresses of the shop's own files absolute in answers, as clients need them. They are stored as paths, so
/// that a shop can move.
/// </summary>
/// <remarks>
/// A path is an address where it begins a value, an attribute, a <c>url()</c> of CSS or an entry of a list with commas,
/// with or without blanks before it. Elsewhere it is a part of something longer, such as another host's URL.
/// </remarks>
internal static class WxFileUrls
{
    private static ReadOnlySpan<byte> Path => "/files/"u8;

    /// <summary>The answer with its paths of files behind an origin such as <c>https://shop.example</c>.</summary>
    /// <param name="json">An answer as it would be sent; it is not changed.</param>
    /// <param name="origin">What was called.</param>
    public static byte[] MakeAbsolute(byte[] json, string origin)
    {
        MemoryStream? whole = null;
        var before = Encoding.UTF8.GetBytes(origin);
        var (written, from) = (0, 0);
        while (json.AsSpan(from).IndexOf(Path) is >= 0 and var found)
        {
            var at = from + found;
            if (IsBeginning(json.AsSpan(0, at)))
            {
                whole ??= new(json.Length + (8 * before.Length));
                whole.Write(json, written, at - written);
                whole.Write(before);
                written = at;
            }

            from = at + Path.Length;
        }

        whole?.Write(json, written, json.Length - written);
        return whole?.ToArray() ?? json;
    }

    /// <summary>Whether what comes next begins an address.</summary>
    private static bool IsBeginning(ReadOnlySpan<byte> before)
    {
        before = WithoutBlanks(before);
        return before is [.., (byte)'"' or (byte)'\'' or (byte)'(' or (byte)',']
            || before.EndsWith("&quot;"u8) || before.EndsWith("&#34;"u8)
            || before.EndsWith("&apos;"u8) || before.EndsWith("&#39;"u8);
    }

    /// <summary>A text without blanks at its end; a line break is two characters in JSON.</summary>
    private static ReadOnlySpan<byte> WithoutBlanks(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var rest = text.TrimEnd((byte)' ');
            rest = rest is [.., (byte)'\\', (byte)'n' or (byte)'r' or (byte)'t'] ? rest[..^2] : rest;
            if (rest.Length == text.Length)
            {
                return text;
            }

            text = rest;
        }
    }
}
