using Silo.Content;
using Xunit;

namespace Silo.Modules.Tests.Content;

/// <summary>What content may be, and how categories make a tree, as tables.</summary>
public sealed class ContentRulesTests
{
    [Theory]
    [InlineData("mallName", true, true)]
    [InlineData("fx_subscribe_ids_2", true, true)]
    [InlineData("_", true, true)]
    [InlineData("about-us", false, true)]
    [InlineData("", false, false)]
    [InlineData("a b", false, false)]
    [InlineData("a.b", false, false)]
    [InlineData("商城", false, false)]
    [InlineData("é", false, false)]
    public void IsKey_Text_IsOfLettersDigitsUnderscores(string text, bool setting, bool page)
    {
        Assert.Equal(setting, ContentRules.IsKey(text, dashes: false));
        Assert.Equal(page, ContentRules.IsKey(text, dashes: true));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void IsKey_Length_IsAtMost64(int length, bool expected) =>
        Assert.Equal(expected, ContentRules.IsKey(new string('a', length), dashes: false));

    [Theory]
    [InlineData('a', 16_384, true)]
    [InlineData('a', 16_385, false)]
    [InlineData('商', 5_461, true)]
    [InlineData('商', 5_462, false)]
    public void FitsSetting_Value_HasAtMost16KibibytesOfUtf8(char character, int length, bool expected) =>
        Assert.Equal(expected, ContentRules.FitsSetting(new string(character, length)));

    [Theory]
    [InlineData("", true)]
    [InlineData("https://static.example/a.png", true)]
    [InlineData("HTTP://static.example", true)]
    [InlineData("//static.example/a.png", true)]
    [InlineData("/pages/goods/index?id=1&t=12:30", true)]
    [InlineData("pages/goods/index?url=https://a", true)]
    [InlineData("图片.png", true)]
    [InlineData("#a:b", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("JavaScript:alert(1)", false)]
    [InlineData(" javascript:alert(1)", false)]
    [InlineData("java\tscript:alert(1)", false)]
    [InlineData("java\u0001script:alert(1)", false)]
    [InlineData("data:text/html,<script>", false)]
    [InlineData("vbscript:x", false)]
    [InlineData("http:evil", false)]
    [InlineData("a b", false)]
    public void IsUrl_Text_HasNoSchemeOrOneOfTheWeb(string text, bool expected) =>
        Assert.Equal(expected, ContentRules.IsUrl(text));

    [Theory]
    [InlineData("新品", "新品")]
    [InlineData(" 新品 ", "新品")]
    [InlineData("", null)]
    [InlineData("  ", null)]
    [InlineData("a,b", null)]
    [InlineData("甲，乙", null)]
    public void TagName_Text_IsTrimmedAndHasNoComma(string text, string? expected) =>
        Assert.Equal(expected, ContentRules.TagName(text));

    [Fact]
    public void TagNames_OfSeveral_AreEachOnceInTheirOrder()
    {
        Assert.Equal(["新品", "Tea", "水果"], ContentRules.TagNames(["新品", "Tea", "ＴＥＡ", "水果", " 新品"]));
        Assert.Null(ContentRules.TagNames(["新品", ","]));
        Assert.Empty(ContentRules.TagNames([])!);
    }

    /// <summary>id:parent:published:sort of each category; then id/level, in brackets when it is hidden.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("1:0:y:0 2:0:y:0", "1/1 2/1")]
    [InlineData("1:0:y:2 2:0:y:1 3:1:y:0", "2/1 1/1 3/2")]
    [InlineData("1:0:y:0 2:1:y:9 3:1:y:1 4:3:y:0 5:0:y:0", "1/1 3/2 4/3 2/2 5/1")]
    [InlineData("1:0:n:0 2:1:y:0 3:2:y:0 4:0:y:0", "(1/1) (2/2) (3/3) 4/1")]
    [InlineData("1:9:y:0 2:3:y:0 3:2:y:0", "")]
    public void Tree_OfCategories_PutsEachBeforeWhatIsInIt(string categories, string expected) => Assert.Equal(
        expected,
        string.Join(' ', ContentRules.Tree(Nodes(categories)).Select(p => p.IsShown ? $"{p.Id}/{p.Level}" : $"({p.Id}/{p.Level})")));

    [Theory]
    [InlineData(1, "1 3 4 2")]
    [InlineData(3, "3 4")]
    [InlineData(4, "4")]
    [InlineData(5, "5")]
    [InlineData(9, "")]
    public void Within_OfTheTree_IsACategoryAndAllInIt(long id, string expected)
    {
        var tree = ContentRules.Tree(Nodes("1:0:y:0 2:1:y:9 3:1:y:1 4:3:y:0 5:0:y:0"));

        Assert.Equal(expected, string.Join(' ', ContentRules.Within([.. tree.Select(p => (p.Id, p.Level))], id)));
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, true)]
    [InlineData(1, 3, true)]
    [InlineData(2, 3, true)]
    [InlineData(3, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(1, 4, false)]
    [InlineData(1, 0, false)]
    [InlineData(1, 9, false)]
    [InlineData(1, 5, false)]
    public void IsCycle_OfACategoryInItself_IsSeen(long id, long parent, bool expected) =>
        Assert.Equal(expected, ContentRules.IsCycle(Nodes("1:0:y:0 2:1:y:0 3:2:y:0 4:0:y:0 5:6:y:0 6:5:y:0"), id, parent));

    [Theory]
    [InlineData(null, 1)]
    [InlineData("", 1)]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    [InlineData("99", 99)]
    [InlineData("100", 1)]
    [InlineData("-1", 1)]
    [InlineData("专业版", 1)]
    public void VipLevel_OfASetting_IsItsNumberOrOne(string? value, int expected) =>
        Assert.Equal(expected, ContentRules.VipLevel(value));

    private static List<TreeNode> Nodes(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(node => node.Split(':'))
        .Select(p => new TreeNode(long.Parse(p[0], null), long.Parse(p[1], null), p[2] == "y", int.Parse(p[3], null)))];
}
