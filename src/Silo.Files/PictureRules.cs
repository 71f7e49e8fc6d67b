using System.Buffers.Binary;
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

/// <summary>What the bytes of a file say.</summary>
/// <param name="Kind">What kind of picture it is.</param>
/// <param name="Length">Where the picture ends; what follows belongs to it no more.</param>
internal readonly record struct PictureBytes(PictureKind Kind, int Length);

/// <summary>
/// Judges files by their bytes. A picture is walked through from part to part to find its end, because what hangs
/// behind a picture (an archive, a page, a script) would make one file two things.
/// </summary>
internal static class PictureRules
{
    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The kind and the end of a picture.</summary>
    public static Result<PictureBytes> Examine(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
        {
            return FilesRefusals.Empty;
        }

        if (KindOf(file) is not { } kind)
        {
            return FilesRefusals.TypeUnsupported;
        }

        var end = kind switch
        {
            PictureKind.Jpeg => EndOfJpeg(file),
            PictureKind.Png => EndOfPng(file),
            PictureKind.Gif => EndOfGif(file),
            _ => EndOfWebP(file),
        };
        return end is { } length ? new PictureBytes(kind, length) : FilesRefusals.PictureBroken;
    }

    private static PictureKind? KindOf(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? PictureKind.Jpeg
        : file.StartsWith(PngStart) ? PictureKind.Png
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? PictureKind.Gif
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? PictureKind.WebP
        : null;

    private static int? EndOfJpeg(ReadOnlySpan<byte> file)
    {
        var at = 2;
        while (at + 1 < file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            switch (marker)
            {
                case 0xFF: // Filling.
                    at++;
                    continue;
                case 0xD9:
                    return at + 2;
                case 0x01 or (>= 0xD0 and <= 0xD7): // Without a length.
                    at += 2;
                    continue;
            }

            if (at + 4 > file.Length)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2)
            {
                return null;
            }

            at += 2 + length;
            if (marker == 0xDA)
            {
                at = EndOfScan(file, at);
            }
        }

        return null;
    }

    /// <summary>Coded data goes on to the next marker; 00 is data that looks like one, and restarts belong to it.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length)
        {
            var found = file[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= file.Length)
            {
                return file.Length;
            }

            at += found;
            if (file[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += 2;
        }

        return file.Length;
    }

    private static int? EndOfPng(ReadOnlySpan<byte> file)
    {
        long at = PngStart.Length;
        while (at + 12 <= file.Length)
        {
            var chunk = file[(int)at..];
            var next = at + 12 + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].StartsWith("IEND"u8))
            {
                return next <= file.Length ? (int)next : null;
            }

            at = next;
        }

        return null;
    }

    private static int? EndOfGif(ReadOnlySpan<byte> file)
    {
        const int header = 13;
        if (file.Length < header)
        {
            return null;
        }

        var at = header + ColorTable(file[10]);
        while (at < file.Length)
        {
            switch (file[at])
            {
                case 0x3B:
                    return at + 1;
                case 0x21: // An extension: its label, then its blocks.
                    at = EndOfBlocks(file, at + 2);
                    break;
                case 0x2C when at + 9 < file.Length: // A frame: its place, its colours, the size of its codes, its blocks.
                    at = EndOfBlocks(file, at + 10 + ColorTable(file[at + 9]) + 1);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private static int ColorTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 0x07) + 1);

    private static int EndOfBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
        {
            at += file[at] + 1;
        }

        return at + 1;
    }

    private static int? EndOfWebP(ReadOnlySpan<byte> file)
    {
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        return end >= 12 && end <= file.Length ? (int)end : null;
    }
}
