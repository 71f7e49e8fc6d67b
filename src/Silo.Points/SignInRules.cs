using Silo.Kernel;

namespace Silo.Points;

/// <summary>A user's sign-ins after a day was added, and what the day gives.</summary>
/// <param name="State">The sign-ins.</param>
/// <param name="Streak">Which day of its streak, within the cycle, the day is.</param>
/// <param name="Points">What it gives.</param>
internal readonly record struct SignedDay(SignInState State, int Streak, long Points);

/// <summary>Who may sign in for which day, and what that gives. Days are day numbers of the shop. Pure.</summary>
internal static class SignInRules
{
    public const int MaxCards = 1_000;

    /// <summary>
    /// Runs of days that ended so long before the latest day are forgotten: more than a day can be made up for and than a
    /// cycle is long, so that nothing asks for them.
    /// </summary>
    public const int DaysRemembered = 70;

    /// <summary>The sign-in for the present day.</summary>
    public static Result<SignedDay> SignIn(SignInState state, SignInTerms terms, int today)
    {
        if (terms.Closed)
        {
            return PointsRefusals.SignInClosed;
        }

        // A clock that was put back does not give a second day.
        if (today <= state.LastDay)
        {
            return PointsRefusals.SignedInAlready;
        }

        var next = With(state, today);
        var streak = StreakOf(next, terms.Cycle, today);
        return new SignedDay(
            next,
            streak,
            terms.BasePoints + StreakPoints(terms, streak) + PointsOf(terms.CumulativeRewards, DaysInCycle(next, terms.Cycle, today)));
    }

    /// <summary>The sign-in for a day that was missed, for one card, by who registered on a day.</summary>
    public static Result<SignedDay> MakeUp(SignInState state, SignInTerms terms, int today, int day, int registered)
    {
        if (day >= today || day < today - terms.MakeUpDays)
        {
            return PointsRefusals.DayOutOfReach;
        }

        if (day < registered)
        {
            return PointsRefusals.DayBeforeRegistration;
        }

        if (state.Has(day))
        {
            return PointsRefusals.DaySignedAlready;
        }

        if (state.Cards == 0)
        {
            return PointsRefusals.NoCardLeft;
        }

        var next = With(state, day) with { Cards = state.Cards - 1 };
        // A day of an earlier cycle adds nothing to the present one.
        var cumulative = day >= CycleStart(terms.Cycle, today)
            ? PointsOf(terms.CumulativeRewards, DaysInCycle(next, terms.Cycle, today))
            : 0;
        return new SignedDay(next, StreakOf(next, terms.Cycle, day), terms.MakeUpPoints + cumulative);
    }

    /// <summary>More cards.</summary>
    public static Result<SignInState> AddCards(SignInState state, int count) => state.Cards + count > MaxCards
        ? PointsRefusals.TooManyCards
        : state with { Cards = state.Cards + count };

    /// <summary>The days in a row that end with a day, or with the one before where the day is missing; whatever the cycle.</summary>
    public static DayRun? RunUpTo(SignInState state, int day)
    {
        foreach (var run in state.Runs)
        {
            if (run.From <= day && day <= run.To + 1)
            {
                return run with { To = Math.Min(run.To, day) };
            }
        }

        return null;
    }

    /// <summary>The streak within the cycle, up to a day or the one before.</summary>
    public static int StreakOf(SignInState state, SignInCycle cycle, int day) => RunUpTo(state, day) is { } run
        ? Math.Max(0, run.To - Math.Max(run.From, CycleStart(cycle, day)) + 1)
        : 0;

    /// <summary>How many days of the cycle that a day is in are signed in for, up to the day.</summary>
    public static int DaysInCycle(SignInState state, SignInCycle cycle, int day)
    {
        if (cycle == SignInCycle.None)
        {
            return state.Days;
        }

        var start = CycleStart(cycle, day);
        return state.Runs.Sum(r => Math.Max(0, Math.Min(r.To, day) - Math.Max(r.From, start) + 1));
    }

    /// <summary>The first day of the cycle that a day is in.</summary>
    public static int CycleStart(SignInCycle cycle, int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return cycle switch
        {
            SignInCycle.Week => day - (((int)date.DayOfWeek + 6) % 7),
            SignInCycle.Month => day - (date.Day - 1),
            _ => int.MinValue,
        };
    }

    /// <summary>The number of a day that is written as YYYY-MM-DD; null where it is none.</summary>
    public static int? DayOf(string text) => DateOnly.TryParseExact(
        text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var day)
        ? day.DayNumber
        : null;

    /// <summary>A day as it is written.</summary>
    public static string TextOf(int day) =>
        DateOnly.FromDayNumber(day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static long StreakPoints(SignInTerms terms, int streak)
    {
        var rewards = terms.StreakRewards;
        return terms.StreakMatch == StreakMatch.Largest
            ? rewards.LastOrDefault(r => r.Days <= streak).Points
            : rewards.Any(r => r.Days == streak) ? PointsOf(rewards, streak) : PointsOf(rewards, 1);
    }

    private static long PointsOf(IReadOnlyList<DaysReward> rewards, int days) =>
        rewards.FirstOrDefault(r => r.Days == days).Points;

    /// <summary>The state with one more day, which it has not.</summary>
    private static SignInState With(SignInState state, int day)
    {
        var joined = new DayRun { From = day, To = day };
        List<DayRun> runs = [];
        foreach (var run in state.Runs)
        {
            if (run.To == day - 1)
            {
                joined = joined with { From = run.From };
            }
            else if (run.From == day + 1)
            {
                joined = joined with { To = run.To };
            }
            else
            {
                runs.Add(run);
            }
        }

        runs.Add(joined);
        var newest = runs.Max(r => r.To);
        return state with
        {
            Runs = [.. runs.Where(r => r.To >= newest - DaysRemembered).OrderBy(r => r.From)],
            Days = state.Days + 1,
        };
    }
}
