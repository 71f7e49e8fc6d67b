using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Kernel;

/// <summary>Goal: what nobody can see counts as nothing, and what a person wrote is never a tag. Method: texts as tables.</summary>
public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("   ", true)]
    [InlineData("\t\r\n", true)]
    [InlineData("\u3000\u00A0\u2003", true)]
    [InlineData("\u200B\u200D\u2060\uFEFF\u00AD", true)]
    [InlineData("\u3164\uFFA0\u115F\u2800\uFE0F", true)]
    [InlineData(" a ", false)]
    [InlineData("。", false)]
    [InlineData("😀", false)]
    [InlineData("\u200D中", false)]
    public void IsBlank_Text_IsJudged(string text, bool isBlank) => Assert.Equal(isBlank, VisibleText.IsBlank(text));

    [Theory]
    [InlineData("", "")]
    [InlineData(" \u3000 ", "")]
    [InlineData("\u3000 a b\u200B", "a b")]
    [InlineData("😀 ", "😀")]
    [InlineData("\uFEFF中\u200D文", "中\u200D文")]
    public void Trim_Text_LosesOnlyItsEnds(string text, string trimmed) => Assert.Equal(trimmed, VisibleText.Trim(text));

    [Theory]
    [InlineData("好评！", "好评！")]
    [InlineData("a < b, I <3 it, 1<2", "a < b, I <3 it, 1<2")]
    [InlineData("<script>alert(1)</script>", "＜script>alert(1)＜/script>")]
    [InlineData("<!-- x --><?php ?>", "＜!-- x -->＜?php ?>")]
    [InlineData("<\0script><\u200Dscript>", "＜script><\u200Dscript>")]
    [InlineData("line\r\nline\tend\u0007\u202E", "line\nline\tend")]
    [InlineData("👩\u200D👧", "👩\u200D👧")]
    [InlineData("  x  ", "x")]
    public void Plain_Text_HasNoTags(string text, string plain) => Assert.Equal(plain, VisibleText.Plain(text));
}
