using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Ganss.Xss;
using Silo.Kernel;

namespace Silo.Content;

/// <summary>
/// Cleans texts when they are saved: what remains does nothing but show itself, wherever a client puts it. What editors
/// make remains: styles, classes, pictures (also inline ones), tables, sound and video.
/// </summary>
internal static class ContentHtml
{
    /// <summary>Most characters of a text, before and after it is cleaned.</summary>
    public const int MaxCharacters = 200_000;

    /// <summary>Most elements of a text, and how deep they may nest: what nests costs far more than its length says.</summary>
    public const int MaxElements = 10_000;

    /// <inheritdoc cref="MaxElements"/>
    public const int MaxDepth = 200;

    private static readonly string[] Controls =
    [
        "button", "datalist", "fieldset", "form", "input", "keygen", "legend", "menuitem", "meter", "optgroup", "option",
        "output", "progress", "select", "textarea",
    ];

    private static readonly string[] InlinePictures =
        ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];

    private static readonly HtmlSanitizer Sanitizer = Create();

    /// <summary>The text as it is stored.</summary>
    public static Result<string> Clean(string html)
    {
        if (html.AsSpan().IndexOfAny('<', '&') < 0)
        {
            return html;
        }

        if (IsTooMuch(html))
        {
            return ContentRefusals.HtmlInvalid;
        }

        var clean = Sanitizer.Sanitize(html);
        return clean.Length > MaxCharacters ? ContentRefusals.HtmlInvalid : clean;
    }

    private static HtmlSanitizer Create()
    {
        var sanitizer = new HtmlSanitizer();
        // A shop's text asks for nothing: a form in it would be somebody else's.
        sanitizer.AllowedTags.ExceptWith(Controls);
        sanitizer.AllowedTags.UnionWith(["audio", "source", "video"]);
        sanitizer.AllowedAttributes.UnionWith(
            ["autoplay", "class", "controls", "loop", "muted", "playsinline", "poster", "preload"]);
        sanitizer.AllowedSchemes.UnionWith(["data", "mailto", "tel"]);
        sanitizer.FilterUrl += (_, e) =>
        {
            if (e.OriginalUrl.TrimStart().StartsWith("data:", StringComparison.OrdinalIgnoreCase)
                && !(e.Tag is IHtmlImageElement
                    && InlinePictures.Any(p => e.OriginalUrl.StartsWith(p, StringComparison.OrdinalIgnoreCase))))
            {
                e.SanitizedUrl = null;
            }
        };
        return sanitizer;
    }

    private static bool IsTooMuch(string html)
    {
        var tags = 0;
        for (var i = 0; i + 1 < html.Length; i++)
        {
            tags += html[i] == '<' && char.IsAsciiLetter(html[i + 1]) ? 1 : 0;
        }

        return tags > MaxElements || DepthOf(html) > MaxDepth;
    }

    private static int DepthOf(string html)
    {
        using var document = new HtmlParser().ParseDocument($"<!doctype html><html><body>{html}");
        var (depth, deepest) = (0, 0);
        for (INode? node = document.Body; node is not null;)
        {
            if (node.FirstChild is { } child)
            {
                (node, deepest) = (child, Math.Max(deepest, ++depth));
                continue;
            }

            while (node is not null && node.NextSibling is null && node != document.Body)
            {
                (node, depth) = (node.Parent, depth - 1);
            }

            node = node == document.Body ? null : node?.NextSibling;
        }

        return deepest;
    }
}
