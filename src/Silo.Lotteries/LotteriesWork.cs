using System.Globalization;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>So many of a coupon.</summary>
internal sealed record CouponQuantity(long CouponId, long Quantity);

/// <summary>The module's work.</summary>
internal static class LotteriesWork
{
    /// <summary>Joined to the taking of an allocation: has it looked at later.</summary>
    public static readonly JoinedKind<AllocatedCoupon, CouponQuantity> Taken = new("lotteries.allocation");

    /// <summary>Looks at an allocation, the key: if no lottery uses it, it is given back.</summary>
    public static readonly WorkKind<CouponQuantity> Settle = new("lotteries.settle");

    /// <summary>Gives back to a coupon; the key is the id of the allocation that does so.</summary>
    public static readonly WorkKind<CouponQuantity> GiveBack = new("lotteries.give_back");

    /// <summary>Closes the lottery of the payload at its end.</summary>
    public static readonly WorkKind<long> Close = new("lotteries.close");

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>In the coupon's transaction: an allocation is looked at later, whatever becomes of its taker.</summary>
internal sealed class TakenWork() : JoinedWork<AllocatedCoupon, CouponQuantity>(LotteriesWork.Taken)
{
    private const long LookAfterMs = 5L * 60 * 1000;

    protected override Func<JoinedDecision<AllocatedCoupon>, Rows, JoinedAnswer> Stage(Stage stage, long id, CouponQuantity payload) =>
        (_, rows) =>
        {
            rows.Enqueue(LotteriesWork.Settle, LotteriesWork.Text(id), stage.NowMs + LookAfterMs, payload);
            return JoinedAnswer.Keep();
        };
}

/// <summary>Looks at an allocation.</summary>
internal sealed class SettleWork(LotteriesWrites writes) : WorkHandler<CouponQuantity>(LotteriesWork.Settle)
{
    protected override async Task<WorkOutcome> RunAsync(WorkItem<CouponQuantity> item, CancellationToken cancellation)
    {
        await writes.SettleAsync(LotteriesWork.Number(item.Key), item.Payload, cancellation);
        return WorkOutcome.Done;
    }
}

/// <summary>Gives back to a coupon.</summary>
internal sealed class GiveBackWork(ICouponAllocations coupons) : WorkHandler<CouponQuantity>(LotteriesWork.GiveBack)
{
    protected override async Task<WorkOutcome> RunAsync(WorkItem<CouponQuantity> item, CancellationToken cancellation)
    {
        await coupons.GiveBackAsync(LotteriesWork.Number(item.Key), item.Payload.CouponId, item.Payload.Quantity);
        return WorkOutcome.Done;
    }
}

/// <summary>Closes a lottery at its end.</summary>
internal sealed class CloseWork(
    HotGrains<long, LotteryCommand, LotteryOutcome> lotteries, LotteriesReads reads, ShopClock clock)
    : WorkHandler<long>(LotteriesWork.Close)
{
    /// <summary>An end that is further away than this was put off by an operator, and has work of its own.</summary>
    private const long NearMs = 60_000;

    protected override async Task<WorkOutcome> RunAsync(WorkItem<long> item, CancellationToken cancellation)
    {
        var closed = await lotteries.RunAsync(item.Payload, new CloseCommand());
        return closed.Refusal is null || (await reads.StateAsync(item.Payload)).Terms.EndsAt > clock.NowMs + NearMs
            ? WorkOutcome.Done
            : WorkOutcome.RetryLater;
    }
}
