using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// The demo shop's bargains: the first of its goods that can be bargained for is cut at random, the second as planned. Its
/// shopper has started one and is its first helper.
/// </summary>
internal sealed class BargainsDemo(
    IUnits units,
    HotGrains<BargainKey, BargainCommand, BargainOutcome> bargains,
    ICatalog catalog,
    IUsers users,
    CampaignWrites writes,
    ShopClock clock) : IDemoData
{
    private const long YearMs = 365L * 24 * 60 * 60 * 1000;
    private const int MaxGoods = 2;
    private const int Helpers = 10;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        (await units.RunAsync<bool>(
            async unit =>
            {
                await CampaignReads.InvalidateAsync(unit, cancellation);
                if (!await unit.Query<CampaignRow>().AnyAsync(cancellation))
                {
                    await LoadAsync(unit, cancellation);
                }

                return true;
            },
            cancellation)).OrRefuse();
        var first = await units.ReadAsync(
            r => r.Query<CampaignRow>().OrderBy(c => c.Id).Select(c => c.Id).FirstOrDefaultAsync(cancellation), cancellation);
        if (first > 0 && await users.DemoUserAsync(cancellation) is { } shopper)
        {
            // Once more it gives what there is.
            await bargains.RunAsync(new(first, shopper), new StartCommand());
            await bargains.RunAsync(new(first, shopper), new HelpCommand { HelperId = shopper, Remark = "自己先砍一刀" });
        }
    }

    private async Task LoadAsync(Unit unit, CancellationToken cancellation)
    {
        var goods = await catalog.BargainedAsync(unit, MaxGoods, cancellation);
        foreach (var (line, i) in goods.Select((line, i) => (line, i)))
        {
            (await writes.CreateAsync(unit, Terms(line, isPlanned: i > 0), cancellation)).OrRefuse();
        }
    }

    private BargainTerms Terms(PriceLine line, bool isPlanned)
    {
        var start = clock.StartOf(clock.DayOf(clock.NowMs));
        var share = Math.Max(1, (line.FullCents - line.BargainCents!.Value) / Helpers);
        return new()
        {
            GoodsId = line.GoodsId,
            StartCents = line.FullCents,
            FloorCents = line.BargainCents.Value,
            CutMinCents = Math.Max(1, share / 2),
            CutMaxCents = share * 2,
            HelpersToFloor = isPlanned ? Helpers : 0,
            StockTotal = 100,
            StartsAt = start,
            EndsAt = start + YearMs,
            DurationMinutes = 3 * 24 * 60,
        };
    }
}
