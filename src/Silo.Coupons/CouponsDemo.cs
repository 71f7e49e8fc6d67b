using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The demo shop's coupons: one of each kind.</summary>
internal sealed class CouponsDemo(
    HotGrains<long, CouponCommand, CouponOutcome> coupons, IdSource ids, ShopClock clock) : IDemoData
{
    private const long YearMs = 365L * 24 * 60 * 60 * 1000;

    /// <summary>Nobody's: what the system does itself.</summary>
    private const long System = 0;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        foreach (var (name, terms) in Coupons(clock.StartOf(clock.DayOf(clock.NowMs))))
        {
            var command = new ChangeCommand
            {
                OperatorId = System,
                Rpc = "demo",
                Reason = "demo",
                RequestId = $"demo-{name}",
                Create = true,
                Terms = terms,
            };
            // A repeat, for which the id is of no use, is answered with the first one.
            if ((await coupons.RunAsync(ids.Next(), command)).Refusal is { } refusal)
            {
                throw new InvalidOperationException($"The demo coupon {name} is refused: {refusal.Reason}.");
            }
        }
    }

    private static IEnumerable<(string Name, CouponTerms Terms)> Coupons(long today)
    {
        var common = new CouponTerms
        {
            Type = "shop",
            StockTotal = 10_000,
            LimitPerUser = 1,
            ClaimableFrom = today,
            ClaimableUntil = today + YearMs,
        };
        // Lists show the newest first.
        yield return ("streak", common with { Name = "连签七天券", AmountCents = 8_00, StreakDays = 7 });
        yield return ("paid", common with { Name = "付费券", AmountCents = 50_00, PriceCents = 9_90 });
        yield return ("days", common with { Name = "七天有效券", AmountCents = 3_00, UsableDays = 7 });
        yield return ("password", common with { Name = "口令券", AmountCents = 20_00, ThresholdCents = 200_00, Password = "SILO" });
        yield return ("points", common with { Name = "积分兑换5元券", AmountCents = 5_00, PointsCost = 100, LimitPerUser = 10 });
        yield return ("percent", common with { Name = "全场减15%", IsPercent = true, AmountCents = 15_00, ThresholdCents = 50_00 });
        yield return ("drawn", common with { Name = "随机红包", AmountCents = 1_00, AmountMaxCents = 10_00 });
        yield return ("fixed", common with { Name = "满100减10", AmountCents = 10_00, ThresholdCents = 100_00, LimitPerUser = 3 });
    }
}
