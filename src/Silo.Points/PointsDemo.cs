using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>Points in the demo shop: rewards of signing in, rules, and one voucher.</summary>
internal sealed class PointsDemo(IUnits units, ShopClock clock) : IDemoData
{
    private const string Number = "SILODEMO22222222";

    private static readonly PointsRuleTerms[] Rules =
    [
        new(PointsEvent.Registration, 0, Points: 100),
        new(PointsEvent.Consumption, 100_00, Points: 10),
        new(PointsEvent.Consumption, 500_00, Points: 80),
        new(PointsEvent.Recharge, 100_00, Points: 50),
        new(PointsEvent.Review, 0, Points: 5),
        new(PointsEvent.Invitation, 0, Points: 50, DailyLimit: 10),
    ];

    private static readonly SignInTerms Terms = new()
    {
        StreakRewards = [new(1, 1), new(2, 2), new(3, 3), new(7, 10)],
        CumulativeRewards = [new(30, 50)],
        MakeUpDays = 7,
        CardPricePoints = 20,
    };

    public Task LoadAsync(CancellationToken cancellation) => units.RunAsync<bool>(
        async unit =>
        {
            if (!await unit.Query<SignInTermsRow>().AnyAsync(cancellation))
            {
                await SignInTermsWrites.SetAsync(unit, Terms, 0, cancellation);
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
}
