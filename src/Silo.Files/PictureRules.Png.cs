using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Silo.Kernel;

namespace Silo.Files;

/// <summary>PNG: chunks of a length, a type, data and a checksum.</summary>
internal static partial class PictureRules
{
    /// <summary>The picture, its colours, its density and its animation.</summary>
    private static readonly HashSet<string> KeptChunks =
    [
        "IHDR", "PLTE", "IDAT", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "pHYs",
        "acTL", "fcTL", "fdAT",
    ];

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static Refusal? KeepPng(ReadOnlySpan<byte> file, ArrayBufferWriter<byte> kept, out ReadOnlyMemory<byte> profile)
    {
        profile = default;
        kept.Write(PngStart);
        var rest = file[PngStart.Length..];
        var (frames, hasExif, hasProfile) = (0, false, false);
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                break;
            }

            var chunk = rest[..((int)length + 12)];
            var data = chunk[8..^4];
            rest = rest[chunk.Length..];
            switch (Encoding.Latin1.GetString(chunk[4..8]))
            {
                case "IEND":
                    WriteChunk("IEND"u8, [], kept);
                    return null;
                case "eXIf":
                    if (!hasExif && KeepExif(data) is { } turned)
                    {
                        WriteChunk("eXIf"u8, turned, kept);
                    }

                    hasExif = true;
                    break;
                case "fcTL" when ++frames > MaxFrames:
                    return FilesRefusals.PictureTooLarge;
                case var type when KeptChunks.Contains(type):
                    if (type == "iCCP")
                    {
                        // Behind its name and the number of its packing. There is one, which is the one that is judged.
                        var name = data.IndexOf((byte)0);
                        if (name < 0 || hasProfile)
                        {
                            return FilesRefusals.PictureBroken;
                        }

                        hasProfile = true;
                        profile = data[Math.Min(name + 2, data.Length)..].ToArray();
                    }

                    kept.Write(chunk);
                    break;
                case [>= 'A' and <= 'Z', ..]: // No picture without it, and nobody knows it.
                    return FilesRefusals.PictureBroken;
            }
        }

        return FilesRefusals.PictureBroken;
    }

    private static void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, ArrayBufferWriter<byte> kept)
    {
        var chunk = kept.GetSpan(12 + data.Length);
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk[4..]);
        data.CopyTo(chunk[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[(8 + data.Length)..], Checksum(chunk[4..(8 + data.Length)]));
        kept.Advance(12 + data.Length);
    }

    /// <summary>CRC-32; the few bytes that are written here need no table.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
