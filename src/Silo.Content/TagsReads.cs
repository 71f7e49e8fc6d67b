using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads tags.</summary>
internal sealed class TagsReads : ContentReads<TagRow, Tag>
{
    private readonly TaggedCache<int, List<Tag>> published;

    public TagsReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Cms, 1, async _ => (await SearchAsync(
            (_, rows) => InOrder(rows),
            Publication.Published,
            new Paging(1, ContentRules.MaxTags),
            CancellationToken.None)).Page);

    /// <summary>Those that are published, in their order, from memory.</summary>
    public Task<List<Tag>> PublishedAsync(CancellationToken cancellation) => published.GetAsync(0, cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Tag> Page, long Total)> SearchAsync(SearchTagsRequest request, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(request.NameContains);
        return SearchAsync(
            (_, rows) => InOrder(rows.Where(t => name == "" || t.SearchName.Contains(name))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override async Task<List<Tag>> WireAsync(
        IReads reads, IReadOnlyList<TagRow> rows, bool texts, CancellationToken cancellation)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var published = reads.Query<ArticleRow>().Where(a => a.Published);
        var counts = await reads.Query<ArticleTagRow>()
            .Where(t => ids.Contains(t.TagId) && published.Any(a => a.Id == t.ArticleId))
            .GroupBy(t => t.TagId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        return [.. rows.Select(r => ContentWire.Tag(r, counts.GetValueOrDefault(r.Id)))];
    }

    private static IQueryable<TagRow> InOrder(IQueryable<TagRow> rows) => rows.OrderBy(t => t.Sort).ThenBy(t => t.Id);
}
