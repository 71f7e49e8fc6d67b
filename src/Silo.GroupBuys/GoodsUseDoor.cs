using Silo.Catalog;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Campaigns need their goods while groups can be opened, enabled or not, and groups while they are open.</summary>
internal sealed class GoodsUseDoor : IGoodsUse
{
    /// <summary>A group that is opened at the last moment is committed a little later.</summary>
    private const long OpeningMs = 60_000;

    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        var (first, until) = (new Paging(1, GoodsUses.MaxNamed), unit.NowMs - OpeningMs);
        var (campaigns, campaignCount) = await unit.Query<CampaignRow>()
            .Where(c => c.GoodsId == goodsId && !c.Over && c.OpenUntil > until)
            .OrderBy(c => c.Id).Select(c => c.Id).PageAsync(first, cancellation);
        var (groups, groupCount) = await unit.Query<GroupRow>()
            .Where(g => g.GoodsId == goodsId && g.Status == GroupStatus.Open)
            .OrderBy(g => g.Id).Select(g => g.Id).PageAsync(first, cancellation);
        return new(
            campaignCount + groupCount,
            [
                .. campaigns.Select(id => new GoodsUser("group-campaign", id, "")),
                .. groups.Select(id => new GoodsUser("group", id, "")),
            ]);
    }
}
