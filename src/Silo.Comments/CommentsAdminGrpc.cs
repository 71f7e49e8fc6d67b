using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Comments.V1;
using Silo.Edge;
using Silo.Files;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>The operator's rpcs.</summary>
internal sealed class CommentsAdminGrpc(IFiles files, CommentsReads reads, OperatorWrites writes)
    : CommentsAdminService.CommentsAdminServiceBase
{
    public override async Task<SearchCommentsResponse> SearchComments(SearchCommentsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(CommentsWire.Query(request), context.CancellationToken);
        var response = new SearchCommentsResponse { TotalCount = total };
        response.Comments.AddRange(page.Select(Whole));
        return response;
    }

    public override async Task<ReviewCommentResponse> ReviewComment(ReviewCommentRequest request, ServerCallContext context) => new()
    {
        Comment = await writes.RunAsync<Comment>(context, request, unit => ChangeAsync(
            unit,
            request.CommentId,
            row => row.Status = request.Approved ? ReviewStatus.Approved : ReviewStatus.Rejected,
            context.CancellationToken)),
    };

    public override async Task<ReplyToCommentResponse> ReplyToComment(ReplyToCommentRequest request, ServerCallContext context) => new()
    {
        Comment = await writes.RunAsync<Comment>(context, request, unit => ChangeAsync(
            unit,
            request.CommentId,
            row =>
            {
                row.Reply = CommentsRules.Plain(request.Text);
                row.RepliedAt = row.Reply.Length == 0 ? 0 : unit.NowMs;
            },
            context.CancellationToken)),
    };

    public override async Task<RemoveCommentResponse> RemoveComment(RemoveCommentRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        await writes.RunAsync<Comment>(context, request, async unit =>
            await CommentsWrites.DeleteAsync(
                unit, unit.Query<CommentRow>().Where(c => c.Id == request.CommentId), cancellation) is { } row
                ? new OperatorChange<Comment>($"comment:{row.Id}", Whole(new(row, null, 0)), new Comment())
                : CommentsRefusals.Unknown);
        return new();
    }

    private async Task<Result<OperatorChange<Comment>>> ChangeAsync(
        Unit unit, long id, Action<CommentRow> change, CancellationToken cancellation)
    {
        var row = await unit.Set<CommentRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation);
        if (row is null)
        {
            return CommentsRefusals.Unknown;
        }

        var full = await reads.FullAsync(unit, row, cancellation);
        var before = Whole(full);
        change(row);
        await CommentsReads.TouchAsync(unit, cancellation);
        return new OperatorChange<Comment>($"comment:{id}", before, Whole(full));
    }

    private Comment Whole(FullComment full) => CommentsWire.Comment(full, files, whole: true);
}
