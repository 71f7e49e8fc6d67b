using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>Sends claims to their coupon's grain, gathered with others', and again where one was put off.</summary>
internal sealed class Claims(Coalescer<long, CouponCommand, CouponOutcome> messages, ShopClock clock)
{
    public async Task<CouponOutcome> SubmitAsync(long couponId, ClaimCommand command)
    {
        var outcome = await messages.SubmitAsync(couponId, command);
        return outcome.IsPutOff ? await AgainAsync(couponId, command, outcome) : outcome;
    }

    private async Task<CouponOutcome> AgainAsync(long couponId, ClaimCommand command, CouponOutcome outcome)
    {
        foreach (var pause in Pauses.OfAPutOffCommand)
        {
            await Task.Delay(pause, clock.Time);
            outcome = await messages.SubmitAsync(couponId, command);
            if (!outcome.IsPutOff)
            {
                break;
            }
        }

        return outcome;
    }
}
