using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads banners.</summary>
internal sealed class BannersReads : ContentReads<BannerRow, Banner>
{
    private readonly TaggedCache<int, List<Banner>> published;

    public BannersReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Banners, 1, async _ => (await SearchAsync(
            (_, rows) => InOrder(rows),
            Publication.Published,
            new Paging(1, BannersWrites.MaxBanners),
            CancellationToken.None)).Page);

    /// <summary>Those that are published, in their order, from memory.</summary>
    public Task<List<Banner>> PublishedAsync(CancellationToken cancellation) => published.GetAsync(0, cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Banner> Page, long Total)> SearchAsync(SearchBannersRequest request, CancellationToken cancellation)
    {
        var title = SearchText.Normalise(request.TitleContains);
        return SearchAsync(
            (_, rows) => InOrder(rows.Where(b => (title == "" || b.SearchName.Contains(title))
                && (request.Type == "" || b.Type == request.Type))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override Task<List<Banner>> WireAsync(
        IReads reads, IReadOnlyList<BannerRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Banner).ToList());

    private static IQueryable<BannerRow> InOrder(IQueryable<BannerRow> rows) => rows.OrderBy(b => b.Sort).ThenBy(b => b.Id);
}
