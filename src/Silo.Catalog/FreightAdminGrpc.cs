using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of freight templates.</summary>
internal sealed class FreightAdminGrpc(OperatorWrites writes, FreightReads reads) : FreightAdminService.FreightAdminServiceBase
{
    public override async Task<CreateFreightResponse> CreateFreight(CreateFreightRequest request, ServerCallContext context) =>
        new() { Freight = await writes.RunAsync(context, request, FreightWrites.CreateAsync) };

    public override async Task<UpdateFreightResponse> UpdateFreight(UpdateFreightRequest request, ServerCallContext context) =>
        new() { Freight = await writes.RunAsync(context, request, FreightWrites.UpdateAsync) };

    public override async Task<DeleteFreightResponse> DeleteFreight(DeleteFreightRequest request, ServerCallContext context) =>
        new() { Freight = await writes.RunAsync(context, request, FreightWrites.DeleteAsync) };

    public override async Task<SearchFreightsResponse> SearchFreights(SearchFreightsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.ListAsync(new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new SearchFreightsResponse { TotalCount = total };
        response.Freights.AddRange(page.Select(CatalogWire.Freight));
        return response;
    }
}
