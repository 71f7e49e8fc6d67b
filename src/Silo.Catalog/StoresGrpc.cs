using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of stores: a shop has few, so all of them are in memory.</summary>
internal sealed class StoresGrpc(CatalogReads caches) : StoresService.StoresServiceBase
{
    public override async Task<ListStoresResponse> ListStores(ListStoresRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var found = (await caches.StoresAsync(context.CancellationToken)).Where(s => s.Open
            && (request.ProvinceId == "" || s.Terms.ProvinceId == request.ProvinceId)
            && (request.CityId == "" || s.Terms.CityId == request.CityId)
            && (request.DistrictId == "" || s.Terms.DistrictId == request.DistrictId)
            && (request.Type == "" || s.Terms.Type == request.Type)
            && SearchText.Normalise(s.Terms.Name).Contains(name, StringComparison.Ordinal));
        var stores = request.Position is null ? [.. found] : ByDistance(found, request.Position);
        var paging = new Paging(request.Page, request.PageSize);
        var response = new ListStoresResponse { TotalCount = stores.Count };
        response.Stores.AddRange(stores.Skip(paging.Skip).Take(paging.Take).Select(Shown));
        return response;
    }

    public override async Task<DescribeStoreResponse> DescribeStore(DescribeStoreRequest request, ServerCallContext context)
    {
        var stores = await caches.StoresAsync(context.CancellationToken);
        if (stores.FirstOrDefault(s => s.Id == request.StoreId && s.Open) is not { } store)
        {
            CatalogRefusals.StoreUnknown.Throw();
            return null;
        }

        return new() { Store = Shown(store) };
    }

    /// <summary>A store as shoppers see it.</summary>
    private static Store Shown(Store store)
    {
        if (!store.Terms.HidesPhone)
        {
            return store;
        }

        // What is shared is not changed.
        var shown = store.Clone();
        shown.Terms.Phone = "";
        return shown;
    }

    /// <summary>The nearest first; those without a position last, in their order.</summary>
    private static List<Store> ByDistance(IEnumerable<Store> stores, Position from) => [.. stores
        .Select(s =>
        {
            // What is shared is not changed.
            var near = s.Clone();
            if (s.Terms.Position is { } position)
            {
                near.DistanceMetres = CatalogRules.Metres(from, position);
            }

            return near;
        })
        .OrderBy(s => s.HasDistanceMetres ? s.DistanceMetres : long.MaxValue)];
}
