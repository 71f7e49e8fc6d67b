namespace Silo.Storage.Tests;

/// <summary>Goal: only a clock that is off is taken for one. Method: the reading as a table.</summary>
public sealed class ClockReadingTests
{
    private static readonly DateTimeOffset Before = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5, 10, 0)]
    [InlineData(3_005, 10, 3_000)]
    [InlineData(-2_995, 10, -3_000)]
    [InlineData(1_000, 2_000, 0)]
    public void Skew_OfAnAnswerInTime_IsTheDifferenceToItsMiddle(int theirs, int took, int expected) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expected), Reading(theirs, took).Skew(Tolerance));

    [Theory]
    [InlineData(0, 2_001)]
    [InlineData(60_000, 5_000)]
    public void Skew_OfALateAnswer_IsNotKnown(int theirs, int took) => Assert.Null(Reading(theirs, took).Skew(Tolerance));

    [Fact]
    public void Skew_WhereThisClockWasPutBackMeanwhile_IsNotKnown() => Assert.Null(Reading(0, -1).Skew(Tolerance));

    private static ClockReading Reading(int theirs, int took) =>
        new(Before, Before.AddMilliseconds(theirs), Before.AddMilliseconds(took));
}
