using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>Points in the demo shop: rewards of signing in, rules, and one voucher.</summary>
internal sealed class PointsDemo(IUnits units, ShopClock clock) : IDemoData
{
    private const string Number = "SILODEMO22222222";

    private static readonly V1.PointsRuleTerms[] Rules =
    [
        new() { Event = V1.PointsEvent.Registration, Points = 100 },
        new() { Event = V1.PointsEvent.Consumption, ThresholdCents = 100_00, Points = 10 },
        new() { Event = V1.PointsEvent.Consumption, ThresholdCents = 500_00, Points = 80 },
        new() { Event = V1.PointsEvent.Recharge, ThresholdCents = 100_00, Points = 50 },
        new() { Event = V1.PointsEvent.Review, Points = 5 },
        new() { Event = V1.PointsEvent.Invitation, Points = 50, DailyLimit = 10 },
    ];

    public Task LoadAsync(CancellationToken cancellation) => units.RunAsync<bool>(
        async unit =>
        {
            if (!await unit.Query<SignInTermsRow>().AnyAsync(cancellation))
            {
                await SignInTermsWrites.SetAsync(unit, Terms(), 0, cancellation);
            }

            if (!await unit.Query<PointsRuleRow>().AnyAsync(cancellation))
            {
                foreach (var rule in Rules)
                {
                    await PointsRulesWrites.CreateAsync(unit, rule, cancellation);
                }
            }

            if (!await unit.Query<VoucherRow>().AnyAsync(v => v.Number == Number, cancellation))
            {
                unit.Set<VoucherRow>().Add(new VoucherRow
                {
                    Id = unit.NewId(),
                    BatchId = unit.NewId(),
                    Number = Number,
                    Points = 88,
                    ExpiresAt = clock.StartOf(clock.DayOf(unit.NowMs).AddYears(1)),
                    Remark = "演示积分券",
                    CreatedAt = unit.NowMs,
                });
            }

            return true;
        },
        cancellation);

    private static V1.SignInTerms Terms() => new()
    {
        StreakRewards = { Reward(1, 1), Reward(2, 2), Reward(3, 3), Reward(7, 10) },
        CumulativeRewards = { Reward(30, 50) },
        MakeUpDays = 7,
        CardPricePoints = 20,
    };

    private static V1.DaysReward Reward(int days, long points) => new() { Days = days, Points = points };
}
