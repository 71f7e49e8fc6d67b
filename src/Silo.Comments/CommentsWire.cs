using Silo.Comments.V1;
using Silo.Files;
using Silo.Storage;
using static Silo.Edge.WireTime;

namespace Silo.Comments;

/// <summary>Between the module's types and the wire's.</summary>
internal static class CommentsWire
{
    public static CommentKind? Kind(CommentType type) => type == CommentType.Unspecified ? null : (CommentKind)type;

    public static ReviewStatus? Status(CommentStatus status) =>
        status == CommentStatus.Unspecified ? null : (ReviewStatus)status;

    public static CommentQuery Query(ListCommentsRequest request) => new(
        Kind(request.Type),
        Status(request.Status),
        NullIfZero(request.RefId),
        request.HasParentId ? request.ParentId : null,
        NullIfZero(request.UserId),
        request.HasReplied ? request.Replied : null,
        "",
        new Paging(request.Page, request.PageSize));

    public static CommentQuery Query(SearchCommentsRequest request) => new(
        Kind(request.Type),
        Status(request.Status),
        NullIfZero(request.RefId),
        request.HasParentId ? request.ParentId : null,
        NullIfZero(request.UserId),
        request.HasReplied ? request.Replied : null,
        request.TextContains,
        new Paging(request.Page, request.PageSize));

    /// <summary>A comment as it is shown.</summary>
    /// <param name="full">The comment.</param>
    /// <param name="files">Makes URLs of names.</param>
    /// <param name="whole">Also what is shown to its author and to operators only.</param>
    public static Comment Comment(FullComment full, IFiles files, bool whole)
    {
        var row = full.Row;
        var comment = new Comment
        {
            Id = row.Id,
            Type = (CommentType)row.Kind,
            Status = (CommentStatus)row.Status,
            RefId = row.RefId,
            ParentId = row.ParentId,
            UserId = row.UserId,
            UserNick = full.Author?.Nick ?? "",
            UserAvatarUrl = full.Author?.AvatarUrl ?? "",
            Content = row.Content,
            FileUrl = whole && row.FileName.Length > 0 ? files.UrlOf(row.FileName) : "",
            Mobile = whole ? row.Mobile : "",
            ExtraJson = whole ? row.ExtraJson : "",
            ShopId = row.ShopId,
            CreatedAt = Instant(row.CreatedAt),
            Reply = row.Reply,
            RepliedAt = InstantOrNull(row.RepliedAt),
            ReplyCount = full.Replies,
        };
        comment.PictureUrls.AddRange(
            row.Pictures.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(files.UrlOf));
        return comment;
    }

    private static long? NullIfZero(long number) => number == 0 ? null : number;
}
