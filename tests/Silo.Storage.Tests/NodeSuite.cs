using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>A node with a silo over a database of its own, for all tests of one class; a second one where asked for.</summary>
public sealed class NodeFixture<TDatabase> : IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private readonly TDatabase database = new();
    private Task<TestStore>? starting;
    private TestStore? node;
    private TestStore? second;

    internal TDatabase Database => database;

    internal TestStore Node => node ?? throw new InvalidOperationException("The test did not prepare the node.");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (second is not null)
        {
            await second.DisposeAsync();
        }

        if (node is not null)
        {
            await node.DisposeAsync();
        }

        await database.DisposeAsync();
    }

    /// <summary>Started by the first test, inside the test, so that a missing database skips it.</summary>
    internal async Task ReadyAsync()
    {
        // One attempt for all tests of the class: what did not start once is told by each of them.
        node = await (starting ??= StartAsync());

        foreach (var store in new[] { node, second }.OfType<TestStore>())
        {
            (store.Faults.BeforeSend, store.Faults.AfterSend, store.Faults.AfterCommit) = (null, null, null);
            store.Faults.AfterStateRead = null;
            store.Probe.Clear();
        }
    }

    private async Task<TestStore> StartAsync()
    {
        Assert.SkipWhen(database.SkipReason is not null, database.SkipReason ?? "");
        await database.InitializeAsync();
        // One lane, so that a test can hold it and know what is grouped behind it.
        return await TestStore.StartAsync(database, settings: [("Silo:Database:CommitLanes", "1")]);
    }

    internal async Task<TestStore> SecondAsync() => second ??= await TestStore.StartAsync(database, sharing: Node);
}

/// <summary>Tests over a running node. Every test uses grains of its own.</summary>
public abstract class NodeSuite<TDatabase>(NodeFixture<TDatabase> fixture) : IClassFixture<NodeFixture<TDatabase>>, IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private static long lastGrain = 1000;

    private protected TDatabase Database => fixture.Database;

    private protected TestStore Node => fixture.Node;

    private protected CommitFaults Faults => Node.Faults;

    public virtual async ValueTask InitializeAsync() => await fixture.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected static long NewGrain() => Interlocked.Increment(ref lastGrain);

    private protected Task<TestStore> SecondAsync() => fixture.SecondAsync();

    private protected Task<CounterOutcome> AddAsync(long grain, string request, long amount = 1, long account = 0) =>
        AddAsync(Node, grain, new CounterCommand { RequestId = request, Amount = amount, Account = account });

    private protected static async Task<CounterOutcome> AddAsync(TestStore node, long grain, CounterCommand command) =>
        (await node.Counter(grain).RunAsync([command]).Soon())[0];

    /// <summary>
    /// Holds the disk with one command, makes the calls in their order behind it, and lets go; so what one batch gathers
    /// is known. <paramref name="whenGathered"/> runs before that.
    /// </summary>
    private protected async Task<CounterReply[]> GatherAsync(long grain, Action? whenGathered, params CounterCall[] calls)
    {
        var hold = new Hold();
        Faults.BeforeSend = hold.Pass;
        var plug = AddAsync(grain, "plug");
        await hold.Reached;
        var replies = Node.Counter(grain).RunCallsAsync(calls);
        await Node.Probe.CallsMade.Task.Soon();
        Faults.BeforeSend = null;
        whenGathered?.Invoke();
        hold.Release();
        await plug;
        return await replies.Soon();
    }

    private protected static CounterCommand Command(string request, long amount = 1, long limit = long.MaxValue, long account = 0) =>
        new() { RequestId = request, Amount = amount, Limit = limit, Account = account };

    /// <summary>As a client does: the same request until it is answered.</summary>
    private protected static async Task<CounterOutcome> AddUntilAnsweredAsync(TestStore node, long grain, CounterCommand command)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var outcome = await AddAsync(node, grain, command);
                if (!outcome.IsDeferred() || attempt >= 500)
                {
                    return outcome;
                }
            }
            catch (StorageUnavailableException) when (attempt < 500)
            {
                // The next attempt meets a fresh activation.
            }
        }
    }

    /// <summary>The stored state is the sum of the stored rows, and every row is there once.</summary>
    private protected async Task<(CounterState State, List<EntryRow> Rows)> ConsistentAsync(long grain)
    {
        var (state, _) = await Node.StoredAsync(grain);
        var rows = await Node.EntriesAsync(grain);
        Assert.Equal(rows.Sum(r => r.Amount), state.Total);
        Assert.Equal(rows.Count, state.Count);
        var total = 0L;
        foreach (var row in rows)
        {
            total += row.Amount;
            Assert.Equal(total, row.TotalAfter);
        }

        return (state, rows);
    }
}
