using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads articles.</summary>
internal sealed class ArticlesReads : ContentReads<ArticleRow, Article>
{
    private readonly CategoriesReads categories;

    /// <summary>By the bytes of the request: as messages, one that says no and one that says nothing are equal.</summary>
    private readonly TaggedCache<ByteString, ListArticlesResponse> lists;
    private readonly TaggedCache<long, Article> articles;
    private readonly TaggedCache<long, long> views;

    public ArticlesReads(IUnits units, CacheInvalidation invalidation, CategoriesReads categories)
        : base(units)
    {
        this.categories = categories;
        lists = new TaggedCache<ByteString, ListArticlesResponse>(
            invalidation, ContentCacheTags.Views, 200, bytes => ListAsync(ListArticlesRequest.Parser.ParseFrom(bytes)))
            .KeepsAtMost(MostOfLists, (key, list) => key.Length + list.CalculateSize());
        articles = new(invalidation, ContentCacheTags.Cms, 200, id => PublishedAsync(id, article => article.Published));
        views = new(invalidation, ContentCacheTags.Views, 10_000, ViewsAsync);
    }

    /// <summary>A page of the published ones without texts, from memory.</summary>
    public Task<ListArticlesResponse> ListAsync(ListArticlesRequest request, CancellationToken cancellation) =>
        lists.GetAsync(request.ToByteString(), cancellation);

    /// <summary>A published article with its text and the views that are written, from memory.</summary>
    public async Task<Article> PublishedAsync(long id, CancellationToken cancellation) => new(await articles.GetAsync(id, cancellation))
    {
        Views = await views.GetAsync(id, cancellation),
    };

    /// <summary>A page of what operators look for.</summary>
    public async Task<(List<Article> Page, long Total)> SearchAsync(SearchArticlesRequest request, CancellationToken cancellation)
    {
        var within = await categories.WithinAsync(request.Filter?.CategoryId, onlyShown: false, cancellation);
        return await SearchAsync(
            (r, rows) => Choose(r, rows, request.Filter ?? new(), within, request.Order),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override async Task<List<Article>> WireAsync(
        IReads reads, IReadOnlyList<ArticleRow> rows, bool texts, CancellationToken cancellation)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var tags = (await reads.Query<ArticleTagRow>().Where(t => ids.Contains(t.ArticleId))
                .Join(reads.Query<TagRow>(), t => t.TagId, g => g.Id, (t, g) => new { t.ArticleId, t.Place, g.Name })
                .ToListAsync(cancellation))
            .OrderBy(t => t.Place).ToLookup(t => t.ArticleId, t => t.Name);
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Article(r, tags[r.Id], htmls.GetValueOrDefault(r.Id, "")))];
    }

    /// <summary>The articles of a filter, in an order that leaves nothing open.</summary>
    /// <param name="reads">Where tags are looked up.</param>
    /// <param name="rows">What to choose from.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="within">The ids of the filter's category and of those in it; null without one.</param>
    /// <param name="order">In which order.</param>
    private static IQueryable<ArticleRow> Choose(
        IReads reads, IQueryable<ArticleRow> rows, ArticleFilter filter, IReadOnlyList<long>? within, ArticleOrder order)
    {
        var (title, keywords) = (SearchText.Normalise(filter.TitleContains), SearchText.Normalise(filter.KeywordsContain));
        var tag = SearchText.Normalise(filter.TagContains);
        var named = reads.Query<TagRow>().Where(t => t.SearchName.Contains(tag));
        var tagged = reads.Query<ArticleTagRow>().Where(t => named.Any(n => n.Id == t.TagId));
        rows = within is null ? rows : rows.Where(a => within.Contains(a.CategoryId));
        rows = filter.ArticleId == 0 ? rows : rows.Where(a => a.Id == filter.ArticleId);
        rows = title == "" ? rows : rows.Where(a => a.SearchName.Contains(title));
        rows = keywords == "" ? rows : rows.Where(a => a.SearchKeywords.Contains(keywords));
        rows = tag == "" ? rows : rows.Where(a => tagged.Any(t => t.ArticleId == a.Id));
        rows = filter.HasRecommended ? rows.Where(a => a.Recommended == filter.Recommended) : rows;
        rows = WireTime.MillisecondsOrNull(filter.CreatedFrom) is { } createdFrom ? rows.Where(a => a.CreatedAt >= createdFrom) : rows;
        rows = WireTime.MillisecondsOrNull(filter.CreatedUntil) is { } createdUntil ? rows.Where(a => a.CreatedAt < createdUntil) : rows;
        rows = WireTime.MillisecondsOrNull(filter.UpdatedFrom) is { } updatedFrom ? rows.Where(a => a.UpdatedAt >= updatedFrom) : rows;
        rows = WireTime.MillisecondsOrNull(filter.UpdatedUntil) is { } updatedUntil ? rows.Where(a => a.UpdatedAt < updatedUntil) : rows;
        return order switch
        {
            ArticleOrder.AddedUp => rows.OrderBy(a => a.Id),
            ArticleOrder.AddedDown => rows.OrderByDescending(a => a.Id),
            ArticleOrder.ViewsUp => rows.OrderBy(a => a.Views).ThenBy(a => a.Id),
            ArticleOrder.ViewsDown => rows.OrderByDescending(a => a.Views).ThenByDescending(a => a.Id),
            ArticleOrder.SortDown => rows.OrderByDescending(a => a.Sort).ThenByDescending(a => a.Id),
            _ => rows.OrderBy(a => a.Sort).ThenByDescending(a => a.Id),
        };
    }

    private Task<long> ViewsAsync(long id) => Units.ReadAsync(
        r => r.Query<ArticleRow>().Where(a => a.Id == id).Select(a => a.Views).SingleOrDefaultAsync(), CancellationToken.None);

    private async Task<ListArticlesResponse> ListAsync(ListArticlesRequest request)
    {
        var within = await categories.WithinAsync(request.Filter?.CategoryId, onlyShown: true, CancellationToken.None);
        var (page, total) = await SearchAsync(
            (r, rows) => Choose(r, rows, request.Filter ?? new(), within, request.Order),
            Publication.Published,
            new Paging(request.Page, request.PageSize),
            CancellationToken.None);
        var response = new ListArticlesResponse { TotalCount = total };
        response.Articles.AddRange(page);
        return response;
    }
}
