using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Orleans.Concurrency;
using Silo.Kernel;

namespace Silo.Storage.Tests;

/// <summary>A hot grain that adds up; every accepted command is a row.</summary>
[Alias("silo.tests.ICounterGrain")]
internal interface ICounterGrain : IHotGrain<CounterCommand, CounterOutcome>, IWatchedGrain<CounterView>, IGrainWithIntegerKey
{
    /// <summary>
    /// Makes several calls in their order, which the network would not keep, and answers each by itself. Once all are
    /// made, <see cref="Probe.CallsMade"/> says so.
    /// </summary>
    [Alias("RunCalls"), AlwaysInterleave]
    Task<CounterReply[]> RunCallsAsync([Immutable] CounterCall[] calls);

    [Alias("View"), AlwaysInterleave]
    Task<CounterView> ViewAsync();
}

/// <summary>How a command misbehaves.</summary>
internal enum Poison
{
    None,

    /// <summary>Its row violates NOT NULL.</summary>
    NullNote,

    /// <summary>The pure rule itself throws.</summary>
    Throw,
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterCommand")]
internal sealed record CounterCommand
{
    [Id(0)]
    public required string RequestId { get; init; }

    [Id(1)]
    public long Amount { get; init; } = 1;

    /// <summary>The balance that pays the amount; 0 for none.</summary>
    [Id(2)]
    public long Account { get; init; }

    [Id(3)]
    public Poison Poison { get; init; }

    /// <summary>The unique mark of its row.</summary>
    [Id(4)]
    public long? Mark { get; init; }

    /// <summary>The highest total that it accepts.</summary>
    [Id(5)]
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>The balance that pays the amount out of the purse of the transaction; 0 for none.</summary>
    [Id(6)]
    public long Purse { get; init; }
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterOutcome")]
internal sealed record CounterOutcome : IOutcome<CounterOutcome>
{
    [Id(0)]
    public required string RequestId { get; init; }

    /// <summary>The total after the command when it was first accepted.</summary>
    [Id(1)]
    public long Total { get; init; }

    [Id(2)]
    public Refusal? Refusal { get; init; }

    [Id(3)]
    public bool Repeated { get; init; }

    public static CounterOutcome Refused(Refusal refusal) => new() { RequestId = "", Refusal = refusal };
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterCall")]
internal sealed record CounterCall
{
    [Id(0)]
    public required CounterCommand[] Commands { get; init; }

    [Id(1)]
    public JoinedCommand? Joined { get; init; }

    public static CounterCall Of(params CounterCommand[] commands) => new() { Commands = commands };
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterReply")]
internal sealed record CounterReply
{
    [Id(0)]
    public CounterOutcome[] Outcomes { get; init; } = [];

    [Id(1)]
    public Exception? Failure { get; init; }
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterView")]
internal sealed record CounterView([property: Id(0)] long Total, [property: Id(1)] long Count, [property: Id(2)] Guid Activation);

[GenerateSerializer, Immutable, Alias("silo.tests.CounterState")]
internal sealed record CounterState
{
    public const string Name = "silo.tests.counter";

    [Id(0)]
    public long Total { get; init; }

    [Id(1)]
    public long Count { get; init; }

    public static StateKey KeyOf(long id) => new(Name, id);
}

internal sealed class CounterFacts
{
    /// <summary>The total after each accepted request of the batch, by request id.</summary>
    public required Dictionary<string, long> Answered { get; init; }

    /// <summary>The balances that the batch could lock.</summary>
    public StagedRows<BalanceRow>? Locked { get; set; }

    /// <summary>What is left of them.</summary>
    public Dictionary<long, long> Balances { get; } = [];

    public Purse? Purse { get; set; }
}

internal static class CounterRefusals
{
    public static readonly Refusal Limit = new("LIMIT", RefusalKind.Exhausted, "The limit is reached.");
    public static readonly Refusal Poor = new("POOR", RefusalKind.Exhausted, "The balance does not reach.");
}

/// <summary>What the grains of one node did, for tests to look at.</summary>
internal sealed class Probe
{
    /// <summary>The batches in the order in which they were loaded: grain and number of commands.</summary>
    public ConcurrentQueue<(long Grain, int Commands)> Batches { get; } = new();

    /// <summary>How often each account was asked for a lock.</summary>
    public ConcurrentDictionary<long, int> LockTries { get; } = new();

    /// <summary>Whether grains guess that no request was answered before.</summary>
    public bool Guesses { get; set; }

    /// <summary>Whether grains take no request for a repeat, and read nothing to find one.</summary>
    public bool ReadsNothing { get; set; }

    /// <summary>Runs when the facts of a batch have been read.</summary>
    public Func<Task>? AfterLoad { get; set; }

    /// <summary>Runs when somebody is about to view a grain.</summary>
    public Action? Viewing { get; set; }

    /// <summary>Runs when rows are about to be locked.</summary>
    public Action? BeforeLock { get; set; }

    /// <summary>Runs when a command is decided.</summary>
    public Action? Deciding { get; set; }

    /// <summary>Set by a test, completed by the grain when all calls of one <c>RunCallsAsync</c> are made.</summary>
    public TaskCompletionSource CallsMade { get; set; } = new();

    public void Clear()
    {
        CallsMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (Guesses, ReadsNothing, AfterLoad, BeforeLock, Viewing, Deciding) = (false, false, null, null, null, null);
        Batches.Clear();
        LockTries.Clear();
    }
}

[GrainType("silo.tests.counter")]
internal sealed class CounterGrain(HotGrainContext context, Probe probe)
    : HotGrain<CounterState, CounterCommand, CounterOutcome, CounterFacts>(context), ICounterGrain
{
    private readonly Guid activation = Guid.NewGuid();

    protected override StateKey Key => CounterState.KeyOf(this.GetPrimaryKeyLong());

    public async Task<CounterReply[]> RunCallsAsync(CounterCall[] calls)
    {
        var replies = calls.Select(ReplyAsync).ToArray();
        probe.CallsMade.TrySetResult();
        return await Task.WhenAll(replies);
    }

    public async Task<CounterView> ViewAsync()
    {
        probe.Viewing?.Invoke();
        await LoadStateAsync();
        return ViewOf(State)!;
    }

    public Task<CounterView?> WatchAsync(CounterView? seen) => WatchAsync(ViewOf, seen);

    private CounterView? ViewOf(CounterState state) => new(state.Total, state.Count, activation);

    protected override bool TryGuess(IReadOnlyList<CounterCommand> batch, out CounterFacts facts)
    {
        facts = new() { Answered = [] };
        return probe.Guesses;
    }

    protected override async ValueTask<CounterFacts> LoadAsync(IUnits reads, IReadOnlyList<CounterCommand> batch)
    {
        var id = this.GetPrimaryKeyLong();
        probe.Batches.Enqueue((id, batch.Count));
        if (probe.ReadsNothing)
        {
            return new() { Answered = [] };
        }

        var requests = batch.Select(c => c.RequestId).ToArray();
        var rows = await reads.ReadAsync(
            r => r.Query<EntryRow>().Where(e => e.GrainId == id && requests.Contains(e.RequestId)).ToListAsync(),
            CancellationToken.None);
        await (probe.AfterLoad?.Invoke() ?? Task.CompletedTask);
        return new() { Answered = rows.ToDictionary(r => r.RequestId, r => r.TotalAfter) };
    }

    protected override bool Locks(CounterCommand command) => command.Account != 0 || command.Purse != 0;

    protected override void Stage(Stage stage, IReadOnlyList<CounterCommand> batch, CounterFacts facts)
    {
        probe.BeforeLock?.Invoke();
        var accounts = batch.Where(c => c.Account != 0).Select(c => c.Account).Distinct().ToArray();
        foreach (var account in accounts)
        {
            probe.LockTries.AddOrUpdate(account, 1, (_, tries) => tries + 1);
        }

        facts.Locked = stage.Lock<BalanceRow>(accounts, RowLock.SkipLocked);
        foreach (var purse in batch.Where(c => c.Purse != 0).Select(c => c.Purse))
        {
            (facts.Purse = Purse.Of(stage)).Name(purse);
        }
    }

    protected override bool IsHeldElsewhere(CounterCommand command, CounterFacts facts) =>
        command.Account != 0 && facts.Locked!.All.All(row => row.Id != command.Account);

    protected override (CounterState State, CounterOutcome Outcome) Decide(
        CounterState draft, CounterCommand command, CounterFacts facts, Rows rows)
    {
        var outcome = new CounterOutcome { RequestId = command.RequestId };
        probe.Deciding?.Invoke();
        if (command.Poison == Poison.Throw)
        {
            throw new InvalidOperationException("The rule has a bug.");
        }

        if (facts.Answered.TryGetValue(command.RequestId, out var total))
        {
            return (draft, outcome with { Total = total, Repeated = true });
        }

        if (draft.Total + command.Amount > command.Limit)
        {
            return (draft, outcome with { Refusal = CounterRefusals.Limit });
        }

        if (command.Account != 0)
        {
            var before = facts.Balances.TryGetValue(command.Account, out var booked)
                ? booked
                : facts.Locked!.All.Single(row => row.Id == command.Account).Balance;
            var left = before - command.Amount;
            if (left < 0)
            {
                return (draft, outcome with { Refusal = CounterRefusals.Poor });
            }

            facts.Balances[command.Account] = left;
            rows.Put(new BalanceRow { Id = command.Account, Balance = left });
        }

        if (command.Purse != 0)
        {
            facts.Purse!.Take(command.Purse, command.Amount, rows);
        }

        var next = draft with { Total = draft.Total + command.Amount, Count = draft.Count + 1 };
        facts.Answered[command.RequestId] = next.Total;
        rows.Append(new EntryRow
        {
            Id = Ids.Next(),
            GrainId = this.GetPrimaryKeyLong(),
            RequestId = command.RequestId,
            Amount = command.Amount,
            TotalAfter = next.Total,
            Note = command.Poison == Poison.NullNote ? null! : "",
            Mark = command.Mark,
        });
        return (next, outcome with { Total = next.Total });
    }

    private async Task<CounterReply> ReplyAsync(CounterCall call)
    {
        try
        {
            return new()
            {
                Outcomes = call.Joined is { } joined
                    ? [(await RunJoinedAsync(call.Commands[0], joined)).Outcome]
                    : await RunAsync(call.Commands),
            };
        }
        catch (Exception exception) when (exception is StorageUnavailableException or StorageBusyException)
        {
            return new() { Failure = exception };
        }
    }
}

/// <summary>Balances that a grain and another module's work spend from in one transaction.</summary>
internal sealed class Purse : IStageDraft
{
    private readonly Stage stage;
    private readonly Dictionary<long, StagedRows<BalanceRow>> named = [];
    private Dictionary<long, long> booked = [];

    private Purse(Stage stage) => this.stage = stage;

    public static Purse Of(Stage stage) => stage.Draft(() => new Purse(stage));

    public void Name(long account) => named.TryAdd(account, stage.Lock<BalanceRow>([account], RowLock.Wait));

    /// <summary>Takes an amount and answers what is left.</summary>
    public long Take(long account, long amount, Rows rows)
    {
        var left = booked.TryGetValue(account, out var before) ? before : named[account].Only!.Balance;
        booked[account] = left -= amount;
        rows.Put(new BalanceRow { Id = account, Balance = left });
        return left;
    }

    public Action Save()
    {
        var saved = new Dictionary<long, long>(booked);
        return () => booked = saved;
    }
}

/// <summary>Joined work of one kind that writes its row and answers as it was told.</summary>
internal sealed class TestWork(string kind, JoinedVerdict verdict, bool runsOnRefusal = false, bool throws = false)
    : JoinedWork<CounterOutcome, string>(new(kind))
{
    public const string Keep = "tests.keep";
    public const string KeepRows = "tests.keep_rows";
    public const string Refuse = "tests.refuse";
    public const string Throws = "tests.throws";
    public const string SettleRows = "tests.settle_rows";
    public const string SettleRefuse = "tests.settle_refuse";
    public const string SettleKeep = "tests.settle_keep";

    /// <summary>Answers a decision once so and once otherwise.</summary>
    public const string Fickle = "tests.fickle";

    public static readonly Refusal Refusal = new("WORK", RefusalKind.Precondition, "The work does not want it.");

    public override bool RunsOnRefusal => runsOnRefusal;

    public static IEnumerable<IJoinedWork> All() =>
    [
        new TestWork(Keep, JoinedVerdict.Keep),
        new TestWork(KeepRows, JoinedVerdict.KeepRows),
        new TestWork(Refuse, JoinedVerdict.Refuse),
        new TestWork(Throws, JoinedVerdict.Keep, throws: true),
        new TestWork(SettleRows, JoinedVerdict.KeepRows, runsOnRefusal: true),
        new TestWork(SettleRefuse, JoinedVerdict.Refuse, runsOnRefusal: true),
        new TestWork(SettleKeep, JoinedVerdict.Keep, runsOnRefusal: true),
        new TestWork(Fickle, JoinedVerdict.KeepRows),
        new PurseWork(),
    ];

    public static JoinedCommand Command(string kind, long id) => new JoinedKind<CounterOutcome, string>(kind).Command(id, "payload");

    protected override Func<JoinedDecision<CounterOutcome>, Rows, JoinedAnswer> Stage(Stage stage, long id, string payload)
    {
        var before = stage.Read<JoinedRow>([id]);
        var asked = 0;
        return (decision, rows) =>
        {
            var repeated = decision.Decision is { Repeated: true };
            Assert.True(!repeated || before.All.Count == 1);
            if (!repeated)
            {
                rows.Append(new JoinedRow { Id = id, Text = $"{payload} {decision.Decision?.Total ?? 0}" });
            }

            if (throws)
            {
                throw new InvalidOperationException("The work has a bug.");
            }

            return new()
            {
                Verdict = Kind == Fickle && ++asked == 2 ? JoinedVerdict.Refuse : verdict,
                Refusal = verdict == JoinedVerdict.Keep ? null : decision.Refusal ?? Refusal,
                Text = repeated ? "again" : "first",
            };
        };
    }
}

/// <summary>Joined work that spends from the purse that its grain spends from too.</summary>
internal sealed class PurseWork() : JoinedWork<CounterOutcome, PurseWork.Payload>(Spend)
{
    public static readonly JoinedKind<CounterOutcome, Payload> Spend = new("tests.purse");

    protected override Func<JoinedDecision<CounterOutcome>, Rows, JoinedAnswer> Stage(Stage stage, long id, Payload payload)
    {
        var purse = Purse.Of(stage);
        purse.Name(payload.Account);
        return (_, rows) =>
        {
            var left = purse.Take(payload.Account, payload.Amount, rows);
            rows.Append(new JoinedRow { Id = id, Text = $"{left}" });
            return new()
            {
                Verdict = payload.Verdict,
                Refusal = payload.Verdict == JoinedVerdict.Keep ? null : TestWork.Refusal,
                Text = $"{left}",
            };
        };
    }

    public sealed record Payload(long Account, long Amount, JoinedVerdict Verdict);
}
