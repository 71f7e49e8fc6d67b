using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: transactions of hot grains that wait leave connections to others, and nobody waits without an end. Method: as many
/// as may be under way are held inside, on a clock of the tests' own.
/// </summary>
public abstract class HotUnitSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Run_MoreThanMayBeUnderWay_WaitForTheirTurnAndAreRefusedInTheEnd()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = await TestStore.CreateAsync(Database, time, sharing: Node, settings: [("Silo:Database:MaxConnections", "5")]);
        var units = node.Get<HotUnits>();
        // On the embedded database one writes, and the other waits for that.
        var mostInside = Database.IsPostgres ? 2 : 1;
        var (inside, hold, full) = (0, NewSignal(), NewSignal());
        Task<BatchOutcome?> RunAsync() => units.RunAsync(async _ =>
        {
            if (Interlocked.Increment(ref inside) == mostInside)
            {
                full.TrySetResult();
            }

            Assert.InRange(inside, 1, mostInside);
            await hold.Task;
            Interlocked.Decrement(ref inside);
            return null;
        });

        var running = Enumerable.Range(0, 2).Select(_ => RunAsync()).ToArray();
        var waiting = Enumerable.Range(0, 3).Select(_ => RunAsync()).ToArray();
        try
        {
            time.Advance(HotUnits.LongestWait - TimeSpan.FromMilliseconds(1));
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

        await Task.WhenAll(running).Soon();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RunAsync())).Soon();
    }

    [Fact]
    public async Task Work_OfWhichAPartIsDone_RunsAgainAsIfForTheFirstTime()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var node = await TestStore.CreateAsync(Database, time, sharing: Node);
        var handler = new Parts($"tests.parts{NewGrain()}");
        var runner = new WorkRunner(
            node.Store,
            [handler],
            node.Get<WriteGate>(),
            time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<WorkRunner>.Instance);
        await node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.EnqueueAsync(handler.Kind, "one", unit.NowMs, "what", CancellationToken.None);
                return true;
            },
            CancellationToken.None);

        while (handler.Runs.Count < 4)
        {
            Assert.True(await runner.RunDueAsync(CancellationToken.None) > 0);
        }

        await runner.RunDueAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Repeat(("one", "what", 1), 4), handler.Runs);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Parts(string kind) : IWorkHandler
    {
        public string Kind => kind;

        public List<(string Key, string Payload, int Attempt)> Runs { get; } = [];

        public Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
        {
            Runs.Add((item.Key, item.Payload, item.Attempt));
            return Task.FromResult(Runs.Count < 4 ? WorkOutcome.RunAgain : WorkOutcome.Done);
        }
    }
}

public sealed class HotUnitsOnPostgres(NodeFixture<PostgresDatabase> fixture) : HotUnitSuite<PostgresDatabase>(fixture);

public sealed class HotUnitsOnSqlite(NodeFixture<SqliteDatabase> fixture) : HotUnitSuite<SqliteDatabase>(fixture);
