using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of stores.</summary>
internal sealed class StoresAdminGrpc(OperatorWrites writes, CatalogCaches caches) : StoresAdminService.StoresAdminServiceBase
{
    private const int MaxStores = 2_000;

    public override async Task<CreateStoreResponse> CreateStore(CreateStoreRequest request, ServerCallContext context) => new()
    {
        Store = await writes.RunAsync<Store>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await unit.Query<StoreRow>().CountAsync(context.CancellationToken) >= MaxStores)
            {
                return CatalogRefusals.StoresFull;
            }

            var row = new StoreRow
            {
                Id = unit.NewId(),
                Sort = request.Terms.Sort,
                Open = true,
                Version = 1,
                Terms = CatalogWire.Json(request.Terms),
                CreatedAt = unit.NowMs,
                UpdatedAt = unit.NowMs,
            };
            unit.Set<StoreRow>().Add(row);
            return new OperatorChange<Store>($"store:{row.Id}", null, CatalogWire.Store(row));
        }),
    };

    public override async Task<UpdateStoreResponse> UpdateStore(UpdateStoreRequest request, ServerCallContext context) => new()
    {
        Store = await ChangeAsync(
            context, request, request.RequestId, request.Reason, request.StoreId,
            row => request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version ? CatalogRefusals.StoreVersionStale : null,
            row => (row.Sort, row.Terms) = (request.Terms.Sort, CatalogWire.Json(request.Terms))),
    };

    public override async Task<SetStoreOpenResponse> SetStoreOpen(SetStoreOpenRequest request, ServerCallContext context) => new()
    {
        Store = await ChangeAsync(
            context, request, "", request.Reason, request.StoreId, _ => null, row => row.Open = request.Open),
    };

    public override async Task<DeleteStoreResponse> DeleteStore(DeleteStoreRequest request, ServerCallContext context) => new()
    {
        Store = await writes.RunAsync<Store>(context, request, "", request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, request.StoreId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.StoreUnknown;
            }

            if (await unit.Query<GoodsRow>().AnyAsync(g => g.StoreId != 0 && g.StoreId == row.Id, context.CancellationToken))
            {
                return CatalogRefusals.StoreNotEmpty;
            }

            unit.Set<StoreRow>().Remove(row);
            var was = CatalogWire.Store(row);
            return new OperatorChange<Store>($"store:{row.Id}", was, was);
        }),
    };

    public override async Task<SearchStoresResponse> SearchStores(SearchStoresRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var found = (await caches.StoresAsync(context.CancellationToken))
            .Where(s => SearchText.Normalise(s.Terms.Name).Contains(name, StringComparison.Ordinal)).ToList();
        var paging = new Paging(request.Page, request.PageSize);
        var response = new SearchStoresResponse { TotalCount = found.Count };
        response.Stores.AddRange(found.Skip(paging.Skip).Take(paging.Take));
        return response;
    }

    private static Task<StoreRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<StoreRow>().SingleOrDefaultAsync(s => s.Id == id, cancellation);

    private Task<Store> ChangeAsync(
        ServerCallContext context,
        Google.Protobuf.IMessage request,
        string requestId,
        string reason,
        long storeId,
        Func<StoreRow, Refusal?> refuse,
        Action<StoreRow> change) =>
        writes.RunAsync<Store>(context, request, requestId, reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, storeId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.StoreUnknown;
            }

            if (refuse(row) is { } refusal)
            {
                return refusal;
            }

            var before = CatalogWire.Store(row);
            change(row);
            row.Version++;
            row.UpdatedAt = unit.NowMs;
            return new OperatorChange<Store>($"store:{row.Id}", before, CatalogWire.Store(row));
        });
}
