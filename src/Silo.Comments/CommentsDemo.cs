using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>The demo shop's comments: messages with and without a reply of the shop, a reply to one, and feedback.</summary>
internal sealed class CommentsDemo(IUnits units, IUsers users) : IDemoData
{
    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await users.DemoUserAsync(cancellation) is not { } userId)
        {
            return;
        }

        await units.RunAsync(
            async unit =>
            {
                if (await unit.Query<CommentRow>().AnyAsync(c => c.UserId == userId && c.RequestId == "demo-1", cancellation))
                {
                    return;
                }

                var praise = Row(unit, userId, 1, "包装很用心，物流也快，下次还来。", CommentKind.Message);
                (praise.Reply, praise.RepliedAt) = ("感谢支持，期待您再次光临！", unit.NowMs);
                var question = Row(unit, userId, 2, "请问周末可以到店自提吗？", CommentKind.Message);
                var answer = Row(unit, userId, 3, "已经问过客服，周末也可以自提。", CommentKind.Message, question.Id);
                var feedback = Row(unit, userId, 4, "希望订单页可以显示预计送达时间。", CommentKind.Feedback);
                feedback.Status = ReviewStatus.Pending;
                unit.Set<CommentRow>().AddRange(praise, question, answer, feedback);
                await CommentsReads.InvalidateAsync(unit, cancellation);
            },
            cancellation);
    }

    private static CommentRow Row(Unit unit, long userId, int number, string content, CommentKind kind, long parentId = 0) => new()
    {
        Id = unit.NewId(),
        Kind = kind,
        Status = ReviewStatus.Approved,
        ParentId = parentId,
        UserId = userId,
        Content = content,
        SearchContent = SearchText.Normalise(content),
        CreatedAt = unit.NowMs,
        RequestId = $"demo-{number}",
    };
}
