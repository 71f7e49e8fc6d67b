using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Reads of goods, each with a number of statements that does not depend on how much there is.</summary>
internal sealed class GoodsReads(IUnits units)
{
    /// <summary>Goods with all that their page shows, as they are stored; null where there are none.</summary>
    public Task<GoodsDetail?> DetailAsync(long id, CancellationToken cancellation) =>
        units.ReadAsync(r => DetailAsync(r, id, cancellation), cancellation);

    /// <summary>Changes of stocks, newest first.</summary>
    public Task<(List<StockChangeRow> Changes, long Total)> ChangesAsync(
        long goodsId, long skuId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
            r => r.Query<StockChangeRow>()
                .Where(c => (goodsId == 0 || c.GoodsId == goodsId) && (skuId == 0 || c.SkuId == skuId))
                .OrderByDescending(c => c.Id).PageAsync(paging, cancellation),
            cancellation);

    /// <summary>Goods with all that their page shows, as they are stored; null where there are none.</summary>
    public static async Task<GoodsDetail?> DetailAsync(IReads reads, long id, CancellationToken cancellation)
    {
        var row = await reads.Query<GoodsRow>().SingleOrDefaultAsync(g => g.Id == id, cancellation);
        if (row is null)
        {
            return null;
        }

        var skus = await SkusAsync(reads, [id], cancellation);
        var (properties, names) = await PropertiesAsync(reads, skus.Select(s => s.Sku), cancellation);
        var category = await reads.Query<CategoryRow>().SingleOrDefaultAsync(c => c.Id == row.CategoryId, cancellation);
        var freight = row.FreightId == 0 ? null
            : await reads.Query<FreightRow>().SingleOrDefaultAsync(f => f.Id == row.FreightId, cancellation);
        var parts = await reads.Query<PartsRow>().Where(p => p.GoodsId == id).Select(p => p.Parts).SingleOrDefaultAsync(cancellation);
        var counted = await CountsAsync(reads, [id], cancellation);
        var goods = CatalogWire.PricedGoods(row);
        goods.Stock = skus.Sum(s => s.Stock);
        goods.Counts = counted.GetValueOrDefault(id) ?? new();
        var detail = new GoodsDetail
        {
            Goods = goods,
            Parts = parts is null ? new() : CatalogWire.Read<GoodsParts>(parts),
            Category = category is null ? null : CatalogWire.Category(category),
            Freight = freight is null ? null : CatalogWire.Freight(freight),
        };
        detail.Properties.AddRange(properties);
        detail.Skus.AddRange(skus.Select(s => CatalogWire.Sku(s.Sku, s.Stock, NamesOf(s.Sku.Pairs, names))));
        return detail;
    }

    /// <summary>The combinations of goods with their stocks, those of each in their order.</summary>
    public static async Task<List<(SkuRow Sku, long Stock)>> SkusAsync(
        IReads reads, IReadOnlyCollection<long> goods, CancellationToken cancellation)
    {
        var rows = await (
            from sku in reads.Query<SkuRow>()
            join stock in reads.Query<StockRow>() on sku.Id equals stock.SkuId
            where goods.Contains(sku.GoodsId)
            orderby sku.GoodsId, sku.Sort, sku.Id
            select new { sku, stock.Stock }).ToListAsync(cancellation);
        return rows.ConvertAll(r => (r.sku, r.Stock));
    }

    /// <summary>What was counted of goods.</summary>
    public static async Task<Dictionary<long, GoodsCounts>> CountsAsync(
        IReads reads, IReadOnlyCollection<long> goods, CancellationToken cancellation)
    {
        var rows = await (
            from counters in reads.Query<CountersRow>()
            join viewed in reads.Query<ViewsRow>() on counters.GoodsId equals viewed.GoodsId into all
            from viewed in all.DefaultIfEmpty()
            where goods.Contains(counters.GoodsId)
            select new { counters, Views = (long?)viewed.Views }).ToListAsync(cancellation);
        return rows.ToDictionary(r => r.counters.GoodsId, r => CatalogWire.Counts(r.counters, r.Views ?? 0));
    }

    /// <summary>The properties that combinations have, with those of their values, and the names of both.</summary>
    public static async Task<(List<Property> Properties, Dictionary<long, string> Names)> PropertiesAsync(
        IReads reads, IEnumerable<SkuRow> skus, CancellationToken cancellation)
    {
        var pairs = skus.SelectMany(s => CatalogRules.ParsePairs(s.Pairs)).Distinct().ToArray();
        if (pairs.Length == 0)
        {
            return ([], []);
        }

        var (propertyIds, valueIds) = (pairs.Select(p => p.Property).Distinct().ToArray(), pairs.Select(p => p.Value).ToArray());
        var properties = await reads.Query<PropertyRow>().Where(p => propertyIds.Contains(p.Id))
            .OrderBy(p => p.Sort).ThenBy(p => p.Id).ToListAsync(cancellation);
        var values = await reads.Query<ValueRow>().Where(v => valueIds.Contains(v.Id)).ToListAsync(cancellation);
        var names = properties.Select(p => (p.Id, p.Name)).Concat(values.Select(v => (v.Id, v.Name))).ToDictionary();
        return (properties.ConvertAll(p => CatalogWire.Property(p, values.Where(v => v.PropertyId == p.Id))), names);
    }

    /// <summary>A combination in words, as orders show it.</summary>
    public static string NamesOf(string pairs, IReadOnlyDictionary<long, string> names) => string.Concat(
        CatalogRules.ParsePairs(pairs).Select(p => $"{names.GetValueOrDefault(p.Property)}:{names.GetValueOrDefault(p.Value)},"));
}
