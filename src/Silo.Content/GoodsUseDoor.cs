using Silo.Catalog;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Banners need the goods that they lead to, also while they are drafts, which can be published.</summary>
internal sealed class GoodsUseDoor : IGoodsUse
{
    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        var (rows, count) = await unit.Query<BannerRow>().Where(b => b.BusinessId == goodsId)
            .OrderBy(b => b.Id).PageAsync(new Paging(1, GoodsUses.MaxNamed), cancellation);
        return new(count, rows.ConvertAll(b => new GoodsUser("banner", b.Id, b.Name)));
    }
}
