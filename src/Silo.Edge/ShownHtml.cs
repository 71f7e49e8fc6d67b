using AngleSharp.Html.Dom;
using Ganss.Xss;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>
/// Cleans texts that clients show as HTML, before anything of them is stored and outside any transaction: what remains does
/// nothing but show itself, wherever a client puts it. What editors make remains: styles, classes, pictures (also inline
/// ones), tables, sound and video.
/// </summary>
public static class ShownHtml
{
    /// <summary>Most characters of a text, before and after it is cleaned.</summary>
    public const int MaxCharacters = 200_000;

    /// <summary>The refusal of a text that is beyond its bounds.</summary>
    public static readonly Refusal Invalid = new(
        "CONTENT_HTML_INVALID", RefusalKind.Invalid, "The text has too many elements, nests too deeply, or is too long once it is cleaned.");

    private static readonly string[] Controls =
    [
        "button", "datalist", "fieldset", "form", "input", "keygen", "legend", "menuitem", "meter", "optgroup", "option",
        "output", "progress", "select", "textarea",
    ];

    private static readonly string[] InlinePictures =
        ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];

    private static readonly HtmlSanitizer Sanitizer = Create();

    /// <summary>The text as it is stored.</summary>
    /// <returns>The text, or <see cref="Invalid"/>.</returns>
    public static Result<string> Clean(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        if (html.AsSpan().IndexOfAny('<', '&') < 0)
        {
            return html;
        }

        if (html.Length > MaxCharacters || !HtmlBounds.Hold(html))
        {
            return Invalid;
        }

        var clean = Sanitizer.Sanitize(html);
        return clean.Length > MaxCharacters ? Invalid : clean;
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
}
