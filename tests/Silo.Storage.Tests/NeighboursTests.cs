using Microsoft.EntityFrameworkCore;
using Npgsql;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: what waits for one row takes neither the connections nor the turns of those who want others. Method: a row is held
/// from outside while many want it; connections, waiters and refusals are counted, and others are served meanwhile.
/// </summary>
public sealed class NeighboursTests : OwnStoreSuite<PostgresDatabase>
{
    private const int Many = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Units_OfOneCallerOnAHeldRow_WaitOutsideTheDatabaseAndOthersAreServed()
    {
        var node = await NodeAsync();
        await AddAsync(node, 1, 2);
        await using var held = await HoldAsync(node, 1);

        var waiting = Enumerable.Range(0, Many).Select(_ => ChangeAsync(node, "user:1", 1)).ToArray();
        await WaitersAsync(held, Transactions.MaxOfOne);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("OK", await ChangeAsync(node, $"user:{i + 2}", 2));
            Assert.NotEqual(0, await node.BalanceAsync(2));
        }

        Assert.Equal(Transactions.MaxOfOne, await CountWaitersAsync(held));
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        await held.ReleaseAsync();
        Assert.All(await Task.WhenAll(waiting).Soon(), answer => Assert.Equal("OK", answer));
        Assert.Equal(Many, await node.BalanceAsync(1));
    }

    [Fact]
    public async Task Units_ThatNameOneQueue_WaitOutsideTheDatabaseWhoeverSendsThem()
    {
        var node = await NodeAsync();
        await AddAsync(node, 1, 2);
        await using var held = await HoldAsync(node, 1);

        var waiting = Enumerable.Range(0, Many).Select(i => ChangeAsync(node, $"user:{i}", 1, "row:1")).ToArray();
        await WaitersAsync(held, Transactions.MaxOfOne);

        Assert.Equal("OK", await ChangeAsync(node, "user:3", 2, "row:2"));
        Assert.Equal(Transactions.MaxOfOne, await CountWaitersAsync(held));
        await held.ReleaseAsync();
        Assert.All(await Task.WhenAll(waiting).Soon(), answer => Assert.Equal("OK", answer));
        Assert.Equal(Many, await node.BalanceAsync(1));
    }

    [Theory]
    [InlineData(RowLock.Wait)]
    [InlineData(RowLock.Shared)]
    public async Task ExclusiveTransactions_OnAHeldRow_WaitOutsideTheDatabaseAndOthersAreServed(RowLock how)
    {
        var node = await NodeAsync();
        await AddAsync(node, 1, 2);
        await using var held = await HoldAsync(node, 1);

        var waiting = Enumerable.Range(0, 30).Select(_ => LockAsync(node, 1, how)).ToArray();
        await WaitersAsync(held, Transactions.MaxOfOne);

        Assert.Equal(BatchOutcome.Committed, await LockAsync(node, 2, how));
        Assert.Equal(Transactions.MaxOfOne, await CountWaitersAsync(held));
        await held.ReleaseAsync();
        Assert.All(await Task.WhenAll(waiting).Soon(), outcome => Assert.Equal(BatchOutcome.Committed, outcome));
    }

    [Fact]
    public async Task PlainCommands_OnAHeldRow_ComeThroughWhenItIsFreeAndHoldNobodyUp()
    {
        var node = await NodeAsync();
        await AddAsync(node, 1, 2);
        await using var held = await HoldAsync(node, 1);

        var waiting = Enumerable.Range(0, 30).Select(_ => PayAsync(node, 1)).ToArray();
        await WaitersAsync(held, Transactions.MaxOfOne);

        Assert.True((await PayAsync(node, 2)).IsAccepted);
        await held.ReleaseAsync();
        Assert.All(await Task.WhenAll(waiting).Soon(), paid => Assert.True(paid.IsAccepted));
        Assert.Equal(30, await node.BalanceAsync(1));
    }

    [Fact]
    public async Task Node_WhoseConnectionsAreAllTaken_KeepsItsLeaseAndTellsTheTime()
    {
        var node = await NodeAsync();
        await AddAsync(node, 1);
        await using var held = await HoldAsync(node, 1);
        var share = node.Get<DatabaseOptions>().Share;
        var units = Enumerable.Range(0, share).Select(i => ChangeAsync(node, $"user:{i}", 1)).ToArray();
        var (reading, end) = (new CountdownEvent(share), new TaskCompletionSource());
        var reads = Enumerable.Range(0, share).Select(_ => node.Units.ReadAsync(
            async r =>
            {
                // Opens the connection, and keeps it.
                await foreach (var _ in r.Query<BalanceRow>().AsAsyncEnumerable())
                {
                    reading.Signal();
                    await end.Task;
                }

                return true;
            },
            Cancel)).ToArray();
        await Task.Run(() => reading.Wait(Cancel), Cancel).Soon();
        await WaitersAsync(held, share);

        Assert.NotNull((await node.Store.ReadClockAsync(Cancel).Soon()).Skew(TimeSpan.FromSeconds(2)));
        Assert.True(await node.Store.KeepAliveAsync(
            async context => await context.Database.ExecuteSqlAsync($"UPDATE silo_id_slots SET horizon = horizon", Cancel) > 0,
            Cancel).Soon());

        end.SetResult();
        await Task.WhenAll(reads).Soon();
        await held.ReleaseAsync();
        await Task.WhenAll(units).Soon();
    }

    /// <summary>Adds one to a balance in a unit.</summary>
    private static async Task<string> ChangeAsync(TestStore node, string caller, long account, string? queue = null)
    {
        UnitCaller.Current = caller;
        try
        {
            await node.Units.RunAsync(
                unit => unit.ExecuteAsync($"UPDATE test_balances SET balance = balance + 1 WHERE id = {account}", Cancel), Cancel, queue);
            return "OK";
        }
        catch (Exception exception) when (exception is StorageBusyException or StorageUnavailableException)
        {
            return exception.GetType().Name;
        }
    }

    private static Task<BatchOutcome?> LockAsync(TestStore node, long account, RowLock how)
    {
        var transactions = node.Get<Transactions>();
        var stage = transactions.NewStage(isExclusive: true);
        stage.Lock<BalanceRow>([account], how);
        return transactions.RunExclusiveAsync(stage, () =>
        {
            var rows = new Rows();
            rows.Append(new JoinedRow { Id = stage.NewId(), Text = "" });
            return new Batch(rows);
        });
    }

    /// <summary>Adds one to a balance in a plain command.</summary>
    private static Task<Kernel.Result<bool>> PayAsync(TestStore node, long account) => node.Units.StageAsync<bool>(
        stage =>
        {
            stage.Lock<BalanceRow>([account], RowLock.Wait);
            return rows =>
            {
                rows.Update<BalanceRow>(account, $"UPDATE test_balances SET balance = balance + 1 WHERE id = {account}");
                return true;
            };
        },
        Cancel);

    private static async Task AddAsync(TestStore node, params long[] accounts)
    {
        foreach (var account in accounts)
        {
            await node.AddBalanceAsync(account, 0);
        }
    }

    private static async Task<HeldRow> HoldAsync(TestStore node, long account) =>
        await HeldRow.TakeAsync(node.Get<DatabaseOptions>().ConnectionString, account);

    /// <summary>Waits until so many wait inside the database.</summary>
    private static async Task WaitersAsync(HeldRow held, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await CountWaitersAsync(held) < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private static Task<long> CountWaitersAsync(HeldRow held) => held.NumberAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    /// <summary>A row that another program has locked.</summary>
    private sealed class HeldRow(NpgsqlConnection connection, NpgsqlTransaction transaction, string connectionString) : IAsyncDisposable
    {
        public static async Task<HeldRow> TakeAsync(string connectionString, long account)
        {
            var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(Cancel);
            var transaction = await connection.BeginTransactionAsync(Cancel);
            await using var take = new NpgsqlCommand($"SELECT 1 FROM test_balances WHERE id = {account} FOR UPDATE", connection);
            await take.ExecuteNonQueryAsync(Cancel);
            return new(connection, transaction, connectionString);
        }

        public async Task<long> NumberAsync(string sql)
        {
            await using var other = new NpgsqlConnection(connectionString);
            await other.OpenAsync(Cancel);
            await using var command = new NpgsqlCommand(sql, other);
            return (long)(await command.ExecuteScalarAsync(Cancel))!;
        }

        public Task ReleaseAsync() => transaction.RollbackAsync(Cancel);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
