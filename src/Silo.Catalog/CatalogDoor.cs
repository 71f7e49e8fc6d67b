using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The door, over rows: what is to be paid is never taken from memory.</summary>
internal sealed partial class CatalogDoor : ICatalog
{
    public async Task<Result<IReadOnlyList<PriceLine>>> PriceAsync(
        IReads reads, long userId, IReadOnlyList<PurchaseLine> lines, long nowMs, CancellationToken cancellation)
    {
        var ids = lines.Select(l => l.GoodsId).Distinct().ToArray();
        var goods = await reads.Query<GoodsRow>().Where(g => ids.Contains(g.Id)).ToDictionaryAsync(g => g.Id, cancellation);
        var skus = (await reads.Query<SkuRow>().Where(s => ids.Contains(s.GoodsId)).ToListAsync(cancellation))
            .ToLookup(s => (s.GoodsId, CatalogRules.KeyOf(s.Pairs)));
        var tree = await CategoryTree.ReadAsync(reads, cancellation);
        List<(GoodsRow Goods, SkuRow Sku, GoodsTerms Terms, long Number)> found = [];
        foreach (var line in lines)
        {
            if (!goods.TryGetValue(line.GoodsId, out var row))
            {
                return CatalogRefusals.GoodsUnknown;
            }

            var terms = CatalogWire.Read<GoodsTerms>(row.Terms);
            var key = CatalogRules.KeyOf(line.Pairs);
            var sku = skus[(row.Id, key)].SingleOrDefault();
            var refusal = SaleRefusal(row, terms, tree, nowMs)
                ?? (sku is not null ? null : key.Length == 0 ? CatalogRefusals.SkuNeeded : CatalogRefusals.SkuUnknown)
                ?? (line.Number < Math.Max(1, terms.MinBuyNumber) ? CatalogRefusals.NumberTooSmall : null);
            if (refusal is not null)
            {
                return refusal;
            }

            found.Add((row, sku!, terms, line.Number));
        }

        var member = await MembersReads.OfAsync(reads, userId, nowMs, cancellation);
        var own = member is null ? [] : await MembersReads.PricesAsync(
            reads, member.LevelId, [.. found.Select(f => f.Sku.Id).Distinct()], cancellation);
        var (_, names) = await GoodsReads.PropertiesAsync(reads, found.Select(f => f.Sku), cancellation);
        return Result.Of<IReadOnlyList<PriceLine>>([.. found.Select(f => new PriceLine
        {
            GoodsId = f.Goods.Id,
            SkuId = f.Sku.Id,
            Number = f.Number,
            Name = f.Terms.Name,
            Picture = f.Sku.Picture.Length > 0 ? f.Sku.Picture : f.Terms.Picture,
            Property = GoodsReads.NamesOf(f.Sku.Pairs, names),
            Categories = tree.Path(f.Goods.CategoryId),
            StoreId = f.Goods.StoreId,
            FullCents = f.Sku.PriceCents,
            PriceCents = member is null ? f.Sku.PriceCents
                : CatalogRules.MemberPrice(f.Sku.PriceCents, member.Rebate, own.TryGetValue(f.Sku.Id, out var cents) ? cents : null),
            Points = f.Sku.Points,
            GroupCents = f.Goods.GroupBuy ? f.Sku.GroupCents : null,
            BargainCents = f.Goods.Bargain ? f.Sku.BargainCents : null,
            WeightGrams = f.Sku.WeightGrams > 0 ? f.Sku.WeightGrams : f.Terms.WeightGrams,
            VolumeMl = f.Terms.VolumeMl,
            FreightId = f.Goods.FreightId,
            MaxCoupons = Math.Max(1, f.Terms.MaxCoupons),
        })]);
    }

    public async Task<long> FreightAsync(
        IReads reads, IReadOnlyList<PriceLine> lines, int carrier, IReadOnlyList<string> regions, CancellationToken cancellation)
    {
        var ids = lines.Select(l => l.FreightId).Where(id => id != 0).Distinct().ToArray();
        var templates = ids.Length == 0 ? [] : await reads.Query<FreightRow>().Where(f => ids.Contains(f.Id))
            .ToDictionaryAsync(f => f.Id, f => CatalogWire.Read<FreightTerms>(f.Terms), cancellation);
        return lines.GroupBy(l => l.FreightId).Sum(group =>
            templates.TryGetValue(group.Key, out var terms)
                ? CatalogRules.FreightCents(
                    terms, regions, carrier, group.Sum(l => UnitsOf(l, terms.Unit)), group.Sum(l => l.PriceCents * l.Number))
                : 0);
    }

    public async Task<IReadOnlySet<long>> ExistingAsync(
        IReads reads, IReadOnlyCollection<long> goods, CancellationToken cancellation) => goods.Count == 0
        ? new HashSet<long>()
        : await reads.Query<GoodsRow>().Where(g => goods.Contains(g.Id)).Select(g => g.Id).ToHashSetAsync(cancellation);

    public async Task<IReadOnlySet<long>> KeepAsync(
        Unit unit, IReadOnlyCollection<long> goods, CancellationToken cancellation) =>
        (await unit.LockSharedAsync<GoodsRow>(goods, cancellation)).Keys.ToHashSet();

    public void Keep(Rows rows, IEnumerable<long> goods)
    {
        foreach (var id in goods.Distinct())
        {
            rows.Require<GoodsRow>(id, $"id = {id}");
        }
    }

    public async Task<IReadOnlyList<long>> GroupGoodsAsync(IReads reads, int max, CancellationToken cancellation) =>
        await reads.Query<GoodsRow>().Where(g => g.GroupBuy && g.Published).OrderBy(g => g.Id).Select(g => g.Id).Take(max)
            .ToListAsync(cancellation);

    public async Task<IReadOnlyList<PriceLine>> BargainedAsync(IReads reads, int max, CancellationToken cancellation)
    {
        var goods = await reads.Query<GoodsRow>()
            .Where(g => g.Bargain && g.Published && reads.Query<SkuRow>().Any(s => s.GoodsId == g.Id && s.Pairs == ""))
            .OrderBy(g => g.Id).Take(max).Select(g => g.Id).ToListAsync(cancellation);
        return (await PriceAsync(reads, 0, [.. goods.Select(id => new PurchaseLine(id, "", 1))], nowMs: 0, cancellation)).Value ?? [];
    }

    private static Refusal? SaleRefusal(GoodsRow row, GoodsTerms terms, CategoryTree tree, long nowMs) =>
        !row.Published || tree.IsHidden(row.CategoryId) ? CatalogRefusals.GoodsOffSale
        : terms.SaleFrom is { } from && nowMs < WireTime.Milliseconds(from) ? CatalogRefusals.SaleNotStarted
        : terms.SaleUntil is { } until && nowMs >= WireTime.Milliseconds(until) ? CatalogRefusals.SaleEnded
        : null;

    /// <summary>A line in thousandths of the template's unit: pieces, kilograms, litres or whole amounts.</summary>
    private static long UnitsOf(PriceLine line, FreightUnit unit) => line.Number * unit switch
    {
        FreightUnit.Weight => line.WeightGrams,
        FreightUnit.Volume => line.VolumeMl,
        FreightUnit.Amount => line.PriceCents * 10,
        _ => 1000,
    };
}
