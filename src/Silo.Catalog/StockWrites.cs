using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Changes of stocks. Guards are in the statements, and stocks are locked by their ids, ascending.</summary>
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
    public static async Task<Result<StockChangeRow>> ChangeAsync(
        Unit unit, long skuId, StockOperation operation, long number, Writer writer, CancellationToken cancellation)
    {
        if (!(await unit.LockAsync<StockRow>([skuId], wait: true, cancellation)).TryGetValue(skuId, out var stock))
        {
            return CatalogRefusals.SkuUnknown;
        }

        var after = CatalogRules.Changed(stock.Stock, operation, number);
        if (after is < 0 or > CatalogRules.MostStock)
        {
            return after < 0 ? CatalogRefusals.StockTooLow : CatalogRefusals.StockTooHigh;
        }

        await unit.Set<StockRow>().Where(s => s.SkuId == skuId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stock, after), cancellation);
        var change = Change(unit, stock.GoodsId, skuId, stock.Stock, after, writer);
        unit.Set<StockChangeRow>().Add(change);
        if (after == 0)
        {
            await TakeOffSaleAsync(unit, [stock.GoodsId], cancellation);
        }

        return change;
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
        var empty = await unit.Query<StockRow>().Where(s => skus.Contains(s.SkuId) && s.Stock == 0)
            .Select(s => s.GoodsId).Distinct().ToListAsync(cancellation);
        await TakeOffSaleAsync(unit, empty, cancellation);
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
    }

    private static IEnumerable<StockLine> InOrder(IEnumerable<StockLine> lines) => lines
        .GroupBy(l => l.SkuId).Select(g => new StockLine(g.Key, g.Sum(l => l.Number))).OrderBy(l => l.SkuId);

    /// <summary>Takes off sale what is to go with its last piece, and has none left in any combination.</summary>
    private static async Task TakeOffSaleAsync(Unit unit, List<long> goods, CancellationToken cancellation)
    {
        if (goods.Count > 0 && await unit.Set<GoodsRow>()
            .Where(g => goods.Contains(g.Id) && g.Published && g.OffSaleWhenEmpty)
            .Where(g => !unit.Query<StockRow>().Any(s => s.GoodsId == g.Id && s.Stock > 0))
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.Published, false), cancellation) > 0)
        {
            await GoodsWrites.TouchAsync(unit, cancellation);
        }
    }
}
