using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>A draw with its prize as it was, how it was sent, and where its winner wants it.</summary>
internal sealed record FullDraw(DrawRow Draw, Prize Prize, DeliveryRow? Delivery = null, PrizeAddressRow? Address = null);

/// <summary>One version of a lottery's rule.</summary>
internal sealed record Rule(int Version, long FirstPosition, bool IsDeck, IReadOnlyList<Prize> Prizes);

/// <summary>Which draws of a lottery to list.</summary>
internal readonly record struct DrawQuery(long LotteryId, long UserId = 0, long PrizeId = 0, bool PendingOnly = false);

/// <summary>The module's queries: draws come from rows, how far a lottery is from the committed state of its grain.</summary>
internal sealed class LotteriesReads(
    IUnits units, IStates states, HotGrains<long, LotteryCommand, LotteryOutcome> lotteries, IUserNames names, ShopClock clock)
{
    /// <summary>So many draws of a filter are counted exactly.</summary>
    public const int MaxCounted = 10_000;

    public async Task<LotteryState> StateAsync(long lotteryId) =>
        (await states.ReadManyAsync<LotteryState>([new(LotteryState.Name, lotteryId)]))[0];

    /// <summary>The state of a lottery that is over for good; closes it where nobody has done so yet.</summary>
    public async Task<Result<LotteryState>> ClosedAsync(long lotteryId)
    {
        var state = await StateAsync(lotteryId);
        if (!state.Exists)
        {
            return LotteriesRefusals.Unknown;
        }

        if (!state.Closed && clock.NowMs >= state.Terms.EndsAt
            && (await lotteries.RunAsync(lotteryId, new CloseCommand())).Refusal is null)
        {
            state = await StateAsync(lotteryId);
        }

        return state.Closed ? state : LotteriesRefusals.NotEnded;
    }

    public async Task<(List<(long Id, LotteryState State)> Lotteries, long Total)> SearchAsync(
        string title, Paging paging, CancellationToken cancellation)
    {
        var (found, total) = await units.ReadAsync(
            r => r.Query<LotteryRow>().Where(l => title == "" || l.SearchTitle.Contains(title))
                .OrderByDescending(l => l.Id).Select(l => l.Id).PageAsync(paging, cancellation),
            cancellation);
        var page = await states.ReadManyAsync<LotteryState>([.. found.Select(id => new StateKey(LotteryState.Name, id))]);
        return ([.. found.Zip(page)], total);
    }

    /// <summary>
    /// The newest draws first. Positions have no gaps, so that a page is a range of them, and none is counted.
    /// </summary>
    /// <param name="lotteryId">The lottery.</param>
    /// <param name="draws">How many there are.</param>
    /// <param name="paging">The page.</param>
    /// <param name="cancellation">Ends the reads.</param>
    public Task<List<FullDraw>> LatestAsync(long lotteryId, long draws, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(
            async r =>
            {
                var last = draws - paging.Skip;
                var first = last - paging.Take;
                return await FullAsync(
                    r,
                    await r.Query<DrawRow>().Where(d => d.LotteryId == lotteryId && d.Position > first && d.Position <= last)
                        .OrderByDescending(d => d.Position).ToListAsync(cancellation),
                    cancellation);
            },
            cancellation);

    /// <summary>A user's draws of a lottery, the newest first; there are at most as many as one user may make.</summary>
    public Task<(List<FullDraw> Draws, long Total)> OfUserAsync(
        long lotteryId, long userId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var (page, total) = await r.Query<DrawRow>().Where(d => d.UserId == userId && d.LotteryId == lotteryId)
                .OrderByDescending(d => d.Ordinal).PageAsync(paging, cancellation);
            return (await FullAsync(r, page, cancellation), total);
        },
        cancellation);

    /// <summary>
    /// Draws as operators filter them, the newest first. How many there are is counted up to
    /// <see cref="MaxCounted"/>; beyond it, it is said that there are more.
    /// </summary>
    public Task<(List<FullDraw> Draws, long Total, bool IsCapped)> FilteredAsync(
        DrawQuery query, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var rows = r.Query<DrawRow>().Where(d => d.LotteryId == query.LotteryId);
            if (query.UserId != 0)
            {
                rows = rows.Where(d => d.UserId == query.UserId);
            }

            if (query.PrizeId != 0)
            {
                rows = rows.Where(d => d.PrizeId == query.PrizeId);
            }

            if (query.PendingOnly)
            {
                rows = rows.Where(d => d.IsGoods && !r.Query<DeliveryRow>().Any(x => x.DrawId == d.Id));
            }

            rows = rows.OrderByDescending(d => d.Position);
            var page = await rows.Skip(paging.Skip).Take(paging.Take).ToListAsync(cancellation);
            var counted = await rows.Take(MaxCounted + 1).LongCountAsync(cancellation);
            return (await FullAsync(r, page, cancellation), Math.Min(counted, MaxCounted), counted > MaxCounted);
        },
        cancellation);

    /// <summary>A user's draws of all lotteries, in the order of their ids.</summary>
    public static async Task<List<FullDraw>> OfUserAsync(IReads reads, long userId, CancellationToken cancellation) =>
        await FullAsync(
            reads, await reads.Query<DrawRow>().Where(d => d.UserId == userId).OrderBy(d => d.Id).ToListAsync(cancellation), cancellation);

    public static async Task<FullDraw?> DrawAsync(IReads reads, long drawId, CancellationToken cancellation) =>
        (await FullAsync(
            reads, await reads.Query<DrawRow>().Where(d => d.Id == drawId).ToListAsync(cancellation), cancellation)).SingleOrDefault();

    /// <summary>The draws of a page by position.</summary>
    public Task<List<DrawRow>> PositionsAsync(long lotteryId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<DrawRow>()
            .Where(d => d.LotteryId == lotteryId && d.Position > paging.Skip && d.Position <= (long)paging.Skip + paging.Take)
            .OrderBy(d => d.Position).ToListAsync(cancellation),
        cancellation);

    /// <summary>A draw by its position, with its rule, and how often each prize of that rule was won before it.</summary>
    public Task<(DrawRow Draw, Rule Rule, long[] WonBefore)?> BeforeAsync(
        long lotteryId, long position, CancellationToken cancellation) => units.ReadAsync<(DrawRow, Rule, long[])?>(
        async r =>
        {
            var draws = r.Query<DrawRow>().Where(d => d.LotteryId == lotteryId);
            if (await draws.SingleOrDefaultAsync(d => d.Position == position, cancellation) is not { } draw)
            {
                return null;
            }

            var rule = (await RulesAsync(r, [draw], cancellation))[(lotteryId, draw.RuleVersion)];
            var won = new long[rule.Prizes.Count];
            for (var i = 0; i < won.Length; i++)
            {
                won[i] = await DrawnBeforeAsync(draws, rule.Prizes[i].Id, position, cancellation);
            }

            return (draw, rule, won);
        },
        cancellation);

    /// <summary>The versions of a lottery's rule by which draws of it were drawn, ascending.</summary>
    public Task<List<Rule>> RulesAsync(IReadOnlyCollection<DrawRow> draws, CancellationToken cancellation) => units.ReadAsync(
        async r => (await RulesAsync(r, draws, cancellation)).Values.OrderBy(rule => rule.Version).ToList(), cancellation);

    /// <summary>How often each prize was won and, of goods, sent; those that were never won are left out.</summary>
    public Task<List<(long PrizeId, long Won, long Delivered)>> WonAsync(
        long lotteryId, LotteryState state, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var draws = r.Query<DrawRow>().Where(d => d.LotteryId == lotteryId);
            var won = state.Terms.Prizes.Select((p, i) => (p.Id, Won: state.Won[i])).ToDictionary(p => p.Id, p => p.Won);
            var rules = await r.Query<RuleRow>().Where(rule => rule.LotteryId == lotteryId).ToListAsync(cancellation);
            foreach (var gone in rules.SelectMany(rule => Read(rule).Prizes).Select(p => p.Id).Distinct().Except([.. won.Keys]))
            {
                won[gone] = await DrawnBeforeAsync(draws, gone, long.MaxValue, cancellation);
            }

            var sent = await (from delivery in r.Query<DeliveryRow>()
                              where delivery.LotteryId == lotteryId
                              join draw in r.Query<DrawRow>() on delivery.DrawId equals draw.Id
                              group draw by draw.PrizeId into g
                              select new { g.Key, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
            return won.Where(w => w.Value > 0).OrderBy(w => w.Key)
                .Select(w => (w.Key, w.Value, sent.GetValueOrDefault(w.Key))).ToList();
        },
        cancellation);

    /// <summary>Those who drew, as others see them; who is gone is left out.</summary>
    public Task<IReadOnlyDictionary<long, ShownUser>> ShownAsync(List<FullDraw> draws, CancellationToken cancellation) => units.ReadAsync(
        r => names.ShownAsync(r, [.. draws.Select(d => d.Draw.UserId).Distinct()], cancellation), cancellation);

    /// <summary>The prize of a rule that is no longer the present one.</summary>
    public Task<Prize> PrizeAsync(long lotteryId, int ruleVersion, long prizeId, CancellationToken cancellation) => units.ReadAsync(
        async r => Read(await r.Query<RuleRow>().SingleAsync(
            rule => rule.LotteryId == lotteryId && rule.Version == ruleVersion, cancellation)).Prizes.Single(p => p.Id == prizeId),
        cancellation);

    /// <summary>How often a prize was drawn before a position: its last draw before it says so, and one row is read.</summary>
    private static async Task<long> DrawnBeforeAsync(
        IQueryable<DrawRow> draws, long prizeId, long position, CancellationToken cancellation) =>
        (await draws.Where(d => d.PrizeId == prizeId && d.Position < position).OrderByDescending(d => d.Position)
            .Select(d => (long?)d.PrizeOrdinal).FirstOrDefaultAsync(cancellation) + 1) ?? 0;

    private static async Task<List<FullDraw>> FullAsync(IReads reads, List<DrawRow> draws, CancellationToken cancellation)
    {
        if (draws.Count == 0)
        {
            return [];
        }

        var rules = await RulesAsync(reads, draws, cancellation);
        var goods = draws.Where(d => d.IsGoods).Select(d => d.Id).ToArray();
        var deliveries = goods.Length == 0 ? [] : await reads.Query<DeliveryRow>().Where(d => goods.Contains(d.DrawId))
            .ToDictionaryAsync(d => d.DrawId, cancellation);
        var addresses = goods.Length == 0 ? [] : (await reads.Query<PrizeAddressRow>().Where(a => goods.Contains(a.DrawId))
            .ToListAsync(cancellation)).GroupBy(a => a.DrawId).ToDictionary(g => g.Key, g => g.MaxBy(a => a.Ordinal)!);
        return draws.ConvertAll(d => new FullDraw(
            d,
            rules[(d.LotteryId, d.RuleVersion)].Prizes.Single(p => p.Id == d.PrizeId),
            deliveries.GetValueOrDefault(d.Id),
            addresses.GetValueOrDefault(d.Id)));
    }

    /// <summary>The rules that draws name; of several lotteries also other versions that one of them names.</summary>
    private static async Task<Dictionary<(long Lottery, int Version), Rule>> RulesAsync(
        IReads reads, IReadOnlyCollection<DrawRow> draws, CancellationToken cancellation)
    {
        var lotteries = draws.Select(d => d.LotteryId).Distinct().ToArray();
        var versions = draws.Select(d => d.RuleVersion).Distinct().ToArray();
        return (await reads.Query<RuleRow>().Where(r => lotteries.Contains(r.LotteryId) && versions.Contains(r.Version))
            .ToListAsync(cancellation)).ToDictionary(r => (r.LotteryId, r.Version), Read);
    }

    private static Rule Read(RuleRow row) =>
        new(row.Version, row.FirstPosition, row.IsDeck, JsonSerializer.Deserialize<Prize[]>(row.Prizes)!);
}
