using Microsoft.EntityFrameworkCore;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Another module's work inside a hot grain's transaction.</summary>
public abstract class JoinedSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Keep_TheDecisionAndTheRowsStand()
    {
        var grain = NewGrain();

        var answer = await RunAsync(grain, TestWork.Keep, amount: 5);

        Assert.Equal((5, JoinedVerdict.Keep, "first"), (answer.Outcome.Total, answer.Answer?.Verdict, answer.Answer?.Text));
        Assert.Equal(5, (await ConsistentAsync(grain)).State.Total);
        Assert.Equal(["payload 5"], await JoinedSuite.RowsAsync(Node, grain));
        Assert.Equal(5, (await Node.Counter(grain).ViewAsync()).Total);
    }

    [Fact]
    public async Task KeepRows_TheRowsStandAndTheDecisionIsUndone()
    {
        var grain = NewGrain();
        await AddAsync(grain, "before", 3);

        var answer = await RunAsync(grain, TestWork.KeepRows, amount: 5);

        Assert.Equal((JoinedVerdict.KeepRows, TestWork.Refusal), (answer.Answer?.Verdict, answer.Answer?.Refusal));
        Assert.Equal(["payload 8"], await JoinedSuite.RowsAsync(Node, grain));
        Assert.Equal("before", Assert.Single((await ConsistentAsync(grain)).Rows).RequestId);
        // The version moves although the state does not: it is what refuses a second activation.
        Assert.Equal(2, (await Node.StoredAsync(grain)).Version);
        Assert.Equal(3, (await Node.Counter(grain).ViewAsync()).Total);
        Assert.Equal(4, (await AddAsync(grain, "after")).Total);
    }

    [Fact]
    public async Task Refuse_NothingStands()
    {
        var grain = NewGrain();
        await AddAsync(grain, "before", 3);

        var answer = await RunAsync(grain, TestWork.Refuse, amount: 5);

        Assert.Equal((JoinedVerdict.Refuse, TestWork.Refusal), (answer.Answer?.Verdict, answer.Answer?.Refusal));
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Single((await ConsistentAsync(grain)).Rows);
        Assert.Equal(1, (await Node.StoredAsync(grain)).Version);
        Assert.Equal(4, (await AddAsync(grain, "after")).Total);
    }

    [Fact]
    public async Task RefusedByTheGrain_OrdinaryWorkDoesNotRun()
    {
        var grain = NewGrain();

        var answer = await RunAsync(grain, TestWork.Keep, amount: 5, limit: 4);

        Assert.Equal(("LIMIT", null), (answer.Outcome.Refusal?.Reason, answer.Answer));
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task RefusedByTheGrain_WorkThatRunsOnRefusalKeepsItsRows()
    {
        var grain = NewGrain();

        var answer = await RunAsync(grain, TestWork.SettleRows, amount: 5, limit: 4);

        Assert.Equal(("LIMIT", JoinedVerdict.KeepRows), (answer.Outcome.Refusal?.Reason, answer.Answer?.Verdict));
        Assert.Equal("LIMIT", answer.Answer?.Refusal?.Reason);
        Assert.Equal(["payload 0"], await JoinedSuite.RowsAsync(Node, grain));
        Assert.Equal(0, (await ConsistentAsync(grain)).State.Total);
        Assert.Equal(1, (await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task RefusedByTheGrain_WorkThatRunsOnRefusalMayRefuseToo()
    {
        var grain = NewGrain();

        var answer = await RunAsync(grain, TestWork.SettleRefuse, amount: 5, limit: 4);

        Assert.Equal(JoinedVerdict.Refuse, answer.Answer?.Verdict);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task RefusedByTheGrain_WorkThatKeepsTheDecisionIsABug()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(grain, TestWork.SettleKeep, amount: 5, limit: 4));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task WorkThatThrows_RollsEverythingBack()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(grain, TestWork.Throws, amount: 5));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Empty((await ConsistentAsync(grain)).Rows);
        Assert.Equal(1, (await AddAsync(grain, "after")).Total);
    }

    [Theory]
    [InlineData(JoinedVerdict.Keep, 100 - 5 - 7)]
    [InlineData(JoinedVerdict.KeepRows, 100 - 7)]
    [InlineData(JoinedVerdict.Refuse, 100)]
    public async Task Draft_ThatGrainAndWorkBookOn_HoldsWhatStands(JoinedVerdict verdict, long left)
    {
        var (grain, account) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 100);

        var answer = await Node.Counters.RunJoinedAsync(
            grain,
            new() { RequestId = "joined", Amount = 5, Purse = account },
            PurseWork.Spend.Command(grain, new(account, 7, verdict))).Soon();

        Assert.Equal(verdict, answer.Answer?.Verdict);
        Assert.Equal(left, await Node.BalanceAsync(account));
        Assert.Equal(verdict == JoinedVerdict.Refuse ? [] : [$"{left}"], await JoinedSuite.RowsAsync(Node, grain));
        Assert.Equal(verdict == JoinedVerdict.Keep ? 5 : 0, (await ConsistentAsync(grain)).State.Total);
        // And the next one books on what stands.
        Assert.Null((await AddAsync(Node, grain, new() { RequestId = "after", Purse = account })).Refusal);
        Assert.Equal(left - 1, await Node.BalanceAsync(account));
    }

    [Fact]
    public async Task KeepRows_WhoseWorkAnswersTheSameDecisionDifferently_IsABug()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(grain, TestWork.Fickle, amount: 5));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
        Assert.Equal(1, (await AddAsync(grain, "after")).Total);
    }

    [Fact]
    public async Task RowOfTheWork_ThatIsTakenMeanwhile_IsDecidedAgainAndSeen()
    {
        var grain = NewGrain();
        Node.Probe.AfterLoad = async () =>
        {
            Node.Probe.AfterLoad = null;
            await Node.Units.StageAsync<bool>(
                _ => rows =>
                {
                    rows.Append(new EntryRow { Id = -grain, GrainId = grain, RequestId = "joined", TotalAfter = 77, Note = "" });
                    rows.Append(new JoinedRow { Id = grain, Text = "theirs" });
                    return true;
                },
                CancellationToken.None);
        };

        var answer = await Node.Counters.RunJoinedAsync(
            grain, new() { RequestId = "joined", Amount = 5 }, TestWork.Command(TestWork.Keep, grain)).Soon();

        Assert.Equal((77, true, "again"), (answer.Outcome.Total, answer.Outcome.Repeated, answer.Answer?.Text));
        Assert.Equal(["theirs"], await JoinedSuite.RowsAsync(Node, grain));
    }

    [Fact]
    public async Task UnknownKind_FailsAndStoresNothing()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(grain, "tests.nobody", amount: 5));

        Assert.Null((await Node.StoredAsync(grain)).Version);
        Assert.Equal(1, (await AddAsync(grain, "after")).Total);
    }

    [Fact]
    public async Task GrainsRowThatFails_TakesTheWorksRowsWithIt()
    {
        var grain = NewGrain();
        await AddAsync(Node, NewGrain(), new() { RequestId = "owner", Mark = grain });

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.Counter(grain).RunJoinedAsync(
            new() { RequestId = "joined", Mark = grain }, Joined(grain, TestWork.Keep)).Soon());

        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Empty((await ConsistentAsync(grain)).Rows);
    }

    [Fact]
    public async Task JoinedCommand_IsAloneInItsTransaction()
    {
        var grain = NewGrain();

        var replies = await GatherAsync(
            grain,
            null,
            CounterCall.Of(Command("before 1"), Command("before 2")),
            CounterCall.Of(Command("before 3")),
            new CounterCall { Commands = [Command("joined", 100)], Joined = Joined(grain, TestWork.Refuse) },
            CounterCall.Of(Command("after 1")),
            CounterCall.Of(Command("after 2")));

        Assert.Equal([2, 3, 4, 104, 5, 6], replies.SelectMany(r => r.Outcomes).Select(o => o.Total));
        Assert.Equal([(grain, 1), (grain, 3), (grain, 1), (grain, 2)], Node.Probe.Batches);
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task CommitWithoutAnswer_IsUnknownAndTheRetryFindsTheDecision()
    {
        var grain = NewGrain();
        var before = await Node.Counter(grain).ViewAsync();
        Faults.AfterCommit = () => throw new IOException("Broken on purpose.");

        var unknown = await Assert.ThrowsAsync<StorageUnavailableException>(() => RunAsync(grain, TestWork.Keep, amount: 5));
        Faults.AfterCommit = null;
        var retry = await RunAsync(grain, TestWork.Keep, amount: 5);

        Assert.True(unknown.OutcomeUnknown);
        Assert.Equal((5, true, "again"), (retry.Outcome.Total, retry.Outcome.Repeated, retry.Answer?.Text));
        Assert.Single(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Single((await ConsistentAsync(grain)).Rows);
        Assert.NotEqual(before.Activation, (await Node.Counter(grain).ViewAsync()).Activation);
    }

    [Fact]
    public async Task ErrorBeforeTheCommit_IsACertainRollback()
    {
        var grain = NewGrain();
        Faults.BeforeSend = () => throw new IOException("Broken on purpose.");

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => RunAsync(grain, TestWork.Keep, amount: 5));
        Faults.BeforeSend = null;

        Assert.False(refused.OutcomeUnknown);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        Assert.Null((await Node.StoredAsync(grain)).Version);
        Assert.Equal("first", (await RunAsync(grain, TestWork.Keep, amount: 5)).Answer?.Text);
    }

    private static JoinedCommand Joined(long grain, string kind) => TestWork.Command(kind, grain);

    private Task<JoinedOutcome<CounterOutcome>> RunAsync(long grain, string kind, long amount, long limit = long.MaxValue) =>
        Node.Counter(grain).RunJoinedAsync(
            new() { RequestId = "joined", Amount = amount, Limit = limit }, Joined(grain, kind)).Soon();
}

internal static class JoinedSuite
{
    /// <summary>What the work of a joined command left behind.</summary>
    public static Task<List<string>> RowsAsync(TestStore node, long id) => node.Units.ReadAsync(
        reads => reads.Query<JoinedRow>().Where(j => j.Id == id).Select(j => j.Text).ToListAsync(), CancellationToken.None);
}

public sealed class JoinedOnPostgres(NodeFixture<PostgresDatabase> fixture) : JoinedSuite<PostgresDatabase>(fixture);

public sealed class JoinedOnSqlite(NodeFixture<SqliteDatabase> fixture) : JoinedSuite<SqliteDatabase>(fixture);
