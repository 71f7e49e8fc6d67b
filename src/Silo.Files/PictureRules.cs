using System.Buffers;
using Silo.Kernel;

namespace Silo.Files;

/// <summary>The kinds of pictures that are kept.</summary>
internal enum PictureKind
{
    Jpeg,
    Png,
    Gif,
    WebP,
}

/// <summary>What is kept of a file.</summary>
/// <param name="Kind">What kind of picture it is.</param>
/// <param name="Bytes">The picture alone.</param>
/// <param name="PackedProfile">The colour profile of a PNG, as it is packed in it; empty where there is none.</param>
internal readonly record struct KeptPicture(PictureKind Kind, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> PackedProfile);

/// <summary>
/// Judges files by their bytes, and keeps of them what shows the picture. A picture is walked through from part to part,
/// and each part is kept that is known to be needed: so nothing tells who took it, where and with what (Exif, XMP, IPTC,
/// comments, previews), and nothing hangs behind it (an archive, a page, a script) that would make one file two things.
/// Pixels are not touched. Of Exif one number is kept: how the picture is to be turned.
/// </summary>
internal static partial class PictureRules
{
    /// <summary>The most frames of an animation; each is decoded by whoever looks at it.</summary>
    public const int MaxFrames = 1000;

    /// <summary>The most scans of a JPEG; each goes over the whole picture. Encoders write about ten.</summary>
    public const int MaxScans = 100;

    /// <summary>The picture in a file, without anything else.</summary>
    public static Result<KeptPicture> Keep(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            return FilesRefusals.Empty;
        }

        if (KindOf(file) is not { } kind)
        {
            return FilesRefusals.TypeUnsupported;
        }

        var kept = new ArrayBufferWriter<byte>(file.Length + Turned.Length);
        ReadOnlyMemory<byte> profile = default;
        var refusal = kind switch
        {
            PictureKind.Jpeg => KeepJpeg(file, kept),
            PictureKind.Png => KeepPng(file, kept, out profile),
            PictureKind.Gif => KeepGif(file, kept),
            _ => KeepWebP(file, kept),
        };
        return refusal is null ? new KeptPicture(kind, kept.WrittenMemory, profile) : refusal;
    }

    private static PictureKind? KindOf(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? PictureKind.Jpeg
        : file.StartsWith(PngStart) ? PictureKind.Png
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? PictureKind.Gif
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? PictureKind.WebP
        : null;
}
