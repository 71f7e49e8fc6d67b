using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>A draw with its prize as it was, and how it was sent.</summary>
internal sealed record FullDraw(DrawRow Draw, Prize Prize, DeliveryRow? Delivery);

/// <summary>One version of a lottery's rule.</summary>
internal sealed record Rule(int Version, long FirstPosition, bool IsDeck, IReadOnlyList<Prize> Prizes);

/// <summary>Which draws of a lottery to list.</summary>
internal readonly record struct DrawQuery(long LotteryId, long UserId = 0, long PrizeId = 0, bool PendingOnly = false);

/// <summary>The room's queries: draws come from rows, how far a lottery is from the committed state of its grain.</summary>
internal sealed class LotteryReads(IUnits units, IStates states, IGrainFactory grains, ShopClock clock)
{
    public async Task<LotteryState> StateAsync(long lotteryId) =>
        (await states.ReadManyAsync<LotteryState>([new(LotteryState.Name, lotteryId)]))[0];

    /// <summary>The state of a lottery that is over for good; closes it where nobody has done so yet.</summary>
    public async Task<Result<LotteryState>> ClosedAsync(long lotteryId)
    {
        var state = await StateAsync(lotteryId);
        if (!state.Exists)
        {
            return LotteryRefusals.Unknown;
        }

        if (!state.Closed && clock.NowMs >= state.Terms.EndsAt
            && (await grains.GetGrain<ILotteryGrain>(lotteryId).ChangeAsync(new CloseCommand())).Refusal is null)
        {
            state = await StateAsync(lotteryId);
        }

        return state.Closed ? state : LotteryRefusals.NotEnded;
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

    public Task<(List<FullDraw> Draws, long Total)> DrawsAsync(
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

            var (page, total) = await rows.OrderByDescending(d => d.Position).PageAsync(paging, cancellation);
            return (await FullAsync(r, page, cancellation), total);
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

            var rule = (await RulesAsync(r, [lotteryId], cancellation))[(lotteryId, draw.RuleVersion)];
            var limited = rule.Prizes.Where(p => !p.IsEndless).Select(p => p.Id).ToArray();
            var won = await draws.Where(d => limited.Contains(d.PrizeId) && d.Position < position)
                .GroupBy(d => d.PrizeId).Select(g => new { g.Key, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
            return (draw, rule, rule.Prizes.Select(p => won.GetValueOrDefault(p.Id)).ToArray());
        },
        cancellation);

    /// <summary>All versions of a lottery's rule.</summary>
    public Task<List<Rule>> RulesAsync(long lotteryId, CancellationToken cancellation) => units.ReadAsync(
        async r => (await RulesAsync(r, [lotteryId], cancellation)).Values.OrderBy(rule => rule.Version).ToList(), cancellation);

    /// <summary>How often each prize was won and, of goods, sent; those that were never won are left out.</summary>
    public Task<List<(long PrizeId, long Won, long Delivered)>> WonAsync(long lotteryId, CancellationToken cancellation) =>
        units.ReadAsync(
            async r =>
            {
                var draws = r.Query<DrawRow>().Where(d => d.LotteryId == lotteryId);
                var won = await draws.GroupBy(d => d.PrizeId).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(cancellation);
                var sent = await (from delivery in r.Query<DeliveryRow>()
                                  where delivery.LotteryId == lotteryId
                                  join draw in r.Query<DrawRow>() on delivery.DrawId equals draw.Id
                                  group draw by draw.PrizeId into g
                                  select new { g.Key, Count = g.LongCount() })
                    .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
                return won.OrderBy(w => w.Key).Select(w => (w.Key, w.Count, sent.GetValueOrDefault(w.Key))).ToList();
            },
            cancellation);

    /// <summary>The prize of a rule that is no longer the present one.</summary>
    public Task<Prize> PrizeAsync(long lotteryId, int ruleVersion, long prizeId, CancellationToken cancellation) => units.ReadAsync(
        async r => (await RulesAsync(r, [lotteryId], cancellation))[(lotteryId, ruleVersion)].Prizes.Single(p => p.Id == prizeId),
        cancellation);

    public Task<AuditEntry?> AuditAsync(long operatorId, string rpc, string requestId, CancellationToken cancellation) =>
        units.ReadAsync(
            r => r.Query<AuditEntry>().SingleOrDefaultAsync(
                a => a.OperatorId == operatorId && a.Rpc == rpc && a.RequestId == requestId, cancellation),
            cancellation);

    private static async Task<List<FullDraw>> FullAsync(IReads reads, List<DrawRow> draws, CancellationToken cancellation)
    {
        if (draws.Count == 0)
        {
            return [];
        }

        var rules = await RulesAsync(reads, draws.Select(d => d.LotteryId).Distinct().ToArray(), cancellation);
        var goods = draws.Where(d => d.IsGoods).Select(d => d.Id).ToArray();
        var deliveries = await reads.Query<DeliveryRow>().Where(d => goods.Contains(d.DrawId))
            .ToDictionaryAsync(d => d.DrawId, cancellation);
        return draws.ConvertAll(d => new FullDraw(
            d,
            rules[(d.LotteryId, d.RuleVersion)].Prizes.Single(p => p.Id == d.PrizeId),
            deliveries.GetValueOrDefault(d.Id)));
    }

    private static async Task<Dictionary<(long Lottery, int Version), Rule>> RulesAsync(
        IReads reads, IReadOnlyCollection<long> lotteries, CancellationToken cancellation) =>
        (await reads.Query<RuleRow>().Where(r => lotteries.Contains(r.LotteryId)).ToListAsync(cancellation))
        .ToDictionary(
            r => (r.LotteryId, r.Version),
            r => new Rule(r.Version, r.FirstPosition, r.IsDeck, JsonSerializer.Deserialize<Prize[]>(r.Prizes)!));
}
