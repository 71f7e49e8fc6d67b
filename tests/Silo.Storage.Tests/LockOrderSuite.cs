using Microsoft.EntityFrameworkCore;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: whoever locks rows of several tables does so in the order of their ranks, whatever the order in which they are
/// named. Method: what is locked and written is looked at as statements, and a lock out of order is tried.
/// </summary>
public abstract class LockOrderSuite<TDatabase>(StoreFixture<TDatabase> fixture) : StoreSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void IsStrict_InTests() => Assert.True(LockOrder.IsStrict);

    [Fact]
    public async Task Ranks_AreWhatTheModelSays()
    {
        var ranks = await Node.Store.ReadAsync(
            context => Task.FromResult(context.Model.GetEntityTypes().ToDictionary(e => e.ClrType, LockRanks.RankOf)), Cancel);

        Assert.Equal(
            (LockRank.Wallet, LockRank.SkuStock, LockRank.Unranked),
            (ranks[typeof(BalanceRow)], ranks[typeof(GoodsRow)], ranks[typeof(JoinedRow)]));
    }

    [Fact]
    public async Task Rows_OfManyBatches_AreWrittenByRankThenTableThenKind()
    {
        var ids = NewIds(6).Reverse().ToArray();
        Rows[] batches = [new(), new()];
        foreach (var rows in batches)
        {
            rows.Enqueue(new WorkKind<string>("tests.order"), $"{ids[0]}{rows.GetHashCode()}", 1, "");
            rows.Update<GoodsRow>(ids[2], $"UPDATE test_goods SET stock = 1 WHERE id = {ids[2]}");
            rows.Update<GoodsRow>(ids[3], $"UPDATE test_goods SET stock = 1 WHERE id = {ids[3]}");
            rows.Append(new JoinedRow { Id = ids[1], Text = "" });
            rows.Put(new GoodsRow { Id = ids[4], Name = "" });
            rows.Append(new GoodsRow { Id = ids[5], Name = "" });
            rows.Update<BalanceRow>(ids[0], $"UPDATE test_balances SET balance = 1 WHERE id = {ids[0]}");
        }

        var steps = await Node.Store.ReadAsync(
            context => Task.FromResult(new TableWriters(context.Model).Merge(batches).ToList()), Cancel);

        Assert.Equal(
            [
                $"test_balances {ids[0]} of 0", $"test_balances {ids[0]} of 1", "test_goods 2 new", "test_goods 1 put",
                $"test_goods {ids[3]} of 0", $"test_goods {ids[3]} of 1", $"test_goods {ids[2]} of 0", $"test_goods {ids[2]} of 1",
                "silo_work 2 new", "test_joined 2 new",
            ],
            steps.Select(step => $"{step.Writer.Table} " + (step.Update is { } update
                ? $"{update.Id} of {step.Batch}"
                : $"{step.Rows.Count} {(step.Writer.IsPut ? "put" : "new")}")));
    }

    [Fact]
    public async Task Locks_OfAStage_AreTakenByRankAndAscendingBeforeAnythingIsRead()
    {
        var (small, large) = (NewId(), NewId());
        var stage = Node.Get<Transactions>().NewStage(isExclusive: true);
        stage.Read<EntryRow>([small]);
        stage.Lock<JoinedRow>([small], RowLock.Wait);
        stage.Lock<GoodsRow>([large], RowLock.SkipLocked);
        stage.Lock<BalanceRow>([small], RowLock.Wait);
        stage.Lock<GoodsRow>([small], RowLock.Shared);
        stage.LockBy<BalanceRow>($"INSERT INTO test_balances (id, balance) VALUES ({small}, 0) ON CONFLICT DO NOTHING");

        var statements = await StatementsAsync(stage, new());

        string[] tables =
        [
            .. statements.Select(s => s.Sql.Contains("advisory", StringComparison.Ordinal) ? "turn"
                : s.Sql.Split("INTO ", 2) is [_, var into] ? $"{into.Split(' ')[0]} by"
                : s.Sql.Split("FROM ", 2)[1].Split(' ')[0]),
        ];
        Assert.Equal(
            [
                "test_balances by", "test_balances", .. Database.IsPostgres ? ["turn"] : Array.Empty<string>(), "test_goods",
                "test_joined", "test_entries",
            ],
            tables);
        // One statement a table, ascending, as strong as the strongest asks.
        var goods = statements[^3];
        Assert.Contains("ORDER BY id", goods.Sql, StringComparison.Ordinal);
        Assert.Equal(Database.IsPostgres, goods.Sql.EndsWith("FOR SHARE", StringComparison.Ordinal));
        Assert.Equal(Database.IsPostgres ? new[] { small, large } : $"[{small},{large}]", goods.Values[0]);
    }

    [Fact]
    public async Task Locks_OfAPlainStage_AreReads()
    {
        var stage = Node.Get<Transactions>().NewStage(isExclusive: false);
        stage.Lock<GoodsRow>([NewId()], RowLock.Wait);
        stage.Lock<BalanceRow>([NewId()], RowLock.Alone);
        stage.LockBy<BalanceRow>($"INSERT INTO test_balances (id, balance) VALUES (0, 0)");

        var statements = await StatementsAsync(stage, new());

        Assert.Equal(2, statements.Count);
        Assert.All(statements, s => Assert.DoesNotContain(" FOR ", s.Sql, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lock_OfALowerRankThanBefore_Throws()
    {
        var (id, ways) = (NewId(), 0);
        Func<Unit, Task>[] goodsFirst =
        [
            unit => unit.LockAsync<GoodsRow>([id], wait: true, Cancel),
            unit => unit.LockSharedAsync<GoodsRow>([id], Cancel),
            unit => unit.LockAloneAsync<GoodsRow>([id], Cancel),
            unit => StageAsync<GoodsRow>(unit),
            unit => StageByAsync<GoodsRow>(unit),
        ];
        Func<Unit, Task>[] balanceAfter =
        [
            unit => unit.LockAsync<BalanceRow>([id], wait: false, Cancel),
            unit => unit.LockSharedAsync<BalanceRow>([id], Cancel),
            unit => unit.LockAloneAsync<BalanceRow>([id], Cancel),
            unit => StageAsync<BalanceRow>(unit),
            unit => StageByAsync<BalanceRow>(unit),
        ];
        foreach (var (first, second) in goodsFirst.SelectMany(f => balanceAfter.Select(s => (f, s))))
        {
            var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => UnitAsync(first, second));
            Assert.Contains("test_balances (Wallet) is locked after a row of rank SkuStock", wrong.Message, StringComparison.Ordinal);
            await UnitAsync(second, first, first);
            ways++;
        }

        Assert.Equal(25, ways);

        async Task UnitAsync(params Func<Unit, Task>[] steps) => await Node.Units.RunAsync<bool>(
            async unit =>
            {
                foreach (var step in steps)
                {
                    await step(unit);
                }

                return true;
            },
            Cancel);

        Task StageAsync<T>(Unit unit)
            where T : class => unit.StageAsync<bool>(
            stage =>
            {
                stage.Lock<T>([id], RowLock.Wait);
                return _ => true;
            },
            Cancel);

        Task StageByAsync<T>(Unit unit)
            where T : class => unit.StageAsync<bool>(
            stage =>
            {
                stage.LockBy<T>($"UPDATE test_balances SET balance = balance WHERE id = {-id}");
                return _ => true;
            },
            Cancel);
    }

    [Fact]
    public async Task Commands_ThatNameTheSameRowsInTheOppositeOrder_NeverWaitForEachOther()
    {
        var (balance, goods) = (NewId(), NewId());
        await Node.AddBalanceAsync(balance, 1000);
        await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Append(new GoodsRow { Id = goods, Name = $"{goods}", Stock = 1000 });
                return true;
            },
            Cancel);

        // Each in a unit of its own, where nothing is decided again.
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Node.Units.RunAsync<bool>(
            unit => unit.StageAsync<bool>(
                stage =>
                {
                    Action[] names = [() => stage.Lock<GoodsRow>([goods], RowLock.Wait), () => stage.Lock<BalanceRow>([balance], RowLock.Wait)];
                    Array.ForEach(i % 2 == 0 ? names : [names[1], names[0]], name => name());
                    return rows =>
                    {
                        rows.Update<GoodsRow>(goods, $"UPDATE test_goods SET stock = stock - 1 WHERE id = {goods}");
                        rows.Update<BalanceRow>(balance, $"UPDATE test_balances SET balance = balance - 1 WHERE id = {balance}");
                        return true;
                    };
                },
                Cancel),
            Cancel))).Soon();

        Assert.All(results, result => Assert.True(result.IsAccepted));
        Assert.Equal(960, await Node.BalanceAsync(balance));
    }

    private static long[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => NewId())];

    private Task<IReadOnlyList<StageStatement>> StatementsAsync(Stage stage, LockOrder order) => Node.Store.ReadAsync(
        context => Task.FromResult(new StagePlan(context.Model, Database.IsPostgres).StatementsOf(stage, order)), Cancel);
}

public sealed class LockOrderOnPostgres(StoreFixture<PostgresDatabase> fixture) : LockOrderSuite<PostgresDatabase>(fixture);

public sealed class LockOrderOnSqlite(StoreFixture<SqliteDatabase> fixture) : LockOrderSuite<SqliteDatabase>(fixture);
