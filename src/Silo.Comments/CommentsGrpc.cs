using System.Net;
using Grpc.Core;
using Silo.Comments.V1;
using Silo.Edge;
using Silo.Files;

namespace Silo.Comments;

/// <summary>The shopper's rpcs.</summary>
internal sealed class CommentsGrpc(IFiles files, CommentsReads reads, CommentsWrites writes)
    : CommentsService.CommentsServiceBase
{
    public override async Task<AddCommentResponse> AddComment(AddCommentRequest request, ServerCallContext context)
    {
        var (userId, cancellation) = (UserOf(context), context.CancellationToken);
        var row = (await writes.AddAsync(
            request,
            RequestHash.Of(request),
            userId,
            IPAddress.IsLoopback(context.ClientAddress()) ? null : context.ClientNetwork(),
            cancellation)).OrRefuse();
        var full = await reads.FullAsync(row, cancellation);
        return new() { Comment = CommentsWire.Comment(full, files, whole: true) };
    }

    public override async Task<ListCommentsResponse> ListComments(ListCommentsRequest request, ServerCallContext context)
    {
        var userId = UserOf(context);
        var (page, total) = await reads.ListAsync(CommentsWire.Query(request), userId, context.CancellationToken);
        var response = new ListCommentsResponse { TotalCount = total };
        response.Comments.AddRange(page.Select(
            c => CommentsWire.Comment(c, files, whole: userId != 0 && c.Row.UserId == userId)));
        return response;
    }

    public override async Task<DeleteCommentResponse> DeleteComment(DeleteCommentRequest request, ServerCallContext context) =>
        await writes.DeleteAsync(context.Caller().Id, request.CommentId, context.CancellationToken) is { } refusal
            ? throw new RefusalException(refusal)
            : new();

    /// <summary>The shopper; 0 for anybody else, operators too, since they answer by other rpcs.</summary>
    private static long UserOf(ServerCallContext context) =>
        context.Caller() is { Kind: CallerKind.User } caller ? caller.Id : 0;
}
