using System.Globalization;
using Microsoft.Extensions.Logging;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>
/// Coupon prizes: what a lottery needs is taken from the coupon before the lottery is saved, together with work that
/// gives it back if the saving never came to an end. Whether an allotment is used or given back is one row, whose key
/// lets one of them through.
/// </summary>
internal sealed class LotteryAllotments(
    ICouponAllotments coupons, IUnits units, IdSource ids, ILogger<LotteryAllotments> logger)
{
    /// <summary>Joined to the taking: has it looked at later.</summary>
    public const string Taken = "lotteries.allotment";

    /// <summary>Looks at an allotment: if no lottery uses it, it is given back.</summary>
    public const string Settle = "lotteries.settle";

    /// <summary>Gives user-coupons back to their coupon.</summary>
    public const string GiveBack = "lotteries.give_back";

    /// <summary>Takes what the coupon prizes of new terms need beyond the present ones, or nothing, with the refusal.</summary>
    public async Task<Result<CouponTake[]>> TakeAsync(LotteryTerms present, LotteryTerms terms)
    {
        List<CouponTake> takes = [];
        for (var place = 0; place < terms.Prizes.Count; place++)
        {
            var needed = Needed(present, terms.Prizes[place]);
            if (needed <= 0)
            {
                continue;
            }

            var (id, couponId) = (ids.Next(), terms.Prizes[place].CouponId);
            var joined = new JoinedCommand { Kind = Taken, Id = id, Payload = Payload(couponId, needed) };
            var taken = await coupons.TakeAsync(id, couponId, needed, joined);
            if (!taken.IsAccepted)
            {
                await ReturnUnusedAsync(takes);
                return taken.Refusal;
            }

            takes.Add(new() { AllotmentId = id, Place = place, UserCoupons = needed, Coupon = taken.Value });
        }

        return takes.ToArray();
    }

    /// <summary>
    /// Gives back those that no lottery uses. Never fails, because what came before it is what the caller has to tell:
    /// what cannot be given back now is by the work that was left with the taking.
    /// </summary>
    public async Task ReturnUnusedAsync(IEnumerable<CouponTake> takes)
    {
        foreach (var take in takes)
        {
            try
            {
                await SettleAsync(take.AllotmentId, Payload(take.Coupon.CouponId, take.UserCoupons), CancellationToken.None);
            }
            catch (Exception exception)
            {
                logger.LogWarning(exception, "Allotment {AllotmentId} could not be looked at; work does it later", take.AllotmentId);
            }
        }
    }

    /// <summary>Gives an allotment back unless a lottery uses it; done again it changes nothing.</summary>
    public Task SettleAsync(long allotmentId, string payload, CancellationToken cancellation) => units.RunAsync<bool>(
        async unit =>
        {
            var unused = await unit.ExecuteAsync(
                $"INSERT INTO lotteries_settled (allotment_id, lottery_id) VALUES ({allotmentId}, 0) ON CONFLICT DO NOTHING",
                cancellation) == 1;
            if (unused)
            {
                await unit.EnqueueAsync(GiveBack, Text(unit.NewId()), unit.NowMs, payload, cancellation);
            }

            return unused;
        },
        cancellation);

    /// <summary>How many user-coupons a prize needs beyond what its lottery has; negative where it has too many.</summary>
    public static long Needed(LotteryTerms present, Prize prize) => prize.Kind != LotteryPrizeKind.Coupon
        ? 0
        : prize.Stock - (present.Prizes.SingleOrDefault(p => prize.Id != 0 && p.Id == prize.Id)?.Stock ?? 0);

    /// <summary>What the work of giving back says.</summary>
    public static string Payload(long couponId, long userCoupons) => $"{Text(couponId)}:{Text(userCoupons)}";

    public static (long CouponId, long UserCoupons) Read(string payload)
    {
        var parts = payload.Split(':');
        return (Number(parts[0]), Number(parts[1]));
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>In the coupon's transaction: an allotment is looked at later, whatever becomes of its taker.</summary>
internal sealed class TakenWork : IJoinedWork
{
    private const long LookAfterMs = 5L * 60 * 1000;

    public string Kind => LotteryAllotments.Taken;

    public async Task<JoinedAnswer> RunAsync(Unit unit, JoinedCommand command, JoinedDecision decision)
    {
        await unit.EnqueueAsync(
            LotteryAllotments.Settle,
            LotteryAllotments.Text(command.Id),
            unit.NowMs + LookAfterMs,
            command.Payload,
            CancellationToken.None);
        return new() { Verdict = JoinedVerdict.Keep };
    }
}

/// <summary>Looks at an allotment.</summary>
internal sealed class SettleWork(LotteryAllotments allotments) : IWorkHandler
{
    public string Kind => LotteryAllotments.Settle;

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        await allotments.SettleAsync(LotteryAllotments.Number(item.Key), item.Payload, cancellation);
        return WorkOutcome.Done;
    }
}

/// <summary>Gives user-coupons back to their coupon.</summary>
internal sealed class GiveBackWork(ICouponAllotments coupons) : IWorkHandler
{
    public string Kind => LotteryAllotments.GiveBack;

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var (couponId, userCoupons) = LotteryAllotments.Read(item.Payload);
        await coupons.GiveBackAsync(LotteryAllotments.Number(item.Key), couponId, userCoupons);
        return WorkOutcome.Done;
    }
}

/// <summary>Closes a lottery at its end.</summary>
internal sealed class CloseWork(IGrainFactory grains, LotteriesReads reads, ShopClock clock) : IWorkHandler
{
    public const string Name = "lotteries.close";

    /// <summary>An end that is further away than this was put off by an operator, and has work of its own.</summary>
    private const long NearMs = 60_000;

    public string Kind => Name;

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var lotteryId = LotteryAllotments.Number(item.Payload);
        var closed = await grains.GetGrain<ILotteryGrain>(lotteryId).ChangeAsync(new CloseCommand());
        return closed.Refusal is null || (await reads.StateAsync(lotteryId)).Terms.EndsAt > clock.NowMs + NearMs
            ? WorkOutcome.Done
            : WorkOutcome.RetryLater;
    }
}
