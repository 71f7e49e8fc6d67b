using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The demo shop's group-buys: a campaign for each of its goods that can be bought in a group.</summary>
internal sealed class GroupBuysDemo(IUnits units, ICatalog catalog, CampaignWrites campaigns, GroupWrites groups, IUsers users)
    : IDemoData
{
    private const int MaxGoods = 2;
    private const long YearMs = 365L * 24 * 60 * 60 * 1000;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        var goods = await units.ReadAsync(r => catalog.GroupGoodsAsync(r, MaxGoods, cancellation), cancellation);
        (await units.RunAsync<bool>(
            async unit =>
            {
                if (await unit.Query<CampaignRow>().AnyAsync(cancellation))
                {
                    return true;
                }

                foreach (var (id, size) in goods.Zip([2, 5]))
                {
                    var terms = new CampaignTerms
                    {
                        Group = new() { GoodsId = id, Size = size, Hours = 24 },
                        OpenUntil = unit.NowMs + YearMs,
                    };
                    (await campaigns.CreateAsync(unit, terms, cancellation)).OrRefuse();
                    await unit.SaveAsync(cancellation);
                }

                return true;
            },
            cancellation)).OrRefuse();
        if (goods.Count > 0 && await users.DemoUserAsync(cancellation) is { } shopper)
        {
            (await groups.OpenAsync(shopper, goods[0], "demo", 0, cancellation)).OrRefuse();
        }
    }
}
