using Silo.Catalog;
using Silo.Coupons;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Lotteries;

/// <summary>One lottery. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.lotteries.lottery")]
internal sealed partial class LotteryGrain(
    HotGrainContext context, IWallets wallets, ICouponAllocations coupons, ICatalog catalog)
    : HotGrain<LotteryState, LotteryCommand, LotteryOutcome, LotteryFacts>(context), ILotteryGrain
{
    protected override StateKey Key => new(LotteryState.Name, LotteryId);

    private long LotteryId => this.GetPrimaryKeyLong();

    public Task<LotteryProgress?> WatchAsync(LotteryProgress? seen) =>
        WatchAsync(state => state.Exists ? LotteryRules.Progress(state) : null, seen);

    protected override async ValueTask<LotteryFacts> LoadAsync(IUnits reads, IReadOnlyList<LotteryCommand> batch)
    {
        var facts = new LotteryFacts { Now = Clock.NowMs };
        await reads.ReadAsync(
            async r =>
            {
                if (State.Exists)
                {
                    await LoadUsersAsync(r, batch, facts);
                }

                facts.Log = await OperatorLog.ReadAsync(r, batch.OfType<IOperatorCommand>(), CancellationToken.None);
                long[] goods = [.. batch.OfType<LotteryChangeCommand>().SelectMany(c => LotteryRules.GoodsOf(c.Terms)).Distinct()];
                facts.Goods = await catalog.ExistingAsync(r, goods, CancellationToken.None);
                return true;
            },
            CancellationToken.None);
        return facts;
    }

    protected override (LotteryState State, LotteryOutcome Outcome) Decide(
        LotteryState draft, LotteryCommand command, LotteryFacts facts, Rows rows) => command switch
        {
            DrawCommand draw => DecideDraw(draft, draw, facts, rows),
            LotteryChangeCommand change => DecideChange(draft, change, facts, rows),
            CloseCommand => DecideClose(draft, facts, rows),
            _ => throw new NotSupportedException(command.GetType().Name),
        };

    private (LotteryState State, LotteryOutcome Outcome) DecideClose(LotteryState draft, LotteryFacts facts, Rows rows)
    {
        var decision = LotteryRules.Close(draft, facts.Now);
        if (!decision.IsAccepted)
        {
            return (draft, LotteryOutcome.Refused(decision.Refusal));
        }

        if (!draft.Closed)
        {
            GiveBackWhatIsLeft(draft, [], rows, facts.Now);
            WriteGoods(draft, [], rows);
        }

        return (decision.Value, new());
    }

    /// <summary>Says of each goods prize, also of those that are no prize any more, whether it can be won.</summary>
    private void WriteGoods(LotteryState draft, IReadOnlyList<Prize> offered, Rows rows)
    {
        foreach (var prize in offered.Concat(draft.Terms.Prizes).Where(p => p.GoodsId > 0).DistinctBy(p => p.Id))
        {
            rows.Put(new GoodsPrizeRow
            {
                PrizeId = prize.Id,
                LotteryId = LotteryId,
                GoodsId = prize.GoodsId,
                IsOffered = offered.Any(p => p.Id == prize.Id),
            });
        }
    }

    /// <summary>Gives to coupons what their prizes need no more.</summary>
    private void GiveBackWhatIsLeft(LotteryState draft, IReadOnlyList<Prize> kept, Rows rows, long now)
    {
        for (var i = 0; i < draft.Terms.Prizes.Count; i++)
        {
            var prize = draft.Terms.Prizes[i];
            var stock = kept.SingleOrDefault(p => p.Id == prize.Id)?.Stock ?? draft.Won[i];
            if (prize.Kind == LotteryPrizeKind.Coupon && prize.Stock > stock)
            {
                rows.Enqueue(
                    LotteriesWork.GiveBack, LotteriesWork.Text(Ids.Next()), now, new(prize.CouponId, prize.Stock - stock));
            }
        }
    }
}
