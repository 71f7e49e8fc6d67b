using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace Silo.Testing.Files;

/// <summary>Pictures, and what pretends to be one.</summary>
internal static class TestPictures
{
    public static byte[] Jpeg(int width, int height) => Encode(width, height, SKEncodedImageFormat.Jpeg);

    public static byte[] Png(int width, int height) => Encode(width, height, SKEncodedImageFormat.Png);

    public static byte[] WebP(int width, int height) => Encode(width, height, SKEncodedImageFormat.Webp);

    /// <summary>A GIF whose codes are its pixels: seven bits each, with a clear code before the table would grow.</summary>
    public static byte[] Gif(int width, int height)
    {
        using var gif = new MemoryStream();
        gif.Write("GIF89a"u8);
        gif.Write([(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0xF6, 0, 0]);
        gif.Write(Enumerable.Range(0, 128 * 3).Select(i => (byte)i).ToArray());
        gif.Write([0x2C, 0, 0, 0, 0, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 7]);
        var codes = new List<byte>();
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            if (pixel % 100 == 0)
            {
                codes.Add(0x80);
            }

            codes.Add((byte)(pixel % 128));
        }

        codes.Add(0x81);
        foreach (var block in codes.Chunk(255))
        {
            gif.WriteByte((byte)block.Length);
            gif.Write(block);
        }

        gif.Write([0, 0x3B]);
        return gif.ToArray();
    }

    /// <summary>A small PNG that is well formed and has width times height black pixels.</summary>
    public static byte[] Bomb(int width, int height)
    {
        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            var row = new byte[1 + ((width + 7) / 8)];
            for (var y = 0; y < height; y++)
            {
                packed.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1; // One bit for each pixel, grey.
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR", header), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A JPEG whose camera says how it is to be turned: 1 to 8, as in Exif.</summary>
    public static byte[] Turned(int width, int height, byte orientation)
    {
        var jpeg = Jpeg(width, height);
        byte[] exif =
        [
            .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    /// <summary>The sides of an encoded picture.</summary>
    public static (int Width, int Height) SizeOf(byte[] picture)
    {
        using var bitmap = SKBitmap.Decode(picture);
        return (bitmap.Width, bitmap.Height);
    }

    /// <summary>What is no picture, whatever it is called: text, pages, scripts and pictures that can hold scripts.</summary>
    public static IReadOnlyDictionary<string, byte[]> NoPictures { get; } = new Dictionary<string, byte[]>
    {
        ["svg"] = """<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"""u8.ToArray(),
        ["svg-declared"] = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>"""u8.ToArray(),
        ["html"] = "<!doctype html><html><script>alert(document.domain)</script></html>"u8.ToArray(),
        ["html-with-a-picture-behind"] = [.. "<script>alert(1)</script>"u8, .. Png(2, 2)],
        ["script"] = "alert(1)//"u8.ToArray(),
        ["text"] = Encoding.UTF8.GetBytes("一张图片"),
        ["pdf"] = "%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\n%%EOF"u8.ToArray(),
        ["zip"] = [0x50, 0x4B, 0x03, 0x04, .. new byte[60]],
        ["elf"] = [0x7F, .. "ELF"u8, .. new byte[60]],
        ["bmp"] = [.. "BM"u8, .. new byte[60]],
        ["ico"] = [0, 0, 1, 0, .. new byte[60]],
        ["riff-wave"] = [.. "RIFF"u8, 40, 0, 0, 0, .. "WAVE"u8, .. new byte[40]],
    };

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Clear(SKColors.SteelBlue);
        using var paint = new SKPaint { Color = SKColors.Gold };
        surface.Canvas.DrawRect(0, 0, width / 2f, height / 2f, paint);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 90);
        return data.ToArray();
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
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
