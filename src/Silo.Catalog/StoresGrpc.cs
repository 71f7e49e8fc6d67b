using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of stores.</summary>
internal sealed class StoresGrpc(StoresReads reads) : StoresService.StoresServiceBase
{
    public override async Task<ListStoresResponse> ListStores(ListStoresRequest request, ServerCallContext context)
    {
        var stores = await reads.ListAsync(request, context.CancellationToken);
        var paging = new Paging(request.Page, request.PageSize);
        var response = new ListStoresResponse { TotalCount = stores.Count };
        response.Stores.AddRange(stores.Skip(paging.Skip).Take(paging.Take));
        return response;
    }

    public override async Task<DescribeStoreResponse> DescribeStore(DescribeStoreRequest request, ServerCallContext context) => new()
    {
        Store = await reads.FindAsync(request.StoreId, context.CancellationToken)
            ?? throw new RefusalException(CatalogRefusals.StoreUnknown),
    };
}
