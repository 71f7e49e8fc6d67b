using Microsoft.Extensions.Logging;
using Silo.Catalog;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>
/// Saves lotteries. What coupon prizes need is taken from the coupon before, together with work that gives it back if the
/// saving never came to an end. Whether an allocation is used or given back is one row, whose key lets one of them through.
/// </summary>
internal sealed class LotteriesWrites(
    HotGrains<long, LotteryCommand, LotteryOutcome> lotteries,
    ICouponAllocations coupons,
    ICatalog catalog,
    IUnits units,
    IdSource ids,
    ILogger<LotteriesWrites> logger)
{
    /// <summary>What the first write with the command's request id has answered; looked up before anything is taken.</summary>
    public async Task<Result<string>?> FirstAnswerAsync(LotteryChangeCommand command, CancellationToken cancellation) =>
        (await units.ReadAsync(r => OperatorLog.ReadAsync(r, [command], cancellation), cancellation)).FirstAnswer(command);

    /// <summary>Takes what new terms need from coupons, changes the lottery, and gives back what it did not use.</summary>
    /// <returns>The lottery as <see cref="LotteryOutcome.Lottery"/> has it.</returns>
    public async Task<Result<string>> SaveAsync(long lotteryId, LotteryTerms present, LotteryChangeCommand command)
    {
        if (!await AreGoodsAsync(present, command.Terms))
        {
            return CatalogRefusals.GoodsUnknown;
        }

        var taken = await TakeAsync(present, command.Terms);
        if (!taken.IsAccepted)
        {
            return taken.Refusal;
        }

        try
        {
            var outcome = await lotteries.RunAsync(lotteryId, command with { Takes = taken.Value });
            return outcome.Refusal is { } refusal ? refusal : outcome.Lottery;
        }
        finally
        {
            // Also after success: a repeat at the same moment has used those of the first one. What is unknown here is
            // looked at again by the work that was left with the taking.
            await ReturnUnusedAsync(taken.Value);
        }
    }

    /// <summary>Takes what the coupon prizes of new terms need beyond the present ones, or nothing, with the refusal.</summary>
    public async Task<Result<CouponTake[]>> TakeAsync(LotteryTerms present, LotteryTerms terms)
    {
        List<CouponTake> takes = [];
        for (var place = 0; place < terms.Prizes.Count; place++)
        {
            var needed = LotteryRules.Needed(present, terms.Prizes[place]);
            if (needed <= 0)
            {
                continue;
            }

            var (id, couponId) = (ids.Next(), terms.Prizes[place].CouponId);
            var taken = await coupons.TakeAsync(LotteriesWork.Taken.Command(id, new(couponId, needed)), id, couponId, needed);
            if (taken.Refusal is { } refusal)
            {
                await ReturnUnusedAsync(takes);
                return refusal;
            }

            takes.Add(new() { AllocationId = id, Place = place, Quantity = needed, Coupon = taken.Decision.Value! });
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
                await SettleAsync(take.AllocationId, new(take.Coupon.CouponId, take.Quantity), CancellationToken.None);
            }
            catch (Exception exception)
            {
                logger.LogWarning(exception, "Allocation {AllocationId} could not be looked at; work does it later", take.AllocationId);
            }
        }
    }

    /// <summary>Gives an allocation back unless a lottery uses it; done again it changes nothing.</summary>
    public Task<Result<bool>> SettleAsync(long allocationId, CouponQuantity taken, CancellationToken cancellation) =>
        units.StageAsync<bool>(
            stage =>
            {
                var settled = stage.Read<SettledRow>([allocationId]);
                return rows =>
                {
                    if (settled.Only is not null)
                    {
                        return false;
                    }

                    rows.Append(new SettledRow { AllocationId = allocationId });
                    rows.Enqueue(LotteriesWork.GiveBack, LotteriesWork.Text(stage.NewId()), stage.NowMs, taken);
                    return true;
                };
            },
            cancellation);

    /// <summary>
    /// Whether the goods of prizes are in the catalogue, or the lottery has them already; before coupons are taken. The grain
    /// looks again.
    /// </summary>
    private async Task<bool> AreGoodsAsync(LotteryTerms present, LotteryTerms terms)
    {
        var named = LotteryRules.NewGoods(present, terms).ToArray();
        var known = await units.ReadAsync(r => catalog.ExistingAsync(r, named, CancellationToken.None), CancellationToken.None);
        return known.Count == named.Length;
    }
}
