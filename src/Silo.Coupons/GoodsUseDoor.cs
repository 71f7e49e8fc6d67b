using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// Coupons need the goods among their targets while they can be claimed, enabled or not. User coupons that were given do
/// not: they find no such goods, as they find none off sale.
/// </summary>
internal sealed class GoodsUseDoor : IGoodsUse
{
    public async Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation)
    {
        // The text finds the few that may have the target; which of them have it is in the JSON.
        var text = goodsId.ToString(CultureInfo.InvariantCulture);
        var found = await unit.Query<CouponRow>().Where(c => c.ClaimableUntil > unit.NowMs)
            .Join(
                unit.Query<CouponTermsRow>().Where(t => t.Targets.Contains(text)),
                c => new { c.Id, c.Version },
                t => new { Id = t.CouponId, t.Version },
                (c, t) => t)
            .OrderBy(t => t.CouponId).ToListAsync(cancellation);
        var users = found.Where(t => CouponTarget.GoodsOf(t.Terms.Targets).Contains(goodsId))
            .Select(t => new GoodsUser("coupon", t.CouponId, t.Name)).ToList();
        return new(users.Count, [.. users.Take(GoodsUses.MaxNamed)]);
    }
}
