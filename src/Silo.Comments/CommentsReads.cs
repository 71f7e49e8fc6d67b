using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>Which comments are asked for; null does not filter.</summary>
internal sealed record CommentQuery(
    CommentKind? Kind, ReviewStatus? Status, long? RefId, long? ParentId, long? UserId, bool? Replied, string Text, Paging Paging);

/// <summary>A comment with what is shown beside it.</summary>
internal sealed record FullComment(CommentRow Row, ShownUser? Author, long Replies);

/// <summary>The module's queries. What strangers see is kept in memory while no comment that all may see has changed.</summary>
internal sealed class CommentsReads
{
    private const string CacheTag = "comments.open";
    private const int Remembered = 2000;

    /// <summary>In bytes, since a page holds a hundred comments at most, and a comment some kilobytes.</summary>
    private const long MostRemembered = 32 << 20;

    /// <summary>How old an author's nick may be in what is kept: other changes than this module's are not announced.</summary>
    private const long NickMs = 60_000;

    private readonly IUnits units;
    private readonly IUserNames users;
    private readonly ShopClock clock;
    private readonly TaggedCache<(CommentQuery Query, long Minute), (IReadOnlyList<FullComment> Page, long Total)> open;

    public CommentsReads(IUnits units, IUserNames users, ShopClock clock, CacheInvalidation invalidation)
    {
        (this.units, this.users, this.clock) = (units, users, clock);
        open = new TaggedCache<(CommentQuery Query, long Minute), (IReadOnlyList<FullComment> Page, long Total)>(
            invalidation, CacheTag, Remembered, key => ReadAsync(
            rows => Visible(rows, 0), key.Query, CancellationToken.None))
            .KeepsAtMost(MostRemembered, (_, value) => value.Page.Sum(c => c.Row.Size));
    }

    /// <summary>Invalidates what all may see.</summary>
    public static Task InvalidateAsync(Unit unit, CancellationToken cancellation) => unit.InvalidateAsync(CacheTag, cancellation);

    /// <summary>The comments that a shopper, or with 0 anybody, may see.</summary>
    public static IQueryable<CommentRow> Visible(IQueryable<CommentRow> rows, long userId)
    {
        var kinds = CommentsRules.Open;
        return rows.Where(c => (c.Status == ReviewStatus.Approved && kinds.Contains(c.Kind)) || (userId != 0 && c.UserId == userId));
    }

    /// <summary>A page of what a shopper, or with 0 anybody, may see.</summary>
    public Task<(IReadOnlyList<FullComment> Page, long Total)> ListAsync(
        CommentQuery query, long userId, CancellationToken cancellation) => userId == 0
        ? open.GetAsync((query, clock.NowMs / NickMs), cancellation)
        : ReadAsync(rows => Visible(rows, userId), query, cancellation);

    /// <summary>A page of all.</summary>
    public Task<(IReadOnlyList<FullComment> Page, long Total)> SearchAsync(CommentQuery query, CancellationToken cancellation) =>
        ReadAsync(rows => rows, query, cancellation);

    /// <summary>One comment with what is shown beside it.</summary>
    public Task<FullComment> FullAsync(CommentRow row, CancellationToken cancellation) =>
        units.ReadAsync(r => FullAsync(r, row, cancellation), cancellation);

    /// <summary>One comment with what is shown beside it, read within a unit.</summary>
    public async Task<FullComment> FullAsync(IReads reads, CommentRow row, CancellationToken cancellation) =>
        (await FullAsync(reads, [row], cancellation))[0];

    private Task<(IReadOnlyList<FullComment> Page, long Total)> ReadAsync(
        Func<IQueryable<CommentRow>, IQueryable<CommentRow>> visible, CommentQuery query, CancellationToken cancellation) =>
        units.ReadAsync<(IReadOnlyList<FullComment>, long)>(
            async reads =>
            {
                var (page, total) = await Filtered(visible(reads.Query<CommentRow>()), query)
                    .OrderByDescending(c => c.Id).PageAsync(query.Paging, cancellation);
                return (await FullAsync(reads, page, cancellation), total);
            },
            cancellation);

    private static IQueryable<CommentRow> Filtered(IQueryable<CommentRow> rows, CommentQuery query)
    {
        var text = SearchText.Normalise(query.Text);
        return rows.Where(c =>
            (query.Kind == null || c.Kind == query.Kind)
            && (query.Status == null || c.Status == query.Status)
            && (query.RefId == null || c.RefId == query.RefId)
            && (query.ParentId == null || c.ParentId == query.ParentId)
            && (query.UserId == null || c.UserId == query.UserId)
            && (query.Replied == null || c.RepliedAt > 0 == query.Replied)
            && (text == "" || c.SearchContent.Contains(text)));
    }

    private async Task<IReadOnlyList<FullComment>> FullAsync(
        IReads reads, IReadOnlyCollection<CommentRow> page, CancellationToken cancellation)
    {
        var ids = page.Where(c => c.ParentId == 0).Select(c => c.Id).ToArray();
        var replies = ids.Length == 0 ? [] : await Visible(reads.Query<CommentRow>(), 0)
            .Where(c => ids.Contains(c.ParentId)).GroupBy(c => c.ParentId)
            .Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var authors = await users.ShownAsync(
            reads, page.Where(c => c.UserId != 0).Select(c => c.UserId).Distinct().ToArray(), cancellation);
        return [.. page.Select(c => new FullComment(c, authors.GetValueOrDefault(c.UserId), replies.GetValueOrDefault(c.Id)))];
    }
}
