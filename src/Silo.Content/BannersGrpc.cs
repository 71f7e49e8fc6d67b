using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Banners for operators.</summary>
internal sealed class BannerEditor(OperatorWrites writes, IUnits units)
    : ContentEditor<BannerRow, BannerTerms, Banner>(writes, units)
{
    public const string Topic = "content.banners";
    public const int MaxBanners = 1_000;

    public override ContentKind Kind => ContentKind.Banner;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => MaxBanners;

    public override Result<BannerTerms> Check(BannerTerms terms) =>
        ContentRules.IsUrl(terms.PictureUrl) && ContentRules.IsUrl(terms.LinkUrl) ? terms : ContentRefusals.UrlInvalid;

    /// <summary>Those that are published, in their order.</summary>
    public Task<(List<Banner> Page, long Total)> PublishedAsync(CancellationToken cancellation) =>
        SearchAsync((_, rows) => InOrder(rows), Publication.Published, new Paging(1, MaxBanners), cancellation);

    public static IQueryable<BannerRow> InOrder(IQueryable<BannerRow> rows) => rows.OrderBy(b => b.Sort).ThenBy(b => b.Id);

    protected override Task<Refusal?> ApplyAsync(Unit unit, BannerRow row, BannerTerms terms, CancellationToken cancellation)
    {
        row.Rename(terms.Title);
        (row.Type, row.PictureUrl, row.Remark, row.Sort) = (terms.Type, terms.PictureUrl, terms.Remark, terms.Sort);
        (row.LinkType, row.LinkUrl, row.AppId) = ((int)terms.LinkType, terms.LinkUrl, terms.AppId);
        (row.BusinessId, row.ShopId) = (terms.BusinessId, terms.ShopId);
        return Task.FromResult<Refusal?>(null);
    }

    protected override Task<List<Banner>> WireAsync(
        IReads reads, IReadOnlyList<BannerRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Banner).ToList());
}

/// <summary>The shopper's rpc for banners.</summary>
internal sealed class BannersGrpc : BannersService.BannersServiceBase
{
    private readonly VersionedCache<int, List<Banner>> published;

    public BannersGrpc(BannerEditor editor, Versions versions) => published = new(
        versions, BannerEditor.Topic, 1, async _ => (await editor.PublishedAsync(CancellationToken.None)).Page);

    public override async Task<ListBannersResponse> ListBanners(ListBannersRequest request, ServerCallContext context)
    {
        var banners = (await published.GetAsync(0, context.CancellationToken))
            .Where(b => request.Types_.Count == 0 || request.Types_.Contains(b.Terms.Type)).ToList();
        var response = new ListBannersResponse { TotalCount = banners.Count };
        response.Banners.AddRange(banners.Page(request.Page, request.PageSize));
        return response;
    }
}

/// <summary>The operator's rpcs for banners.</summary>
internal sealed class BannersAdminGrpc(BannerEditor editor) : BannersAdminService.BannersAdminServiceBase
{
    public override async Task<CreateBannerResponse> CreateBanner(CreateBannerRequest request, ServerCallContext context) => new()
    {
        Banner = await editor.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateBannerResponse> UpdateBanner(UpdateBannerRequest request, ServerCallContext context) => new()
    {
        Banner = await editor.UpdateAsync(
            context, request, request.BannerId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetBannerResponse> GetBanner(GetBannerRequest request, ServerCallContext context) =>
        new() { Banner = await editor.GetAsync(request.BannerId, context.CancellationToken) };

    public override async Task<SearchBannersResponse> SearchBanners(SearchBannersRequest request, ServerCallContext context)
    {
        var title = SearchText.Normalise(request.TitleContains);
        var (page, total) = await editor.SearchAsync(
            (_, rows) => BannerEditor.InOrder(rows.Where(b => (title == "" || b.SearchName.Contains(title))
                && (request.Type == "" || b.Type == request.Type))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchBannersResponse { TotalCount = total };
        response.Banners.AddRange(page);
        return response;
    }
}
