using Silo.Catalog;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>Lotteries need the goods of prizes that can be won, and draws those that are to be sent.</summary>
internal sealed class GoodsUseDoor : IGoodsUse
{
    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        var (prizes, first) = (unit.Query<GoodsPrizeRow>().Where(p => p.GoodsId == goodsId), new Paging(1, GoodsUses.MaxNamed));
        var titles = unit.Query<LotteryRow>();
        var (lotteries, lotteryCount) = await titles.Where(l => prizes.Any(p => p.LotteryId == l.Id && p.IsOffered))
            .OrderBy(l => l.Id).PageAsync(first, cancellation);
        var (draws, drawCount) = await unit.Query<DrawRow>()
            .Where(d => d.IsGoods && prizes.Any(p => p.LotteryId == d.LotteryId && p.PrizeId == d.PrizeId)
                && !unit.Query<DeliveryRow>().Any(x => x.DrawId == d.Id))
            .OrderBy(d => d.Id).Select(d => new { d.Id, titles.Single(l => l.Id == d.LotteryId).Title }).PageAsync(first, cancellation);
        return new(
            lotteryCount + drawCount,
            [
                .. lotteries.Select(l => new GoodsUser("lottery", l.Id, l.Title)),
                .. draws.Select(d => new GoodsUser("draw", d.Id, d.Title)),
            ]);
    }
}
