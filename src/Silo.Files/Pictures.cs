using System.IO.Compression;
using Silo.Kernel;
using SkiaSharp;

namespace Silo.Files;

/// <summary>A picture that was found good.</summary>
/// <param name="Kind">What kind it is.</param>
/// <param name="Length">Bytes of it, as it is kept.</param>
/// <param name="Width">Width in pixels, as it is shown.</param>
/// <param name="Height">Height in pixels, as it is shown.</param>
internal sealed record JudgedPicture(PictureKind Kind, int Length, int Width, int Height);

/// <summary>Decodes pictures, a few at a time: each takes memory by its pixels, and a core.</summary>
internal sealed class Pictures(FilesOptions options) : IDisposable
{
    /// <summary>What a decoder may make of a picture when it is only looked at; those that cannot scale ignore it.</summary>
    private const int LookedAt = 640;

    /// <summary>The most bytes of a colour profile; those of printers have two million.</summary>
    private const int MaxProfile = 4 * 1024 * 1024;

    private const int Quality = 85;
    private static readonly SKColorSpace Srgb = SKColorSpace.CreateSrgb();
    private readonly SemaphoreSlim slots = new(Math.Max(1, Environment.ProcessorCount));

    public void Dispose() => slots.Dispose();

    /// <summary>Judges a file by its bytes, and leaves in it what is kept of an accepted one.</summary>
    public Task<Result<JudgedPicture>> JudgeAsync(Stream file, CancellationToken cancellation) => InTurnAsync<Result<JudgedPicture>>(
        async () =>
        {
            var bytes = await ReadAsync(file, cancellation);
            var (judged, kept) = await Task.Run(() => Judge(bytes), cancellation);
            if (judged.IsAccepted)
            {
                (file.Position, var length) = (0, kept.Length);
                await file.WriteAsync(kept, cancellation);
                file.SetLength(length);
                file.Position = 0;
            }

            return judged;
        },
        cancellation);

    /// <summary>What is kept of a picture that was judged before; null where that is all of it.</summary>
    public Task<Result<byte[]?>> KeepAsync(Stream file, CancellationToken cancellation) => InTurnAsync<Result<byte[]?>>(
        async () =>
        {
            var bytes = await ReadAsync(file, cancellation);
            var kept = PictureRules.Keep(bytes);
            return !kept.IsAccepted ? kept.Refusal : kept.Value.Bytes.Span.SequenceEqual(bytes) ? null : kept.Value.Bytes.ToArray();
        },
        cancellation);

    /// <summary>Makes a picture fit into a square of <paramref name="bound"/> pixels, upright.</summary>
    /// <exception cref="InvalidDataException">It cannot be decoded.</exception>
    public Task<byte[]> ShrinkAsync(Stream file, PictureKind kind, int bound, CancellationToken cancellation) => InTurnAsync(
        async () =>
        {
            var bytes = await ReadAsync(file, cancellation);
            return await Task.Run(() => Shrink(bytes, kind, bound), cancellation);
        },
        cancellation);

    /// <summary>What a smaller picture of a kind is encoded as: nothing here writes GIF.</summary>
    public static PictureKind ShrunkKindOf(PictureKind kind) => kind == PictureKind.Gif ? PictureKind.Png : kind;

    private static async Task<byte[]> ReadAsync(Stream file, CancellationToken cancellation)
    {
        var bytes = new byte[file.Length - file.Position];
        await file.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    /// <summary>Runs work that holds a picture in memory when there is room for another one.</summary>
    private async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>What is kept is judged, so that a decoder never sees what is not.</summary>
    private (Result<JudgedPicture> Judged, ReadOnlyMemory<byte> Kept) Judge(byte[] bytes)
    {
        var examined = PictureRules.Keep(bytes);
        if (!examined.IsAccepted)
        {
            return (examined.Refusal, default);
        }

        var kept = examined.Value;
        return (ProfileFault(kept.PackedProfile) is { } fault ? fault : Judge(kept), kept.Bytes);
    }

    private Result<JudgedPicture> Judge(KeptPicture kept)
    {
        using var data = SKData.CreateCopy(kept.Bytes.Span);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != FormatOf(kept.Kind))
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
            kept.Kind,
            kept.Bytes.Length,
            turned ? codec.Info.Height : codec.Info.Width,
            turned ? codec.Info.Width : codec.Info.Height);
    }

    /// <summary>Whether a packed profile cannot be unpacked, or to too much: a thousand times what it takes packed.</summary>
    private static Refusal? ProfileFault(ReadOnlyMemory<byte> packed)
    {
        if (packed.IsEmpty)
        {
            return null;
        }

        try
        {
            using var profile = new ZLibStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
            var unpacked = new byte[MaxProfile + 1];
            return profile.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false) > MaxProfile
                ? FilesRefusals.PictureTooLarge
                : null;
        }
        catch (InvalidDataException)
        {
            return FilesRefusals.PictureBroken;
        }
    }

    private static byte[] Shrink(byte[] bytes, PictureKind kind, int bound)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("A stored picture cannot be read.");
        using var decoded = Decode(codec, bound) ?? throw new InvalidDataException("A stored picture cannot be decoded.");
        var (width, height) = FilesRules.Fit(codec.Info.Width, codec.Info.Height, bound);
        using var small = decoded.Resize(
            Pixels(width, height),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))
            ?? throw new InvalidDataException("A stored picture cannot be made smaller.");
        using var upright = Upright(small, codec.EncodedOrigin);
        using var encoded = upright.Encode(FormatOf(ShrunkKindOf(kind)), Quality);
        return encoded.ToArray();
    }

    /// <summary>
    /// The first frame, or null where it does not decode to its end; smaller, where the decoder can, but not below the bound.
    /// Its colours are converted by the picture's own profile.
    /// </summary>
    private static SKBitmap? Decode(SKCodec codec, int bound)
    {
        var scale = Math.Min(1f, (float)bound / Math.Max(codec.Info.Width, codec.Info.Height));
        var size = codec.GetScaledDimensions(scale);
        if (Math.Max(size.Width, size.Height) < bound)
        {
            size = codec.Info.Size;
        }

        var bitmap = new SKBitmap(Pixels(size.Width, size.Height));
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
        using var surface = SKSurface.Create(Pixels(w, h));
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

    /// <summary>Pixels as they are worked on here: sRGB, which those who show a picture take for granted.</summary>
    private static SKImageInfo Pixels(int width, int height) =>
        new(width, height, SKColorType.Rgba8888, SKAlphaType.Premul, Srgb);

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
