using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Kernel;

public sealed class IdSourceTests
{
    /// <summary>What public clients can read as a JSON number without losing a digit.</summary>
    private const long JsonSafe = 1L << 53;
    private const int PerSecond = 1 << 16;
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Now, slot.</summary>
    public static TheoryData<DateTimeOffset, int> Instants => new()
    {
        { Epoch.AddSeconds(1), 0 },
        { Epoch.AddSeconds(1), IdSource.Slots - 1 },
        { new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero), 17 },
        { new(2087, 12, 31, 23, 59, 58, TimeSpan.Zero), 0 },
        { new(2087, 12, 31, 23, 59, 58, TimeSpan.Zero), IdSource.Slots - 1 },
    };

    [Theory]
    [MemberData(nameof(Instants))]
    public void Next_Until2087_IsPositiveAndBelowWhatJsonCarries(DateTimeOffset now, int slot)
    {
        var (ids, _) = Source(now, slot, lease: 1);

        Assert.All(Take(ids, 2 * PerSecond), id => Assert.InRange(id, 1, JsonSafe - 1));
    }

    [Fact]
    public void Next_InABurstOverSeconds_IsUniqueAndRising()
    {
        var (ids, _) = Source(Epoch.AddYears(6), slot: 5, lease: 4);

        var made = Take(ids, (4 * PerSecond) + 1);

        Assert.Equal(made.Length, made.Distinct().Count());
        Assert.Equal(made.Order(), made);
    }

    [Fact]
    public void Next_FromManyThreads_IsUnique()
    {
        var (ids, _) = Source(Epoch.AddYears(6), slot: 5, lease: 4);
        var made = new long[100_000];

        Parallel.For(0, made.Length, index => made[index] = ids.Next());

        Assert.Equal(made.Length, made.Distinct().Count());
    }

    [Fact]
    public void Next_WhenTheClockGoesBack_KeepsRising()
    {
        var (ids, clock) = Source(Epoch.AddYears(6), slot: 5, lease: 100);
        clock.Advance(TimeSpan.FromSeconds(10));
        var before = ids.Next();
        clock.AdjustTime(clock.GetUtcNow().AddHours(-1));

        var after = Take(ids, 2 * PerSecond);

        Assert.True(after[0] > before);
        Assert.Equal(after.Order(), after);
    }

    [Fact]
    public void Next_InTwoSlotsAtOnce_NeverMeets()
    {
        var clock = new FakeTimeProvider(Epoch.AddYears(6));
        var (one, two) = (new IdSource(clock), new IdSource(clock));
        one.Take(1, one.CurrentSecond, one.CurrentSecond + 2);
        two.Take(2, two.CurrentSecond, two.CurrentSecond + 2);

        Assert.Empty(Take(one, PerSecond + 10).Intersect(Take(two, PerSecond + 10)));
    }

    [Fact]
    public void Next_OfASlotTakenAfterACrash_StartsBehindItsFormerHorizon()
    {
        var clock = new FakeTimeProvider(Epoch.AddYears(6));
        var killed = new IdSource(clock);
        killed.Take(1, killed.CurrentSecond, killed.CurrentSecond + 2);
        var before = Take(killed, 3 * PerSecond);
        var heir = new IdSource(clock);
        heir.Take(1, killed.Horizon + 1, killed.Horizon + 10);

        Assert.True(heir.Next() > before.Max());
    }

    [Fact]
    public void Next_BeyondTheHorizonByBurst_ThrowsUntilItMoves()
    {
        var (ids, _) = Source(Epoch.AddYears(6), slot: 5, lease: 1);
        Take(ids, 2 * PerSecond);

        Assert.Throws<IdsExhaustedException>(() => ids.Next());
        ids.Extend(ids.Horizon + 1);
        Assert.True(ids.Next() > 0);
    }

    [Fact]
    public void Next_BeyondTheHorizonByTime_Throws()
    {
        var (ids, clock) = Source(Epoch.AddYears(6), slot: 5, lease: 1);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Throws<IdsExhaustedException>(() => ids.Next());
    }

    [Fact]
    public void Next_WithoutASlot_Throws() =>
        Assert.Throws<IdsExhaustedException>(() => new IdSource(new FakeTimeProvider(Epoch.AddYears(6))).Next());

    [Theory]
    [InlineData(-1)]
    [InlineData(IdSource.Slots)]
    public void Take_OfASlotThatDoesNotExist_Throws(int slot) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new IdSource(TimeProvider.System).Take(slot, 0, 1));

    private static (IdSource Ids, FakeTimeProvider Clock) Source(DateTimeOffset now, int slot, int lease)
    {
        // Time moves only where a test moves it.
        var clock = new FakeTimeProvider(now);
        var ids = new IdSource(clock);
        ids.Take(slot, ids.CurrentSecond, ids.CurrentSecond + lease);
        return (ids, clock);
    }

    private static long[] Take(IdSource ids, int count)
    {
        var made = new long[count];
        for (var index = 0; index < count; index++)
        {
            made[index] = ids.Next();
        }

        return made;
    }
}
