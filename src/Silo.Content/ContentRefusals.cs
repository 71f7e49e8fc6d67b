using Silo.Kernel;

namespace Silo.Content;

/// <summary>The refusals of the module.</summary>
internal static class ContentRefusals
{
    public static readonly Refusal Unknown =
        new("CONTENT_UNKNOWN", RefusalKind.NotFound, "There is no such content.");

    public static readonly Refusal VersionStale =
        new("CONTENT_VERSION_STALE", RefusalKind.Precondition, "Somebody changed it meanwhile; read it again.");

    public static readonly Refusal UrlInvalid =
        new("CONTENT_URL_INVALID", RefusalKind.Invalid, "An address has a scheme other than http and https, or blanks in it.");

    public static readonly Refusal KeyTaken =
        new("CONTENT_KEY_TAKEN", RefusalKind.AlreadyExists, "Another one has this key or name already.");

    public static readonly Refusal Full =
        new("CONTENT_FULL", RefusalKind.Exhausted, "There are as many of this kind as there may be.");

    public static readonly Refusal NotSortable =
        new("CONTENT_NOT_SORTABLE", RefusalKind.Invalid, "Content of this kind has no places.");

    public static readonly Refusal SettingKeyInvalid = new(
        "SETTING_KEY_INVALID", RefusalKind.Invalid, "A key has 1 to 64 ASCII letters, digits and underscores.");

    public static readonly Refusal SettingTooLong =
        new("SETTING_TOO_LONG", RefusalKind.Invalid, "A value has at most 16 KiB in UTF-8.");

    public static readonly Refusal PageKeyInvalid = new(
        "PAGE_KEY_INVALID", RefusalKind.Invalid, "A key has 1 to 64 ASCII letters, digits, underscores and dashes.");

    public static readonly Refusal VideoKeyInvalid = new(
        "VIDEO_KEY_INVALID", RefusalKind.Invalid, "A number has 1 to 64 ASCII letters, digits, underscores and dashes.");

    public static readonly Refusal TagInvalid =
        new("TAG_INVALID", RefusalKind.Invalid, "A tag is not empty and has no comma.");

    public static readonly Refusal CategoryUnknown =
        new("CATEGORY_UNKNOWN", RefusalKind.NotFound, "There is no such category.");

    public static readonly Refusal CategoryCycle =
        new("CATEGORY_CYCLE", RefusalKind.Precondition, "A category cannot be in itself.");

    public static readonly Refusal CategoryInUse =
        new("CATEGORY_IN_USE", RefusalKind.Precondition, "The category has categories or articles in it.");
}
