using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>Where a command's own functions run.</summary>
public enum Place
{
    Name,
    Decide,
    DecideUnderLocks,
    Grain,
}

/// <summary>
/// Goal: a staged command is decided on what it named, writes all of its rows or none, and whoever moves what it was
/// decided on in between has it decided again. Method: the command's own function lets somebody else write before it ends.
/// </summary>
public abstract class StageSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");
    private static readonly Refusal SoldOut = new("SOLD_OUT", RefusalKind.Exhausted, "Nothing is left.");

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_OfEveryKind_AreThereWhenTheCommandIsDecided()
    {
        var ids = Enumerable.Range(0, 4).Select(_ => NewGrain()).ToArray();
        var tag = $"it's \"{ids[0]}\" 汉字 ";
        GoodsRow[] goods =
        [
            new() { Id = ids[0], Name = tag + "a", State = GoodsState.Draft, Stock = 5, Owner = ids[0] },
            new() { Id = ids[1], Name = tag + "b", State = GoodsState.OnSale, Stock = 6 },
            new() { Id = ids[2], Name = tag + "c", State = GoodsState.Sold, Stock = 7, Owner = ids[2] },
            new() { Id = ids[3], Name = tag + "d", State = GoodsState.OnSale, Stock = 8, Owner = ids[0] },
        ];
        await AddAsync(goods);
        var absent = NewGrain();

        var seen = await Node.Units.StageAsync<Seen>(
            stage =>
            {
                var byKey = stage.Read<GoodsRow>([ids[2], ids[0], ids[2], absent]);
                var byText = stage.Read<GoodsRow, string>(g => g.Name, [tag + "b", tag + "B", tag]);
                var byState = stage.Read<GoodsRow, GoodsState>(g => g.State, [GoodsState.OnSale, GoodsState.Sold]);
                var byNumber = stage.Read<GoodsRow, long?>(g => g.Owner, [ids[0], absent]);
                var where = stage.Where<GoodsRow>(
                    $"id >= {ids[0]} AND id <= {ids[3]} AND state = {GoodsState.OnSale} AND name <> {"x"} ORDER BY id DESC LIMIT {1}");
                var numbers = stage.Numbers(
                    $"SELECT state, count(*), sum(stock), max(owner) FROM test_goods WHERE id >= {ids[0]} AND id <= {ids[3]} GROUP BY state ORDER BY state");
                var count = stage.Numbers($"SELECT count(*) FROM test_goods WHERE id = {absent}");
                var locked = stage.Lock<GoodsRow>([ids[3], ids[1]], RowLock.Wait);
                var only = stage.Read<GoodsRow>([ids[1]]);
                var none = stage.Read<GoodsRow>([]);
                Assert.Throws<InvalidOperationException>(() => byKey.All);
                Assert.Throws<InvalidOperationException>(() => count.Value);
                Assert.False(stage.IsExclusive);
                return _ =>
                {
                    Assert.Throws<InvalidOperationException>(() => stage.Read<GoodsRow>([absent]));
                    Assert.Empty(none.All);
                    Assert.Null(none.Only);
                    return new Seen(
                        Ids(byKey), Ids(byText), Ids(byState).Where(ids.Contains).ToArray(), Ids(byNumber), Ids(where),
                        numbers.All.Select(n => string.Join(' ', n)).ToArray(), count.Value, Ids(locked), only.Only!);
                };
            },
            Cancel);

        var value = seen.Value!;
        Assert.Equal([ids[0], ids[2]], value.ByKey);
        Assert.Equal([ids[1]], value.ByText);
        Assert.Equal([ids[1], ids[2], ids[3]], value.ByState);
        Assert.Equal([ids[0], ids[3]], value.ByNumber);
        Assert.Equal([ids[3]], value.Where);
        Assert.Equal([$"0 1 5 {ids[0]}", $"1 2 14 {ids[0]}", $"2 1 7 {ids[2]}"], value.Numbers);
        Assert.Equal(0, value.Count);
        Assert.Equal([ids[1], ids[3]], value.Locked);
        Assert.Equivalent(goods[1], value.Only, strict: true);

        static long[] Ids(StagedRows<GoodsRow> rows) => [.. rows.All.Select(g => g.Id).Order()];
    }

    [Fact]
    public async Task Read_OfRowsOfEveryType_ComeBackAsTheyWere()
    {
        AllTypesRow[] sent =
        [
            new()
            {
                Id = NewGrain(), Number = int.MinValue, Small = short.MaxValue, Flag = true, Text = "汉字 'x' \\ \n 😀",
                Bytes = [0, 255], NoNumber = 7, NoText = "text", NoBytes = [1, 0],
            },
            new() { Id = NewGrain(), Number = int.MaxValue, Small = short.MinValue, Text = "", Bytes = [], NoText = "" },
        ];
        await AddAsync(sent);

        var read = await ReadAsync(stage => stage.Read<AllTypesRow>([sent[0].Id, sent[1].Id]));
        var flagged = await ReadAsync(stage => stage.Where<AllTypesRow>($"flag = {true} AND id = {sent[0].Id}"));
        var byFlag = await ReadAsync(stage => stage.Read<AllTypesRow, bool>(a => a.Flag, [true]));
        var bySmall = await ReadAsync(stage => stage.Read<AllTypesRow, short>(a => a.Small, [short.MinValue]));

        Assert.Equivalent(sent, read.OrderBy(r => r.Id), strict: true);
        Assert.Equal(sent[0].Id, Assert.Single(flagged).Id);
        Assert.Equal(sent[0].Id, Assert.Single(byFlag).Id);
        Assert.Equal(sent[1].Id, Assert.Single(bySmall).Id);
    }

    [Fact]
    public async Task Accepted_WritesEverythingAtOnce()
    {
        var (appended, put, updated, deleted, topic) = (NewGrain(), NewGrain(), NewGrain(), NewGrain(), $"tests.{NewGrain()}");
        await AddAsync(Goods(updated, 5), Goods(deleted, 5));
        await Node.AddBalanceAsync(put, 1);
        var reads = 0;
        var cache = new TaggedCache<int, int>(Node.Get<CacheInvalidation>(), topic, 10, _ => Task.FromResult(++reads));
        var keyed = new TaggedCache<int, int>(Node.Get<CacheInvalidation>(), topic + ".none", 10, _ => Task.FromResult(++reads))
            .ForgetsBy(topic + ".keys", key => (int)key);
        Assert.Equal((1, 2), (await cache.GetAsync(1, Cancel), await keyed.GetAsync(7, Cancel)));

        var result = await Node.Units.StageAsync<string>(
            _ => rows =>
            {
                rows.Append(Goods(appended, 1));
                rows.Put(new BalanceRow { Id = put, Balance = 9 });
                rows.Update<GoodsRow>(updated, $"UPDATE test_goods SET stock = stock - {2}, state = {GoodsState.Sold} WHERE id = {updated} AND stock >= {2}");
                rows.Update<GoodsRow>(deleted, $"DELETE FROM test_goods WHERE id = {deleted}");
                rows.Enqueue(new WorkKind<NoPayload>("tests.stage"), $"{appended}", 77, NoPayload.Value);
                rows.Invalidate(topic);
                rows.Invalidate(topic + ".keys", [7]);
                return "done";
            },
            Cancel);

        Assert.Equal("done", result.Value);
        Assert.Equal(
            [(appended, 1, GoodsState.OnSale), (updated, 3, GoodsState.Sold)],
            (await GoodsAsync(appended, updated, deleted)).Select(g => (g.Id, g.Stock, g.State)));
        Assert.Equal(9, await Node.BalanceAsync(put));
        var work = await Node.Units.ReadAsync(r => r.Query<WorkRow>().SingleAsync(w => w.Key == $"{appended}", Cancel), Cancel);
        Assert.Equal(("tests.stage", 77, "{}"), (work.Kind, work.DueAt, work.Payload));
        Assert.Equal((3, 4), (await cache.GetAsync(1, Cancel), await keyed.GetAsync(7, Cancel)));
    }

    [Fact]
    public async Task Accepted_WithNothingButAnInvalidation_ReachesOtherNodes()
    {
        await using var other = await TestStore.CreateAsync(Database, sharing: Node);
        var topic = $"tests.{NewGrain()}";
        await other.Get<CacheInvalidation>().LookAsync(Cancel);
        var before = other.Get<CacheInvalidation>().EpochOf(topic);

        await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Invalidate(topic);
                return true;
            },
            Cancel);
        await other.Get<CacheInvalidation>().LookAsync(Cancel);

        Assert.Equal(before + 1, other.Get<CacheInvalidation>().EpochOf(topic));
    }

    [Fact]
    public async Task Refused_WritesNothing()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 5));
        var sends = 0;
        Faults.BeforeSend = () => sends++;

        var result = await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Append(new JoinedRow { Id = id, Text = "never" });
                TakeStock(rows, id);
                return No;
            },
            Cancel);

        Assert.Equal(No, result.Refusal);
        Assert.Equal(0, sends);
        Assert.Equal(5, await StockAsync(id));
        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Exception_OfTheCommand_IsTheCallersAndWritesNothing()
    {
        var id = NewGrain();

        await Assert.ThrowsAsync<NotSupportedException>(() => Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Append(new JoinedRow { Id = id, Text = "never" });
                throw new NotSupportedException();
            },
            Cancel));

        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Guard_ThatFails_HasTheCommandDecidedAgainOnFreshReads()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 1));
        List<(bool IsExclusive, long Stock)> decided = [];

        var result = await Node.Units.StageAsync<bool>(
            stage =>
            {
                var goods = stage.Lock<GoodsRow>([id], RowLock.Wait);
                return rows =>
                {
                    decided.Add((stage.IsExclusive, goods.Only!.Stock));
                    if (goods.Only.Stock < 1)
                    {
                        return SoldOut;
                    }

                    Elsewhere(() => SetStockAsync(id, 0));
                    rows.Append(new JoinedRow { Id = id, Text = "never" });
                    TakeStock(rows, id);
                    return true;
                };
            },
            Cancel);

        Assert.Equal(SoldOut, result.Refusal);
        Assert.Equal([(false, 1), (false, 0)], decided);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Row_ThatMovesTwice_IsLockedTheThirdTime()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 100));
        List<(bool IsExclusive, long Stock)> decided = [];

        var result = await Node.Units.StageAsync<long>(
            stage =>
            {
                var goods = stage.Lock<GoodsRow>([id], RowLock.Wait);
                return rows =>
                {
                    var seen = goods.Only!.Stock;
                    decided.Add((stage.IsExclusive, seen));
                    if (!stage.IsExclusive)
                    {
                        Elsewhere(() => SetStockAsync(id, seen - 10));
                    }
                    else
                    {
                        Elsewhere(() => AssertLockedAsync(id));
                    }

                    rows.Update<GoodsRow>(id, $"UPDATE test_goods SET stock = {seen - 1} WHERE id = {id} AND stock = {seen}");
                    return seen - 1;
                };
            },
            Cancel);

        Assert.Equal(79, result.Value);
        Assert.Equal([(false, 100), (false, 90), (true, 80)], decided);
        Assert.Equal(79, await StockAsync(id));
    }

    [Fact]
    public async Task UniqueKey_ThatIsTakenMeanwhile_HasTheCommandDecidedAgain()
    {
        var (mine, theirs) = (NewGrain(), NewGrain());
        var name = $"unique {mine}";
        var tries = 0;

        var result = await Node.Units.StageAsync<long>(
            stage =>
            {
                var first = stage.Read<GoodsRow, string>(g => g.Name, [name]);
                return rows =>
                {
                    tries++;
                    if (first.Only is { } there)
                    {
                        return there.Id;
                    }

                    Elsewhere(() => AddAsync(new GoodsRow { Id = theirs, Name = name }));
                    rows.Append(new GoodsRow { Id = mine, Name = name });
                    return mine;
                };
            },
            Cancel);

        Assert.Equal((theirs, 2), (result.Value, tries));
        Assert.Equal(theirs, Assert.Single(await GoodsAsync(mine, theirs)).Id);
    }

    [Fact]
    public async Task Work_WhoseKeyIsTaken_HasTheCommandDecidedAgain()
    {
        var key = $"{NewGrain()}";
        var kind = new WorkKind<string>("tests.stage");
        var tries = 0;
        await EnqueueAsync("first");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => EnqueueAsync("second"));

        Assert.Equal(1 + 5, tries);

        async Task EnqueueAsync(string payload) => await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                tries++;
                rows.Enqueue(kind, key, 1, payload);
                return true;
            },
            Cancel);
    }

    [Fact]
    public async Task Row_ThatMovesAgainAndAgain_IsUnavailableAndNothingStands()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 0));
        List<bool> tries = [];

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.Units.StageAsync<bool>(
            stage =>
            {
                tries.Add(stage.IsExclusive);
                return rows =>
                {
                    rows.Append(new JoinedRow { Id = id, Text = "never" });
                    TakeStock(rows, id);
                    return true;
                };
            },
            Cancel).Soon());

        Assert.False(failure.OutcomeUnknown);
        Assert.Equal([false, false, true, true, true], tries);
        Assert.Empty(await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task Stock_That64WantAtOnce_IsSoldExactlyAndEachHasOneOutcome()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 20));

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Node.Units.StageAsync<long>(
            stage =>
            {
                var goods = stage.Lock<GoodsRow>([id], RowLock.Wait);
                return rows =>
                {
                    if (goods.Only!.Stock == 0)
                    {
                        return SoldOut;
                    }

                    var sale = stage.NewId();
                    rows.Append(new EntryRow { Id = sale, GrainId = id, RequestId = $"{sale}", Note = "" });
                    TakeStock(rows, id);
                    return sale;
                };
            },
            Cancel)))).Soon();

        var sold = results.Where(r => r.IsAccepted).Select(r => r.Value).ToArray();
        Assert.Equal(20, sold.Length);
        Assert.All(results.Where(r => !r.IsAccepted), r => Assert.Equal(SoldOut, r.Refusal));
        Assert.Equal(0, await StockAsync(id));
        Assert.Equal(sold.Order(), (await Node.EntriesAsync(id)).Select(e => e.Id).Order());
    }

    [Theory]
    [InlineData(Loss.Answer, false)]
    [InlineData(Loss.Commit, false)]
    [InlineData(Loss.Answer, true)]
    [InlineData(Loss.Commit, true)]
    public async Task CommitWithoutAnswer_IsUnknownAndNotDecidedAgain(Loss loss, bool exclusive)
    {
        var (id, topic) = (NewGrain(), $"tests.{NewGrain()}");
        await AddAsync(Goods(id, 5));
        var forgotten = 0;
        Node.Get<CacheInvalidation>().Listen(topic, _ => forgotten++);
        var tries = 0;

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.Units.StageAsync<bool>(
            stage => rows =>
            {
                tries++;
                if (exclusive && !stage.IsExclusive)
                {
                    // No row is there, so that the command comes to its own transaction.
                    rows.Update<GoodsRow>(id, $"UPDATE test_goods SET stock = 0 WHERE id = {-id}");
                    return true;
                }

                if (loss == Loss.Commit)
                {
                    Faults.AfterCommit = () => throw new IOException("Broken on purpose.");
                }
                else
                {
                    Faults.AfterSend = LoseAsync;
                }

                TakeStock(rows, id);
                rows.Invalidate(topic, [id]);
                return true;
            },
            Cancel).Soon());
        (Faults.AfterCommit, Faults.AfterSend) = (null, null);

        Assert.True(failure.OutcomeUnknown);
        Assert.Equal(exclusive ? 3 : 1, tries);
        Assert.Equal(4, await StockAsync(id));
        // It may stand, so that nobody may go on with what is cached.
        Assert.True(forgotten > 0);

        static async Task LoseAsync(Task answer)
        {
            await answer;
            throw new IOException("Broken on purpose.");
        }
    }

    [Fact]
    public async Task ErrorBeforeTheCommit_IsACertainRollback()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 5));
        Faults.BeforeSend = () => throw new IOException("Broken on purpose.");

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => TakeAsync(id).Soon());
        Faults.BeforeSend = null;

        Assert.False(failure.OutcomeUnknown);
        Assert.Equal(5, await StockAsync(id));
        Assert.True((await TakeAsync(id)).IsAccepted);
    }

    [Fact]
    public async Task ClosedGate_RefusesAtOnce()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 5));
        var gate = Node.Get<WriteGate>();
        gate.Close("a test");
        try
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => TakeAsync(id));
        }
        finally
        {
            gate.Open();
        }

        Assert.Equal(5, await StockAsync(id));
    }

    [Theory]
    [InlineData(Place.Name)]
    [InlineData(Place.Decide)]
    [InlineData(Place.DecideUnderLocks)]
    [InlineData(Place.Grain)]
    public async Task GrainCallOrUnit_InsideACommand_Throws(Place place)
    {
        var id = NewGrain();
        var grains = Node.Get<IGrainFactory>();
        await Node.AddBalanceAsync(id, 10);

        foreach (var call in new Func<Task>[]
        {
            () => grains.GetGrain<ICounterGrain>(id).RunAsync([Command("inside")]),
            () => Node.Units.RunAsync<bool>(_ => Task.FromResult<Result<bool>>(true), Cancel),
            () => Node.Units.StageAsync<bool>(_ => _ => true, Cancel),
        })
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(() => call().GetAwaiter().GetResult()));
        }

        Node.Probe.Deciding = null;
        Assert.Empty(await Node.EntriesAsync(id));
        // And after it the same flow may.
        Assert.Equal(1, (await grains.GetGrain<ICounterGrain>(id).RunAsync([Command("outside")]).Soon())[0].Total);
        Assert.True((await Node.Units.StageAsync<bool>(_ => _ => true, Cancel)).Value);

        async Task RunAsync(Action call)
        {
            if (place == Place.Grain)
            {
                Node.Probe.Deciding = call;
                await Node.Counter(id).RunAsync([Command("inside", account: id)]).Soon();
            }
            else
            {
                await Node.Units.StageAsync<bool>(
                    stage =>
                    {
                        CallAt(Place.Name);
                        return rows =>
                        {
                            CallAt(stage.IsExclusive ? Place.DecideUnderLocks : Place.Decide);
                            rows.Update<GoodsRow>(id, $"UPDATE test_goods SET stock = 0 WHERE id = {-id}");
                            return true;
                        };
                    },
                    Cancel).Soon();
            }

            void CallAt(Place here)
            {
                if (place == here)
                {
                    call();
                }
            }
        }
    }

    [Fact]
    public async Task InAUnit_ACommandSeesWhatIsPendingAndCommitsWithTheUnit()
    {
        var (id, other) = (NewGrain(), NewGrain());
        await AddAsync(Goods(other, 3));

        var result = await Node.Units.RunAsync<long>(
            async unit =>
            {
                unit.Set<BalanceRow>().Add(new() { Id = id, Balance = 4 });
                var refused = await unit.StageAsync<bool>(
                    _ => rows =>
                    {
                        rows.Append(new JoinedRow { Id = id, Text = "never" });
                        return No;
                    },
                    Cancel);
                Assert.Equal(No, refused.Refusal);
                return await unit.StageAsync<long>(
                    stage =>
                    {
                        Assert.True(stage.IsExclusive);
                        // Named out of order, and locked in order.
                        var goods = stage.Lock<GoodsRow>([other], RowLock.Alone);
                        var pending = stage.Lock<BalanceRow>([id], RowLock.Shared);
                        return rows =>
                        {
                            TakeStock(rows, other);
                            rows.Append(new JoinedRow { Id = id, Text = $"{goods.Only!.Stock}" });
                            return pending.Only!.Balance;
                        };
                    },
                    Cancel);
            },
            Cancel);

        Assert.Equal(4, result.Value);
        Assert.Equal(2, await StockAsync(other));
        Assert.Equal(["3"], await JoinedSuite.RowsAsync(Node, id));
    }

    [Fact]
    public async Task InAUnit_AGuardThatFails_EndsTheUnit()
    {
        var (id, balance) = (NewGrain(), NewGrain());
        await AddAsync(Goods(id, 0));

        await Assert.ThrowsAsync<UniqueKeyTakenException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                unit.Set<BalanceRow>().Add(new() { Id = balance, Balance = 4 });
                return await unit.StageAsync<bool>(
                    _ => rows =>
                    {
                        TakeStock(rows, id);
                        return true;
                    },
                    Cancel);
            },
            Cancel));

        Assert.Empty(await ReadAsync(stage => stage.Read<BalanceRow>([balance])));
    }

    [Fact]
    public async Task LockBy_AStatement_RunsWhereLocksAreTakenOnly()
    {
        var id = NewGrain();
        List<long> seen = [];

        await Node.Units.StageAsync<bool>(
            stage =>
            {
                stage.LockBy<BalanceRow>($"INSERT INTO test_balances (id, balance) VALUES ({id}, {3}) ON CONFLICT DO NOTHING");
                var balance = stage.Lock<BalanceRow>([id], RowLock.Wait);
                var goods = stage.Lock<GoodsRow>([id], RowLock.Wait);
                return rows =>
                {
                    seen.Add(balance.Only?.Balance ?? 0);
                    Assert.Empty(goods.All);
                    rows.Update<BalanceRow>(id, $"UPDATE test_balances SET balance = balance - {1} WHERE id = {id}");
                    return true;
                };
            },
            Cancel);

        Assert.Equal([0, 0, 3], seen);
        Assert.Equal(2, await Node.BalanceAsync(id));
    }

    [Fact]
    public async Task Lock_OfOneTableSeveralTimes_GivesEachItsOwnRows()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => NewGrain()).ToArray();
        await AddAsync([.. ids.Select(id => Goods(id, 1))]);

        var result = await Node.Units.RunAsync<long[][]>(
            async unit => await unit.StageAsync<long[][]>(
                stage =>
                {
                    StagedRows<GoodsRow>[] named =
                    [
                        stage.Lock<GoodsRow>([ids[3], ids[1]], RowLock.SkipLocked),
                        stage.Lock<GoodsRow>([ids[4], ids[3], ids[3]], RowLock.Wait),
                        stage.Lock<GoodsRow>([], RowLock.Shared),
                        stage.Lock<GoodsRow>([ids[0], -1], RowLock.Alone),
                    ];
                    return _ => Array.ConvertAll(named, n => n.All.Select(g => g.Id).ToArray());
                },
                Cancel),
            Cancel);

        Assert.Equal([[ids[1], ids[3]], [ids[3], ids[4]], [], [ids[0]]], result.Value!);
    }

    private protected virtual Task AssertLockedAsync(long goods) => Task.CompletedTask;

    private protected static GoodsRow Goods(long id, long stock) =>
        new() { Id = id, Name = string.Create(CultureInfo.InvariantCulture, $"goods {id}"), State = GoodsState.OnSale, Stock = stock };

    private protected static void TakeStock(Rows rows, long id) =>
        rows.Update<GoodsRow>(id, $"UPDATE test_goods SET stock = stock - {1} WHERE id = {id} AND stock >= {1}");

    private protected async Task AddAsync<T>(params T[] added)
        where T : class => await Node.Units.StageAsync<bool>(
            _ => rows =>
            {
                Array.ForEach(added, rows.Append);
                return true;
            },
            Cancel);

    private protected async Task<IReadOnlyList<T>> ReadAsync<T>(Func<Stage, StagedRows<T>> name)
        where T : class => (await Node.Units.StageAsync<T[]>(
            stage =>
            {
                var read = name(stage);
                return _ => read.All.ToArray();
            },
            Cancel)).Value!;

    private protected async Task<long> StockAsync(long id) => Assert.Single(await GoodsAsync(id)).Stock;

    /// <summary>Lets somebody else work while a command is decided: in a flow of his own.</summary>
    private static void Elsewhere(Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow())
        {
            Task.Run(work).Soon().GetAwaiter().GetResult();
        }
    }

    private Task<Result<bool>> TakeAsync(long id) => Node.Units.StageAsync<bool>(
        _ => rows =>
        {
            TakeStock(rows, id);
            return true;
        },
        Cancel);

    private Task SetStockAsync(long id, long stock) => Node.Units.RunAsync<bool>(
        async unit => await unit.ExecuteAsync($"UPDATE test_goods SET stock = {stock} WHERE id = {id}", CancellationToken.None) == 1,
        CancellationToken.None);

    private Task<List<GoodsRow>> GoodsAsync(params long[] ids) => Node.Units.ReadAsync(
        reads => reads.Query<GoodsRow>().Where(g => ids.Contains(g.Id)).OrderBy(g => g.Id).ToListAsync(Cancel), Cancel);

    private sealed record Seen(
        long[] ByKey, long[] ByText, long[] ByState, long[] ByNumber, long[] Where, string[] Numbers, long Count, long[] Locked,
        GoodsRow Only);
}

public sealed class StagesOnPostgres(NodeFixture<PostgresDatabase> fixture) : StageSuite<PostgresDatabase>(fixture)
{
    [Fact]
    public async Task Lock_OfARowThatIsHeldElsewhere_LeavesItOutOrWaits()
    {
        var (held, free) = (NewGrain(), NewGrain());
        await AddAsync(Goods(held, 1), Goods(free, 1));
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand($"SELECT 1 FROM test_goods WHERE id = {held} FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(Cancel);

        Assert.Equal([free], await LockAsync(RowLock.SkipLocked));
        var failures = await Task.WhenAll(new[] { RowLock.Wait, RowLock.Shared, RowLock.Alone }.Select(
            how => Record.ExceptionAsync(() => LockAsync(how)).AsTask()));
        Assert.All(failures, f => Assert.False(Assert.IsType<StorageUnavailableException>(f).OutcomeUnknown));
        await transaction.RollbackAsync(Cancel);
        Assert.Equal([held, free], await LockAsync(RowLock.Wait));

        async Task<long[]> LockAsync(RowLock how) => (await Node.Units.RunAsync<long[]>(
            unit => unit.StageAsync<long[]>(
                stage =>
                {
                    var rows = stage.Lock<GoodsRow>([held, free], how);
                    return _ => rows.All.Select(g => g.Id).ToArray();
                },
                Cancel),
            Cancel)).Value!;
    }

    [Fact]
    public async Task Lock_OfARowThatIsHeldElsewhere_InACommandOfItsOwn_IsUnavailable()
    {
        var id = NewGrain();
        await AddAsync(Goods(id, 0));
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand($"SELECT 1 FROM test_goods WHERE id = {id} FOR UPDATE", foreign);

        var failure = await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.Units.StageAsync<bool>(
            stage =>
            {
                stage.Lock<GoodsRow>([id], RowLock.Wait);
                if (stage.IsExclusive)
                {
                    take.ExecuteScalar();
                }

                return rows =>
                {
                    TakeStock(rows, id);
                    return true;
                };
            },
            Cancel));

        Assert.False(failure.OutcomeUnknown);
        await transaction.RollbackAsync(Cancel);
        // And no connection goes back to the pool with the transaction in it.
        await using var count = new Npgsql.NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'", foreign);
        Assert.True(SpinWait.SpinUntil(() => (long)count.ExecuteScalar()! == 0, TimeSpan.FromSeconds(10)));
    }

    private protected override async Task AssertLockedAsync(long goods)
    {
        await using var foreign = await Database.OpenOwnAsync();
        await using var take = new Npgsql.NpgsqlCommand($"SELECT id FROM test_goods WHERE id = {goods} FOR UPDATE SKIP LOCKED", foreign);
        Assert.Null(await take.ExecuteScalarAsync(CancellationToken.None));
    }
}

public sealed class StagesOnSqlite(NodeFixture<SqliteDatabase> fixture) : StageSuite<SqliteDatabase>(fixture);
