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
internal sealed class LotteriesWrites(
    ICouponAllotments coupons, IUnits units, IdSource ids, ILogger<LotteriesWrites> logger)
{
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

            takes.Add(new() { AllotmentId = id, Place = place, Quantity = needed, Coupon = taken.Decision.Value! });
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
                await SettleAsync(take.AllotmentId, new(take.Coupon.CouponId, take.Quantity), CancellationToken.None);
            }
            catch (Exception exception)
            {
                logger.LogWarning(exception, "Allotment {AllotmentId} could not be looked at; work does it later", take.AllotmentId);
            }
        }
    }

    /// <summary>Gives an allotment back unless a lottery uses it; done again it changes nothing.</summary>
    public Task<Result<bool>> SettleAsync(long allotmentId, CouponQuantity taken, CancellationToken cancellation) =>
        units.StageAsync<bool>(
            stage =>
            {
                var settled = stage.Read<SettledRow>([allotmentId]);
                return rows =>
                {
                    if (settled.Only is not null)
                    {
                        return false;
                    }

                    rows.Append(new SettledRow { AllotmentId = allotmentId });
                    rows.Enqueue(LotteriesWork.GiveBack, LotteriesWork.Text(stage.NewId()), stage.NowMs, taken);
                    return true;
                };
            },
            cancellation);
}
