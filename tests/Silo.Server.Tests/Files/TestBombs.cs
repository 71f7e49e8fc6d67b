using System.Buffers.Binary;

namespace Silo.Testing.Files;

/// <summary>Small files that would take much memory or time of whoever decodes them.</summary>
internal static class TestBombs
{
    /// <summary>By what they are, with the reason for which each is refused.</summary>
    public static IReadOnlyDictionary<string, (byte[] File, string Reason)> All { get; } = new Dictionary<string, (byte[], string)>
    {
        ["jpg: sides"] = (JpegOf(65_500, 65_500), "PICTURE_TOO_LARGE"),
        ["jpg: scans"] = (Scans(101), "PICTURE_TOO_LARGE"),
        ["png: sides"] = (TestPictures.Bomb(50_000, 50_000), "PICTURE_TOO_LARGE"),
        ["png: claimed sides"] = (PngOf(int.MaxValue, int.MaxValue), "PICTURE_BROKEN"),
        ["png: profile"] = (Profile(64 * 1024 * 1024), "PICTURE_TOO_LARGE"),
        ["png: frames"] = (PngFrames(1001), "PICTURE_TOO_LARGE"),
        ["gif: sides"] = (GifOf(65_535, 65_535), "PICTURE_TOO_LARGE"),
        ["gif: sides of a frame"] = (GifFrame(65_535, 65_535), "PICTURE_TOO_LARGE"),
        ["gif: frames"] = (GifFrames(1001), "PICTURE_TOO_LARGE"),
        ["webp: sides"] = (WebPOf(8000, 8000), "PICTURE_TOO_LARGE"),
        ["webp: frames"] = (WebPFrames(1001), "PICTURE_TOO_LARGE"),
    };

    /// <summary>A PNG whose texts unpack to so much; they are not kept, so nobody unpacks them.</summary>
    public static byte[] Texts(long zeros)
    {
        var packed = TestMetadata.Packed(zeros);
        return TestMetadata.PngWith(
            TestPictures.Png(10, 10),
            TestPictures.Chunk("zTXt", [.. "Comment\0\0"u8, .. packed]),
            TestPictures.Chunk("iTXt", [.. "Comment\0\u0001\0\0\0"u8, .. packed]));
    }

    public static byte[] GifFrames(int count)
    {
        var one = TestPictures.Gif(2, 2);
        var start = 13 + (128 * 3);
        return [.. one[..start], .. Enumerable.Repeat(one[start..^1], count).SelectMany(f => f), 0x3B];
    }

    public static byte[] WebPFrames(int count)
    {
        var picture = TestPictures.WebP(2, 2)[12..];
        byte[] place = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 10, 0, 0, 0];
        var frame = TestMetadata.WebPChunk("ANMF", [.. place, .. picture]);
        return TestMetadata.Riff(
        [
            TestMetadata.WebPChunk("VP8X", [0x02, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
            TestMetadata.WebPChunk("ANIM", new byte[6]),
            .. Enumerable.Repeat(frame, count),
        ]);
    }

    public static byte[] PngFrames(int count)
    {
        var control = new byte[26];
        (control[7], control[11]) = (10, 10);
        return TestMetadata.PngWith(
            TestPictures.Png(10, 10),
            [TestPictures.Chunk("acTL", [0, 0, 0, 9, 0, 0, 0, 0]), .. Enumerable.Repeat(TestPictures.Chunk("fcTL", control), count)]);
    }

    /// <summary>A JPEG that says its only scan again and again.</summary>
    public static byte[] Scans(int count)
    {
        var jpeg = TestPictures.Jpeg(16, 16);
        var scan = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]);
        return [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], count).SelectMany(s => s), 0xFF, 0xD9];
    }

    private static byte[] JpegOf(int width, int height)
    {
        var jpeg = TestPictures.Jpeg(16, 16);
        var frame = jpeg.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), (ushort)width);
        return jpeg;
    }

    private static byte[] PngOf(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        var png = TestPictures.Png(10, 10);
        return [.. png[..8], .. TestPictures.Chunk("IHDR", header), .. png[33..]];
    }

    private static byte[] Profile(long bytes) => TestMetadata.PngWith(
        TestPictures.Png(10, 10), TestPictures.Chunk("iCCP", [.. "wide\0\0"u8, .. TestMetadata.Packed(bytes)]));

    private static byte[] GifOf(ushort width, ushort height)
    {
        var gif = TestPictures.Gif(2, 2);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), width);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), height);
        return gif;
    }

    private static byte[] GifFrame(ushort width, ushort height)
    {
        var gif = TestPictures.Gif(2, 2);
        var frame = 13 + (128 * 3);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(frame + 5), width);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(frame + 7), height);
        return gif;
    }

    private static byte[] WebPOf(int width, int height)
    {
        var sides = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(sides, width - 1);
        BinaryPrimitives.WriteInt32LittleEndian(sides.AsSpan(3), height - 1);
        byte[] place = [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 10, 0, 0, 0];
        return TestMetadata.Riff(
            TestMetadata.WebPChunk("VP8X", [0x02, 0, 0, 0, .. sides[..6]]),
            TestMetadata.WebPChunk("ANIM", new byte[6]),
            TestMetadata.WebPChunk("ANMF", [.. place, .. TestPictures.WebP(2, 2)[12..]]));
    }
}
