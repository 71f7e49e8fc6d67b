using Silo.Kernel;
using SkiaSharp;

namespace Silo.Files;

/// <summary>A picture that was found good.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="Length">Bytes of it; what followed is not part of it.</param>
/// <param name="Width">Width in pixels, as it is shown.</param>
/// <param name="Height">Height in pixels, as it is shown.</param>
internal sealed record JudgedPicture(PictureKind Kind, int Length, int Width, int Height);

/// <summary>Decodes pictures, a few at a time: each takes memory by its pixels, and a core.</summary>
internal sealed class Pictures(FilesOptions options) : IDisposable
{
    /// <summary>What a decoder may make of a picture when it is only looked at; those that cannot scale ignore it.</summary>
    private const int LookedAt = 640;

    private const int Quality = 85;
    private readonly SemaphoreSlim slots = new(Math.Max(1, Environment.ProcessorCount));

    public void Dispose() => slots.Dispose();

    /// <summary>Judges a file by its bytes.</summary>
    public async Task<Result<JudgedPicture>> JudgeAsync(Stream file, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            var bytes = await ReadAsync(file, cancellation);
            return await Task.Run(() => Judge(bytes), cancellation);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Makes a picture fit into a square of <paramref name="bound"/> pixels, upright.</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded.</exception>
    public async Task<byte[]> ShrinkAsync(Stream file, PictureKind kind, int bound, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            var bytes = await ReadAsync(file, cancellation);
            return await Task.Run(() => Shrink(bytes, kind, bound), cancellation);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>What a smaller picture of a kind is encoded as: nothing here writes GIF.</summary>
    public static PictureKind ShrunkKindOf(PictureKind kind) => kind == PictureKind.Gif ? PictureKind.Png : kind;

    private static async Task<byte[]> ReadAsync(Stream file, CancellationToken cancellation)
    {
        var bytes = new byte[file.Length - file.Position];
        await file.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    private Result<JudgedPicture> Judge(byte[] bytes)
    {
        var examined = PictureRules.Examine(bytes);
        if (!examined.IsAccepted)
        {
            return examined.Refusal;
        }

        var (kind, length) = examined.Value;
        using var data = SKData.CreateCopy(bytes.AsSpan(0, length));
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != FormatOf(kind))
        {
            return FilesRefusals.PictureBroken;
        }

        // Before anything is decoded: a few bytes can claim billions of pixels.
        if ((long)codec.Info.Width * codec.Info.Height > options.MaxPixels)
        {
            return FilesRefusals.PictureTooLarge;
        }

        using var decoded = Decode(codec, LookedAt);
        if (decoded is null)
        {
            return FilesRefusals.PictureBroken;
        }

        var turned = IsTurned(codec.EncodedOrigin);
        return new JudgedPicture(
            kind,
            length,
            turned ? codec.Info.Height : codec.Info.Width,
            turned ? codec.Info.Width : codec.Info.Height);
    }

    private static byte[] Shrink(byte[] bytes, PictureKind kind, int bound)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("A stored picture cannot be read.");
        using var decoded = Decode(codec, bound) ?? throw new InvalidDataException("A stored picture cannot be decoded.");
        var (width, height) = FilesRules.Fit(codec.Info.Width, codec.Info.Height, bound);
        using var small = decoded.Resize(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))
            ?? throw new InvalidDataException("A stored picture cannot be made smaller.");
        using var upright = Upright(small, codec.EncodedOrigin);
        using var encoded = upright.Encode(FormatOf(ShrunkKindOf(kind)), Quality);
        return encoded.ToArray();
    }

    /// <summary>The first frame, or null where it does not decode to its end; smaller, where the decoder can, but not below the bound.</summary>
    private static SKBitmap? Decode(SKCodec codec, int bound)
    {
        var scale = Math.Min(1f, (float)bound / Math.Max(codec.Info.Width, codec.Info.Height));
        var size = codec.GetScaledDimensions(scale);
        if (Math.Max(size.Width, size.Height) < bound)
        {
            size = codec.Info.Size;
        }

        var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            return bitmap;
        }

        bitmap.Dispose();
        return null;
    }

    /// <summary>Turns and mirrors a picture as its camera said that it is to be shown.</summary>
    private static SKImage Upright(SKBitmap picture, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
        {
            return SKImage.FromBitmap(picture);
        }

        var (w, h) = IsTurned(origin) ? (picture.Height, picture.Width) : (picture.Width, picture.Height);
        using var surface = SKSurface.Create(new SKImageInfo(w, h, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.SetMatrix(origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, w, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, w, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, w, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, w, -1, 0, h, 0, 0, 1),
            _ => new SKMatrix(0, 1, 0, -1, 0, h, 0, 0, 1),
        });
        using var image = SKImage.FromBitmap(picture);
        surface.Canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default);
        return surface.Snapshot();
    }

    private static bool IsTurned(SKEncodedOrigin origin) => origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
        or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    private static SKEncodedImageFormat FormatOf(PictureKind kind) => kind switch
    {
        PictureKind.Jpeg => SKEncodedImageFormat.Jpeg,
        PictureKind.Png => SKEncodedImageFormat.Png,
        PictureKind.Gif => SKEncodedImageFormat.Gif,
        _ => SKEncodedImageFormat.Webp,
    };
}
