using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// Campaigns, from memory while no operator has changed one: what all grains and every page of goods ask for. Deadlines
/// are compared with the clock by whoever asks.
/// </summary>
internal sealed class CampaignReads
{
    private const string CacheTag = "bargains.campaigns";
    private const int Remembered = 20_000;

    /// <summary>Most campaigns of one of the goods that are shown at once.</summary>
    private const int MaxPerGoods = 100;

    private readonly IUnits units;
    private readonly TaggedCache<long, Campaign?> campaigns;
    private readonly BatchLoader<long, IReadOnlyList<Campaign>> together;
    private readonly TaggedCache<long, IReadOnlyList<Campaign>> ofGoods;

    public CampaignReads(IUnits units, CacheInvalidation invalidation, ShopClock clock)
    {
        this.units = units;
        campaigns = new TaggedCache<long, Campaign?>(invalidation, CacheTag, Remembered, id => units.ReadAsync(
            r => FindAsync(r, id, CancellationToken.None), CancellationToken.None)).KeepsApart(campaign => campaign is null);
        together = new(goods => units.ReadAsync(r => OfGoodsAsync(r, goods, clock.NowMs), CancellationToken.None));
        ofGoods = new TaggedCache<long, IReadOnlyList<Campaign>>(invalidation, CacheTag, Remembered, together.ReadAsync)
            .KeepsApart(all => all.Count == 0);
    }

    /// <summary>Says that a campaign has changed.</summary>
    public static Task InvalidateAsync(Unit unit, CancellationToken cancellation) => unit.InvalidateAsync(CacheTag, cancellation);

    /// <summary>A campaign as its row is; null for none.</summary>
    public static async Task<Campaign?> FindAsync(IReads reads, long id, CancellationToken cancellation) =>
        await reads.Query<CampaignRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } row ? null
        : Of(row, await reads.Query<StockRow>().SingleAsync(s => s.CampaignId == id, cancellation));

    /// <summary>A campaign; null for none.</summary>
    public Task<Campaign?> FindAsync(long id, CancellationToken cancellation) => campaigns.GetAsync(id, cancellation);

    /// <summary>Campaigns of goods that are open at an instant, newest first.</summary>
    public async Task<List<Campaign>> OpenAsync(IEnumerable<long> goods, long now, CancellationToken cancellation)
    {
        var all = await Task.WhenAll(goods.Distinct().Select(id => OfGoodsAsync(id, cancellation)));
        return [.. all.SelectMany(c => c).Where(c => IsOpen(c, now)).OrderByDescending(c => c.Id)];
    }

    /// <summary>A page of all campaigns that are open at an instant, newest first.</summary>
    public Task<(List<Campaign> Page, long Total)> OpenAsync(long now, Paging paging, CancellationToken cancellation) => PageAsync(
        rows => rows.Where(c => c.Enabled && c.StartsAt <= now && now < c.EndsAt && (c.EndedAt == 0 || now < c.EndedAt)),
        paging,
        cancellation);

    /// <summary>A page of campaigns, newest first.</summary>
    public Task<(List<Campaign> Page, long Total)> PageAsync(
        Func<IQueryable<CampaignRow>, IQueryable<CampaignRow>> filter, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(
            async r =>
            {
                var (rows, total) = await filter(r.Query<CampaignRow>()).OrderByDescending(c => c.Id).PageAsync(paging, cancellation);
                return (await WithStocksAsync(r, rows, cancellation), total);
            },
            cancellation);

    /// <summary>What is sold and reserved of campaigns now.</summary>
    public Task<Dictionary<long, StockRow>> StocksAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        ids.Count == 0 ? Task.FromResult(new Dictionary<long, StockRow>()) : units.ReadAsync(
            r => r.Query<StockRow>().Where(s => ids.Contains(s.CampaignId)).ToDictionaryAsync(s => s.CampaignId, cancellation),
            cancellation);

    public static Campaign Of(CampaignRow row, StockRow stock) => new(
        row.Id,
        row.Version,
        new()
        {
            GoodsId = row.GoodsId,
            StartCents = row.StartCents,
            FloorCents = row.FloorCents,
            CutMinCents = row.CutMinCents,
            CutMaxCents = row.CutMaxCents,
            HelpersToFloor = row.HelpersToFloor,
            StockTotal = stock.Total,
            StartsAt = row.StartsAt,
            EndsAt = row.EndsAt,
            DurationMinutes = row.DurationMinutes,
            StartsPerUser = row.StartsPerUser,
            HelpsPerUser = row.HelpsPerUser,
        },
        row.Enabled,
        row.EndedAt,
        row.CreatedAt,
        row.UpdatedAt);

    private static bool IsOpen(Campaign campaign, long now) =>
        campaign.Enabled && campaign.Terms.StartsAt <= now && now < BargainRules.EndOf(campaign);

    /// <summary>
    /// The campaigns of goods that are open or to come, from memory. Of more than are kept it is the clock that says which
    /// are open, so those are read.
    /// </summary>
    private async Task<IReadOnlyList<Campaign>> OfGoodsAsync(long goods, CancellationToken cancellation)
    {
        var known = await ofGoods.GetAsync(goods, cancellation);
        return known.Count < MaxPerGoods ? known : await together.ReadAsync(goods);
    }

    /// <summary>The campaigns of each of the goods that are not over at an instant: those that have begun first.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<Campaign>>> OfGoodsAsync(
        IReads reads, IReadOnlyList<long> goods, long now)
    {
        var live = reads.Query<CampaignRow>().Where(
            c => goods.Contains(c.GoodsId) && c.Enabled && c.EndedAt == 0 && c.EndsAt > now);
        var rows = await live.GroupBy(c => c.GoodsId)
            .Select(g => g.OrderByDescending(c => c.StartsAt <= now).ThenByDescending(c => c.Id).Take(MaxPerGoods).ToList())
            .ToListAsync();
        var byGoods = (await WithStocksAsync(reads, [.. rows.SelectMany(r => r)], CancellationToken.None))
            .ToLookup(c => c.Terms.GoodsId);
        return [.. goods.Select(id => byGoods[id].ToList())];
    }

    private static async Task<List<Campaign>> WithStocksAsync(
        IReads reads, List<CampaignRow> rows, CancellationToken cancellation)
    {
        var ids = rows.Select(c => c.Id).ToArray();
        var stocks = ids.Length == 0 ? [] : await reads.Query<StockRow>().Where(s => ids.Contains(s.CampaignId))
            .ToDictionaryAsync(s => s.CampaignId, cancellation);
        return rows.ConvertAll(c => Of(c, stocks[c.Id]));
    }
}
