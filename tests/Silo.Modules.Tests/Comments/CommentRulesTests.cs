using Silo.Comments;
using Xunit;

namespace Silo.Modules.Tests.Comments;

/// <summary>Goal: what strangers write is text and nothing else, and what is private stays so. Method: tables.</summary>
public sealed class CommentRulesTests
{
    [Theory]
    [InlineData("好评！", "好评！")]
    [InlineData("a < b, I <3 it, 1<2", "a < b, I <3 it, 1<2")]
    [InlineData("<script>alert(1)</script>", "＜script>alert(1)＜/script>")]
    [InlineData("<!-- x --><?php ?>", "＜!-- x -->＜?php ?>")]
    [InlineData("<\0script><\u200Dscript>", "＜script><\u200Dscript>")]
    [InlineData("line\r\nline\tend\u0007\u202E", "line\nline\tend")]
    [InlineData("👩\u200D👧", "👩\u200D👧")]
    [InlineData("  x  ", "x")]
    public void Plain_Text_HasNoTags(string text, string plain) => Assert.Equal(plain, CommentsRules.Plain(text));

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"姓名":"王","file0":"x"}""", true)]
    [InlineData("[]", false)]
    [InlineData("1", false)]
    [InlineData("{", false)]
    [InlineData("plausible", false)]
    public void IsJsonObject_Text_IsJudged(string text, bool isObject) => Assert.Equal(isObject, CommentsRules.IsJsonObject(text));

    [Fact]
    public void IsOpen_EveryKindAndStatus_OnlyApprovedOnesOfOpenKinds()
    {
        var open = from kind in Enum.GetValues<CommentKind>()
                   from status in Enum.GetValues<ReviewStatus>()
                   where CommentsRules.IsOpen(kind, status)
                   select (kind, status);

        Assert.Equal(
            [
                (CommentKind.Message, ReviewStatus.Approved), (CommentKind.Article, ReviewStatus.Approved),
                (CommentKind.Order, ReviewStatus.Approved),
            ],
            open);
    }
}
