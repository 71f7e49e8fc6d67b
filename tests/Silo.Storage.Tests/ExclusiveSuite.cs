using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: exclusive transactions that wait leave connections to others, and nobody waits without an end. Method: as many
/// as may be under way are held inside, on a clock of the tests' own.
/// </summary>
public abstract class ExclusiveSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Run_MoreThanMayBeUnderWay_WaitForTheirTurnAndAreRefusedInTheEnd()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = await TestStore.CreateAsync(Database, time, sharing: Node, settings: [("Silo:Database:MaxConnections", "10")]);
        var transactions = node.Get<Transactions>();
        // On the embedded database one writes, and the other waits for that.
        var mostInside = Database.IsPostgres ? 2 : 1;
        var (inside, hold, full) = (0, NewSignal(), NewSignal());
        // The embedded store is the shared node's.
        (Database.IsPostgres ? node.Faults : Faults).AfterSend = async answer =>
        {
            await answer;
            if (Interlocked.Increment(ref inside) == mostInside)
            {
                full.TrySetResult();
            }

            Assert.InRange(inside, 1, mostInside);
            await hold.Task;
            Interlocked.Decrement(ref inside);
        };
        Task<BatchOutcome?> RunAsync() => transactions.RunExclusiveAsync(Locking(transactions), () =>
        {
            var rows = new Rows();
            rows.Append(new JoinedRow { Id = NewGrain(), Text = "" });
            return new Batch(rows);
        });

        var running = Enumerable.Range(0, 2).Select(_ => RunAsync()).ToArray();
        var waiting = Enumerable.Range(0, 3).Select(_ => RunAsync()).ToArray();
        try
        {
            time.Advance(Transactions.LongestWait - TimeSpan.FromMilliseconds(1));
            Assert.DoesNotContain(waiting, w => w.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(1));
            foreach (var late in waiting)
            {
                await Assert.ThrowsAsync<StorageBusyException>(() => late.Soon());
            }

            running = [.. running, RunAsync()];
            await full.Task.Soon();
        }
        finally
        {
            hold.SetResult();
        }

        BatchOutcome?[] outcomes =
        [
            .. await Task.WhenAll(running).Soon(), .. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RunAsync())).Soon(),
        ];
        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A stage that begins its transaction in the database.</summary>
    private static Stage Locking(Transactions transactions)
    {
        var stage = transactions.NewStage(isExclusive: true);
        stage.Lock<BalanceRow>([NewGrain()], RowLock.Wait);
        return stage;
    }
}

public sealed class ExclusiveOnPostgres(NodeFixture<PostgresDatabase> fixture) : ExclusiveSuite<PostgresDatabase>(fixture);

public sealed class ExclusiveOnSqlite(NodeFixture<SqliteDatabase> fixture) : ExclusiveSuite<SqliteDatabase>(fixture);
