using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Silo.Kernel;
using Silo.Testing;

namespace Silo.Storage.Tests;

/// <summary>
/// Goal: a handler gets what was enqueued, as it was enqueued, until it is done; what cannot be done is tried again and in
/// the end parked, visibly. Method: a runner over a database of the test's own, on a clock of the test's own.
/// </summary>
public abstract class WorkSuite<TDatabase> : OwnStoreSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly WorkKind<Letter> Letters = new("tests.letters");
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public enum Tone
    {
        Plain,
        Warm,
    }

    [Fact]
    public async Task Payload_OfAUnitAndOfACommand_ComesBackAsItWas()
    {
        var node = await NodeAsync(time);
        Letter[] letters =
        [
            new(long.MaxValue, "汉字 \"x\" \\ \n 😀 </script>", Tone.Warm, [1, -1], new("inner", null)),
            new(0, "", Tone.Plain, [], null),
        ];
        await node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.EnqueueAsync(Letters, "unit", NowMs - 7, letters[0], Cancel);
                return true;
            },
            Cancel);
        await EnqueueAsync(node, "command", NowMs - 5, letters[1]);
        var handler = new Letterbox(_ => WorkOutcome.Done);

        await RunAsync(node, handler);

        Assert.Equal(
            [("unit", NowMs - 7, 1), ("command", NowMs - 5, 1)],
            handler.Items.OrderBy(i => i.DueAtMs).Select(i => (i.Key, i.DueAtMs, i.Attempt)));
        Assert.Equivalent(letters, handler.Items.OrderBy(i => i.DueAtMs).Select(i => i.Payload), strict: true);
        Assert.Empty(await RowsAsync(node));
    }

    [Fact]
    public async Task Payload_ThatIsTooLong_IsTheSendersMistakeAndNothingIsEnqueued()
    {
        var node = await NodeAsync(time);
        var longest = new Letter(1, "", Tone.Plain, [], null);
        longest = longest with { Text = new string('x', Payloads.MaxLength - Payloads.Write(longest).Length) };
        var tooLong = longest with { Text = longest.Text + "x" };

        await EnqueueAsync(node, "longest", 1, longest);
        await Assert.ThrowsAsync<ArgumentException>(() => EnqueueAsync(node, "command", 1, tooLong));
        await Assert.ThrowsAsync<ArgumentException>(() => node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.EnqueueAsync(Letters, "unit", 1, tooLong, Cancel);
                return true;
            },
            Cancel));
        Assert.Throws<ArgumentException>(() => new JoinedKind<string, Letter>("tests.letters").Command(1, tooLong));

        Assert.Equal("longest", Assert.Single(await RowsAsync(node)).Key);
    }

    [Fact]
    public async Task Work_ThatIsNotDue_WaitsUntilItIs()
    {
        var node = await NodeAsync(time);
        await EnqueueAsync(node, "later", NowMs + 60_000, new(1, "", Tone.Plain, [], null));
        var handler = new Letterbox(_ => WorkOutcome.Done);

        time.Advance(TimeSpan.FromMilliseconds(59_999));
        Assert.Equal(0, await RunAsync(node, handler));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await RunAsync(node, handler));

        Assert.Equal(NowMs, Assert.Single(handler.Items).DueAtMs);
    }

    [Fact]
    public async Task Work_OfWhichAPartIsDone_RunsAgainAsIfForTheFirstTime()
    {
        var node = await NodeAsync(time);
        await EnqueueAsync(node, "one", NowMs, new(1, "what", Tone.Plain, [], null));
        var handler = new Letterbox(items => items.Count < 4 ? WorkOutcome.RunAgain : WorkOutcome.Done);

        while (handler.Items.Count < 4)
        {
            Assert.Equal(1, await RunAsync(node, handler));
        }

        Assert.Equal(0, await RunAsync(node, handler));
        Assert.Equal(Enumerable.Repeat(("one", "what", 1), 4), handler.Items.Select(i => (i.Key, i.Payload.Text, i.Attempt)));
    }

    [Theory]
    [InlineData("\"a text\"")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{ \"number\": \"no number\" }")]
    [InlineData("{ broken")]
    public async Task Payload_ThatCannotBeRead_IsRetriedAndParkedLikeAnyError(string payload)
    {
        var node = await NodeAsync(time);
        await node.Units.RunAsync<bool>(
            unit =>
            {
                unit.Set<WorkRow>().Add(WorkRow.Of(Letters.Name, "broken", NowMs, payload));
                return Task.FromResult<Result<bool>>(true);
            },
            Cancel);
        await EnqueueAsync(node, "fine", NowMs, new(1, "", Tone.Plain, [], null));
        var handler = new Letterbox(_ => WorkOutcome.Done);

        Assert.Equal(2, await RunAsync(node, handler));

        // Its neighbour is done, and it stays.
        Assert.Equal("fine", Assert.Single(handler.Items).Key);
        var row = Assert.Single(await RowsAsync(node));
        Assert.Equal(
            ("broken", 1, false, "JsonException", NowMs + 2000), (row.Key, row.Attempt, row.Parked, row.LastError, row.DueAt));
        for (var attempt = 2; attempt <= WorkRunner.MaxAttempts; attempt++)
        {
            time.Advance(WorkRunner.BackOff(attempt - 1));
            Assert.Equal(1, await RunAsync(node, handler));
        }

        row = Assert.Single(await RowsAsync(node));
        Assert.Equal((WorkRunner.MaxAttempts, true, "JsonException", payload), (row.Attempt, row.Parked, row.LastError, row.Payload));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await RunAsync(node, handler));
        Assert.Single(handler.Items);
    }

    [Fact]
    public async Task RecurringWork_ThatFails_IsNeverParkedAndRunsAtItsPace()
    {
        var node = await NodeAsync(time);
        var handler = new Clockwork();
        var runner = Runner(node, handler);
        await runner.EnqueueRecurringAsync(Cancel);
        await runner.EnqueueRecurringAsync(Cancel);

        for (var attempt = 1; attempt <= WorkRunner.MaxAttempts + 2; attempt++)
        {
            Assert.Equal(1, await runner.RunDueAsync(Cancel));
            time.Advance(TimeSpan.FromHours(1));
        }

        handler.Outcome = WorkOutcome.Done;
        Assert.Equal(1, await runner.RunDueAsync(Cancel));
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await runner.RunDueAsync(Cancel));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await runner.RunDueAsync(Cancel));
        Assert.Equal(WorkRunner.MaxAttempts + 4, handler.Runs);
        Assert.Single(await RowsAsync(node));
    }

    [Fact]
    public async Task Unit_OfAnItemWhoseLeaseIsLost_SeesIt()
    {
        var node = await NodeAsync(time);
        await EnqueueAsync(node, "one", NowMs, new(1, "", Tone.Plain, [], null));
        List<bool> holds = [];
        var handler = new Letterbox(_ => WorkOutcome.Done)
        {
            Holds = async item => holds.Add((await node.Units.RunAsync<bool>(
                async unit => await unit.HoldsLeaseAsync(item, Cancel), Cancel)).Value),
        };

        handler.Before = async () => await node.Units.RunAsync<bool>(
            async unit => await unit.ExecuteAsync($"UPDATE silo_work SET lease_until = 0, owner = 'other', due_at = {NowMs}", Cancel) == 1, Cancel);
        await RunAsync(node, handler);
        handler.Before = null;
        await RunAsync(node, handler);

        Assert.Equal([false, true], holds);
        Assert.Empty(await RowsAsync(node));
    }

    [Fact]
    public async Task Work_WhoseHandlerHangs_HoldsUpNoOtherKindIsToldToEndAndIsTriedAgain()
    {
        var node = await NodeAsync(time);
        var (hanging, others) = (new Hanging(), new Letterbox(_ => WorkOutcome.Done));
        var arrived = NewArrivals(others, 2);
        using var runner = Runner(node, hanging, others);
        for (var i = 0; i < WorkRunner.SlotsOfAKind + 1; i++)
        {
            await node.Units.RunAsync(unit => unit.EnqueueAsync(Hanging.Kinds, $"hanging{i}", NowMs, NoPayload.Value, Cancel), Cancel);
        }

        await EnqueueAsync(node, "first", NowMs, new(1, "", Tone.Plain, [], null));
        await runner.StartAsync(Cancel);
        await arrived[0].Task.Soon();
        await hanging.Full.Task.Soon();

        // All slots of the one kind are taken, and what falls due is run all the same.
        await EnqueueAsync(node, "second", NowMs, new(2, "", Tone.Plain, [], null));
        time.Advance(TimeSpan.FromSeconds(1));
        await arrived[1].Task.Soon();
        Assert.Equal(WorkRunner.SlotsOfAKind, hanging.Begun);

        time.Advance(WorkRunner.LongestRun);
        await hanging.Told.Task.Soon();
        time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(async () => (await RowsAsync(node)).Count(row => row.LastError == "TimeoutException") == WorkRunner.SlotsOfAKind);
        Assert.Equal(WorkRunner.SlotsOfAKind, hanging.Begun);

        // One ends at last, and its slot takes the next.
        hanging.End.SetResult();
        await UntilAsync(() => Task.FromResult(hanging.Begun > WorkRunner.SlotsOfAKind));
        await runner.StopAsync(Cancel).Soon();
    }

    private static TaskCompletionSource[] NewArrivals(Letterbox box, int count)
    {
        var arrivals = Enumerable.Range(0, count)
            .Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var next = -1;
        box.Before = () =>
        {
            arrivals[Interlocked.Increment(ref next)].SetResult();
            return Task.CompletedTask;
        };
        return arrivals;
    }

    /// <summary>Waits until something holds in the database; the test's own clock stands still meanwhile.</summary>
    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private static WorkRunner Runner(TestStore node, params IWorkHandler[] handlers) => new(
        node.Store, handlers, node.Get<WriteGate>(), node.Get<TimeProvider>(), NullLogger<WorkRunner>.Instance);

    private static Task<int> RunAsync(TestStore node, params IWorkHandler[] handlers) => Runner(node, handlers).RunDueAsync(Cancel);

    private static Task<List<WorkRow>> RowsAsync(TestStore node) =>
        node.Units.ReadAsync(reads => reads.Query<WorkRow>().OrderBy(w => w.Key).ToListAsync(Cancel), Cancel);

    private static async Task EnqueueAsync(TestStore node, string key, long dueAtMs, Letter letter) =>
        await node.Units.StageAsync<bool>(
            _ => rows =>
            {
                rows.Enqueue(Letters, key, dueAtMs, letter);
                return true;
            },
            Cancel);

    private sealed record Letter(long Number, string Text, Tone Tone, int[] Numbers, Enclosure? Enclosure);

    private sealed record Enclosure(string Text, long? Number);

    /// <summary>Takes no notice of being told to end.</summary>
    private sealed class Hanging() : WorkHandler<NoPayload>(Kinds)
    {
        public static readonly WorkKind<NoPayload> Kinds = new("tests.hanging");
        private int begun;

        public int Begun => Volatile.Read(ref begun);

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
        {
            cancellation.Register(() => Told.TrySetResult());
            if (Interlocked.Increment(ref begun) == WorkRunner.SlotsOfAKind)
            {
                Full.SetResult();
            }

            await End.Task;
            return WorkOutcome.Done;
        }
    }

    private sealed class Letterbox(Func<List<WorkItem<Letter>>, WorkOutcome> answer) : WorkHandler<Letter>(Letters)
    {
        private readonly Lock gate = new();

        public List<WorkItem<Letter>> Items { get; } = [];

        public Func<Task>? Before { get; set; }

        public Func<WorkItem, Task>? Holds { get; init; }

        protected override async Task<WorkOutcome> RunAsync(WorkItem<Letter> item, CancellationToken cancellation)
        {
            await (Before?.Invoke() ?? Task.CompletedTask);
            await (Holds?.Invoke(item) ?? Task.CompletedTask);
            lock (gate)
            {
                Items.Add(item);
                return answer(Items);
            }
        }
    }

    private sealed class Clockwork() : RecurringWork("tests.clockwork", TimeSpan.FromMinutes(5))
    {
        public int Runs { get; private set; }

        public WorkOutcome? Outcome { get; set; }

        protected override Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
        {
            Runs++;
            return Outcome is { } outcome ? Task.FromResult(outcome) : throw new NotSupportedException();
        }
    }
}

public sealed class WorkOnPostgres : WorkSuite<PostgresDatabase>;

public sealed class WorkOnSqlite : WorkSuite<SqliteDatabase>;
