using Microsoft.EntityFrameworkCore;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Commands that spend from guarded rows.</summary>
public abstract class LockSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Spend_FromManyGrainsAtOnce_NeverGoesBelowZeroAndSumsUp()
    {
        var account = NewGrain();
        const long funds = 150;
        await Node.AddBalanceAsync(account, funds);
        var grains = Enumerable.Range(0, 6).Select(_ => NewGrain()).ToArray();

        var outcomes = await Task.WhenAll(grains.SelectMany((grain, g) => Enumerable.Range(0, 16).Select(i =>
            AddUntilAnsweredAsync(Node, grain, Command($"r{i}", 1 + ((g + i) % 4), account: account)))));

        var spent = 0L;
        foreach (var grain in grains)
        {
            spent += (await ConsistentAsync(grain)).State.Total;
        }

        var left = await Node.BalanceAsync(account);
        Assert.Equal(funds, spent + left);
        // More was asked for than there is (96 commands of 2.5 on average), so somebody was refused, and only at the end.
        Assert.InRange(left, 0, 3);
        Assert.Contains(outcomes, o => o.Refusal?.Reason == "POOR");
        Assert.All(outcomes, o => Assert.True(o.Refusal is null or { Reason: "POOR" }));
    }

    [Fact]
    public async Task Spend_SeveralTimesInOneBatch_EachSeesWhatIsLeft()
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 10);

        var outcomes = await Node.Counter(grain).RunAsync(
            [Command("a", 6, account: account), Command("b", 6, account: account), Command("c", 4, account: account), Command("d", 1)])
            .Soon();

        Assert.Equal([null, "POOR", null, null], outcomes.Select(o => o.Refusal?.Reason));
        Assert.Equal([6, 0, 10, 11], outcomes.Select(o => o.Total));
        Assert.Equal(0, await Node.BalanceAsync(account));
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task Spend_OnlyRefusals_CommitsNothing()
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 1);

        Assert.Equal("POOR", (await AddAsync(grain, "a", 2, account)).Refusal?.Reason);

        Assert.Null((await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Spend_RuleThrows_RollsBackAndTheRowIsFreeAgain()
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 10);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Node.Counter(grain).RunAsync(
            [Command("a", 2, account: account), Command("b") with { Poison = Poison.Throw }]).Soon());

        Assert.Equal(10, await Node.BalanceAsync(account));
        Assert.Equal(3, (await AddAsync(grain, "a", 3, account)).Total);
        Assert.Equal(7, await Node.BalanceAsync(account));
    }
}

public sealed class LocksOnPostgres(NodeFixture<PostgresDatabase> fixture) : LockSuite<PostgresDatabase>(fixture)
{
    [Fact]
    public async Task Spend_RowIsLockedElsewhere_IsDeferredAndTheNeighboursOfItsMessageAreAnswered()
    {
        var grain = NewGrain();
        var (locked, free) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(locked, 10);
        await Node.AddBalanceAsync(free, 10);
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await TakeAsync(foreign, locked);

        var outcomes = await Node.Counter(grain).RunAsync(
            [Command("elsewhere", 2, account: locked), Command("free", 3, account: free), Command("none", 4)]).Soon();

        Assert.Equal([Deferral.Refusal.Reason, null, null], outcomes.Select(o => o.Refusal?.Reason));
        Assert.Equal([3, 7], outcomes[1..].Select(o => o.Total));
        Assert.Equal(1, Node.Probe.LockTries[locked]);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Equal((10, 7), (await Node.BalanceAsync(locked), await Node.BalanceAsync(free)));
        Assert.Equal(9, (await AddAsync(grain, "elsewhere", 2, locked)).Total);
        Assert.Equal(8, await Node.BalanceAsync(locked));
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task SpendJoined_RowIsFreeAgainAfterSomeTries_SucceedsAndOthersAreServedMeanwhile()
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 10);
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await TakeAsync(foreign, account);
        var firstTry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tries = 0;
        Node.Probe.BeforeLock = () =>
        {
            firstTry.TrySetResult();
            if (++tries == 4)
            {
                transaction.Rollback();
            }
        };

        var joined = Node.Counters.RunJoinedAsync(
            grain, Command("joined", 4, account: account), TestWork.Command(TestWork.Keep, grain));
        await firstTry.Task.Soon();
        var neighbour = await AddAsync(grain, "neighbour");

        Assert.Null(neighbour.Refusal);
        Assert.Equal(5, (await joined.Soon()).Outcome.Total);
        Assert.Equal(4, Node.Probe.LockTries[account]);
        Assert.Equal(6, await Node.BalanceAsync(account));
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task SpendJoined_RowStaysLocked_IsUnavailableInTheEnd()
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 10);
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await TakeAsync(foreign, account);

        var first = await Node.Counter(grain).RunJoinedAsync(
            Command("joined", 4, account: account), TestWork.Command(TestWork.Keep, grain)).Soon();
        Assert.Equal((Deferral.Refusal, null), (first.Outcome.Refusal, first.Answer));
        Assert.Equal(1, Node.Probe.LockTries[account]);

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.Counters.RunJoinedAsync(
            grain, Command("joined", 4, account: account), TestWork.Command(TestWork.Keep, grain)).Soon());

        Assert.False(failure.OutcomeUnknown);
        Assert.Equal(2 + Deferral.Pauses.Count, Node.Probe.LockTries[account]);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
    }

    private static async Task<Npgsql.NpgsqlTransaction> TakeAsync(Npgsql.NpgsqlConnection foreign, long account)
    {
        var transaction = await foreign.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var take = new Npgsql.NpgsqlCommand($"SELECT 1 FROM test_balances WHERE id = {account} FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        return transaction;
    }
}

public sealed class LocksOnSqlite(NodeFixture<SqliteDatabase> fixture) : LockSuite<SqliteDatabase>(fixture);
