using System.Buffers.Binary;

namespace Silo.Files;

/// <summary>The one number of Exif that shows the picture.</summary>
internal static partial class PictureRules
{
    private const int OrientationTag = 0x0112;
    private const int ShortType = 3;
    private const int Upright = 1;

    /// <summary>Exif with an orientation and nothing else; where it is, is <see cref="TurnedAt"/>.</summary>
    private static ReadOnlySpan<byte> Turned =>
        [(byte)'M', (byte)'M', 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, Upright, 0, 0, 0, 0, 0, 0];

    private const int TurnedAt = 19;

    /// <summary>What Exif starts with in a JPEG.</summary>
    private static ReadOnlySpan<byte> ExifStart => "Exif\0\0"u8;

    /// <summary>Exif that says how a picture is turned, and nothing else; null where it is upright.</summary>
    /// <param name="exif">Exif as it was found, with or without its start.</param>
    private static byte[]? KeepExif(ReadOnlySpan<byte> exif)
    {
        var orientation = OrientationIn(exif.StartsWith(ExifStart) ? exif[ExifStart.Length..] : exif);
        if (orientation == Upright)
        {
            return null;
        }

        var kept = Turned.ToArray();
        kept[TurnedAt] = (byte)orientation;
        return kept;
    }

    /// <summary>1 to 8; upright too where it cannot be read.</summary>
    private static int OrientationIn(ReadOnlySpan<byte> exif)
    {
        var little = exif.StartsWith("II*\0"u8);
        if (exif.Length < 8 || (!little && !exif.StartsWith("MM\0*"u8)))
        {
            return Upright;
        }

        var first = Long(exif[4..]);
        if (first > exif.Length - 2)
        {
            return Upright;
        }

        var directory = exif[(int)first..];
        var entries = directory[2..];
        for (var left = Short(directory); left > 0 && entries.Length >= 12; left--, entries = entries[12..])
        {
            if (Short(entries) == OrientationTag)
            {
                return Short(entries[2..]) == ShortType && Short(entries[8..]) is >= 1 and <= 8 and var orientation
                    ? orientation
                    : Upright;
            }
        }

        return Upright;

        int Short(ReadOnlySpan<byte> at) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

        uint Long(ReadOnlySpan<byte> at) =>
            little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
    }
}
