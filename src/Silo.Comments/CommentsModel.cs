using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>A comment.</summary>
internal sealed class CommentRow
{
    public long Id { get; init; }

    public CommentKind Kind { get; init; }

    public ReviewStatus Status { get; set; }

    public long RefId { get; init; }

    /// <summary>The comment that it replies to, which is no reply itself; 0 for none.</summary>
    public long ParentId { get; init; }

    /// <summary>Who wrote it; 0 for a stranger.</summary>
    public long UserId { get; init; }

    public required string Content { get; init; }

    public required string SearchContent { get; init; }

    /// <summary>Names of files, with commas.</summary>
    public string Pictures { get; init; } = "";

    public string FileName { get; init; } = "";

    public string Mobile { get; init; } = "";

    public string ExtraJson { get; init; } = "";

    public long ShopId { get; init; }

    public long CreatedAt { get; init; }

    public string Reply { get; set; } = "";

    public long RepliedAt { get; set; }

    /// <summary>The author's request id, or one made here; unique for an author.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }

    /// <summary>About how much it takes in memory, in bytes.</summary>
    public long Size => 500 + (2 * (Content.Length + SearchContent.Length + Pictures.Length + FileName.Length + ExtraJson.Length + Reply.Length));
}

/// <summary>The module's part of the database model.</summary>
internal sealed class CommentsModel : IModuleModel
{
    public void Configure(ModelBuilder model) => model.Entity<CommentRow>(comment =>
    {
        comment.ToTable("comments_comments");
        comment.HasKey(c => c.Id);
        comment.HasIndex(c => new { c.UserId, c.RequestId }).IsUnique();
        comment.HasIndex(c => new { c.RefId, c.Kind, c.Id });
        comment.HasIndex(c => new { c.ParentId, c.Id });
        comment.HasIndex(c => new { c.UserId, c.Id });
        comment.HasIndex(c => new { c.Status, c.Id });
    });
}
