using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Silo.Files;

/// <summary>The sizes in which a picture is served.</summary>
internal enum PictureSize
{
    /// <summary>As it was uploaded.</summary>
    Original,

    /// <summary>Fits into 640 by 640 pixels; <c>_m</c> behind the name.</summary>
    Middle,

    /// <summary>Fits into 240 by 240 pixels; <c>_s</c> behind the name.</summary>
    Small,
}

/// <summary>Names of files, what is shown of them, and how large their thumbnails are.</summary>
internal static partial class FilesRules
{
    public const int MaxShownNameLength = 255;

    /// <summary>The path under which files are served.</summary>
    public const string Path = "/files/";

    /// <summary>The random part of a name, in characters.</summary>
    public const int RandomPart = 32;

    public static string NameOf(string random, PictureKind kind) => $"{random}.{ExtensionOf(kind)}";

    public static string ExtensionOf(PictureKind kind) => kind switch
    {
        PictureKind.Jpeg => "jpg",
        PictureKind.Png => "png",
        PictureKind.Gif => "gif",
        _ => "webp",
    };

    public static string ContentTypeOf(PictureKind kind) => kind switch
    {
        PictureKind.Jpeg => "image/jpeg",
        PictureKind.Png => "image/png",
        PictureKind.Gif => "image/gif",
        _ => "image/webp",
    };

    /// <summary>Reads what is asked for: a file's name, and behind it the size.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? name, out PictureSize size)
    {
        var match = Key().Match(text);
        name = match.Success ? match.Groups["name"].Value : null;
        size = match.Groups["size"].Value switch
        {
            "_m" => PictureSize.Middle,
            "_s" => PictureSize.Small,
            _ => PictureSize.Original,
        };
        return match.Success;
    }

    /// <summary>The key of a size in the store; also what follows <see cref="Path"/> in its URL.</summary>
    public static string KeyOf(string name, PictureSize size) => size switch
    {
        PictureSize.Middle => $"{name}_m",
        PictureSize.Small => $"{name}_s",
        _ => name,
    };

    /// <summary>Whether a text is a key of the store, and so can be part of a path.</summary>
    public static bool IsKey(string text) => Key().IsMatch(text);

    /// <summary>The name of a file of this shop in one of its URLs or by itself; null for anything else.</summary>
    public static string? NameIn(string url)
    {
        var at = url.LastIndexOf(Path, StringComparison.Ordinal);
        return TryParse(at < 0 ? url : url[(at + Path.Length)..], out var name, out _) ? name : null;
    }

    /// <summary>
    /// A client's name for a file as it is shown: what follows the last slash of either kind, without what is not
    /// visible.
    /// </summary>
    public static string ShownName(string given)
    {
        var shown = new StringBuilder(given.Length);
        foreach (var rune in given[(given.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (System.Globalization.UnicodeCategory.Control
                or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.OtherNotAssigned))
            {
                shown.Append(rune);
            }
        }

        return shown.ToString().Trim();
    }

    /// <summary>The longest side of a size, in pixels.</summary>
    public static int BoundOf(PictureSize size) => size == PictureSize.Small ? 240 : 640;

    /// <summary>A picture's sides when it is made to fit: in proportion, at least one pixel, never larger than it was.</summary>
    public static (int Width, int Height) Fit(int width, int height, int bound)
    {
        var longest = Math.Max(width, height);
        return longest <= bound
            ? (width, height)
            : (Scaled(width), Scaled(height));

        int Scaled(int side) => (int)Math.Max(1, (((long)side * bound) + (longest / 2)) / longest);
    }

    [GeneratedRegex(@"\A(?<name>[0-9a-f]{32}\.(?:jpg|png|gif|webp))(?<size>_[ms])?\z")]
    private static partial Regex Key();
}
