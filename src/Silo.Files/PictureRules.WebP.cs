using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Silo.Kernel;

namespace Silo.Files;

/// <summary>WebP: chunks in a RIFF container; the first says whether there is more than the picture.</summary>
internal static partial class PictureRules
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;
    private const byte HasAnimation = 0x02;
    private const byte HasExif = 0x08;
    private const byte HasAlpha = 0x10;
    private const byte HasProfile = 0x20;

    /// <summary>Keeps the picture or its frames, and the colour profile.</summary>
    private static Refusal? KeepWebP(ReadOnlySpan<byte> file, ArrayBufferWriter<byte> kept)
    {
        var end = ChunkHeader + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (end < RiffHeader || end > file.Length)
        {
            return FilesRefusals.PictureBroken;
        }

        kept.Write(file[..RiffHeader]);
        var rest = file[RiffHeader..(int)end];
        var (extended, flags, frames, hasExif) = (false, (byte)0, 0, false);
        while (TryReadChunk(ref rest, out var type, out var data))
        {
            switch (type)
            {
                case "VP8X" when !extended && kept.WrittenCount == RiffHeader && data.Length >= 10:
                    extended = true;
                    flags = (byte)(data[0] & (HasAnimation | HasAlpha));
                    WriteChunk(type, [0, 0, 0, 0, .. data[4..10]], kept);
                    break;
                case "ICCP":
                    flags |= HasProfile;
                    WriteChunk(type, data, kept);
                    break;
                case "EXIF":
                    if (!hasExif && KeepExif(data) is { } turned)
                    {
                        flags |= HasExif;
                        WriteChunk(type, turned, kept);
                    }

                    hasExif = true;
                    break;
                case "ANMF" when ++frames > MaxFrames:
                    return FilesRefusals.PictureTooLarge;
                case "ANMF":
                    if (!TryKeepFrame(data, kept))
                    {
                        return FilesRefusals.PictureBroken;
                    }

                    break;
                case "VP8 " or "VP8L" or "ALPH" or "ANIM":
                    WriteChunk(type, data, kept);
                    break;
            }

            if (!extended)
            {
                // One picture by itself; what follows does not belong to it.
                rest = [];
            }
        }

        if (!rest.IsEmpty)
        {
            return FilesRefusals.PictureBroken;
        }

        var written = MemoryMarshal.AsMemory(kept.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32LittleEndian(written[4..], written.Length - ChunkHeader);
        if (extended)
        {
            written[RiffHeader + ChunkHeader] = flags;
        }

        return null;
    }

    /// <summary>A frame: its place, then chunks of its own.</summary>
    private static bool TryKeepFrame(ReadOnlySpan<byte> frame, ArrayBufferWriter<byte> kept)
    {
        const int place = 16;
        if (frame.Length < place)
        {
            return false;
        }

        var inner = new ArrayBufferWriter<byte>(frame.Length);
        inner.Write(frame[..place]);
        var rest = frame[place..];
        while (TryReadChunk(ref rest, out var type, out var data))
        {
            if (type is "VP8 " or "VP8L" or "ALPH")
            {
                WriteChunk(type, data, inner);
            }
        }

        WriteChunk("ANMF", inner.WrittenSpan, kept);
        return rest.IsEmpty;
    }

    /// <summary>Takes the next chunk off; false at the end, and where what is left is no chunk.</summary>
    private static bool TryReadChunk(ref ReadOnlySpan<byte> rest, out string type, out ReadOnlySpan<byte> data)
    {
        type = "";
        data = [];
        if (rest.Length < ChunkHeader || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var size && size > rest.Length - ChunkHeader)
        {
            return false;
        }

        type = Encoding.Latin1.GetString(rest[..4]);
        data = rest.Slice(ChunkHeader, (int)size);
        // An odd length is filled up.
        rest = rest[Math.Min(ChunkHeader + (int)size + ((int)size & 1), rest.Length)..];
        return true;
    }

    private static void WriteChunk(string type, ReadOnlySpan<byte> data, ArrayBufferWriter<byte> kept)
    {
        Span<byte> header = stackalloc byte[ChunkHeader];
        Encoding.Latin1.GetBytes(type, header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], data.Length);
        kept.Write(header);
        kept.Write(data);
        if ((data.Length & 1) != 0)
        {
            kept.Write<byte>([0]);
        }
    }
}
