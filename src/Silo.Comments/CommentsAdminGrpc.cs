using Grpc.Core;
using Silo.Comments.V1;
using Silo.Edge;
using Silo.Files;

namespace Silo.Comments;

/// <summary>The operator's rpcs.</summary>
internal sealed class CommentsAdminGrpc(IFiles files, OperatorWrites writes, CommentsReads reads, CommentsWrites comments)
    : CommentsAdminService.CommentsAdminServiceBase
{
    public override async Task<SearchCommentsResponse> SearchComments(SearchCommentsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(CommentsWire.Query(request), context.CancellationToken);
        var response = new SearchCommentsResponse { TotalCount = total };
        response.Comments.AddRange(page.Select(c => CommentsWire.Comment(c, files, whole: true)));
        return response;
    }

    public override async Task<ReviewCommentResponse> ReviewComment(ReviewCommentRequest request, ServerCallContext context) =>
        new() { Comment = await writes.RunAsync(context, request, comments.ReviewAsync) };

    public override async Task<ReplyToCommentResponse> ReplyToComment(ReplyToCommentRequest request, ServerCallContext context) =>
        new() { Comment = await writes.RunAsync(context, request, comments.ReplyAsync) };

    public override async Task<RemoveCommentResponse> RemoveComment(RemoveCommentRequest request, ServerCallContext context)
    {
        await writes.RunAsync(context, request, comments.RemoveAsync);
        return new();
    }
}
