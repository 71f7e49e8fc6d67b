using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of stores.</summary>
internal sealed class StoresAdminGrpc(OperatorWrites writes, StoresReads reads) : StoresAdminService.StoresAdminServiceBase
{
    public override async Task<CreateStoreResponse> CreateStore(CreateStoreRequest request, ServerCallContext context)
    {
        var terms = StoresWrites.Cleaned(request.Terms).OrRefuse();
        return new()
        {
            Store = await writes.RunAsync<Store>(
                context, request, unit => StoresWrites.CreateAsync(unit, terms, context.CancellationToken)),
        };
    }

    public override async Task<UpdateStoreResponse> UpdateStore(UpdateStoreRequest request, ServerCallContext context)
    {
        var terms = StoresWrites.Cleaned(request.Terms).OrRefuse();
        return new()
        {
            Store = await writes.RunAsync<Store>(
                context, request, unit => StoresWrites.UpdateAsync(unit, request, terms, context.CancellationToken)),
        };
    }

    public override async Task<SetStoreOpenResponse> SetStoreOpen(SetStoreOpenRequest request, ServerCallContext context) =>
        new() { Store = await writes.RunAsync(context, request, StoresWrites.SetOpenAsync) };

    public override async Task<DeleteStoreResponse> DeleteStore(DeleteStoreRequest request, ServerCallContext context) =>
        new() { Store = await writes.RunAsync(context, request, StoresWrites.DeleteAsync) };

    public override async Task<SearchStoresResponse> SearchStores(SearchStoresRequest request, ServerCallContext context)
    {
        var found = await reads.NamedAsync(request.NameContains, context.CancellationToken);
        var paging = new Paging(request.Page, request.PageSize);
        var response = new SearchStoresResponse { TotalCount = found.Count };
        response.Stores.AddRange(found.Skip(paging.Skip).Take(paging.Take));
        return response;
    }
}
