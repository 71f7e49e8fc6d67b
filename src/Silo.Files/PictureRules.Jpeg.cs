using System.Buffers;
using System.Buffers.Binary;
using Silo.Kernel;

namespace Silo.Files;

/// <summary>JPEG: segments that begin with a marker, and coded data behind each start of a scan.</summary>
internal static partial class PictureRules
{
    private const byte StartOfPicture = 0xD8;
    private const byte EndOfPicture = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>What JFIF says before its preview: version and density.</summary>
    private static readonly Range Density = 5..12;

    /// <summary>Keeps frames, tables and scans, the colour profile, and what says how colours and sides are meant.</summary>
    private static Refusal? KeepJpeg(ReadOnlySpan<byte> file, ArrayBufferWriter<byte> kept)
    {
        kept.Write(file[..2]);
        var (at, scans, hasExif) = (2, 0, false);
        while (at + 1 < file.Length && file[at] == 0xFF)
        {
            var marker = file[at + 1];
            switch (marker)
            {
                case 0xFF: // Filling.
                    at++;
                    continue;
                case EndOfPicture:
                    kept.Write<byte>([0xFF, EndOfPicture]);
                    return null;
                case StartOfPicture:
                    return FilesRefusals.PictureBroken;
                case 0x01 or (>= 0xD0 and <= 0xD7): // Without a length, and of no use outside a scan.
                    at += 2;
                    continue;
            }

            if (at + 4 > file.Length)
            {
                break;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length)
            {
                break;
            }

            var segment = file.Slice(at, 2 + length);
            at += segment.Length;
            switch (marker)
            {
                case StartOfScan when ++scans > MaxScans:
                    return FilesRefusals.PictureTooLarge;
                case StartOfScan:
                    var end = EndOfScan(file, at);
                    kept.Write(segment);
                    kept.Write(file[at..end]);
                    at = end;
                    break;
                case 0xE1 when !hasExif && segment[4..].StartsWith(ExifStart):
                    hasExif = true;
                    if (KeepExif(segment[4..]) is { } turned)
                    {
                        kept.Write<byte>([0xFF, 0xE1, 0, (byte)(2 + ExifStart.Length + turned.Length)]);
                        kept.Write(ExifStart);
                        kept.Write(turned);
                    }

                    break;
                default:
                    KeepSegment(marker, segment, kept);
                    break;
            }
        }

        return FilesRefusals.PictureBroken;
    }

    private static void KeepSegment(byte marker, ReadOnlySpan<byte> segment, ArrayBufferWriter<byte> kept)
    {
        var data = segment[4..];
        switch (marker)
        {
            case >= 0xC0 and <= 0xCF or >= 0xDB and <= 0xDD: // Frames and tables.
            case 0xE2 when data.StartsWith("ICC_PROFILE\0"u8):
                kept.Write(segment);
                break;
            case 0xE0 when data.StartsWith("JFIF\0"u8) && data.Length >= 14: // Without its preview.
                kept.Write<byte>([0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, .. data[Density], 0, 0]);
                break;
            case 0xEE when data.StartsWith("Adobe"u8) && data.Length >= 12: // How colours were turned into components.
                kept.Write<byte>([0xFF, 0xEE, 0, 14, .. data[..12]]);
                break;
        }
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
}
