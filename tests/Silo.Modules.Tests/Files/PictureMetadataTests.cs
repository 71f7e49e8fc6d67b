using System.Buffers.Binary;
using Silo.Files;
using Silo.Kernel;
using Silo.Testing.Files;
using SkiaSharp;
using Xunit;

namespace Silo.Modules.Tests.Files;

/// <summary>
/// Goal: a stored picture shows what it shows and tells nothing else, and no file makes the server work without a bound.
/// Method: pictures of each kind with something planted in every place for it, cut and changed at random, and bombs.
/// </summary>
public sealed class PictureMetadataTests
{
    private static readonly string[] Refusals = ["FILE_EMPTY", "FILE_TYPE_UNSUPPORTED", "PICTURE_BROKEN", "PICTURE_TOO_LARGE"];

    public static TheoryData<string> Extensions => ["jpg", "png", "gif", "webp"];

    public static TheoryData<string> Bombs => [.. TestBombs.All.Keys];

    [Theory]
    [MemberData(nameof(Extensions))]
    public async Task Judge_PictureThatTellsMore_KeepsThePictureAlone(string extension)
    {
        var told = TestMetadata.Of(extension);

        var (judged, kept) = await JudgeAsync(told);

        Assert.Null(judged.Refusal);
        Assert.Equal(kept.Length, judged.Value!.Length);
        Assert.DoesNotContain(TestMetadata.Secret, Text(kept), StringComparison.Ordinal);
        Assert.Equal(Pixels(told), Pixels(kept));
        var (again, same) = await JudgeAsync(kept);
        Assert.Equal((judged.Value, Convert.ToHexString(kept)), (again.Value, Convert.ToHexString(same)));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    public async Task Judge_PictureThatTellsMore_KeepsHowItLiesAndItsColours(string extension)
    {
        var told = TestMetadata.Of(extension);

        var (judged, kept) = await JudgeAsync(told);

        using var codec = SKCodec.Create(new MemoryStream(kept));
        Assert.Equal((SKEncodedOrigin)TestMetadata.Orientation, codec.EncodedOrigin);
        Assert.Equal((40, 60), (judged.Value!.Width, judged.Value.Height));
        using var before = SKCodec.Create(new MemoryStream(told));
        Assert.False(codec.Info.ColorSpace!.IsSrgb);
        Assert.True(SKColorSpace.Equal(before.Info.ColorSpace, codec.Info.ColorSpace));
        Assert.DoesNotContain(TestMetadata.Secret, Text(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_Png_KeepsNoChunkThatTellsMore()
    {
        var (_, kept) = await JudgeAsync(TestMetadata.Of("png"));

        // The decoder here does not look at it; browsers do.
        Assert.Contains("\0\0\0\u001AeXIfMM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0006", Text(kept), StringComparison.Ordinal);
        Assert.Equal(["IHDR", "eXIf", "iCCP", "IDAT", "IEND"], TestMetadata.ChunksOfPng(kept).Distinct().Where(c => c is not ("cICP" or "sBIT")));
    }

    [Fact]
    public async Task Judge_PngWithTwoProfiles_IsBroken()
    {
        var png = TestMetadata.Of("png");
        var at = png.AsSpan().IndexOf("iCCP"u8) - 4;
        var chunk = png[at..(at + 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)))];

        var (judged, _) = await JudgeAsync([.. png[..at], .. chunk, .. png[at..]]);

        Assert.Equal("PICTURE_BROKEN", judged.Refusal?.Reason);
    }

    [Fact]
    public async Task Judge_Gif_KeepsItsFramesAndHowTheyAreShown()
    {
        var (_, kept) = await JudgeAsync(TestMetadata.Of("gif"));

        var text = Text(kept);
        Assert.Contains("NETSCAPE2.0\u0003\u0001\u0007\0\0", text, StringComparison.Ordinal);
        Assert.Contains("ICCRGBG1012\u0009a profile\0", text, StringComparison.Ordinal);
        using var codec = SKCodec.Create(new MemoryStream(kept));
        Assert.Equal([200, 200], codec.FrameInfo.Select(f => f.Duration));
        // One control for each frame; that of the text went with it.
        Assert.Equal(2, text.Split("!\u00F9\u0004").Length - 1);
    }

    [Theory]
    [InlineData("jpg", SKEncodedImageFormat.Jpeg)]
    [InlineData("png", SKEncodedImageFormat.Png)]
    [InlineData("webp", SKEncodedImageFormat.Webp)]
    public async Task Shrink_PictureWithAColourProfile_HasTheSameColoursInSrgb(string extension, SKEncodedImageFormat format)
    {
        var wide = TestMetadata.WideRed(300, 200, format);
        using var pictures = new Pictures(new FilesOptions());

        var small = await pictures.ShrinkAsync(new MemoryStream(wide), KindOf(extension), 240, CancellationToken.None);

        using var codec = SKCodec.Create(new MemoryStream(small));
        Assert.True(codec.Info.ColorSpace is null or { IsSrgb: true });
        using var bitmap = SKBitmap.Decode(small);
        var pixel = bitmap.GetPixel(120, 80);
        Assert.True(pixel is { Red: > 245, Green: < 12, Blue: < 12 }, $"{pixel}");
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Keep_CutOrChangedAnywhere_RefusesOrKeepsAPictureThatIsKeptWhole(string extension)
    {
        const int seed = 20_261_130;
        var random = new Random(seed);
        var whole = TestMetadata.Of(extension);
        for (var run = 0; run < 20_000; run++)
        {
            var file = whole.ToArray();
            foreach (var _ in Enumerable.Range(0, random.Next(4)))
            {
                // At the beginning most of all, where the structure is.
                file[random.Next(random.Next(1, file.Length))] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            file = random.Next(2) == 0 ? file : file[..random.Next(file.Length)];

            var kept = PictureRules.Keep(file);

            Assert.True(
                kept.IsAccepted
                    ? PictureRules.Keep(kept.Value.Bytes.Span).Value.Bytes.Span.SequenceEqual(kept.Value.Bytes.Span)
                    : Refusals.Contains(kept.Refusal.Reason),
                $"Seed {seed}, run {run}: {Convert.ToHexString(file)}");
        }
    }

    [Fact]
    public void Keep_RandomBytesBehindAStart_RefusesOrKeepsNoMore()
    {
        const int seed = 20_261_124;
        var random = new Random(seed);
        foreach (var start in (byte[][])[[0xFF, 0xD8, 0xFF], TestPictures.Png(1, 1)[..8], "GIF89a"u8.ToArray(), [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8]])
        {
            for (var run = 0; run < 2000; run++)
            {
                var bytes = new byte[random.Next(1, 200)];
                random.NextBytes(bytes);
                byte[] file = [.. start, .. bytes];
                if (start[0] == (byte)'R')
                {
                    random.NextBytes(file.AsSpan(4, 4));
                }

                var kept = PictureRules.Keep(file);

                Assert.True(!kept.IsAccepted || kept.Value.Bytes.Length <= file.Length, $"Seed {seed}, run {run}: {Convert.ToHexString(file)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Judge_Bomb_IsRefusedWithoutMuchMemory(string name)
    {
        var (bomb, reason) = TestBombs.All[name];
        Assert.InRange(bomb.Length, 1, 500_000);
        var before = GC.GetTotalAllocatedBytes();

        var (judged, _) = await JudgeAsync(bomb);

        Assert.Equal(reason, judged.Refusal?.Reason);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Fact]
    public async Task Judge_PackedTexts_AreLeftOutUnread()
    {
        var (judged, kept) = await JudgeAsync(TestBombs.Texts(256 * 1024 * 1024));

        Assert.Null(judged.Refusal);
        Assert.DoesNotContain(TestMetadata.ChunksOfPng(kept), type => type is "zTXt" or "iTXt");
    }

    [Fact]
    public async Task Judge_AsManyFramesAsThereMayBe_IsAccepted()
    {
        Assert.Null((await JudgeAsync(TestBombs.GifFrames(1000))).Judged.Refusal);
        Assert.Null((await JudgeAsync(TestBombs.WebPFrames(1000))).Judged.Refusal);
    }

    private static async Task<(Result<JudgedPicture> Judged, byte[] Kept)> JudgeAsync(byte[] bytes)
    {
        using var pictures = new Pictures(new FilesOptions());
        using var file = new MemoryStream();
        file.Write(bytes);
        file.Position = 0;
        return (await pictures.JudgeAsync(file, CancellationToken.None), file.ToArray());
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static string Pixels(byte[] picture)
    {
        using var bitmap = SKBitmap.Decode(picture);
        return Convert.ToHexString(bitmap.GetPixelSpan());
    }

    private static PictureKind KindOf(string extension) =>
        extension switch { "jpg" => PictureKind.Jpeg, "png" => PictureKind.Png, _ => PictureKind.WebP };
}
