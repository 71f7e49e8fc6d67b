using Silo.Comments;
using Xunit;

namespace Silo.Modules.Tests.Comments;

/// <summary>Goal: what strangers write is text and nothing else, and what is private stays so. Method: tables.</summary>
public sealed class CommentRulesTests
{
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
