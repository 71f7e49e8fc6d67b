using Silo.Kernel;
using Silo.Points;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Points;

/// <summary>
/// Goal: a day is given once, a streak comes from the days and ends where the cycle ends, and the state stays small.
/// Method: tables with every boundary, and random days against a model that keeps all of them.
/// </summary>
public sealed class SignInRulesTests
{
    private static readonly SignInTerms Ladder = new() { StreakRewards = [new(1, 1), new(3, 5), new(7, 10)] };

    [Theory]
    // Base, ladder and match: the points of the days 1 to 8 of a streak.
    [InlineData(0, 1, "1 1 5 1 1 1 10 1")]
    [InlineData(0, 2, "1 1 5 5 5 5 10 10")]
    [InlineData(2, 1, "3 3 7 3 3 3 12 3")]
    public void SignIn_OnDaysInARow_GivesWhatTheMatchSays(long basePoints, int match, string expected)
    {
        var terms = Ladder with { BasePoints = basePoints, StreakMatch = (StreakMatch)match };

        var days = SignAll(terms, Enumerable.Range(Day("2026-11-02"), 8));

        Assert.Equal(expected, string.Join(' ', days.Select(d => d.Points)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], days.Select(d => d.Streak));
    }

    [Fact]
    public void SignIn_WithoutARewardForTheFirstDay_GivesNothingBetween()
    {
        var exact = SignAll(new() { StreakRewards = [new(2, 4)] }, Enumerable.Range(Day("2026-11-02"), 3));
        var largest = SignAll(new() { StreakRewards = [new(2, 4)], StreakMatch = StreakMatch.Largest }, Enumerable.Range(Day("2026-11-02"), 3));

        Assert.Equal([0, 4, 0], exact.Select(d => d.Points));
        Assert.Equal([0, 4, 4], largest.Select(d => d.Points));
    }

    [Theory]
    // The days, signed in for one after the other, and the streak of the last one.
    [InlineData(1, "2026-01-30 2026-01-31 2026-02-01", 3)]
    [InlineData(1, "2026-12-31 2027-01-01", 2)]
    [InlineData(1, "2028-02-28 2028-02-29 2028-03-01", 3)]
    [InlineData(1, "2026-02-28 2026-03-01", 2)]
    [InlineData(1, "2028-02-28 2028-03-01", 1)]
    [InlineData(1, "2026-11-01 2026-11-03", 1)]
    // Sunday, Monday.
    [InlineData(2, "2026-11-21 2026-11-22 2026-11-23", 1)]
    [InlineData(2, "2026-11-23 2026-11-24 2026-11-25", 3)]
    [InlineData(2, "2026-12-31 2027-01-01", 2)]
    [InlineData(3, "2026-01-30 2026-01-31 2026-02-01", 1)]
    [InlineData(3, "2028-02-28 2028-02-29", 2)]
    [InlineData(3, "2028-02-29 2028-03-01", 1)]
    [InlineData(3, "2026-11-29 2026-11-30", 2)]
    public void SignIn_AcrossTheEndsOfCycles_CountsTheStreakWithin(int cycle, string days, int streak) => Assert.Equal(
        streak, SignAll(Ladder with { Cycle = (SignInCycle)cycle }, days.Split(' ').Select(Day))[^1].Streak);

    [Theory]
    [InlineData(1, "2026-10-31 2026-11-02 2026-11-04", "0 0 9")]
    [InlineData(3, "2026-10-31 2026-11-02 2026-11-04 2026-11-06 2026-11-08", "0 0 0 9 0")]
    [InlineData(2, "2026-11-16 2026-11-18 2026-11-22 2026-11-23", "0 0 9 0")]
    public void SignIn_WithACumulativeReward_GivesItOnTheDayThatMakesTheNumber(int cycle, string days, string points)
    {
        var terms = new SignInTerms { CumulativeRewards = [new(3, 9)], Cycle = (SignInCycle)cycle };

        Assert.Equal(points, string.Join(' ', SignAll(terms, days.Split(' ').Select(Day)).Select(d => d.Points)));
    }

    [Fact]
    public void SignIn_OnTheSameDayOrAnEarlierOne_IsRefused()
    {
        var state = SignAll(Ladder, [100])[0].State;

        Assert.Equal(PointsRefusals.SignedInAlready, SignInRules.SignIn(state, Ladder, 100).Refusal);
        Assert.Equal(PointsRefusals.SignedInAlready, SignInRules.SignIn(state, Ladder, 99).Refusal);
        Assert.True(SignInRules.SignIn(state, Ladder, 101).IsAccepted);
    }

    [Fact]
    public void SignIn_WhereItIsClosed_IsRefusedBeforeAnythingElse() => Assert.Equal(
        PointsRefusals.SignInClosed, SignInRules.SignIn(SignAll(Ladder, [100])[0].State, Ladder with { Closed = true }, 100).Refusal);

    [Theory]
    // Today is day 100, days 95, 96 and 98 are signed; 3 days back can be made up for. The last one before the reason is
    // the day of the registration.
    [InlineData(100, 1, 0, "DAY_OUT_OF_REACH")]
    [InlineData(101, 1, 0, "DAY_OUT_OF_REACH")]
    [InlineData(96, 1, 0, "DAY_OUT_OF_REACH")]
    [InlineData(96, 1, 97, "DAY_OUT_OF_REACH")]
    [InlineData(97, 1, 98, "DAY_BEFORE_REGISTRATION")]
    [InlineData(97, 0, 98, "DAY_BEFORE_REGISTRATION")]
    [InlineData(98, 1, 99, "DAY_BEFORE_REGISTRATION")]
    [InlineData(99, 1, 100, "DAY_BEFORE_REGISTRATION")]
    [InlineData(98, 1, 98, "DAY_SIGNED_ALREADY")]
    [InlineData(98, 0, 0, "DAY_SIGNED_ALREADY")]
    [InlineData(97, 0, 0, "NO_CARD_LEFT")]
    [InlineData(99, 0, 99, "NO_CARD_LEFT")]
    [InlineData(97, 1, 97, null)]
    [InlineData(97, 1, 0, null)]
    [InlineData(99, 1, 99, null)]
    public void MakeUp_AtEachBoundary_IsDecidedInOrder(int day, int cards, int registered, string? reason)
    {
        var terms = Ladder with { MakeUpDays = 3, MakeUpPoints = 2 };
        var state = SignAll(Ladder, [95, 96, 98])[^1].State with { Cards = cards };

        var made = SignInRules.MakeUp(state, terms, 100, day, registered);

        Assert.Equal(reason, made.Refusal?.Reason);
        if (reason is null)
        {
            Assert.Equal((2, cards - 1, 4), (made.Value.Points, made.Value.State.Cards, made.Value.State.Days));
        }
    }

    [Fact]
    public void MakeUp_WhereItIsOff_IsOutOfReach() => Assert.Equal(
        PointsRefusals.DayOutOfReach, SignInRules.MakeUp(new() { Cards = 1 }, Ladder, 100, 99, 0).Refusal);

    [Fact]
    public void MakeUp_OfADayBetween_MakesOneStreakOfTwo()
    {
        var terms = Ladder with { MakeUpDays = 7 };
        var state = SignAll(Ladder, [97, 98, 100])[^1].State with { Cards = 1 };

        var made = SignInRules.MakeUp(state, terms, 100, 99, 0).Value;

        Assert.Equal(3, made.Streak);
        Assert.Equal(4, SignInRules.StreakOf(made.State, SignInCycle.None, 100));
        Assert.Equal(5, SignInRules.SignIn(made.State, terms, 101).Value.Streak);
    }

    [Theory]
    [InlineData("2026-10-31", 0)]
    [InlineData("2026-11-01", 9)]
    public void MakeUp_WithACumulativeReward_CountsForThePresentCycleOnly(string day, long points)
    {
        var terms = new SignInTerms { CumulativeRewards = [new(2, 9)], Cycle = SignInCycle.Month, MakeUpDays = 7 };
        var state = SignAll(terms, [Day("2026-11-02")])[0].State with { Cards = 1 };

        Assert.Equal(points, SignInRules.MakeUp(state, terms, Day("2026-11-03"), Day(day), 0).Value.Points);
    }

    [Theory]
    [InlineData(999, 1, null)]
    [InlineData(1000, 1, "TOO_MANY_CARDS")]
    [InlineData(950, 51, "TOO_MANY_CARDS")]
    public void AddCards_UpToTheMost_IsAccepted(int cards, int more, string? reason) =>
        Assert.Equal(reason, SignInRules.AddCards(new() { Cards = cards }, more).Refusal?.Reason);

    [Theory]
    [InlineData("2026-11-24", true)]
    [InlineData("2028-02-29", true)]
    [InlineData("2026-02-29", false)]
    [InlineData("2026-1-1", false)]
    [InlineData("0000-00-00", false)]
    [InlineData("today", false)]
    public void DayOf_ATextThatIsADayOrNot_IsRead(string text, bool isDay) =>
        Assert.Equal(isDay ? text : null, SignInRules.DayOf(text) is { } day ? SignInRules.TextOf(day) : null);

    [Theory]
    // New York skips an hour on 2026-03-08 and repeats one on 2026-11-01; in Santiago a midnight is skipped, in Havana one repeated.
    [InlineData("America/New_York", "2026-03-07", 4)]
    [InlineData("America/New_York", "2026-10-31", 4)]
    [InlineData("America/Santiago", "2026-09-05", 4)]
    [InlineData("America/Havana", "2026-10-31", 4)]
    [InlineData("Asia/Shanghai", "2026-12-30", 4)]
    public void SignIn_AtTheFirstAndLastMillisecondOfDays_FollowsTheShopsDays(string zone, string first, int days)
    {
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById(zone));
        var (state, streaks) = (new SignInState(), new List<int>());
        for (var i = 0; i < days; i++)
        {
            var day = DateOnly.FromDayNumber(Day(first) + i);
            var (start, end) = (clock.StartOf(day), clock.StartOf(day.AddDays(1)) - 1);
            var signed = SignInRules.SignIn(state, Ladder, clock.DayOf(start).DayNumber);
            Assert.True(signed.IsAccepted, $"{zone} {day}");
            Assert.Equal(PointsRefusals.SignedInAlready, SignInRules.SignIn(signed.Value.State, Ladder, clock.DayOf(end).DayNumber).Refusal);
            state = signed.Value.State;
            streaks.Add(signed.Value.Streak);
        }

        Assert.Equal(Enumerable.Range(1, days), streaks);
    }

    [Fact]
    public void SignIn_OnEverySecondDayForYears_KeepsTheStateSmall()
    {
        var state = SignAll(Ladder, Enumerable.Range(0, 2_000).Select(i => 1_000 + (2 * i)))[^1].State;

        Assert.Equal(2_000, state.Days);
        Assert.InRange(state.Runs.Count, 1, (SignInRules.DaysRemembered / 2) + 1);
    }

    [Fact]
    public void RandomDaysAndMakeUps_AgainstAModelOfAllDays_Agree()
    {
        var first = TestSeed.Draw();
        for (var round = 0; round < 300; round++)
        {
            var seed = unchecked(first + round);
            var random = new Random(seed);
            var terms = Ladder with
            {
                MakeUpDays = random.Next(0, 32),
                Cycle = (SignInCycle)random.Next(1, 4),
                StreakMatch = (StreakMatch)random.Next(1, 3),
                CumulativeRewards = [new(random.Next(1, 9), 100)],
            };
            var (state, model) = (new SignInState { Cards = 500 }, new HashSet<int>());
            for (var (today, end) = (Day("2027-11-20"), Day("2028-04-10")); today < end; today += random.Next(1, 3))
            {
                if (random.Next(4) > 0)
                {
                    var signed = SignInRules.SignIn(state, terms, today);
                    Assert.True(signed.IsAccepted && model.Add(today), $"seed {seed}");
                    state = signed.Value.State;
                    Assert.True(signed.Value.Points == Expected(terms, model, today), $"seed {seed}");
                }

                var missed = today - random.Next(0, 34);
                var made = SignInRules.MakeUp(state, terms, today, missed, 0);
                var may = missed < today && missed >= today - terms.MakeUpDays && !model.Contains(missed) && state.Cards > 0;
                Assert.True(made.IsAccepted == may, $"seed {seed}");
                state = made.IsAccepted ? made.Value.State : state;
                _ = may && model.Add(missed);
                Assert.True(SignInRules.StreakOf(state, terms.Cycle, today) == Streak(terms, model, today), $"seed {seed}");
                Assert.True(SignInRules.DaysInCycle(state, terms.Cycle, today) == InCycle(terms, model, today), $"seed {seed}");
            }

            Assert.Equal(model.Count, state.Days);
        }
    }

    private static int Day(string text) => SignInRules.DayOf(text) ?? throw new ArgumentException(text);

    private static List<SignedDay> SignAll(SignInTerms terms, IEnumerable<int> days)
    {
        var (state, signed) = (new SignInState(), new List<SignedDay>());
        foreach (var day in days)
        {
            signed.Add(SignInRules.SignIn(state, terms, day).Value);
            state = signed[^1].State;
        }

        return signed;
    }

    /// <summary>The first day of the model's cycle, counted by hand.</summary>
    private static int First(SignInTerms terms, int today)
    {
        var date = DateOnly.FromDayNumber(today);
        while (terms.Cycle != SignInCycle.None && !(terms.Cycle == SignInCycle.Week ? date.DayOfWeek == DayOfWeek.Monday : date.Day == 1))
        {
            date = date.AddDays(-1);
        }

        return terms.Cycle == SignInCycle.None ? 0 : date.DayNumber;
    }

    private static int Streak(SignInTerms terms, HashSet<int> model, int today)
    {
        var (day, streak) = (model.Contains(today) ? today : today - 1, 0);
        for (; model.Contains(day) && day >= First(terms, today); day--)
        {
            streak++;
        }

        return streak;
    }

    private static int InCycle(SignInTerms terms, HashSet<int> model, int today) =>
        model.Count(d => d >= First(terms, today) && d <= today);

    private static long Expected(SignInTerms terms, HashSet<int> model, int today)
    {
        var streak = Streak(terms, model, today);
        var ladder = terms.StreakMatch == StreakMatch.Largest
            ? (streak >= 7 ? 10 : streak >= 3 ? 5 : 1)
            : streak switch { 7 => 10, 3 => 5, _ => 1 };
        return ladder + (InCycle(terms, model, today) == terms.CumulativeRewards[0].Days ? 100 : 0);
    }
}
