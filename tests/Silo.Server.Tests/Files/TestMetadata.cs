using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace Silo.Testing.Files;

/// <summary>
/// Pictures that say more than they show, in every place that their format has for it; each place says
/// <see cref="Secret"/>. They have a colour profile, lie on their side, and the GIF is an animation.
/// </summary>
internal static class TestMetadata
{
    public const string Secret = "SECRET-PLACE";

    /// <summary>How they lie: to be turned a quarter to the right.</summary>
    public const byte Orientation = 6;

    private static readonly byte[] Told = Encoding.ASCII.GetBytes(Secret);

    public static byte[] Of(string extension) => extension switch
    {
        "jpg" => Jpeg(),
        "png" => Png(),
        "gif" => Gif(),
        _ => WebP(),
    };

    /// <summary>A red picture in wide colours: sRGB's red is another number there.</summary>
    public static byte[] WideRed(int width, int height, SKEncodedImageFormat format)
    {
        using var wide = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul, wide));
        bitmap.Erase(SKColors.Red);
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>Chunks of a PNG by type, in order.</summary>
    public static IReadOnlyList<string> ChunksOfPng(ReadOnlySpan<byte> png)
    {
        List<string> types = [];
        for (var at = 8; at < png.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(png[at..]))
        {
            types.Add(Encoding.ASCII.GetString(png.Slice(at + 4, 4)));
        }

        return types;
    }

    /// <summary>A PNG with chunks behind its header.</summary>
    public static byte[] PngWith(byte[] png, params byte[][] chunks) => [.. png[..33], .. chunks.SelectMany(c => c), .. png[33..]];

    public static byte[] Packed(long zeros)
    {
        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            var some = new byte[64 * 1024];
            for (; zeros > 0; zeros -= some.Length)
            {
                packed.Write(some);
            }
        }

        return data.ToArray();
    }

    public static byte[] WebPChunk(string type, byte[] data) =>
    [
        .. Encoding.ASCII.GetBytes(type), .. Little(data.Length), .. data, .. new byte[data.Length & 1],
    ];

    public static byte[] Riff(params byte[][] chunks)
    {
        var all = chunks.SelectMany(c => c).ToArray();
        return [.. "RIFF"u8, .. Little(all.Length + 4), .. "WEBP"u8, .. all];
    }

    /// <summary>Exif with an orientation, a place and a preview.</summary>
    private static byte[] Exif()
    {
        // The entries: orientation, whose it is, where its place is.
        byte[] head =
        [
            .. "MM\0*"u8, 0, 0, 0, 8, 0, 3, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, Orientation, 0, 0,
            0x01, 0x3B, 0, 2, 0, 0, 0, 12, 0, 0, 0, 50, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 62, 0, 0, 0, 0,
        ];
        return [.. head, .. Told, 0, 1, 0, 1, 0, 2, 0, 0, 0, 2, (byte)'N', 0, 0, 0, 0, 0, 0, 0, .. Told, 0xFF, 0xD8, .. Told, 0xFF, 0xD9];
    }

    private static byte[] Jpeg()
    {
        var picture = WideRed(60, 40, SKEncodedImageFormat.Jpeg);
        return
        [
            .. picture[..2],
            .. Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 0, 0, 1, 0, 1, 2, 2, .. Told]),
            .. Segment(0xE0, [.. "JFXX\0"u8, 0x13, .. Told]),
            .. Segment(0xE1, [.. "Exif\0\0"u8, .. Exif()]),
            .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Told]),
            .. Segment(0xE2, [.. "MPF\0"u8, .. Told]),
            .. Segment(0xE4, Told),
            .. Segment(0xED, [.. "Photoshop 3.0\08BIM"u8, .. Told]),
            .. Segment(0xFE, Told),
            .. picture[2..],
            // The second picture of a phone.
            .. picture, .. Told,
        ];
    }

    private static byte[] Png()
    {
        var picture = WideRed(60, 40, SKEncodedImageFormat.Png);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(Told);
        }

        return
        [
            .. PngWith(
                picture,
                TestPictures.Chunk("eXIf", Exif()),
                TestPictures.Chunk("tEXt", [.. "Author\0"u8, .. Told]),
                TestPictures.Chunk("zTXt", [.. "Comment\0\0"u8, .. packed.ToArray()]),
                TestPictures.Chunk("iTXt", [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. Told]),
                TestPictures.Chunk("tIME", [7, 0xEA, 1, 1, 0, 0, 0]),
                TestPictures.Chunk("prVW", Told)),
            .. Told,
        ];
    }

    private static byte[] Gif()
    {
        var picture = TestPictures.Gif(60, 40);
        var table = 13 + (128 * 3);
        byte[] control = [0x21, 0xF9, 4, 4, 20, 0, 0, 0];
        var frame = picture[table..^1];
        return
        [
            .. picture[..table],
            0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 7, 0, 12, .. Told, 0,
            0x21, 0xFF, 11, .. "ICCRGBG1012"u8, 9, .. "a profile"u8, 0,
            0x21, 0xFE, 12, .. Told, 0,
            0x21, 0xFF, 11, .. "XMP DataXMP"u8, 12, .. Told, 0,
            .. control, .. frame,
            // Text that is drawn, with a control of its own.
            .. control, 0x21, 0x01, 12, .. new byte[12], 12, .. Told, 0,
            .. control, .. frame,
            0x3B, .. Told,
        ];
    }

    private static byte[] WebP()
    {
        var picture = WideRed(60, 40, SKEncodedImageFormat.Webp);
        var chunks = picture[12..];
        chunks[8] |= 0x08 | 0x04;
        return
        [
            .. Riff(chunks, WebPChunk("EXIF", Exif()), WebPChunk("XMP ", Told), WebPChunk("NOTE", Told)), .. Told,
        ];
    }

    private static byte[] Segment(byte marker, byte[] data) =>
        [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    private static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
