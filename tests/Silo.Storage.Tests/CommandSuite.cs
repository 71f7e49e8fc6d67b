using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>What a caller of a hot grain can rely on while nothing breaks.</summary>
public abstract class CommandSuite<TDatabase>(NodeFixture<TDatabase> fixture) : NodeSuite<TDatabase>(fixture)
    where TDatabase : TestDatabase, new()
{
    private const int MaxBatch = HotGrain<CounterState, CounterCommand, CounterOutcome, CounterFacts>.MaxBatch;

    [Fact]
    public async Task Run_WhenAnswered_StateAndRowAreInTheDatabase()
    {
        var grain = NewGrain();

        var outcome = await AddAsync(grain, "a", 5);

        Assert.Equal(5, outcome.Total);
        Assert.Null(outcome.Refusal);
        var (state, rows) = await ConsistentAsync(grain);
        Assert.Equal(new CounterState { Total = 5, Count = 1 }, state);
        Assert.Equal("a", Assert.Single(rows).RequestId);
        Assert.Equal(1, (await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Run_AfterDeactivation_GoesOnFromTheStoredState()
    {
        var grain = NewGrain();
        await AddAsync(grain, "a", 5);
        var before = await Node.Counter(grain).ViewAsync();

        await Node.Cluster.DeactivateAsync(Node.Counter(grain).GetGrainId()).Soon();
        var outcome = await AddAsync(grain, "b", 7);

        Assert.Equal(12, outcome.Total);
        Assert.NotEqual(before.Activation, (await Node.Counter(grain).ViewAsync()).Activation);
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task Run_NoCommands_AnswersNothingAndStoresNothing()
    {
        var grain = NewGrain();

        Assert.Empty(await Node.Counter(grain).RunAsync([]).Soon());

        Assert.Null((await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Run_64CallersOnOneKey_EveryCallerGetsItsOwnOutcomeOnce()
    {
        var grain = NewGrain();
        const int callers = 64, rounds = 4, commands = 3;

        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            List<(string Request, CounterOutcome Outcome)> mine = [];
            for (var round = 0; round < rounds; round++)
            {
                var sent = Enumerable.Range(0, commands)
                    .Select(c => new CounterCommand { RequestId = $"{caller}/{round}/{c}", Amount = caller + 1 }).ToArray();
                var got = await Node.Counter(grain).RunAsync(sent).Soon();
                Assert.Equal(sent.Length, got.Length);
                mine.AddRange(sent.Zip(got, (s, g) => (s.RequestId, g)));
            }

            return mine;
        }));

        var (state, rows) = await ConsistentAsync(grain);
        var all = answers.SelectMany(a => a).ToList();
        Assert.Equal(callers * rounds * commands, rows.Count);
        Assert.Equal(Enumerable.Range(1, callers).Sum() * rounds * commands, state.Total);
        Assert.All(all, a => Assert.Equal(a.Request, a.Outcome.RequestId));
        Assert.All(all, a => Assert.False(a.Outcome.Repeated));
        var stored = rows.ToDictionary(r => r.RequestId, r => r.TotalAfter);
        Assert.All(all, a => Assert.Equal(stored[a.Request], a.Outcome.Total));
        // Far fewer transactions than commands: they were gathered.
        Assert.True((await Node.StoredAsync(grain)).Version < rows.Count);
    }

    [Fact]
    public async Task Run_ManyGrainsAtOnce_EachKeepsItsOwn()
    {
        var grains = Enumerable.Range(0, 40).Select(_ => NewGrain()).ToArray();

        await Task.WhenAll(grains.SelectMany(grain =>
            Enumerable.Range(0, 5).Select(i => AddAsync(grain, $"r{i}", grain))));

        foreach (var grain in grains)
        {
            var (state, rows) = await ConsistentAsync(grain);
            Assert.Equal(grain * 5, state.Total);
            Assert.Equal(5, rows.Count);
        }
    }

    [Fact]
    public async Task Run_SameRequestTwice_SecondGetsTheFirstAnswer()
    {
        var grain = NewGrain();
        var both = await Task.WhenAll(AddAsync(grain, "same", 3), AddAsync(grain, "same", 3));
        var later = await AddAsync(grain, "same", 3);

        Assert.All(both, outcome => Assert.Equal(3, outcome.Total));
        Assert.Single(both, outcome => !outcome.Repeated);
        Assert.Equal((3, true), (later.Total, later.Repeated));
        Assert.Single((await ConsistentAsync(grain)).Rows);
    }

    [Fact]
    public async Task Run_RuleThrows_CallersOfItsBatchFailAndTheNextCommandWorks()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<InvalidOperationException>(() => AddAsync(
            Node, grain, new() { RequestId = "bug", Poison = Poison.Throw }));

        Assert.Equal(1, (await AddAsync(grain, "fine")).Total);
        Assert.Equal("fine", Assert.Single((await ConsistentAsync(grain)).Rows).RequestId);
    }

    [Fact]
    public async Task Run_RefusalThatRestsOnCommittedState_CommitsNothing()
    {
        var grain = NewGrain();
        await AddAsync(grain, "a", 10);
        var commits = 0;
        Faults.BeforeSend = () => Interlocked.Increment(ref commits);

        var refused = await AddAsync(Node, grain, new() { RequestId = "b", Limit = 10 });
        var repeated = await AddAsync(grain, "a", 10);

        Assert.Equal("LIMIT", refused.Refusal?.Reason);
        Assert.True(repeated.Repeated);
        Assert.Equal(0, commits);
        Assert.Equal(1, (await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Run_RefusalThatRestsOnADraft_WaitsForTheCommitOfTheDraft()
    {
        var grain = NewGrain();
        var commit = new Hold();

        // Both are decided in one batch: the second is refused because of the first's draft.
        var replies = GatherAsync(
            grain,
            () => Faults.BeforeSend = commit.Pass,
            CounterCall.Of(Command("fill", 9, limit: 10)),
            CounterCall.Of(Command("late", 1, limit: 10)));
        await commit.Reached;
        Assert.Equal([(grain, 1), (grain, 2)], Node.Probe.Batches);
        Assert.False(replies.IsCompleted);
        commit.Release();

        var outcomes = (await replies).Select(r => Assert.Single(r.Outcomes)).ToArray();
        Assert.Equal([null, "LIMIT"], outcomes.Select(o => o.Refusal?.Reason));
    }

    [Fact]
    public async Task Run_RefusalThatRestsOnADraftThatIsRolledBack_IsNeverTold()
    {
        var grain = NewGrain();

        var replies = await GatherAsync(
            grain,
            () => Faults.BeforeSend = () => throw new IOException("The disk is gone."),
            CounterCall.Of(Command("fill", 9, limit: 10)),
            CounterCall.Of(Command("late", 1, limit: 10)));

        Assert.All(replies, reply => Assert.IsType<StorageUnavailableException>(reply.Failure));
        Faults.BeforeSend = null;
        Assert.Null((await AddAsync(Node, grain, Command("late", 1, limit: 10))).Refusal);
        Assert.Equal(2, (await ConsistentAsync(grain)).State.Total);
    }

    [Fact]
    public async Task Run_QueueOfAGrainIsFull_RefusesAtOnceAndServesTheOthers()
    {
        var grain = NewGrain();
        const int most = HotGrain<CounterState, CounterCommand, CounterOutcome, CounterFacts>.MaxWaiting;
        var replies = await GatherAsync(
            grain,
            null,
            [
                .. Enumerable.Range(0, most).Chunk(MaxBatch).Select(ids => CounterCall.Of([.. ids.Select(i => Command($"{i}"))])),
                CounterCall.Of(Command("one too many")),
            ]);

        Assert.IsType<StorageBusyException>(replies[^1].Failure);
        Assert.All(replies[..^1], reply => Assert.Null(reply.Failure));
        Assert.Equal(
            Enumerable.Range(2, most).Select(i => (long)i), replies[..^1].SelectMany(r => r.Outcomes).Select(o => o.Total));
        var (state, rows) = await ConsistentAsync(grain);
        Assert.Equal(most + 1, state.Total);
        Assert.DoesNotContain(rows, r => r.RequestId == "one too many");
        Assert.Equal(most + 2, (await AddAsync(grain, "one too many")).Total);
    }

    [Fact]
    public async Task Run_MoreCommandsThanABatchHolds_IsTheCallersMistake()
    {
        var grain = NewGrain();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Node.Counter(grain).RunAsync(
            [.. Enumerable.Range(0, MaxBatch + 1).Select(i => Command($"{i}"))]).Soon());

        Assert.Empty(await Node.EntriesAsync(grain));
        Assert.Equal(1, (await AddAsync(grain, "fine")).Total);
    }

    [Fact]
    public async Task Run_MessagesThatDoNotFitOneBatch_AreNotTorn()
    {
        var grain = NewGrain();
        const int half = (MaxBatch / 2) + 1;

        var replies = await GatherAsync(
            grain,
            null,
            CounterCall.Of([.. Enumerable.Range(0, half).Select(i => Command($"a{i}"))]),
            CounterCall.Of([.. Enumerable.Range(0, half).Select(i => Command($"b{i}")), Command("late", limit: half)]),
            CounterCall.Of([Command("c") with { Poison = Poison.NullNote }, .. Enumerable.Range(0, half).Select(i => Command($"c{i}"))]));

        Assert.Equal([1, half, half + 1, half + 1], Node.Probe.Batches.Select(b => b.Commands));
        Assert.Null(replies[0].Failure);
        Assert.Equal("LIMIT", replies[1].Outcomes[^1].Refusal?.Reason);
        // What fails with its batch fails nobody whose command stands.
        Assert.IsType<StorageUnavailableException>(replies[2].Failure);
        Assert.Equal(1 + (2 * half), (await ConsistentAsync(grain)).State.Total);
    }

    [Fact]
    public async Task Run_RowIsTakenBetweenTheFactsAndTheCommit_IsSeenByASecondLook()
    {
        var grain = NewGrain();
        await AddAsync(grain, "before", 3);
        Node.Probe.AfterLoad = async () =>
        {
            Node.Probe.AfterLoad = null;
            await Node.Units.RunAsync<bool>(
                unit =>
                {
                    unit.Set<EntryRow>().Add(new() { Id = unit.NewId(), GrainId = grain, RequestId = "same", Amount = 0, TotalAfter = 77, Note = "" });
                    return Task.FromResult<Result<bool>>(true);
                },
                CancellationToken.None);
        };

        var outcomes = await Node.Counter(grain).RunAsync([Command("same"), Command("neighbour", 4)]).Soon();

        Assert.Equal([(77, true), (7, false)], outcomes.Select(o => (o.Total, o.Repeated)));
        Assert.Equal(2, (await Node.StoredAsync(grain)).Version);
    }

    [Fact]
    public async Task Run_AfterAGuessThatWasWrong_ReadsForAWhileAndThenGuessesAgain()
    {
        var grain = NewGrain();
        await AddAsync(grain, "a", 3);
        Node.Probe.Batches.Clear();
        Node.Probe.Guesses = true;

        await AddAsync(grain, "b");
        Assert.Empty(Node.Probe.Batches);
        var repeat = await AddAsync(grain, "a", 3);

        Assert.Equal((3, true), (repeat.Total, repeat.Repeated));
        Assert.Single(Node.Probe.Batches);
        for (var i = 0; i < 40; i++)
        {
            Assert.False((await AddAsync(grain, $"later {i}")).Repeated);
        }

        // The one that was wrong and 32 after it were decided on rows.
        Assert.Equal(33, Node.Probe.Batches.Count);
        await ConsistentAsync(grain);
    }

    [Fact]
    public async Task Run_AtTheEntry_GathersTheCallsOfOneKey()
    {
        var grain = NewGrain();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Node.Counters.RunAsync(grain, Command($"{i}")))).Soon();

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}"), outcomes.Select(o => o.RequestId));
        Assert.Equal(200, (await ConsistentAsync(grain)).State.Total);
        Assert.True((await Node.StoredAsync(grain)).Version < 100);
    }

    [Fact]
    public async Task Watch_OfWhatTheCallerHasSeen_AnswersOnceItIsCommitted()
    {
        var grain = NewGrain();
        await AddAsync(grain, "a", 5);

        var seen = await Node.Counter(grain).WatchAsync(null).Soon();
        Assert.Equal(5, seen!.Total);
        var next = Node.Counter(grain).WatchAsync(seen);
        var commit = new Hold();
        Faults.BeforeSend = commit.Pass;
        var adding = AddAsync(grain, "b", 2);
        await commit.Reached;
        Assert.False(next.IsCompleted);
        commit.Release();

        Assert.Equal(7, (await next.Soon())!.Total);
        Assert.Equal(7, (await adding).Total);
        // Who has seen something else is answered at once.
        Assert.Equal(7, (await Node.Counter(grain).WatchAsync(seen).Soon())!.Total);
    }

    [Fact]
    public async Task Watch_ByManyAtTheEntry_SeesWhatIsCommitted()
    {
        var grain = NewGrain();
        await AddAsync(grain, "a", 5);
        var values = Node.Get<LiveValues<long, CounterView>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            await foreach (var view in values.WatchAsync(grain, stop.Token))
            {
                if (view!.Total == 5)
                {
                    await Node.Counters.RunAsync(grain, Command("b", 2));
                }
                else
                {
                    Assert.Equal(7, view.Total);
                    return;
                }
            }
        }))).Soon();
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Watch_OfAKeyUnderWhichNothingIsStored_EndsTheActivation()
    {
        var (madeUp, stored) = (NewGrain(), NewGrain());
        await AddAsync(stored, "a");

        foreach (var (grain, ends) in new[] { (madeUp, true), (stored, false) })
        {
            var first = (await Node.Counter(grain).WatchAsync(null).Soon())!.Activation;
            Assert.Equal(ends, SpinWait.SpinUntil(
                () => Node.Counter(grain).ViewAsync().Soon().GetAwaiter().GetResult().Activation != first,
                ends ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(200)));
        }
    }

    [Fact]
    public async Task Run_OfARefusalUnderWhichNothingIsStored_EndsTheActivation()
    {
        var (madeUp, stored) = (NewGrain(), NewGrain());
        await AddAsync(stored, "a");

        foreach (var (grain, ends) in new[] { (madeUp, true), (stored, false) })
        {
            var first = (await Node.Counter(grain).ViewAsync().Soon()).Activation;
            Assert.NotNull((await AddAsync(Node, grain, new() { RequestId = "b", Amount = 5, Limit = 1 })).Refusal);
            Assert.Equal(ends, SpinWait.SpinUntil(
                () => Node.Counter(grain).ViewAsync().Soon().GetAwaiter().GetResult().Activation != first,
                ends ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(200)));
        }
    }

    [Fact]
    public async Task View_StateReadRunsAcrossAForgetting_ReadsAgain()
    {
        var grain = NewGrain();
        var (begun, viewing, release) = (NewSignal(), NewSignal(), NewSignal());
        var (commit, reads) = (new Hold(), 0);
        Node.Probe.Viewing = () => viewing.TrySetResult();
        // The command's read waits for the viewer's, and the viewer's for the end of the command.
        Faults.AfterStateRead = () =>
        {
            begun.TrySetResult();
            return ++reads switch { 1 => viewing.Task, 2 => release.Task, _ => Task.CompletedTask };
        };
        Faults.BeforeSend = commit.Pass;
        Faults.AfterCommit = () => throw new IOException("Broken on purpose.");

        var lost = AddAsync(grain, "a", 4);
        await begun.Task.Soon();
        var view = Node.Counter(grain).ViewAsync();
        await commit.Reached;
        commit.Release();
        Assert.True((await Assert.ThrowsAsync<StorageUnavailableException>(() => lost)).OutcomeUnknown);
        release.SetResult();

        Assert.Equal(4, (await view.Soon()).Total);
        Assert.Equal(3, reads);

        static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

public sealed class CommandsOnPostgres(NodeFixture<PostgresDatabase> fixture) : CommandSuite<PostgresDatabase>(fixture);

public sealed class CommandsOnSqlite(NodeFixture<SqliteDatabase> fixture) : CommandSuite<SqliteDatabase>(fixture);
