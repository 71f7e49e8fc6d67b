using Silo.Catalog.V1;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>Stores from memory: a shop has few, so all of them are in it.</summary>
internal sealed class StoresReads(CatalogReads reads)
{
    /// <summary>Open stores as shoppers see them; by distance where the request has a position.</summary>
    public async Task<List<Store>> ListAsync(ListStoresRequest request, CancellationToken cancellation)
    {
        var found = (await NamedAsync(request.NameContains, cancellation)).Where(s => s.Open
            && (request.ProvinceId == "" || s.Terms.ProvinceId == request.ProvinceId)
            && (request.CityId == "" || s.Terms.CityId == request.CityId)
            && (request.DistrictId == "" || s.Terms.DistrictId == request.DistrictId)
            && (request.Type == "" || s.Terms.Type == request.Type));
        return [.. (request.Position is null ? found : ByDistance(found, request.Position)).Select(Shown)];
    }

    /// <summary>An open store as shoppers see it; null for none.</summary>
    public async Task<Store?> FindAsync(long id, CancellationToken cancellation) =>
        (await reads.StoresAsync(cancellation)).FirstOrDefault(s => s.Id == id && s.Open) is { } store ? Shown(store) : null;

    /// <summary>Stores with a text in their name, in their order.</summary>
    public async Task<List<Store>> NamedAsync(string nameContains, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(nameContains);
        return [.. (await reads.StoresAsync(cancellation))
            .Where(s => SearchText.Normalise(s.Terms.Name).Contains(name, StringComparison.Ordinal))];
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
