using System.Buffers;
using Silo.Kernel;

namespace Silo.Files;

/// <summary>GIF: a screen, then frames and extensions, each made of blocks of at most 255 bytes.</summary>
internal static partial class PictureRules
{
    private const byte Extension = 0x21;
    private const byte Frame = 0x2C;
    private const byte Trailer = 0x3B;

    /// <summary>Keeps the frames and what controls them, how often they are shown, and the colour profile.</summary>
    private static Refusal? KeepGif(ReadOnlySpan<byte> file, ArrayBufferWriter<byte> kept)
    {
        const int header = 13;
        if (file.Length < header || file.Length < header + ColorTable(file[10]))
        {
            return FilesRefusals.PictureBroken;
        }

        var at = header + ColorTable(file[10]);
        kept.Write(file[..at]);
        var frames = 0;
        ReadOnlySpan<byte> control = [];
        while (at < file.Length)
        {
            var end = file[at] switch
            {
                Trailer => at + 1,
                Extension => EndOfBlocks(file, at + 2),
                // Its place, its colours, the size of its codes, its blocks.
                Frame when at + 9 < file.Length => EndOfBlocks(file, at + 10 + ColorTable(file[at + 9]) + 1),
                _ => int.MaxValue,
            };
            if (end > file.Length)
            {
                break;
            }

            var part = file[at..end];
            at = end;
            switch (part)
            {
                case [Trailer]:
                    kept.Write(part);
                    return null;
                case [Frame, ..]:
                    if (++frames > MaxFrames)
                    {
                        return FilesRefusals.PictureTooLarge;
                    }

                    kept.Write(control);
                    kept.Write(part);
                    control = [];
                    break;
                case [_, 0xF9, 4, _, _, _, _, 0]: // Belongs to what is drawn next.
                    control = part;
                    break;
                case [_, 0x01, ..]: // Text that is drawn; it goes with its control.
                    control = [];
                    break;
                case [_, 0xFF, 11, ..] when part.Length > 14:
                    KeepApplication(part, kept);
                    break;
            }
        }

        return FilesRefusals.PictureBroken;
    }

    private static void KeepApplication(ReadOnlySpan<byte> extension, ArrayBufferWriter<byte> kept)
    {
        var name = extension[3..14];
        if (name.SequenceEqual("ICCRGBG1012"u8))
        {
            kept.Write(extension);
        }
        else if ((name.SequenceEqual("NETSCAPE2.0"u8) || name.SequenceEqual("ANIMEXTS1.0"u8))
            && extension[14..] is [3, 1, var low, var high, ..])
        {
            kept.Write<byte>([.. extension[..14], 3, 1, low, high, 0]);
        }
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
}
