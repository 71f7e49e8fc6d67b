using Silo.Points;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Points;

/// <summary>
/// Goal: an event gives what its tier says, and what goes back is in proportion and never more than was given. Method:
/// tables, and random parts against their sum.
/// </summary>
public sealed class PointsRulesTests
{
    private static readonly PointsTier[] Tiers =
    [
        new(PointsEvent.Consumption, 500_00, 80), new(PointsEvent.Consumption, 100_00, 10),
        new(PointsEvent.Registration, 0, 100), new(PointsEvent.Recharge, 1, 7),
    ];

    [Theory]
    [InlineData(PointsEvent.Consumption, 99_99, 0)]
    [InlineData(PointsEvent.Consumption, 100_00, 10)]
    [InlineData(PointsEvent.Consumption, 499_99, 10)]
    [InlineData(PointsEvent.Consumption, 500_00, 80)]
    [InlineData(PointsEvent.Consumption, long.MaxValue, 80)]
    [InlineData(PointsEvent.Registration, 0, 100)]
    [InlineData(PointsEvent.Recharge, 0, 0)]
    [InlineData(PointsEvent.Review, 0, 0)]
    public void Reached_AtEachThreshold_IsTheTierThatIsReached(PointsEvent happened, long amount, long points) =>
        Assert.Equal(points, PointsRules.Reached(Tiers, happened, amount).Points);

    [Theory]
    [InlineData(80, 500_00, 0, 0)]
    [InlineData(80, 500_00, -1, 0)]
    [InlineData(80, 500_00, 250_00, 40)]
    [InlineData(80, 500_00, 1, 0)]
    [InlineData(80, 500_00, 499_99, 79)]
    [InlineData(80, 500_00, 500_00, 80)]
    [InlineData(80, 500_00, 600_00, 80)]
    [InlineData(100, 0, 0, 100)]
    [InlineData(1_000_000, 9_007_199_254_740_991, 9_007_199_254_740_990, 999_999)]
    public void TakenBack_OfAPartOfTheAmount_IsInProportion(long given, long amount, long back, long taken) =>
        Assert.Equal(taken, PointsRules.TakenBack(given, amount, back));

    [Fact]
    public void TakenBack_PartByPart_NeverShrinksAndEndsWithAll()
    {
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var (given, amount) = (random.NextInt64(1, 1_000_001), random.NextInt64(1, 10_000_000_001));
            var (back, before) = (0L, 0L);
            while (back < amount)
            {
                back = Math.Min(amount, back + random.NextInt64(1, amount + 1));
                var taken = PointsRules.TakenBack(given, amount, back);
                Assert.InRange(taken, before, given);
                before = taken;
            }

            Assert.Equal(given, before);
        }
    }
}
