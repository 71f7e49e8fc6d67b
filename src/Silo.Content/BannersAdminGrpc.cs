using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for banners.</summary>
internal sealed class BannersAdminGrpc(OperatorWrites writes, BannersWrites banners, BannersReads reads)
    : BannersAdminService.BannersAdminServiceBase
{
    public override async Task<CreateBannerResponse> CreateBanner(CreateBannerRequest request, ServerCallContext context) => new()
    {
        Banner = await writes.RunAsync(
            context, request, banners.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateBannerResponse> UpdateBanner(UpdateBannerRequest request, ServerCallContext context) => new()
    {
        Banner = await writes.RunAsync(
            context,
            request,
            banners.Update(request.BannerId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetBannerResponse> GetBanner(GetBannerRequest request, ServerCallContext context) =>
        new() { Banner = await reads.GetAsync(request.BannerId, context.CancellationToken) };

    public override async Task<SearchBannersResponse> SearchBanners(SearchBannersRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchBannersResponse { TotalCount = total };
        response.Banners.AddRange(page);
        return response;
    }
}
