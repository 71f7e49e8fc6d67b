using System.Text;
using Silo.Files;
using Silo.Kernel;
using Silo.Testing.Files;
using SkiaSharp;
using Xunit;

namespace Silo.Modules.Tests.Files;

/// <summary>
/// Goal: what is kept is one picture and nothing else, whatever it is called, and no picture takes more memory than it
/// may. Method: pictures of each kind, whole, cut at every byte, with something hung behind them, and what is none.
/// </summary>
public sealed class PictureTests
{
    private static readonly byte[] Page = Encoding.UTF8.GetBytes("<html><script>alert(1)</script></html>");

    public static TheoryData<string> NoPictures => [.. TestPictures.NoPictures.Keys];

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task Judge_Picture_SaysWhatItIs(string extension)
    {
        var picture = Picture(extension, 60, 40);

        var judged = await JudgeAsync(picture);

        Assert.Equal(new JudgedPicture(KindOf(extension), picture.Length, 60, 40), judged.Value);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task Judge_PictureWithAPageBehindIt_EndsWhereThePictureEnds(string extension)
    {
        var picture = Picture(extension, 60, 40);

        var judged = await JudgeAsync([.. picture, .. Page]);

        Assert.Equal(picture.Length, judged.Value!.Length);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    public void Keep_PictureCutAnywhere_IsRefusedAndNeverRead(string extension)
    {
        var picture = Picture(extension, 60, 40);
        for (var length = 0; length < picture.Length; length++)
        {
            var kept = PictureRules.Keep(picture.AsSpan(0, length));

            Assert.False(kept.IsAccepted, $"{extension} of {length} bytes was accepted as {kept.Value}.");
        }
    }

    [Theory]
    [MemberData(nameof(NoPictures))]
    public async Task Judge_WhatIsNoPicture_IsRefused(string name)
    {
        var judged = await JudgeAsync(TestPictures.NoPictures[name]);

        Assert.Equal(FilesRefusals.TypeUnsupported, judged.Refusal);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("webp")]
    public async Task Judge_StartOfAPictureWithAPageInIt_IsRefused(string extension)
    {
        byte[] polyglot = [.. Picture(extension, 60, 40)[..(extension == "webp" ? 12 : 8)], .. "/*"u8, .. Page, .. "*/"u8];

        var judged = await JudgeAsync(polyglot);

        Assert.Equal(FilesRefusals.PictureBroken, judged.Refusal);
    }

    [Fact]
    public async Task Judge_PictureBomb_IsRefusedBeforeItIsDecoded()
    {
        var bomb = TestPictures.Bomb(50_000, 50_000);
        Assert.InRange(bomb.Length, 1000, 500_000);
        var before = GC.GetTotalAllocatedBytes();

        var judged = await JudgeAsync(bomb);

        Assert.Equal(FilesRefusals.PictureTooLarge, judged.Refusal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Theory]
    [InlineData(100, 100, 10_000, true)]
    [InlineData(100, 100, 9_999, false)]
    public async Task Judge_AtTheLimitOfPixels_IsExact(int width, int height, long most, bool accepted)
    {
        using var pictures = new Pictures(new FilesOptions { MaxPixels = most });

        var judged = await pictures.JudgeAsync(new MemoryStream(TestPictures.Png(width, height)), CancellationToken.None);

        Assert.Equal(accepted, judged.IsAccepted);
    }

    [Theory]
    [InlineData("jpg", 1200, 800, 640, 640, 427)]
    [InlineData("png", 800, 1200, 240, 160, 240)]
    [InlineData("webp", 1000, 10, 240, 240, 2)]
    [InlineData("gif", 300, 300, 240, 240, 240)]
    [InlineData("png", 2000, 1, 240, 240, 1)]
    public async Task Shrink_Picture_FitsInProportion(string extension, int width, int height, int bound, int thumbWidth, int thumbHeight)
    {
        using var pictures = new Pictures(new FilesOptions());

        var small = await pictures.ShrinkAsync(
            new MemoryStream(Picture(extension, width, height)), KindOf(extension), bound, CancellationToken.None);

        Assert.Equal((thumbWidth, thumbHeight), TestPictures.SizeOf(small));
        Assert.Equal(Pictures.ShrunkKindOf(KindOf(extension)), PictureRules.Keep(small).Value.Kind);
    }

    [Theory]
    [InlineData(1, 1000, 500, 0, 0)]
    [InlineData(2, 1000, 500, 1, 0)]
    [InlineData(3, 1000, 500, 1, 1)]
    [InlineData(4, 1000, 500, 0, 1)]
    [InlineData(5, 500, 1000, 0, 0)]
    [InlineData(6, 500, 1000, 1, 0)]
    [InlineData(7, 500, 1000, 1, 1)]
    [InlineData(8, 500, 1000, 0, 1)]
    public async Task TurnedPicture_IsShownUpright(byte orientation, int width, int height, int goldX, int goldY)
    {
        var picture = TestPictures.Turned(1000, 500, orientation);
        using var pictures = new Pictures(new FilesOptions());

        var judged = (await JudgeAsync(picture)).Value!;
        var small = await pictures.ShrinkAsync(new MemoryStream(picture), PictureKind.Jpeg, 240, CancellationToken.None);

        Assert.Equal((width, height), (judged.Width, judged.Height));
        using var bitmap = SKBitmap.Decode(small);
        Assert.Equal(FilesRules.Fit(width, height, 240), (bitmap.Width, bitmap.Height));
        // The gold quarter is top left before it is turned.
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(0, 0), (0, 1), (1, 0), (1, 1)])
        {
            var pixel = bitmap.GetPixel((bitmap.Width / 4) + (x * bitmap.Width / 2), (bitmap.Height / 4) + (y * bitmap.Height / 2));
            Assert.Equal((x, y) == (goldX, goldY), pixel.Red > pixel.Blue);
        }
    }

    private static async Task<Result<JudgedPicture>> JudgeAsync(byte[] bytes)
    {
        using var pictures = new Pictures(new FilesOptions());
        return await pictures.JudgeAsync(new MemoryStream(bytes), CancellationToken.None);
    }

    private static byte[] Picture(string extension, int width, int height) => extension switch
    {
        "jpg" => TestPictures.Jpeg(width, height),
        "png" => TestPictures.Png(width, height),
        "gif" => TestPictures.Gif(width, height),
        _ => TestPictures.WebP(width, height),
    };

    private static PictureKind KindOf(string extension) => extension switch
    {
        "jpg" => PictureKind.Jpeg,
        "png" => PictureKind.Png,
        "gif" => PictureKind.Gif,
        _ => PictureKind.WebP,
    };
}
