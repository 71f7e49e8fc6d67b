using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Two activations of one grain, as after a split of the cluster: never can both commit.</summary>
public abstract class StaleSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Run_OnAStaleActivation_IsRefusedAndTheNextCommandSeesTheOthersState(int storedBefore)
    {
        var grain = NewGrain();
        var other = await SecondAsync();
        for (var i = 0; i < storedBefore; i++)
        {
            await AddAsync(grain, $"before {i}");
        }

        var stale = await other.Counter(grain).ViewAsync().Soon();
        await AddAsync(grain, "a", 5);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => AddAsync(other, grain, new() { RequestId = "b", Amount = 7 }));

        Assert.False(refused.OutcomeUnknown);
        Assert.DoesNotContain((await ConsistentAsync(grain)).Rows, r => r.RequestId == "b");
        var next = await AddAsync(other, grain, new() { RequestId = "b", Amount = 7 });
        Assert.Equal((storedBefore + 12, false), (next.Total, next.Repeated));
        Assert.NotEqual(stale.Activation, (await other.Counter(grain).ViewAsync()).Activation);
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task Run_OnAStaleActivationWithLockedRows_IsRefusedAndTheBalanceStays()
    {
        var grain = NewGrain();
        var other = await SecondAsync();
        await Node.AddBalanceAsync(grain, 100);
        await other.Counter(grain).ViewAsync().Soon();
        await AddAsync(grain, "a", 5);

        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => AddAsync(other, grain, new() { RequestId = "b", Amount = 7, Account = grain }));

        Assert.Equal(100, await Node.BalanceAsync(grain));
        Assert.Single((await ConsistentAsync(grain)).Rows);
        Assert.Equal(12, (await AddAsync(other, grain, new() { RequestId = "b", Amount = 7, Account = grain })).Total);
        Assert.Equal(93, await Node.BalanceAsync(grain));
    }

    [Fact]
    public async Task Run_JoinedOnAStaleActivation_LeavesNothingOfTheWork()
    {
        var grain = NewGrain();
        var other = await SecondAsync();
        await other.Counter(grain).ViewAsync().Soon();
        await AddAsync(grain, "a", 5);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => other.Counter(grain).RunJoinedAsync(
            new() { RequestId = "b" }, TestWork.Command(TestWork.KeepRows, grain)).Soon());

        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Equal(1, (await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Run_RefusedOnAGuessOfAStaleActivation_IsDecidedOnRows()
    {
        var grain = NewGrain();
        var other = await SecondAsync();
        await AddAsync(grain, "a", 10);
        await AddAsync(other, grain, new() { RequestId = "b", Amount = 5 });
        Node.Probe.Guesses = true;

        // Here the total is still 10; a refusal needs no commit, which would tell.
        var repeat = await AddAsync(Node, grain, Command("b", 5, limit: 12));

        Assert.Equal((15, true, null), (repeat.Total, repeat.Repeated, repeat.Refusal));
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task Run_TwoActivationsRaceTheFirstWrite_NothingIsLostOrDoubled()
    {
        var grain = NewGrain();
        TestStore[] nodes = [Node, await SecondAsync()];
        const int callers = 64;

        var outcomes = await Task.WhenAll(nodes.SelectMany((node, n) => Enumerable.Range(0, callers).Select(
            caller => AddUntilAnsweredAsync(node, grain, new() { RequestId = $"{n}/{caller}", Amount = caller + 1 }))));

        var (state, rows) = await ConsistentAsync(grain);
        Assert.Equal(2 * callers, rows.Count);
        Assert.Equal(2 * Enumerable.Range(1, callers).Sum(), state.Total);
        var stored = rows.ToDictionary(r => r.RequestId, r => r.TotalAfter);
        Assert.All(outcomes, outcome => Assert.Equal(stored[outcome.RequestId], outcome.Total));
    }

    [Fact]
    public async Task Run_BothActivationsSendTheSameRequests_EachCountsOnce()
    {
        var grain = NewGrain();
        TestStore[] nodes = [Node, await SecondAsync()];
        const int callers = 32;

        var outcomes = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, callers).Select(
            caller => AddUntilAnsweredAsync(node, grain, new() { RequestId = $"{caller}", Amount = 2 }))));

        var (_, rows) = await ConsistentAsync(grain);
        Assert.Equal(callers, rows.Count);
        Assert.Equal(callers, outcomes.Count(o => !o.Repeated));
        var stored = rows.ToDictionary(r => r.RequestId, r => r.TotalAfter);
        Assert.All(outcomes, outcome => Assert.Equal(stored[outcome.RequestId], outcome.Total));
    }
}

public sealed class StaleOnPostgres(NodeFixture<PostgresDatabase> fixture) : StaleSuite<PostgresDatabase>(fixture);

public sealed class StaleOnSqlite(NodeFixture<SqliteDatabase> fixture) : StaleSuite<SqliteDatabase>(fixture);
