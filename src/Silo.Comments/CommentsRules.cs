namespace Silo.Comments;

/// <summary>What a comment is about. The numbers are stored.</summary>
internal enum CommentKind
{
    Message = 1,
    Feedback = 2,
    Complaint = 3,
    Article = 4,
    Interface = 5,
    Booking = 6,
    Order = 7,
}

/// <summary>What the review said. The numbers are stored.</summary>
internal enum ReviewStatus
{
    Pending = 1,
    Rejected = 2,
    Approved = 3,
}

/// <summary>What a comment may hold, and who sees it.</summary>
internal static class CommentsRules
{
    /// <summary>The kinds that all may see when they are approved; the others hold what is the shop's and the author's.</summary>
    public static readonly CommentKind[] Open = [CommentKind.Message, CommentKind.Article, CommentKind.Order];

    /// <summary>Whether anybody may see a comment.</summary>
    public static bool IsOpen(CommentKind kind, ReviewStatus status) =>
        status == ReviewStatus.Approved && Open.Contains(kind);
}
