using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Partners for operators.</summary>
internal sealed class PartnerEditor(OperatorWrites writes, IUnits units)
    : ContentEditor<PartnerRow, PartnerTerms, Partner>(writes, units)
{
    public const string Topic = "content.partners";
    public const int MaxPartners = 1_000;

    public override ContentKind Kind => ContentKind.Partner;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => MaxPartners;

    public override Result<PartnerTerms> Check(PartnerTerms terms) =>
        ContentRules.IsUrl(terms.LogoUrl) && ContentRules.IsUrl(terms.Url) ? terms : ContentRefusals.UrlInvalid;

    /// <summary>Those that are published, in their order.</summary>
    public Task<(List<Partner> Page, long Total)> PublishedAsync(CancellationToken cancellation) =>
        SearchAsync((_, rows) => InOrder(rows), Publication.Published, new Paging(1, MaxPartners), cancellation);

    public static IQueryable<PartnerRow> InOrder(IQueryable<PartnerRow> rows) => rows.OrderBy(p => p.Sort).ThenBy(p => p.Id);

    protected override Task<Refusal?> ApplyAsync(Unit unit, PartnerRow row, PartnerTerms terms, CancellationToken cancellation)
    {
        row.Rename(terms.Name);
        (row.Type, row.LogoUrl, row.Url, row.Remark, row.Sort) = (terms.Type, terms.LogoUrl, terms.Url, terms.Remark, terms.Sort);
        return Task.FromResult<Refusal?>(null);
    }

    protected override Task<List<Partner>> WireAsync(
        IReads reads, IReadOnlyList<PartnerRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Partner).ToList());
}

/// <summary>The shopper's rpc for partners.</summary>
internal sealed class PartnersGrpc : PartnersService.PartnersServiceBase
{
    private readonly VersionedCache<int, List<Partner>> published;

    public PartnersGrpc(PartnerEditor editor, Versions versions) => published = new(
        versions, PartnerEditor.Topic, 1, async _ => (await editor.PublishedAsync(CancellationToken.None)).Page);

    public override async Task<ListPartnersResponse> ListPartners(ListPartnersRequest request, ServerCallContext context)
    {
        var partners = (await published.GetAsync(0, context.CancellationToken))
            .Where(p => request.Type == "" || p.Terms.Type == request.Type).ToList();
        var response = new ListPartnersResponse { TotalCount = partners.Count };
        response.Partners.AddRange(partners.Page(request.Page, request.PageSize));
        return response;
    }
}

/// <summary>The operator's rpcs for partners.</summary>
internal sealed class PartnersAdminGrpc(PartnerEditor editor) : PartnersAdminService.PartnersAdminServiceBase
{
    public override async Task<CreatePartnerResponse> CreatePartner(CreatePartnerRequest request, ServerCallContext context) => new()
    {
        Partner = await editor.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdatePartnerResponse> UpdatePartner(UpdatePartnerRequest request, ServerCallContext context) => new()
    {
        Partner = await editor.UpdateAsync(
            context, request, request.PartnerId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetPartnerResponse> GetPartner(GetPartnerRequest request, ServerCallContext context) =>
        new() { Partner = await editor.GetAsync(request.PartnerId, context.CancellationToken) };

    public override async Task<SearchPartnersResponse> SearchPartners(SearchPartnersRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var (page, total) = await editor.SearchAsync(
            (_, rows) => PartnerEditor.InOrder(rows.Where(p => (name == "" || p.SearchName.Contains(name))
                && (request.Type == "" || p.Type == request.Type))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchPartnersResponse { TotalCount = total };
        response.Partners.AddRange(page);
        return response;
    }
}
