using Silo.Catalog;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>Campaigns need their goods while a bargain of theirs can be started, helped or bought, enabled or not.</summary>
internal sealed class GoodsUseDoor : IGoodsUse
{
    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        var (ids, count) = await unit.Query<CampaignRow>()
            .Where(c => c.GoodsId == goodsId && c.EndedAt == 0 && c.LatestEndsAt > unit.NowMs)
            .OrderBy(c => c.Id).Select(c => c.Id).PageAsync(new Paging(1, GoodsUses.MaxNamed), cancellation);
        return new(count, ids.ConvertAll(id => new GoodsUser("bargain-campaign", id, "")));
    }
}
