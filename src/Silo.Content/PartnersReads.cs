using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads partners.</summary>
internal sealed class PartnersReads : ContentReads<PartnerRow, Partner>
{
    private readonly TaggedCache<int, List<Partner>> published;

    public PartnersReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Partners, 1, async _ => (await SearchAsync(
            (_, rows) => InOrder(rows),
            Publication.Published,
            new Paging(1, PartnersWrites.MaxPartners),
            CancellationToken.None)).Page);

    /// <summary>Those that are published, in their order, from memory.</summary>
    public Task<List<Partner>> PublishedAsync(CancellationToken cancellation) => published.GetAsync(0, cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Partner> Page, long Total)> SearchAsync(SearchPartnersRequest request, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(request.NameContains);
        return SearchAsync(
            (_, rows) => InOrder(rows.Where(p => (name == "" || p.SearchName.Contains(name))
                && (request.Type == "" || p.Type == request.Type))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override Task<List<Partner>> WireAsync(
        IReads reads, IReadOnlyList<PartnerRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Partner).ToList());

    private static IQueryable<PartnerRow> InOrder(IQueryable<PartnerRow> rows) => rows.OrderBy(p => p.Sort).ThenBy(p => p.Id);
}
