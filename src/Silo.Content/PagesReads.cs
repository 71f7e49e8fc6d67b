using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads pages.</summary>
internal sealed class PagesReads : ContentReads<PageRow, Page>
{
    private readonly TaggedCache<string, Page> published;

    public PagesReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Pages, 100, ReadAsync);

    /// <summary>The published one with this key, from memory.</summary>
    public Task<Page> PublishedAsync(string key, CancellationToken cancellation) => published.GetAsync(key, cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Page> Page, long Total)> SearchAsync(SearchPagesRequest request, CancellationToken cancellation)
    {
        var title = SearchText.Normalise(request.TitleContains);
        return SearchAsync(
            (_, rows) => rows.Where(p => title == "" || p.SearchName.Contains(title)).OrderBy(p => p.Key),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override async Task<List<Page>> WireAsync(
        IReads reads, IReadOnlyList<PageRow> rows, bool texts, CancellationToken cancellation)
    {
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Page(r, htmls.GetValueOrDefault(r.Id, "")))];
    }

    private Task<Page> ReadAsync(string key) => Units.ReadAsync(
        async r => await r.Query<PageRow>().SingleOrDefaultAsync(p => p.Key == key && p.Published) is { } row
            ? (await WireAsync(r, [row], texts: true, CancellationToken.None))[0]
            : throw new RefusalException(ContentRefusals.Unknown),
        CancellationToken.None);
}
