using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// What shoppers see, from memory until it has changed. Prices, stocks and counts are not in it, see
/// <see cref="OffersReads"/>: an order does not evict a page.
/// </summary>
internal sealed class CatalogReads
{
    private const int Whole = 0;
    private const int MaxPages = 5_000;
    private readonly TaggedCache<int, CategoryTree> categories;
    private readonly TaggedCache<int, IReadOnlyList<Store>> stores;
    private readonly TaggedCache<int, IReadOnlyDictionary<long, Level>> levels;
    private readonly TaggedCache<int, IReadOnlyDictionary<long, Freight>> freights;
    private readonly TaggedCache<long, GoodsDetail?> pages;

    public CatalogReads(IUnits units, CacheInvalidation invalidation)
    {
        categories = Of(1, (int _, IReads r) => CategoryTree.ReadAsync(r, CancellationToken.None));
        stores = Of(1, async (int _, IReads r) => (IReadOnlyList<Store>)[.. (await r.Query<StoreRow>()
            .OrderBy(s => s.Sort).ThenBy(s => s.Id).ToListAsync()).Select(CatalogWire.Store)]);
        levels = Of(1, async (int _, IReads r) => (IReadOnlyDictionary<long, Level>)(await r.Query<LevelRow>().ToListAsync())
            .ToDictionary(l => l.Id, CatalogWire.Level));
        freights = Of(1, async (int _, IReads r) => (IReadOnlyDictionary<long, Freight>)(await r.Query<FreightRow>().ToListAsync())
            .ToDictionary(f => f.Id, CatalogWire.Freight));
        pages = Of(MaxPages, (long id, IReads r) => GoodsReads.DetailAsync(r, id, CancellationToken.None))
            .ForgetsBy(CatalogCacheTags.Goods, id => id);

        TaggedCache<TKey, TValue> Of<TKey, TValue>(int capacity, Func<TKey, IReads, Task<TValue>> read)
            where TKey : notnull =>
            new(invalidation, CatalogCacheTags.Whole, capacity, key => units.ReadAsync(r => read(key, r), CancellationToken.None));
    }

    public Task<CategoryTree> CategoriesAsync(CancellationToken cancellation) => categories.GetAsync(Whole, cancellation);

    /// <summary>All stores, by their order and then by id.</summary>
    public Task<IReadOnlyList<Store>> StoresAsync(CancellationToken cancellation) => stores.GetAsync(Whole, cancellation);

    public Task<IReadOnlyDictionary<long, Level>> LevelsAsync(CancellationToken cancellation) => levels.GetAsync(Whole, cancellation);

    public Task<IReadOnlyDictionary<long, Freight>> FreightsAsync(CancellationToken cancellation) =>
        freights.GetAsync(Whole, cancellation);

    /// <summary>The page of goods; prices, stocks and counts in it are old. Null where there are no such goods.</summary>
    public Task<GoodsDetail?> PageAsync(long goodsId, CancellationToken cancellation) => pages.GetAsync(goodsId, cancellation);
}
