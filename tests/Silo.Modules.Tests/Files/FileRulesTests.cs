using Silo.Files;
using Xunit;

namespace Silo.Modules.Tests.Files;

/// <summary>Goal: a name is never a path, and sizes are exact. Method: tables.</summary>
public sealed class FileRulesTests
{
    private const string Name = "0123456789abcdef0123456789abcdef.jpg";

    [Theory]
    [InlineData("photo.jpg", "photo.jpg")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\windows\\system.ini", "system.ini")]
    [InlineData("/", "")]
    [InlineData("..", "..")]
    [InlineData("a\0b\r\nc.png", "abc.png")]
    [InlineData("\u202Egpj.exe", "gpj.exe")]
    [InlineData("  照片 1.jpg ", "照片 1.jpg")]
    [InlineData("😀.png", "😀.png")]
    [InlineData("", "")]
    public void ShownName_OfAnything_IsTheEndOfIt(string given, string shown) =>
        Assert.Equal(shown, FilesRules.ShownName(given));

    [Theory]
    [InlineData(Name, Name, PictureSize.Original)]
    [InlineData(Name + "_m", Name, PictureSize.Middle)]
    [InlineData(Name + "_s", Name, PictureSize.Small)]
    [InlineData(Name + "_x", null, PictureSize.Original)]
    [InlineData(Name + "_m_s", null, PictureSize.Original)]
    [InlineData(Name + "\n", null, PictureSize.Original)]
    [InlineData("../" + Name, null, PictureSize.Original)]
    [InlineData("0123456789ABCDEF0123456789ABCDEF.jpg", null, PictureSize.Original)]
    [InlineData("0123456789abcdef0123456789abcdef.svg", null, PictureSize.Original)]
    [InlineData("incoming", null, PictureSize.Original)]
    [InlineData("", null, PictureSize.Original)]
    public void TryParse_OfAnything_TakesNamesOnly(string text, string? name, object size)
    {
        var isName = FilesRules.TryParse(text, out var parsed, out var parsedSize);

        Assert.Equal((name is not null, name, (PictureSize)size), (isName, parsed, parsedSize));
    }

    [Theory]
    [InlineData("https://shop.example/files/" + Name, Name)]
    [InlineData("/files/" + Name, Name)]
    [InlineData("https://cdn.example/a/files/" + Name + "_m", Name)]
    [InlineData(Name, Name)]
    [InlineData("https://shop.example/files/" + Name + "?x=1", null)]
    [InlineData("https://shop.example/files/../" + Name, null)]
    [InlineData("https://shop.example/" + Name, null)]
    [InlineData("javascript:alert(1)", null)]
    public void NameIn_Url_IsTheFilesName(string url, string? name) => Assert.Equal(name, FilesRules.NameIn(url));

    [Theory]
    [InlineData(640, 640, 640, 640, 640)]
    [InlineData(641, 641, 640, 640, 640)]
    [InlineData(10, 20, 640, 10, 20)]
    [InlineData(1280, 3, 640, 640, 2)]
    [InlineData(16_000, 1, 240, 240, 1)]
    [InlineData(1, 2_000_000_000, 240, 1, 240)]
    public void Fit_Sides_IsInProportion(int width, int height, int bound, int fitWidth, int fitHeight) =>
        Assert.Equal((fitWidth, fitHeight), FilesRules.Fit(width, height, bound));
}
