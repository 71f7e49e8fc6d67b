namespace Silo.Edge;

/// <summary>
/// Whether an HTML text can be parsed at all: what nests, and what an unclosed element of formatting makes of each block
/// after it, costs far more than the length of the text says. One pass over the text decides, before any parser sees it.
/// </summary>
internal static class HtmlBounds
{
    /// <summary>Most elements of a text.</summary>
    public const int MaxElements = 10_000;

    /// <summary>How deep they may nest.</summary>
    public const int MaxDepth = 200;

    /// <summary>
    /// Most elements that a parser can make of a text: in each block it makes the open elements of formatting anew.
    /// </summary>
    public const int MaxMade = 60_000;

    /// <summary>Most attributes of an element, about.</summary>
    private const int MaxParts = 500;

    private static readonly HashSet<string> Formatting = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
    };

    private static readonly HashSet<string> Void = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    };

    /// <summary>Elements before which an open paragraph ends by itself.</summary>
    private static readonly HashSet<string> EndsParagraph = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
        "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "ul",
    };

    /// <summary>Elements that end by themselves where what they are in ends.</summary>
    private static readonly HashSet<string> EndsByItself = new(StringComparer.OrdinalIgnoreCase)
    {
        "colgroup", "dd", "dt", "li", "p", "tbody", "td", "tfoot", "th", "thead", "tr",
    };

    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase) { "math", "svg" };

    /// <summary>Elements whose content is text up to their end tag.</summary>
    private static readonly HashSet<string> RawText = new(StringComparer.OrdinalIgnoreCase)
    {
        "iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp",
    };

    /// <summary>Whether a text is within the bounds. A text that is nested wrongly may count as more than it is.</summary>
    public static bool Hold(string html)
    {
        var (elements, made, formatting, isForeign) = (0, 0, 0, false);
        var open = new Stack<string>();
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < html.Length; at = html.IndexOf('<', at))
        {
            var next = html[at + 1];
            if (char.IsAsciiLetter(next))
            {
                var (name, end, parts) = Tag(html, at + 1);
                elements++;
                made += 1 + formatting;
                // In a drawing or a formula nothing ends by itself; whether it has ended is not for this pass to say.
                isForeign |= Foreign.Contains(name);
                while (!isForeign && open.TryPeek(out var top) && Ends(name, top))
                {
                    open.Pop();
                }

                if (!Void.Contains(name))
                {
                    open.Push(name);
                    formatting += Formatting.Contains(name) ? 1 : 0;
                }

                if (elements > MaxElements || made > MaxMade || open.Count > MaxDepth || parts > MaxParts)
                {
                    return false;
                }

                at = RawText.Contains(name) ? EndOfRawText(html, end, name) : end;
            }
            else if (next == '/' && at + 2 < html.Length && char.IsAsciiLetter(html[at + 2]))
            {
                var (name, end, _) = Tag(html, at + 2);
                Close(open, name, isForeign, ref formatting);
                at = end;
            }
            else if (next is '!' or '?' or '/')
            {
                at = EndOfComment(html, at);
            }
            else
            {
                at++;
            }

            if (at >= html.Length)
            {
                break;
            }
        }

        return true;
    }

    /// <summary>
    /// Closes the innermost element, where the tag is its end, with those in it that end by themselves. Another end tag closes
    /// nothing: a parser may ignore it.
    /// </summary>
    private static void Close(Stack<string> open, string name, bool isForeign, ref int formatting)
    {
        var isFormatting = Formatting.Contains(name);
        // The end of formatting takes what formats inside it off too, though that is made anew in the next block.
        var bySelf = isFormatting ? Formatting : EndsByItself;
        var inside = isForeign ? 0 : open.TakeWhile(e => !Same(e, name) && bySelf.Contains(e)).Count();
        if (!Same(open.ElementAtOrDefault(inside) ?? "", name))
        {
            return;
        }

        for (; inside >= 0; inside--)
        {
            open.Pop();
        }

        formatting -= isFormatting ? 1 : 0;
    }

    /// <summary>Whether the start of an element ends the innermost open one.</summary>
    private static bool Ends(string name, string top) => top.ToLowerInvariant() switch
    {
        "p" => EndsParagraph.Contains(name),
        "li" => Same(name, "li"),
        "dd" or "dt" => Same(name, "dd") || Same(name, "dt"),
        "td" or "th" => Same(name, "td") || Same(name, "th") || Same(name, "tr") || IsRowGroup(name),
        "tr" => Same(name, "tr") || IsRowGroup(name),
        "tbody" or "thead" or "tfoot" => IsRowGroup(name),
        _ => false,
    };

    private static bool IsRowGroup(string name) => Same(name, "tbody") || Same(name, "thead") || Same(name, "tfoot");

    /// <summary>A tag's name, where the text goes on after it, and how many parts it has beside the name, at least as many as attributes.</summary>
    private static (string Name, int End, int Parts) Tag(string html, int start)
    {
        var at = start;
        while (at < html.Length && !char.IsWhiteSpace(html[at]) && html[at] is not ('/' or '>'))
        {
            at++;
        }

        var name = html[start..at];
        var (isValue, parts) = (false, 0);
        for (; at < html.Length && html[at] != '>'; at++)
        {
            var c = html[at];
            if (isValue && c is '"' or '\'')
            {
                at = html.IndexOf(c, at + 1);
                if (at < 0)
                {
                    return (name, html.Length, parts);
                }

                isValue = false;
                parts++;
            }
            else
            {
                parts += char.IsWhiteSpace(c) || c == '/' ? 1 : 0;
                isValue = c == '=' || (isValue && char.IsWhiteSpace(c));
            }
        }

        return (name, Math.Min(html.Length, at + 1), parts);
    }

    private static int EndOfRawText(string html, int from, string name)
    {
        var end = html.IndexOf($"</{name}", from, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html.Length : end;
    }

    private static int EndOfComment(string html, int at)
    {
        if (!html.AsSpan(at).StartsWith("<!--"))
        {
            return After(html.IndexOf('>', at), 1);
        }

        // An end right after the beginning counts too.
        if (html.AsSpan(at + 4).StartsWith(">") || html.AsSpan(at + 4).StartsWith("->"))
        {
            return html.IndexOf('>', at) + 1;
        }

        var plain = html.IndexOf("-->", at + 4, StringComparison.Ordinal);
        // Looked for before the other end only: many comments must not each have the whole text searched.
        var before = (plain < 0 ? html.Length : plain) - (at + 4);
        var bang = html.IndexOf("--!>", at + 4, before, StringComparison.Ordinal);
        return bang >= 0 ? bang + 4 : After(plain, 3);

        int After(int found, int length) => found < 0 ? html.Length : found + length;
    }

    private static bool Same(string x, string y) => string.Equals(x, y, StringComparison.OrdinalIgnoreCase);
}
