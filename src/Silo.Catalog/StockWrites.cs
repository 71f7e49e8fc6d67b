using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Changes of stocks. Guards are in the statements, and stocks are locked by their ids, ascending, before goods. They wait
/// for nothing that operators' writes hold before stocks, and touch keys only.
/// </summary>
internal static class StockWrites
{
    public static StockChangeRow Change(Unit unit, long goodsId, long skuId, long before, long after, Writer writer) => new()
    {
        Id = unit.NewId(),
        GoodsId = goodsId,
        SkuId = skuId,
        Before = before,
        After = after,
        OperatorId = writer.OperatorId,
        Reason = writer.Reason,
        At = unit.NowMs,
    };

    /// <summary>An operator's change, with its row in the journal.</summary>
    public static async Task<Result<OperatorChange<StockChangeRow>>> ChangeAsync(
        Unit unit, long skuId, StockOperation operation, long number, Writer writer, CancellationToken cancellation)
    {
        if (!(await unit.LockAsync<StockRow>([skuId], wait: true, cancellation)).TryGetValue(skuId, out var stock))
        {
            return CatalogRefusals.SkuUnknown;
        }

        var after = CatalogRules.Changed(stock.Stock, operation, number);
        if (after is < 0 or > CatalogRules.MaxStock)
        {
            return after < 0 ? CatalogRefusals.StockTooLow : CatalogRefusals.StockTooHigh;
        }

        await unit.Set<StockRow>().Where(s => s.SkuId == skuId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stock, after), cancellation);
        var change = Change(unit, stock.GoodsId, skuId, stock.Stock, after, writer);
        unit.Set<StockChangeRow>().Add(change);
        await unit.TouchAsync(CatalogTopics.Offers, [stock.GoodsId], cancellation);
        if (after == 0)
        {
            await TakeOffSaleAsync(unit, [stock.GoodsId], cancellation);
        }

        return new OperatorChange<StockChangeRow>($"sku:{skuId}", null, change);
    }

    /// <summary>Takes pieces for an order: all of them or, refused, none.</summary>
    public static async Task<Result<bool>> ReserveAsync(
        Unit unit, IReadOnlyCollection<StockLine> lines, CancellationToken cancellation)
    {
        foreach (var line in InOrder(lines))
        {
            if (await unit.Set<StockRow>().Where(s => s.SkuId == line.SkuId && s.Stock >= line.Number)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stock, s => s.Stock - line.Number), cancellation) == 0)
            {
                return await unit.Query<StockRow>().AnyAsync(s => s.SkuId == line.SkuId, cancellation)
                    ? CatalogRefusals.StockTooLow
                    : CatalogRefusals.SkuUnknown;
            }
        }

        var skus = lines.Select(l => l.SkuId).ToArray();
        var left = await unit.Query<StockRow>().Where(s => skus.Contains(s.SkuId)).ToListAsync(cancellation);
        await TouchAsync(unit, left, cancellation);
        await TakeOffSaleAsync(unit, [.. left.Where(s => s.Stock == 0).Select(s => s.GoodsId)], cancellation);
        return true;
    }

    /// <summary>Gives back what an order had taken; what is not sold any more is gone.</summary>
    public static async Task ReleaseAsync(Unit unit, IReadOnlyCollection<StockLine> lines, CancellationToken cancellation)
    {
        foreach (var line in InOrder(lines))
        {
            await unit.Set<StockRow>().Where(s => s.SkuId == line.SkuId)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stock, s => s.Stock + line.Number), cancellation);
        }

        var skus = lines.Select(l => l.SkuId).ToArray();
        await TouchAsync(
            unit, await unit.Query<StockRow>().Where(s => skus.Contains(s.SkuId)).ToListAsync(cancellation), cancellation);
    }

    private static IEnumerable<StockLine> InOrder(IEnumerable<StockLine> lines) => lines
        .GroupBy(l => l.SkuId).Select(g => new StockLine(g.Key, g.Sum(l => l.Number))).OrderBy(l => l.SkuId);

    private static Task TouchAsync(Unit unit, List<StockRow> stocks, CancellationToken cancellation) =>
        unit.TouchAsync(CatalogTopics.Offers, [.. stocks.Select(s => s.GoodsId)], cancellation);

    /// <summary>
    /// Takes off sale what is to go with its last piece, and has none left in any combination. The goods are locked before
    /// their stocks are looked at: of two units that each take the last of a combination the second sees both.
    /// </summary>
    private static async Task TakeOffSaleAsync(Unit unit, long[] goods, CancellationToken cancellation)
    {
        var going = goods.Length == 0 ? [] : await unit.Query<GoodsRow>()
            .Where(g => goods.Contains(g.Id) && g.Published && g.OffSaleWhenEmpty).Select(g => g.Id).ToArrayAsync(cancellation);
        if (going.Length == 0)
        {
            return;
        }

        await unit.LockAsync<GoodsRow>(going, wait: true, cancellation);
        var gone = await unit.Query<GoodsRow>()
            .Where(g => going.Contains(g.Id) && g.Published && !unit.Query<StockRow>().Any(s => s.GoodsId == g.Id && s.Stock > 0))
            .Select(g => g.Id).ToArrayAsync(cancellation);
        if (gone.Length > 0)
        {
            await unit.Set<GoodsRow>().Where(g => gone.Contains(g.Id))
                .ExecuteUpdateAsync(set => set.SetProperty(g => g.Published, false), cancellation);
            await GoodsWrites.ChangedAsync(unit, gone, cancellation);
        }
    }
}
