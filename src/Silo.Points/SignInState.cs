namespace Silo.Points;

/// <summary>Signed-in days in a row, as day numbers, both included.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.DayRun")]
internal readonly record struct DayRun
{
    [Id(0)]
    public int From { get; init; }

    [Id(1)]
    public int To { get; init; }

    /// <summary>How many days it has.</summary>
    public int Length => To - From + 1;
}

/// <summary>A user's sign-ins. A default instance is a user who never signed in. It stays small: see <see cref="Runs"/>.</summary>
[GenerateSerializer, Immutable, Alias("silo.points.SignInState")]
internal sealed record SignInState
{
    public const string Name = "silo.points.sign_in";

    /// <summary>The days, ascending; without those that are over and too old to be made up for or counted.</summary>
    [Id(0)]
    public IReadOnlyList<DayRun> Runs { get; init; } = [];

    /// <summary>How many days there are, all of them.</summary>
    [Id(1)]
    public int Days { get; init; }

    /// <summary>Make-up cards left.</summary>
    [Id(2)]
    public int Cards { get; init; }

    /// <summary>The latest day; 0 for none.</summary>
    public int LastDay => Runs.Count == 0 ? 0 : Runs[^1].To;

    public bool Has(int day) => Runs.Any(r => r.From <= day && day <= r.To);
}

/// <summary>Points for a number of days.</summary>
internal readonly record struct DaysReward(int Days, long Points);

/// <summary>How a streak's reward is found. The numbers are the wire's.</summary>
internal enum StreakMatch
{
    Exact = 1,
    Largest = 2,
}

/// <summary>When streaks and counts of days begin anew. The numbers are the wire's.</summary>
internal enum SignInCycle
{
    None = 1,
    Week = 2,
    Month = 3,
}

/// <summary>What signing in gives; see the proto for the ranges.</summary>
internal sealed record SignInTerms
{
    public bool Closed { get; init; }

    public long BasePoints { get; init; }

    /// <summary>By days, ascending.</summary>
    public IReadOnlyList<DaysReward> StreakRewards { get; init; } = [];

    public StreakMatch StreakMatch { get; init; } = StreakMatch.Exact;

    /// <summary>By days, ascending.</summary>
    public IReadOnlyList<DaysReward> CumulativeRewards { get; init; } = [];

    public SignInCycle Cycle { get; init; } = SignInCycle.None;

    public int MakeUpDays { get; init; }

    public long MakeUpPoints { get; init; }

    public long CardPricePoints { get; init; }
}
