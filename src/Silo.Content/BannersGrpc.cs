using Grpc.Core;
using Silo.Content.V1;

namespace Silo.Content;

/// <summary>The shopper's rpc for banners.</summary>
internal sealed class BannersGrpc(BannersReads reads) : BannersService.BannersServiceBase
{
    public override async Task<ListBannersResponse> ListBanners(ListBannersRequest request, ServerCallContext context)
    {
        var banners = (await reads.PublishedAsync(context.CancellationToken))
            .Where(b => request.Types_.Count == 0 || request.Types_.Contains(b.Terms.Type)).ToList();
        var response = new ListBannersResponse { TotalCount = banners.Count };
        response.Banners.AddRange(banners.Page(request.Page, request.PageSize));
        return response;
    }
}
