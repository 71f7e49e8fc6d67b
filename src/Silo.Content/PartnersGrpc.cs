using Grpc.Core;
using Silo.Content.V1;

namespace Silo.Content;

/// <summary>The shopper's rpc for partners.</summary>
internal sealed class PartnersGrpc(PartnersReads reads) : PartnersService.PartnersServiceBase
{
    public override async Task<ListPartnersResponse> ListPartners(ListPartnersRequest request, ServerCallContext context)
    {
        var partners = (await reads.PublishedAsync(context.CancellationToken))
            .Where(p => request.Type == "" || p.Terms.Type == request.Type).ToList();
        var response = new ListPartnersResponse { TotalCount = partners.Count };
        response.Partners.AddRange(partners.Page(request.Page, request.PageSize));
        return response;
    }
}
