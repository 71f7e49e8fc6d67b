using Silo.Kernel;

namespace Silo.Comments;

/// <summary>What the module refuses.</summary>
internal static class CommentsRefusals
{
    public static readonly Refusal ExtraInvalid =
        new("COMMENT_EXTRA_INVALID", RefusalKind.Invalid, "The extra data is no JSON object.");

    public static readonly Refusal FileUnknown =
        new("COMMENT_FILE_UNKNOWN", RefusalKind.Invalid, "A picture or the attachment is no file of this shop.");

    public static readonly Refusal Unknown =
        new("COMMENT_UNKNOWN", RefusalKind.NotFound, "There is no such comment.");

    public static readonly Refusal LimitReached = new(
        "COMMENT_LIMIT_REACHED", RefusalKind.Exhausted, "Too many comments in a short time; try again in 15 minutes.");
}
