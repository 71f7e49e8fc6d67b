using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>A help with how its helper is shown.</summary>
internal sealed record ShownHelp(HelpRow Row, ShownUser? Helper);

/// <summary>What has become of a campaign.</summary>
internal sealed record Progress(long Bargains, long AtFloor, long Cleared, long Helps);

/// <summary>The module's queries: lists come from rows, where a bargain stands from the committed states of the grains.</summary>
internal sealed class BargainReads(IUnits units, IStates states, IUserNames users)
{
    public async Task<BargainState> StateAsync(BargainKey key) => (await states.ReadManyAsync<BargainState>([key.State]))[0];

    /// <summary>The bargain that an initiator has; null for none.</summary>
    public async Task<BargainView?> FindAsync(BargainKey key) =>
        await StateAsync(key) is { Exists: true } state ? BargainView.Of(key, state) : null;

    public static BargainView View(BargainRow row) => new()
    {
        Id = row.Id,
        CampaignId = row.CampaignId,
        InitiatorId = row.InitiatorId,
        GoodsId = row.GoodsId,
        RuleVersion = row.RuleVersion,
        StartCents = row.StartCents,
        FloorCents = row.FloorCents,
        PriceCents = row.PriceCents,
        Helps = row.Helps,
        StartedAt = row.StartedAt,
        EndsAt = row.EndsAt,
        UpdatedAt = row.UpdatedAt,
        ClearedAt = row.ClearedAt,
    };

    /// <summary>How a shopper is shown to others; null where there is none.</summary>
    public Task<ShownUser?> ShownAsync(long userId, CancellationToken cancellation) => units.ReadAsync(
        async r => (await users.ShownAsync(r, [userId], cancellation)).GetValueOrDefault(userId), cancellation);

    /// <summary>A page of the bargains of a campaign, newest first.</summary>
    public async Task<(List<BargainView> Page, long Total)> BargainsAsync(
        long campaignId, Func<IQueryable<BargainRow>, IQueryable<BargainRow>> filter, Paging paging, CancellationToken cancellation)
    {
        var (rows, total) = await units.ReadAsync(
            r => filter(r.Query<BargainRow>().Where(b => b.CampaignId == campaignId)).OrderByDescending(b => b.Id)
                .PageAsync(paging, cancellation),
            cancellation);
        return (await PresentAsync(rows), total);
    }

    /// <summary>All bargains and helps of a shopper, in the order of their ids.</summary>
    public async Task<(List<BargainView> Bargains, List<HelpRow> Helps)> OfUserAsync(
        IReads reads, long userId, CancellationToken cancellation)
    {
        var bargains = await reads.Query<BargainRow>().Where(b => b.InitiatorId == userId).OrderBy(b => b.Id).ToListAsync(cancellation);
        var helps = await reads.Query<HelpRow>().Where(h => h.HelperId == userId).OrderBy(h => h.BargainId).ToListAsync(cancellation);
        return (await PresentAsync(bargains), helps);
    }

    public Task<BargainRow?> RowAsync(long bargainId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<BargainRow>().SingleOrDefaultAsync(b => b.Id == bargainId, cancellation), cancellation);

    /// <summary>A page of the helps of a bargain, newest first.</summary>
    public Task<(List<ShownHelp> Page, long Total)> HelpsAsync(
        long bargainId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var (rows, total) = await r.Query<HelpRow>().Where(h => h.BargainId == bargainId)
                .OrderByDescending(h => h.Ordinal).PageAsync(paging, cancellation);
            var shown = await users.ShownAsync(r, [.. rows.Select(h => h.HelperId)], cancellation);
            return (rows.ConvertAll(h => new ShownHelp(h, shown.GetValueOrDefault(h.HelperId))), total);
        },
        cancellation);

    /// <summary>A helper's help of a bargain; null for none.</summary>
    public Task<HelpRow?> HelpAsync(long bargainId, long helperId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<HelpRow>().SingleOrDefaultAsync(h => h.BargainId == bargainId && h.HelperId == helperId, cancellation),
        cancellation);

    public Task<Progress> ProgressAsync(long campaignId, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var bargains = r.Query<BargainRow>().Where(b => b.CampaignId == campaignId);
            var counts = await bargains
                .GroupBy(b => new { Cleared = b.ClearedAt > 0, AtFloor = b.PriceCents == b.FloorCents })
                .Select(g => new { g.Key.Cleared, g.Key.AtFloor, Count = g.LongCount() }).ToListAsync(cancellation);
            var helps = await bargains.Join(r.Query<HelpRow>(), b => b.Id, h => h.BargainId, (b, h) => h).LongCountAsync(cancellation);
            return new Progress(
                counts.Where(c => !c.Cleared).Sum(c => c.Count),
                counts.Where(c => !c.Cleared && c.AtFloor).Sum(c => c.Count),
                counts.Where(c => c.Cleared).Sum(c => c.Count),
                helps);
        },
        cancellation);

    /// <summary>The bargains as they stand now: those that are not cleared by their grains' states.</summary>
    private async Task<List<BargainView>> PresentAsync(List<BargainRow> rows)
    {
        var keys = rows.Where(b => b.ClearedAt == 0).Select(b => new BargainKey(b.CampaignId, b.InitiatorId)).ToArray();
        var present = keys.Zip(await states.ReadManyAsync<BargainState>([.. keys.Select(k => k.State)]))
            .Where(pair => pair.Second.Exists).Select(pair => BargainView.Of(pair.First, pair.Second)).ToDictionary(b => b.Id);
        return rows.ConvertAll(b => present.GetValueOrDefault(b.Id) ?? View(b));
    }
}
