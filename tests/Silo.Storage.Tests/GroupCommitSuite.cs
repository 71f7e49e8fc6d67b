using Microsoft.EntityFrameworkCore;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>The batches of many grains in one transaction.</summary>
public abstract class GroupCommitSuite<TDatabase>(StoreFixture<TDatabase> fixture) : StoreSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private GroupCommit Commit => Node.Get<GroupCommit>();

    [Fact]
    public async Task Batches_ThatWaitTogether_AreOneTransaction()
    {
        var ids = NewIds(50);

        var (outcomes, transactions) = await GroupAsync(ids.Select(id => BatchOf(id, null)));

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(1, transactions);
        foreach (var id in ids)
        {
            await StandsAsync(id, 1);
        }
    }

    [Fact]
    public async Task Batches_MoreThanOneTransactionHolds_AreSeveral()
    {
        var ids = NewIds(GroupCommit.MaxBatches + 1);

        var (outcomes, transactions) = await GroupAsync(ids.Select(id => BatchOf(id, null)));

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(2, transactions);
    }

    [Fact]
    public async Task StaleBatch_AmongCurrentOnes_FailsAlone()
    {
        var ids = NewIds(10);
        await GroupAsync(ids.Select(id => BatchOf(id, null)));
        var stale = ids[4];
        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(BatchOf(stale, 1)).Soon());

        var (outcomes, transactions) = await GroupAsync(ids.Select(id => BatchOf(id, 1)));

        Assert.Equal(ids.Select(id => id == stale ? BatchOutcome.Stale : BatchOutcome.Committed), outcomes);
        // The current ones ran again together, not one by one.
        Assert.Equal(2, transactions);
        foreach (var id in ids)
        {
            await StandsAsync(id, 2);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task BatchOfAnotherVersion_IsStaleAndLeavesNothing(int? expected)
    {
        var id = NewId();
        await Commit.CommitAsync(BatchOf(id, null)).Soon();
        await Commit.CommitAsync(BatchOf(id, 1)).Soon();

        Assert.Equal(BatchOutcome.Stale, await Commit.CommitAsync(BatchOf(id, expected)).Soon());

        await StandsAsync(id, 2);
    }

    [Fact]
    public async Task TwoBatchesOfOneState_InOneTransaction_OneStands()
    {
        var id = NewId();
        var neighbour = NewId();

        var (outcomes, _) = await GroupAsync([BatchOf(id, null), BatchOf(neighbour, null), BatchOf(id, null)]);

        Assert.Equal(BatchOutcome.Committed, outcomes[1]);
        Assert.Equal(
            [BatchOutcome.Committed, BatchOutcome.Stale], new[] { outcomes[0], outcomes[2] }.Order().ToArray());
        await StandsAsync(id, 1);
        await StandsAsync(neighbour, 1);
    }

    [Fact]
    public async Task RowThatIsTaken_FailsItsBatchOnly()
    {
        var ids = NewIds(6);
        var owner = NewId();
        await Commit.CommitAsync(BatchOf(owner, null, mark: owner)).Soon();

        var (outcomes, _) = await GroupAsync(ids.Select((id, i) => BatchOf(id, null, mark: i == 2 ? owner : null)));

        Assert.Equal(ids.Select((_, i) => i == 2 ? BatchOutcome.Conflict : BatchOutcome.Committed), outcomes);
        await NothingAsync(ids[2]);
        foreach (var id in ids.Where((_, i) => i != 2))
        {
            await StandsAsync(id, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds.OfEveryRun), MemberType = typeof(Seeds))]
    public async Task RowsThatAreTaken_AmongMany_FailTheirBatchesAndTheOthersShareCommits(int seed)
    {
        var random = new Random(seed);
        var ids = NewIds(64);
        var owner = NewId();
        await Commit.CommitAsync(BatchOf(owner, null, mark: owner)).Soon();
        var bad = ids.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToHashSet();
        var stale = ids.Where(id => !bad.Contains(id)).OrderBy(_ => random.Next()).First();
        await Commit.CommitAsync(BatchOf(stale, null)).Soon();

        var (outcomes, transactions) = await GroupAsync(ids.Select(id => bad.Contains(id)
            ? random.Next(2) == 0 ? BatchOf(id, null, mark: owner) : BatchOf(id, null, note: null!)
            : BatchOf(id, null)));

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {bad.Count} of 64, {transactions} transactions");
        foreach (var (id, outcome) in ids.Zip(outcomes))
        {
            if (bad.Contains(id))
            {
                Assert.True(outcome is BatchOutcome.Conflict or BatchOutcome.Failed, $"seed {seed}: {outcome}");
                await NothingAsync(id);
            }
            else if (id == stale)
            {
                Assert.Equal(BatchOutcome.Stale, outcome);
                await StandsAsync(id, 1);
            }
            else
            {
                Assert.Equal(BatchOutcome.Committed, outcome);
                await StandsAsync(id, 1);
            }
        }

        // Each splits six times, and what is stale costs one more; one by one it would be 65.
        Assert.InRange(transactions, 1, 2 + (12 * bad.Count));
    }

    [Fact]
    public async Task RowsOfTwoBatchesThatMeet_OneBatchStands()
    {
        var (first, second) = (NewId(), NewId());

        var (outcomes, _) = await GroupAsync([BatchOf(first, null, mark: first), BatchOf(second, null, mark: first)]);

        Assert.Equal([BatchOutcome.Committed, BatchOutcome.Conflict], outcomes);
        await StandsAsync(first, 1);
        await NothingAsync(second);
    }

    [Fact]
    public async Task RowThatViolatesNotNull_FailsItsBatchOnly()
    {
        var ids = NewIds(6);

        var (outcomes, _) = await GroupAsync(ids.Select((id, i) => BatchOf(id, null, note: i == 3 ? null! : "")));

        Assert.Equal(ids.Select((_, i) => i == 3 ? BatchOutcome.Failed : BatchOutcome.Committed), outcomes);
        await NothingAsync(ids[3]);
        foreach (var id in ids.Where((_, i) => i != 3))
        {
            await StandsAsync(id, 1);
        }
    }

    [Fact]
    public async Task RowThatIsNotInTheModel_FailsItsBatchOnly()
    {
        var (bad, good) = (NewId(), NewId());
        var rows = new Rows();
        rows.Append("not an entity");

        var (outcomes, _) = await GroupAsync([new Batch(CounterState.KeyOf(bad), null, [1], rows), BatchOf(good, null)]);

        Assert.Equal([BatchOutcome.Failed, BatchOutcome.Committed], outcomes);
        await NothingAsync(bad);
        await StandsAsync(good, 1);
    }

    [Fact]
    public async Task ErrorBeforeSending_RunsTheBatchesAgainInHalves()
    {
        var ids = NewIds(5);
        var failed = 0;

        var (outcomes, transactions) = await GroupAsync(
            ids.Select(id => BatchOf(id, null)),
            () => failed++ == 0 ? throw new IOException("Broken on purpose.") : 0);

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(3, transactions);
    }

    [Fact]
    public async Task LostAnswer_IsUnknownForEveryBatchOfTheTransaction()
    {
        var ids = NewIds(5);

        var (outcomes, transactions) = await GroupAsync(
            ids.Select(id => BatchOf(id, null)),
            () =>
            {
                Faults.AfterCommit = () => throw new IOException("Broken on purpose.");
                return 0;
            });

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Unknown, outcome));
        Assert.Equal(1, transactions);
        foreach (var id in ids)
        {
            await StandsAsync(id, 1);
        }
    }

    [Fact]
    public async Task ClosedGate_RefusesAtOnce()
    {
        var id = NewId();
        var gate = Node.Get<WriteGate>();
        gate.Close("a test");
        try
        {
            Assert.Equal(BatchOutcome.Failed, await Commit.CommitAsync(BatchOf(id, null)).Soon());
        }
        finally
        {
            gate.Open();
        }

        await NothingAsync(id);
        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(BatchOf(id, null)).Soon());
    }

    [Fact]
    public async Task Put_OneRowSeveralTimesInABatch_TheLastOneStands()
    {
        var (id, kept) = (NewId(), NewId());
        await Node.AddBalanceAsync(kept, 5);
        var rows = new Rows();
        foreach (var balance in Enumerable.Range(1, 20))
        {
            rows.Put(new BalanceRow { Id = id, Balance = balance });
            rows.Put(new BalanceRow { Id = kept, Balance = 100 - balance });
        }

        var (outcomes, transactions) = await GroupAsync([new Batch(CounterState.KeyOf(id), null, [1], rows), BatchOf(kept, null)]);

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(1, transactions);
        Assert.Equal(20, await Node.BalanceAsync(id));
        Assert.Equal(80, await Node.BalanceAsync(kept));
    }

    [Fact]
    public async Task AppendAndPut_OneRowInABatch_ThePutStands()
    {
        var (id, other) = (NewId(), NewId());
        var neighbours = new Rows();
        neighbours.Put(new BalanceRow { Id = other, Balance = 1 });
        var rows = new Rows();
        rows.Append(new BalanceRow { Id = id, Balance = 1 });
        rows.Put(new BalanceRow { Id = id, Balance = 2 });

        var (outcomes, _) = await GroupAsync(
            [new Batch(CounterState.KeyOf(other), null, [1], neighbours), new Batch(CounterState.KeyOf(id), null, [1], rows)]);

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(2, await Node.BalanceAsync(id));
    }

    [Fact]
    public async Task Work_EnqueuedByABatch_IsThere()
    {
        var id = NewId();
        var rows = new Rows();
        rows.Enqueue(new WorkKind<string>("tests.batch"), $"{id}", 123, "payload");

        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(new(CounterState.KeyOf(id), null, [1], rows)).Soon());

        var work = await Node.Units.ReadAsync(
            reads => reads.Query<WorkRow>().SingleAsync(w => w.Key == $"{id}"), CancellationToken.None);
        Assert.Equal(("tests.batch", 123, 0, false, "\"payload\""), (work.Kind, work.DueAt, work.Attempt, work.Parked, work.Payload));
        var kind = new WorkKind<string>("tests.batch");
        // The quotes count.
        rows.Enqueue(kind, "longest", 0, new string('x', Payloads.MaxLength - 2));
        Assert.Throws<ArgumentException>(() => rows.Enqueue(kind, "too long", 0, new string('x', Payloads.MaxLength - 1)));
    }

    [Fact]
    public async Task Rows_OfEveryType_ComeBackAsTheyWere()
    {
        var ids = NewIds(3);
        var rows = new Rows();
        AllTypesRow[] sent =
        [
            new()
            {
                Id = ids[0], Number = int.MinValue, Small = short.MaxValue, Flag = true, Text = "汉字 'x' \"y\" \\ \n 😀",
                Bytes = [0, 255], NoNumber = 7, NoText = "text", NoBytes = [1, 0],
            },
            new() { Id = ids[1], Text = "", Bytes = [] },
            new() { Id = ids[2], Number = int.MaxValue, Small = short.MinValue, Text = "-", Bytes = [1], NoText = "" },
        ];
        foreach (var row in sent.Reverse())
        {
            rows.Append(row);
        }

        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(new(CounterState.KeyOf(ids[0]), null, [1], rows)).Soon());

        var stored = await Node.Units.ReadAsync(
            reads => reads.Query<AllTypesRow>().Where(r => ids.Contains(r.Id)).OrderBy(r => r.Id).ToListAsync(),
            CancellationToken.None);
        Assert.Equivalent(sent, stored, strict: true);
    }

    [Fact]
    public async Task States_OfOneNameAndManyNames_AreKeptApart()
    {
        StateKey[] keys =
        [
            new("silo.tests.one", 1), new("silo.tests.one", -1), new("silo.tests.one", long.MaxValue), new("silo.tests.one", long.MinValue),
            new("silo.tests.one", 0), new("silo.tests.two", 1), new("silo.tests.one", "u:1"), new("silo.tests.one", "U:1"),
            new("silo.tests.one", "g汉"), new("silo.tests.two", "u:1"),
        ];

        var (outcomes, transactions) = await GroupAsync(keys.Select((key, i) => new Batch(key, null, [(byte)i], new Rows())));

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(1, transactions);
        var unknown = new StateKey("silo.tests.three", 1);
        var stored = await Node.Store.ReadStatesAsync([.. keys, unknown], CancellationToken.None);
        Assert.Equal(keys.Select((_, i) => (byte)i), stored[..^1].Select(s => s.Payload!.Single()));
        Assert.Equal(StoredState.None, stored[^1]);

        // And a stale one is told by its own name.
        var (again, _) = await GroupAsync(keys.Select((key, i) => new Batch(key, i == 6 ? null : 1, [9], new Rows())));
        Assert.Equal(keys.Select((_, i) => i == 6 ? BatchOutcome.Stale : BatchOutcome.Committed), again);
    }

    [Fact]
    public async Task ManyReaders_OfOneState_AllGetIt()
    {
        var id = NewId();
        await Commit.CommitAsync(BatchOf(id, null)).Soon();
        var reader = Node.Get<StateReader>();

        var all = await Task.WhenAll(Enumerable.Range(0, 1200).Select(i =>
            reader.ReadAsync(CounterState.KeyOf(i % 2 == 0 ? id : -id)))).Soon();

        Assert.All(all.Where((_, i) => i % 2 == 0), state => Assert.Equal(1, state.Version));
        Assert.All(all.Where((_, i) => i % 2 == 1), state => Assert.Equal(StoredState.None, state));
    }

    [Fact]
    public async Task GuardThatFails_AmongMany_FailsItsBatchOnly()
    {
        var (ids, goods) = (NewIds(12), NewIds(12));
        await StockAsync(goods.Select((id, i) => (id, i is 3 or 8 ? 0L : 5L)));

        // Every other one is a grain's.
        var (outcomes, transactions) = await GroupAsync(ids.Select((id, i) => Take(goods[i], i % 2 == 0 ? BatchOf(id, null) : RowOf(id))));

        Assert.Equal(ids.Select((_, i) => i is 3 or 8 ? BatchOutcome.Conflict : BatchOutcome.Committed), outcomes);
        // Each is told by name and left out; the others run again together.
        Assert.Equal(3, transactions);
        Assert.Equal(goods.Select((_, i) => i is 3 or 8 ? 0L : 4L), await StockOfAsync(goods));
        foreach (var (id, i) in ids.Select((id, i) => (id, i)))
        {
            Assert.Equal(i is 3 or 8 ? 0 : 1, (await Node.EntriesAsync(id)).Count);
        }
    }

    [Fact]
    public async Task GuardOfARowThatManyWant_TheFirstAreServedAndTheRestTurnedAwayAtOnce()
    {
        var (ids, scarce, plenty) = (NewIds(40), NewId(), NewId());
        await StockAsync([(scarce, 3L), (plenty, 1000L)]);

        var (outcomes, transactions) = await GroupAsync(ids.Select((id, i) => Take(i % 2 == 0 ? scarce : plenty, RowOf(id))));

        Assert.Equal(ids.Select((_, i) => i % 2 == 0 && i >= 6 ? BatchOutcome.Conflict : BatchOutcome.Committed), outcomes);
        Assert.Equal(2, transactions);
        Assert.Equal([0, 1000 - 20], await StockOfAsync(scarce, plenty));
    }

    [Fact]
    public async Task GuardThatFails_AfterOthersOfItsBatch_IsToldWithItsOwnRow()
    {
        var (both, other, first, second) = (NewId(), NewId(), NewId(), NewId());
        await StockAsync([(first, 5L), (second, 0L)]);

        var (outcomes, _) = await GroupAsync([Take(first, Take(second, RowOf(both))), Take(first, RowOf(other))]);

        // Its neighbour wants the same row as it, but not the one that failed.
        Assert.Equal([BatchOutcome.Conflict, BatchOutcome.Committed], outcomes);
        Assert.Equal([4, 0], await StockOfAsync(first, second));
        Assert.Empty(await Node.EntriesAsync(both));
    }

    [Fact]
    public async Task UpdatesOfOneRow_ByManyBatches_AreMadeInTheirOrder()
    {
        var (ids, goods) = (NewIds(10), NewId());
        await StockAsync([(goods, 0L)]);

        var (outcomes, transactions) = await GroupAsync(ids.Select((id, i) =>
        {
            var batch = RowOf(id);
            batch.Rows.Update<GoodsRow>(goods, $"UPDATE test_goods SET stock = {i + 1} WHERE id = {goods} AND stock = {i}");
            return batch;
        }));

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Committed, outcome));
        Assert.Equal(1, transactions);
        Assert.Equal([10], await StockOfAsync(goods));
    }

    [Fact]
    public async Task UpdateOfARowThatIsAppendedOrPutInTheSameBatch_ComesAfterIt()
    {
        var (id, appended, put) = (NewId(), NewId(), NewId());
        await StockAsync([(put, 1L)]);
        var batch = Take(put, Take(appended, RowOf(id)));
        batch.Rows.Append(new GoodsRow { Id = appended, Name = $"{appended}", Stock = 9 });
        batch.Rows.Put(new GoodsRow { Id = put, Name = $"{put}", Stock = 7 });

        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(batch).Soon());

        Assert.Equal([8, 6], await StockOfAsync(appended, put));
    }

    [Fact]
    public async Task BatchesWithoutAState_AmongAStaleOneAndATakenRow_Stand()
    {
        var ids = NewIds(9);
        await GroupAsync([BatchOf(ids[1], null), BatchOf(ids[8], null, mark: ids[8])]);

        var (outcomes, _) = await GroupAsync(ids[..8].Select((id, i) => i switch
        {
            1 => BatchOf(id, null),
            4 => RowOf(id, mark: ids[8]),
            _ => i % 2 == 0 ? RowOf(id) : BatchOf(id, null),
        }));

        Assert.Equal(
            ids[..8].Select((_, i) => i switch { 1 => BatchOutcome.Stale, 4 => BatchOutcome.Conflict, _ => BatchOutcome.Committed }),
            outcomes);
        Assert.Empty(await Node.EntriesAsync(ids[4]));
        foreach (var id in new[] { ids[0], ids[2], ids[6] })
        {
            Assert.Single(await Node.EntriesAsync(id));
            Assert.Equal(StoredState.None, (await Node.Store.ReadStatesAsync([CounterState.KeyOf(id)], CancellationToken.None))[0]);
        }

        foreach (var id in new[] { ids[3], ids[5], ids[7] })
        {
            await StandsAsync(id, 1);
        }
    }

    [Fact]
    public async Task LostAnswer_OfBatchesWithoutAState_IsUnknownForAll()
    {
        var (ids, goods) = (NewIds(4), NewId());
        await StockAsync([(goods, 9L)]);

        var (outcomes, transactions) = await GroupAsync(
            ids.Select(id => Take(goods, RowOf(id))),
            () =>
            {
                Faults.AfterCommit = () => throw new IOException("Broken on purpose.");
                return 0;
            });

        Assert.All(outcomes, outcome => Assert.Equal(BatchOutcome.Unknown, outcome));
        Assert.Equal(1, transactions);
        Assert.Equal([5], await StockOfAsync(goods));
    }

    [Theory]
    [MemberData(nameof(Seeds.OfEveryRun), MemberType = typeof(Seeds))]
    public async Task GuardsTakenRowsAndStaleStates_AmongMany_EachBatchEndsByItself(int seed)
    {
        var random = new Random(seed);
        var (ids, goods, owner) = (NewIds(64), NewIds(5), NewId());
        var stock = goods.ToDictionary(id => id, _ => (long)random.Next(0, 6));
        var before = new Dictionary<long, long>(stock);
        await StockAsync(stock.Select(s => (s.Key, s.Value)));
        await Commit.CommitAsync(BatchOf(owner, null, mark: owner)).Soon();
        var stale = ids.Where(_ => random.Next(10) == 0).ToHashSet();
        foreach (var id in stale)
        {
            await Commit.CommitAsync(BatchOf(id, null)).Soon();
        }

        var wants = new Dictionary<long, long>();
        var taken = new HashSet<long>();
        var (outcomes, transactions) = await GroupAsync(ids.Select(id =>
        {
            var mark = random.Next(16) == 0 ? owner : (long?)null;
            var batch = stale.Contains(id) || random.Next(2) == 0 ? BatchOf(id, null, mark) : RowOf(id, mark);
            if (mark is not null)
            {
                taken.Add(id);
            }

            return random.Next(2) == 0 ? Take(wants[id] = goods[random.Next(goods.Length)], batch) : batch;
        }).ToArray());

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {transactions} transactions, {stale.Count} stale, {taken.Count} taken");
        foreach (var (id, outcome) in ids.Zip(outcomes))
        {
            if (outcome == BatchOutcome.Committed)
            {
                Assert.True(!stale.Contains(id) && !taken.Contains(id), $"seed {seed}: {id}");
                if (wants.TryGetValue(id, out var wanted))
                {
                    stock[wanted]--;
                }
            }
            else
            {
                Assert.True(
                    outcome == BatchOutcome.Stale ? stale.Contains(id)
                    : outcome == BatchOutcome.Conflict && (taken.Contains(id) || wants.ContainsKey(id)),
                    $"seed {seed}: {id} {outcome}");
            }

            Assert.Equal(
                (stale.Contains(id) ? 1 : 0) + (outcome == BatchOutcome.Committed ? 1 : 0), (await Node.EntriesAsync(id)).Count);
        }

        // Nothing is sold twice, and nobody is turned away from what is left once all have been asked.
        Assert.Equal(goods.Select(id => stock[id]), await StockOfAsync(goods));
        Assert.All(stock.Values, left => Assert.True(left >= 0, $"seed {seed}"));
        foreach (var id in goods)
        {
            var refused = ids.Zip(outcomes).Count(p => p.Second == BatchOutcome.Conflict && !taken.Contains(p.First)
                && wants.GetValueOrDefault(p.First) == id);
            var blocked = wants.Any(w => w.Value == id && (taken.Contains(w.Key) || stale.Contains(w.Key)));
            Assert.True(refused == 0 || blocked || stock[id] == 0, $"seed {seed}: {before[id]} {stock[id]} {refused}");
        }
    }

    /// <summary>Holds the lane until all batches wait; returns how each ended and how many transactions were begun.</summary>
    private protected async Task<(BatchOutcome[] Outcomes, int Transactions)> GroupAsync(IEnumerable<Batch> batches, Func<int>? onSend = null)
    {
        var hold = new Hold();
        Faults.BeforeSend = hold.Pass;
        var plug = Commit.CommitAsync(BatchOf(NewId(), null));
        await hold.Reached;
        var waiting = batches.Select(Commit.CommitAsync).ToArray();
        var transactions = 0;
        Faults.BeforeSend = () =>
        {
            transactions++;
            onSend?.Invoke();
        };
        hold.Release();
        Assert.Equal(BatchOutcome.Committed, await plug.Soon());
        var outcomes = await Task.WhenAll(waiting).Soon();
        (Faults.BeforeSend, Faults.AfterCommit) = (null, null);
        return (outcomes, transactions);
    }

    protected static long[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => NewId())];

    private protected static Batch BatchOf(long id, int? expected, long? mark = null, string note = "")
    {
        var rows = new Rows();
        rows.Append(new EntryRow
        {
            Id = NewId() + 1_000_000_000,
            GrainId = id,
            RequestId = $"{NewId()}",
            Amount = 1,
            TotalAfter = (expected ?? 0) + 1,
            Note = note,
            Mark = mark,
        });
        return new(CounterState.KeyOf(id), expected, BitConverter.GetBytes(id), rows);
    }

    /// <summary>The same rows without a state.</summary>
    private protected static Batch RowOf(long id, long? mark = null) => new(BatchOf(id, null, mark).Rows);

    /// <summary>Adds a guarded update.</summary>
    private protected static Batch Take(long goods, Batch batch)
    {
        batch.Rows.Update<GoodsRow>(goods, $"UPDATE test_goods SET stock = stock - {1} WHERE id = {goods} AND stock >= {1}");
        return batch;
    }

    private protected async Task StockAsync(IEnumerable<(long Id, long Stock)> goods)
    {
        var rows = new Rows();
        foreach (var (id, stock) in goods)
        {
            rows.Append(new GoodsRow { Id = id, Name = $"{id}", Stock = stock });
        }

        Assert.Equal(BatchOutcome.Committed, await Commit.CommitAsync(new(rows)).Soon());
    }

    private protected async Task<List<long>> StockOfAsync(params long[] goods)
    {
        var rows = await Node.Units.ReadAsync(
            reads => reads.Query<GoodsRow>().Where(g => goods.Contains(g.Id)).ToDictionaryAsync(g => g.Id, g => g.Stock),
            CancellationToken.None);
        return [.. goods.Select(id => rows[id])];
    }

    protected async Task StandsAsync(long id, int version)
    {
        var stored = (await Node.Store.ReadStatesAsync([CounterState.KeyOf(id)], CancellationToken.None))[0];
        Assert.Equal(version, stored.Version);
        Assert.Equal(BitConverter.GetBytes(id), stored.Payload);
        Assert.Equal(version, (await Node.EntriesAsync(id)).Count);
    }

    protected async Task NothingAsync(long id)
    {
        Assert.Equal(StoredState.None, (await Node.Store.ReadStatesAsync([CounterState.KeyOf(id)], CancellationToken.None))[0]);
        Assert.Empty(await Node.EntriesAsync(id));
    }
}

public sealed class GroupCommitOnPostgres(StoreFixture<PostgresDatabase> fixture) : GroupCommitSuite<PostgresDatabase>(fixture)
{
    private const string Told = "told how long it may wait";

    [Fact]
    public async Task RowThatIsLockedElsewhere_DefersItsBatchOnlyAndHoldsNobodyUp()
    {
        var source = await TellingAsync();
        var ids = NewIds(8);
        await using var foreign = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var holding = await foreign.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var take = new Npgsql.NpgsqlCommand($"INSERT INTO test_balances (id, balance) VALUES ({ids[5]}, 0)", foreign);
        await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var (outcomes, transactions) = await GroupAsync(ids.Select(id =>
        {
            var batch = BatchOf(id, null, note: Told);
            batch.Rows.Put(new BalanceRow { Id = id, Balance = 1 });
            return batch;
        }));

        Assert.Equal(ids.Select((_, i) => i == 5 ? BatchOutcome.Locked : BatchOutcome.Committed), outcomes);
        // The halves, and one that asks which row it is where that is not asked already; a row that is not there yet is not told.
        Assert.InRange(transactions, 7, 8);
        await NothingAsync(ids[5]);
        foreach (var id in ids.Where((_, i) => i != 5))
        {
            await StandsAsync(id, 1);
            Assert.Equal("100ms", (await Node.EntriesAsync(id))[0].Note);
        }
    }

    [Fact]
    public async Task RowsThatAreLockedElsewhere_AreNamedAtOnceAndTheOthersCommitTogether()
    {
        var source = Node.Get<PostgresConnections>().Writes;
        var ids = NewIds(40);
        foreach (var id in ids)
        {
            await Node.AddBalanceAsync(id, 0);
        }

        await using var foreign = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var holding = await foreign.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var take = new Npgsql.NpgsqlCommand("SELECT 1 FROM test_balances WHERE id = ANY($1) FOR UPDATE", foreign)
        {
            Parameters = { new() { Value = ids[..8] } },
        };
        await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        async Task<(BatchOutcome[] Outcomes, int Transactions)> WriteAsync() => await GroupAsync(ids.Select((id, i) =>
        {
            var batch = BatchOf(NewId(), null);
            if (i % 2 == 0)
            {
                batch.Rows.Put(new BalanceRow { Id = id, Balance = 1 });
            }
            else
            {
                batch.Rows.Update<BalanceRow>(id, $"UPDATE test_balances SET balance = 1 WHERE id = {id}");
            }

            return batch;
        }));

        var (first, tries) = await WriteAsync();
        var (second, triesAfter) = await WriteAsync();

        var expected = ids.Select((_, i) => i < 8 ? BatchOutcome.Locked : BatchOutcome.Committed).ToArray();
        Assert.Equal(expected, first);
        Assert.Equal(expected, second);
        // One that waits a moment, where no lock was met before; one that asks, and one without the locked ones.
        Assert.InRange(tries, 2, 3);
        Assert.Equal(2, triesAfter);
    }

    [Fact]
    public async Task RowThatIsTaken_ChangesNobodysWait()
    {
        await TellingAsync();
        var ids = NewIds(5);
        await GroupAsync([BatchOf(ids[4], null, mark: ids[4])]);

        var (outcomes, _) = await GroupAsync(ids[..4].Select((id, i) => i == 1
            ? BatchOf(id, null, mark: ids[4])
            : BatchOf(id, null, note: Told)));

        Assert.Equal(ids[..4].Select((_, i) => i == 1 ? BatchOutcome.Conflict : BatchOutcome.Committed), outcomes);
        foreach (var id in ids[..4].Where((_, i) => i != 1))
        {
            Assert.Equal("100ms", (await Node.EntriesAsync(id))[0].Note);
        }
    }

    /// <summary>Has a trigger write into the rows that ask for it how long their transaction waits for locks.</summary>
    private async Task<Npgsql.NpgsqlDataSource> TellingAsync()
    {
        var source = Node.Get<PostgresConnections>().Writes;
        await using var trigger = source.CreateCommand(
            $"""
            CREATE OR REPLACE FUNCTION test_tell() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.note := current_setting('lock_timeout'); RETURN NEW; END $$;
            CREATE OR REPLACE TRIGGER test_tell BEFORE INSERT ON test_entries FOR EACH ROW
                WHEN (NEW.note = '{Told}') EXECUTE FUNCTION test_tell();
            """);
        await trigger.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return source;
    }
}

public sealed class GroupCommitOnSqlite(StoreFixture<SqliteDatabase> fixture) : GroupCommitSuite<SqliteDatabase>(fixture);
