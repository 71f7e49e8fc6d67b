using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <content>Stock as orders take it and give it back.</content>
internal sealed partial class CatalogDoor
{
    public Func<Rows, Result<bool>> Reserve(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines)
    {
        var goods = lines.Select(l => l.GoodsId).Distinct().ToArray();
        var stocks = StocksOf(stage, lines);
        var onSale = stage.Lock<GoodsRow>(goods, RowLock.Wait);
        // Behind the lock of the goods: of two orders that each take the last of a combination the second sees both.
        var ofGoods = stage.Read<StockRow, long>(s => s.GoodsId, goods);
        var offSale = OffSale(stage, goods);
        return rows =>
        {
            var left = ofGoods.All.ToDictionary(s => s.SkuId, s => s.Stock);
            var going = onSale.All.Where(g => g.Published && g.OffSaleWhenEmpty).Select(g => g.Id).ToHashSet();
            foreach (var line in InOrder(lines))
            {
                if (stocks.All.SingleOrDefault(s => s.SkuId == line.SkuId) is not { } stock)
                {
                    return CatalogRefusals.SkuUnknown;
                }

                if (stock.Stock < line.Quantity)
                {
                    return CatalogRefusals.StockTooLow;
                }

                left[line.SkuId] = stock.Stock - line.Quantity;
                // Of what goes off sale when it is empty, only who sees that it will be empty takes the last.
                var least = left[line.SkuId] > 0 && going.Contains(line.GoodsId) ? line.Quantity + 1 : line.Quantity;
                rows.Update<StockRow>(line.SkuId, $"""
                    UPDATE catalog_stocks SET stock = stock - {line.Quantity} WHERE sku_id = {line.SkuId} AND stock >= {least}
                    """);
            }

            if (offSale.All.Count > 0)
            {
                return CatalogRefusals.GoodsOffSale;
            }

            rows.Invalidate(CatalogCacheTags.Offers, goods);
            foreach (var id in going.Where(id => lines.Any(l => l.GoodsId == id && left[l.SkuId] == 0)))
            {
                // Whether anything is left in another combination is only sure under the goods' lock.
                stage.RequireLocks();
                if (ofGoods.All.Where(s => s.GoodsId == id).All(s => left[s.SkuId] == 0))
                {
                    rows.Update<GoodsRow>(id, $"UPDATE catalog_goods SET published = {false} WHERE id = {id} AND published");
                    rows.Invalidate(CatalogCacheTags.Goods, [id]);
                }
            }

            return true;
        };
    }

    public Func<Rows, Result<bool>> Confirm(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines)
    {
        var goods = lines.Select(l => l.GoodsId).Distinct().ToArray();
        var counters = stage.Lock<CountersRow>(goods, RowLock.Wait);
        return rows =>
        {
            foreach (var row in counters.All)
            {
                var quantity = lines.Where(l => l.GoodsId == row.GoodsId).Sum(l => l.Quantity);
                rows.Update<CountersRow>(row.GoodsId, $"""
                    UPDATE catalog_counters SET orders = orders + 1, sold = sold + {quantity} WHERE goods_id = {row.GoodsId}
                    """);
            }

            rows.Invalidate(CatalogCacheTags.Offers, goods);
            return true;
        };
    }

    public Func<Rows, Result<bool>> Release(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        GiveBack(stage, lines);

    public Func<Rows, Result<bool>> Return(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines) =>
        GiveBack(stage, lines);

    private static Func<Rows, Result<bool>> GiveBack(Stage stage, IReadOnlyCollection<StockLine> lines)
    {
        var stocks = StocksOf(stage, lines);
        return rows =>
        {
            foreach (var line in InOrder(lines).Where(line => stocks.All.Any(s => s.SkuId == line.SkuId)))
            {
                rows.Update<StockRow>(line.SkuId, $"""
                    UPDATE catalog_stocks SET stock = stock + {line.Quantity} WHERE sku_id = {line.SkuId}
                    """);
            }

            rows.Invalidate(CatalogCacheTags.Offers, lines.Select(l => l.GoodsId));
            return true;
        };
    }

    /// <summary>Which of the goods are off sale by themselves or by one of the categories above them, of which there are four.</summary>
    private static StagedNumbers OffSale(Stage stage, long[] goods) => stage.Numbers(
        $"""
        SELECT g.id FROM catalog_goods g
            LEFT JOIN catalog_categories a ON a.id = g.category_id
            LEFT JOIN catalog_categories b ON b.id = a.parent_id
            LEFT JOIN catalog_categories c ON c.id = b.parent_id
            LEFT JOIN catalog_categories d ON d.id = c.parent_id
        WHERE g.id IN {goods}
            AND (NOT g.published OR NOT a.enabled OR NOT b.enabled OR NOT c.enabled OR NOT d.enabled)
        """);

    private static StagedRows<StockRow> StocksOf(Stage stage, IReadOnlyCollection<StockLine> lines) =>
        stage.Lock<StockRow>([.. lines.Select(l => l.SkuId)], RowLock.Wait);

    private static IEnumerable<StockLine> InOrder(IEnumerable<StockLine> lines) => lines
        .GroupBy(l => l.SkuId).Select(g => g.First() with { Quantity = g.Sum(l => l.Quantity) }).OrderBy(l => l.SkuId);
}
