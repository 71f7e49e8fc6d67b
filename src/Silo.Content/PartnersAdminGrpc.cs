using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for partners.</summary>
internal sealed class PartnersAdminGrpc(OperatorWrites writes, PartnersWrites partners, PartnersReads reads)
    : PartnersAdminService.PartnersAdminServiceBase
{
    public override async Task<CreatePartnerResponse> CreatePartner(CreatePartnerRequest request, ServerCallContext context) => new()
    {
        Partner = await writes.RunAsync(
            context, request, partners.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdatePartnerResponse> UpdatePartner(UpdatePartnerRequest request, ServerCallContext context) => new()
    {
        Partner = await writes.RunAsync(
            context,
            request,
            partners.Update(request.PartnerId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetPartnerResponse> GetPartner(GetPartnerRequest request, ServerCallContext context) =>
        new() { Partner = await reads.GetAsync(request.PartnerId, context.CancellationToken) };

    public override async Task<SearchPartnersResponse> SearchPartners(SearchPartnersRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchPartnersResponse { TotalCount = total };
        response.Partners.AddRange(page);
        return response;
    }
}
