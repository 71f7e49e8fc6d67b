using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>One transaction of a relational module.</summary>
public abstract class UnitSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accepted_Commits()
    {
        var id = NewGrain();

        var result = await Node.Units.RunAsync<string>(
            unit =>
            {
                unit.Set<JoinedRow>().Add(new() { Id = id, Text = "row" });
                return Task.FromResult<Result<string>>("value");
            },
            Cancel);

        Assert.Equal("value", result.Value);
        Assert.Equal(["row"], await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Refused_RollsBackWhatWasSent()
    {
        var id = NewGrain();

        var result = await Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, id);
                return No;
            },
            Cancel);

        Assert.Equal(No, result.Refusal);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Exception_RollsBackWhatWasSent()
    {
        var id = NewGrain();

        await Assert.ThrowsAsync<NotSupportedException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, id);
                throw new NotSupportedException();
            },
            Cancel));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task GrainCall_InsideAUnit_Throws()
    {
        var grains = Node.Get<IGrainFactory>();
        var grain = NewGrain();

        var inside = await Assert.ThrowsAsync<InvalidOperationException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, grain);
                await grains.GetGrain<ICounterGrain>(grain).RunAsync([Command("inside")]);
                return true;
            },
            Cancel));

        Assert.Contains("no grain may be called", inside.Message, StringComparison.Ordinal);
        Assert.Empty(await Node.EntriesAsync(grain));
        Assert.Empty(await JoinedSuite.RowsAsync(Node, grain));
        // And outside the same flow may.
        Assert.Equal(1, (await grains.GetGrain<ICounterGrain>(grain).RunAsync([Command("outside")]).Soon())[0].Total);
    }

    [Fact]
    public async Task Unit_InsideAUnit_Throws()
    {
        var id = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, id);
                return (await Node.Units.RunAsync<bool>(_ => Task.FromResult<Result<bool>>(true), Cancel)).Value;
            },
            Cancel));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
        Assert.True((await Node.Units.RunAsync<bool>(_ => Task.FromResult<Result<bool>>(true), Cancel)).Value);
    }

    [Fact]
    public async Task Units_OfManyCallersAtOnce_KeepTheGuard()
    {
        var account = NewGrain();
        await Node.AddBalanceAsync(account, 20);

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Node.Units.RunAsync<bool>(
            async unit => await unit.Set<BalanceRow>().Where(b => b.Id == account && b.Balance >= 1)
                .ExecuteUpdateAsync(set => set.SetProperty(b => b.Balance, b => b.Balance - 1), Cancel) == 1 ? true : No,
            Cancel))).Soon();

        Assert.Equal(20, results.Count(r => r.IsAccepted));
        Assert.Equal(0, await Node.BalanceAsync(account));
    }

    [Fact]
    public async Task LockAsync_ReturnsTheRowsThatAreThere()
    {
        var (first, second, absent) = (NewGrain(), NewGrain(), NewGrain());
        await Node.AddBalanceAsync(first, 1);
        await Node.AddBalanceAsync(second, 2);

        var result = await Node.Units.RunAsync<(long, long)[]>(
            async unit => (await unit.LockAsync<BalanceRow>([second, first, second, absent], wait: true, Cancel))
                .OrderBy(l => l.Key).Select(l => (l.Key, l.Value.Balance)).ToArray(),
            Cancel);

        Assert.Equal([(first, 1L), (second, 2L)], result.Value!);
    }

    [Fact]
    public async Task LocksOfSharedRows_ReturnTheRowsThatAreThere()
    {
        var (account, absent) = (NewGrain(), NewGrain());
        await Node.AddBalanceAsync(account, 3);

        var result = await Node.Units.RunAsync<IReadOnlyDictionary<long, BalanceRow>[]>(
            async unit => new[]
            {
                await unit.LockSharedAsync<BalanceRow>([absent, account], Cancel),
                await unit.LockAloneAsync<BalanceRow>([absent, account, account], Cancel),
            },
            Cancel);

        Assert.All(result.Value!, rows => Assert.Equal((account, 3L), (rows.Single().Key, rows.Single().Value.Balance)));
    }

    [Fact]
    public async Task Enqueue_AKeyThatExists_LeavesItAsItIs()
    {
        var key = $"{NewGrain()}";
        foreach (var payload in new[] { "first", "second" })
        {
            await Node.Units.RunAsync<bool>(
                async unit =>
                {
                    await unit.EnqueueAsync(new WorkKind<string>("tests.unit"), key, 1, payload, Cancel);
                    return true;
                },
                Cancel);
        }

        var stored = await Node.Units.ReadAsync(r => r.Query<WorkRow>().Where(w => w.Key == key).ToListAsync(Cancel), Cancel);
        Assert.Equal("\"first\"", Assert.Single(stored).Payload);
    }

    [Fact]
    public async Task Write_ThatIsRefused_EndsTheUnitAlsoForWhoGoesOn()
    {
        var (id, other) = (NewGrain(), NewGrain());

        await Assert.ThrowsAsync<InvalidOperationException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, id);
                var rows = new Rows();
                rows.Append(new JoinedRow { Id = other, Text = "row" });
                rows.Update<JoinedRow>(-id, $"UPDATE test_joined SET text = {"changed"} WHERE id = {-id}");
                await Assert.ThrowsAsync<UniqueKeyTakenException>(() => unit.WriteAsync(rows));
                return true;
            },
            Cancel));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
        Assert.Empty(await JoinedSuite.RowsAsync(Node, other));
    }

    [Fact]
    public async Task Write_OfRowsOfEveryKind_StandsWithTheUnitAndCachesHear()
    {
        var (id, topic) = (NewGrain(), $"tests.{NewGrain()}");
        var forgotten = 0;
        Node.Get<CacheInvalidation>().Listen(topic, _ => forgotten++);

        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                await WriteAsync(unit, id);
                var rows = new Rows();
                rows.Update<JoinedRow>(id, $"UPDATE test_joined SET text = {"changed"} WHERE id = {id} AND text = {"row"}");
                rows.Put(new BalanceRow { Id = id, Balance = 3 });
                rows.Invalidate(topic, [id]);
                await unit.WriteAsync(rows);
                return true;
            },
            Cancel);

        Assert.Equal(["changed"], await JoinedSuite.RowsAsync(Node, id));
        Assert.Equal(3, await Node.BalanceAsync(id));
        Assert.True(forgotten > 0);
    }

    private protected static async Task WriteAsync(Unit unit, long id)
    {
        unit.Set<JoinedRow>().Add(new() { Id = id, Text = "row" });
        await unit.SaveAsync(Cancel);
    }
}

public sealed class UnitsOnPostgres(NodeFixture<PostgresDatabase> fixture) : UnitSuite<PostgresDatabase>(fixture)
{
    public enum Statement
    {
        Update,
        Save,
        Query,
    }

    /// <summary>Two seconds each: the lock time-out is the server's.</summary>
    [Fact]
    public async Task RowLockedElsewhere_IsUnavailableAndCertainlyRolledBack()
    {
        var account = NewGrain();
        await Node.AddBalanceAsync(account, 1);
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand($"SELECT 1 FROM test_balances WHERE id = {account} FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(Cancel);

        var failures = await Task.WhenAll(Enum.GetValues<Statement>().Select(async statement =>
            (statement, failure: await Record.ExceptionAsync(() => RunAsync(statement, account)))));

        Assert.All(failures, f => Assert.False(Assert.IsType<StorageUnavailableException>(f.failure).OutcomeUnknown));
        await transaction.RollbackAsync(Cancel);
        Assert.Equal(1, await Node.BalanceAsync(account));
    }

    [Fact]
    public async Task LockAlone_WhileOthersShareTheRow_ComesBeforeThoseWhoAskLater()
    {
        var account = NewGrain();
        await Node.AddBalanceAsync(account, 1);
        await using var watch = await Database.OpenOwnAsync();
        var turns = new ConcurrentQueue<string>();
        TaskCompletionSource first = new(), second = new();
        Task[] sharing = [ShareAsync("shared", first.Task), ShareAsync("shared", second.Task)];
        await UntilAsync(() => turns.Count == 2);

        var alone = RunAsync(
            async unit =>
            {
                Assert.Single(await unit.LockAloneAsync<BalanceRow>([account], Cancel));
                turns.Enqueue("alone");
            });
        await UntilAsync(async () => await WaitingAsync() == 1);
        // Each of these asks before the one that held the row when it was asked for has let it go.
        var late = ShareAsync("late", Task.CompletedTask);
        await UntilAsync(async () => late.IsCompleted || await WaitingAsync() == 2);
        first.SetResult();
        await sharing[0].Soon();
        var later = ShareAsync("late", Task.CompletedTask);
        await UntilAsync(async () => later.IsCompleted || await WaitingAsync() == 3);
        second.SetResult();
        await Task.WhenAll([.. sharing, alone, late, later]).Soon();

        Assert.Equal(["shared", "shared", "alone", "late", "late"], turns);

        Task ShareAsync(string turn, Task until) => RunAsync(
            async unit =>
            {
                Assert.Single(await unit.LockSharedAsync<BalanceRow>([account], Cancel));
                turns.Enqueue(turn);
                await until;
            });

        async Task RunAsync(Func<Unit, Task> work) => await Node.Units.RunAsync<bool>(
            async unit =>
            {
                await work(unit);
                return true;
            },
            Cancel);

        async Task<long> WaitingAsync()
        {
            await using var count = new Npgsql.NpgsqlCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", watch);
            return (long)(await count.ExecuteScalarAsync(Cancel))!;
        }
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static Task UntilAsync(Func<Task<bool>> isSo) => Task.Run(
        async () =>
        {
            while (!await isSo())
            {
            }
        },
        Cancel).Soon();

    private async Task RunAsync(Statement statement, long account) => await Node.Units.RunAsync<bool>(
        async unit =>
        {
            var rows = unit.Set<BalanceRow>().Where(b => b.Id == account);
            switch (statement)
            {
                case Statement.Update:
                    await rows.ExecuteUpdateAsync(set => set.SetProperty(b => b.Balance, 5), Cancel);
                    break;
                case Statement.Save:
                    (await rows.SingleAsync(Cancel)).Balance = 5;
                    await unit.SaveAsync(Cancel);
                    break;
                default:
                    await unit.Set<BalanceRow>().FromSql($"SELECT * FROM test_balances WHERE id = {account} FOR UPDATE")
                        .ToListAsync(Cancel);
                    break;
            }

            return true;
        },
        Cancel);
}

public sealed class UnitsOnSqlite(NodeFixture<SqliteDatabase> fixture) : UnitSuite<SqliteDatabase>(fixture);
