using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// An operator's changes of stocks; those of orders are the door's. Stocks are locked before goods.
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
        await unit.InvalidateAsync(CatalogCacheTags.Offers, [stock.GoodsId], cancellation);
        if (after == 0)
        {
            await TakeOffSaleAsync(unit, [stock.GoodsId], cancellation);
        }

        return new OperatorChange<StockChangeRow>($"sku:{skuId}", null, change);
    }

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
