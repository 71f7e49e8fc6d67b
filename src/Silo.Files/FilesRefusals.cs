using Silo.Kernel;

namespace Silo.Files;

/// <summary>What the module refuses.</summary>
internal static class FilesRefusals
{
    public static readonly Refusal MetadataNotFirst = new(
        "FILE_METADATA_NOT_FIRST", RefusalKind.Invalid, "An upload begins with its metadata, once, and goes on with its bytes.");

    public static readonly Refusal TooLarge = new("FILE_TOO_LARGE", RefusalKind.Invalid, "The file has too many bytes.");

    public static readonly Refusal Empty = new("FILE_EMPTY", RefusalKind.Invalid, "The file is empty.");

    public static readonly Refusal SizeWrong =
        new("FILE_SIZE_WRONG", RefusalKind.Invalid, "The file has not as many bytes as were announced.");

    public static readonly Refusal TypeUnsupported =
        new("FILE_TYPE_UNSUPPORTED", RefusalKind.Invalid, "The file is no JPEG, PNG, GIF or WebP picture.");

    public static readonly Refusal PictureBroken =
        new("PICTURE_BROKEN", RefusalKind.Invalid, "The picture cannot be decoded to its end.");

    public static readonly Refusal PictureTooLarge =
        new("PICTURE_TOO_LARGE", RefusalKind.Invalid, "The picture has too many pixels, frames or scans, or too large a colour profile.");

    public static readonly Refusal QuotaExceeded =
        new("FILE_QUOTA_EXCEEDED", RefusalKind.Exhausted, "The user's files would take more than the quota.");

    public static readonly Refusal Unknown = new("FILE_UNKNOWN", RefusalKind.NotFound, "There is no such file.");
}
