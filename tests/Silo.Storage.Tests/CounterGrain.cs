using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Orleans.Concurrency;
using Silo.Kernel;

namespace Silo.Storage.Tests;

/// <summary>A hot grain that adds up; every accepted command is a row.</summary>
[Alias("silo.tests.ICounterGrain")]
internal interface ICounterGrain : IGrainWithIntegerKey
{
    [Alias("Run"), AlwaysInterleave]
    Task<CounterOutcome[]> RunAsync([Immutable] CounterCommand[] commands);

    [Alias("RunJoined"), AlwaysInterleave]
    Task<JoinedOutcome<CounterOutcome>> RunJoinedAsync([Immutable] CounterCommand command, [Immutable] JoinedCommand joined);

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
}

[GenerateSerializer, Immutable, Alias("silo.tests.CounterOutcome")]
internal sealed record CounterOutcome
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

    /// <summary>The balances that the batch has locked.</summary>
    public Dictionary<long, long> Balances { get; } = [];
}

internal static class CounterRefusals
{
    public static readonly Refusal Held = new("HELD", RefusalKind.Unavailable, "The balance is locked elsewhere.");
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

    /// <summary>Runs when the facts of a batch have been read.</summary>
    public Func<Task>? AfterLoad { get; set; }

    /// <summary>Runs when somebody is about to view a grain.</summary>
    public Action? Viewing { get; set; }

    /// <summary>Runs when rows are about to be locked.</summary>
    public Action? BeforeLock { get; set; }

    /// <summary>Set by a test, completed by the grain when all calls of one <c>RunCallsAsync</c> are made.</summary>
    public TaskCompletionSource CallsMade { get; set; } = new();

    public void Clear()
    {
        CallsMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (Guesses, AfterLoad, BeforeLock, Viewing) = (false, null, null, null);
        Batches.Clear();
        LockTries.Clear();
    }
}

[GrainType("silo.tests.counter")]
internal sealed class CounterGrain(IdSource ids, Probe probe)
    : HotGrain<CounterState, CounterCommand, CounterOutcome, CounterFacts>, ICounterGrain
{
    private readonly Guid activation = Guid.NewGuid();

    protected override StateKey Key => CounterState.KeyOf(this.GetPrimaryKeyLong());

    public Task<CounterOutcome[]> RunAsync(CounterCommand[] commands) => SubmitAsync(commands);

    public Task<JoinedOutcome<CounterOutcome>> RunJoinedAsync(CounterCommand command, JoinedCommand joined) =>
        SubmitJoinedAsync(command, joined);

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
        return new(State.Total, State.Count, activation);
    }

    protected override bool TryGuess(IReadOnlyList<CounterCommand> batch, out CounterFacts facts)
    {
        facts = new() { Answered = [] };
        return probe.Guesses;
    }

    protected override async ValueTask<CounterFacts> LoadAsync(IUnits reads, IReadOnlyList<CounterCommand> batch)
    {
        var id = this.GetPrimaryKeyLong();
        probe.Batches.Enqueue((id, batch.Count));
        var requests = batch.Select(c => c.RequestId).ToArray();
        var rows = await reads.ReadAsync(
            r => r.Query<EntryRow>().Where(e => e.GrainId == id && requests.Contains(e.RequestId)).ToListAsync(),
            CancellationToken.None);
        await (probe.AfterLoad?.Invoke() ?? Task.CompletedTask);
        return new() { Answered = rows.ToDictionary(r => r.RequestId, r => r.TotalAfter) };
    }

    protected override CounterOutcome PutOff => new() { RequestId = "", Refusal = CounterRefusals.Held };

    protected override bool Locks(CounterCommand command) => command.Account != 0;

    protected override async Task<IReadOnlySet<CounterCommand>> LockAsync(
        Unit unit, IReadOnlyList<CounterCommand> batch, CounterFacts facts)
    {
        probe.BeforeLock?.Invoke();
        var accounts = batch.Where(c => c.Account != 0).Select(c => c.Account).Distinct().ToArray();
        foreach (var account in accounts)
        {
            probe.LockTries.AddOrUpdate(account, 1, (_, tries) => tries + 1);
        }

        var locked = await unit.LockAsync<BalanceRow>(accounts, wait: false, CancellationToken.None);
        foreach (var (id, row) in locked)
        {
            facts.Balances[id] = row.Balance;
        }

        return batch.Where(c => c.Account != 0 && !locked.ContainsKey(c.Account)).ToHashSet();
    }

    protected override (CounterState State, CounterOutcome Outcome) Decide(
        CounterState draft, CounterCommand command, CounterFacts facts, Rows rows)
    {
        var outcome = new CounterOutcome { RequestId = command.RequestId };
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
            var left = facts.Balances[command.Account] - command.Amount;
            if (left < 0)
            {
                return (draft, outcome with { Refusal = CounterRefusals.Poor });
            }

            facts.Balances[command.Account] = left;
            rows.Put(new BalanceRow { Id = command.Account, Balance = left });
        }

        var next = draft with { Total = draft.Total + command.Amount, Count = draft.Count + 1 };
        facts.Answered[command.RequestId] = next.Total;
        rows.Append(new EntryRow
        {
            Id = ids.Next(),
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
                    ? [(await SubmitJoinedAsync(call.Commands[0], joined)).Outcome]
                    : await SubmitAsync(call.Commands),
            };
        }
        catch (Exception exception) when (exception is StorageUnavailableException or StorageBusyException)
        {
            return new() { Failure = exception };
        }
    }

    protected override Refusal? RefusalOf(CounterOutcome outcome) => outcome.Refusal;
}

/// <summary>Joined work of one kind that writes its row and answers as it was told.</summary>
internal sealed class TestWork(string kind, JoinedVerdict verdict, bool runsOnRefusal = false, bool throws = false) : IJoinedWork
{
    public const string Keep = "tests.keep";
    public const string KeepRows = "tests.keep_rows";
    public const string Refuse = "tests.refuse";
    public const string Throws = "tests.throws";
    public const string SettleRows = "tests.settle_rows";
    public const string SettleRefuse = "tests.settle_refuse";
    public const string SettleKeep = "tests.settle_keep";

    public static readonly Refusal Refusal = new("WORK", RefusalKind.Precondition, "The work does not want it.");

    public string Kind => kind;

    public bool RunsOnRefusal => runsOnRefusal;

    public static IEnumerable<IJoinedWork> All() =>
    [
        new TestWork(Keep, JoinedVerdict.Keep),
        new TestWork(KeepRows, JoinedVerdict.KeepRows),
        new TestWork(Refuse, JoinedVerdict.Refuse),
        new TestWork(Throws, JoinedVerdict.Keep, throws: true),
        new TestWork(SettleRows, JoinedVerdict.KeepRows, runsOnRefusal: true),
        new TestWork(SettleRefuse, JoinedVerdict.Refuse, runsOnRefusal: true),
        new TestWork(SettleKeep, JoinedVerdict.Keep, runsOnRefusal: true),
    ];

    public async Task<JoinedAnswer> RunAsync(Unit unit, JoinedCommand command, JoinedDecision decision)
    {
        var outcome = (CounterOutcome)decision.Outcome;
        if (!outcome.Repeated)
        {
            unit.Set<JoinedRow>().Add(new JoinedRow { Id = command.Id, Text = $"{command.Payload} {outcome.Total}" });
            await unit.SaveAsync(CancellationToken.None);
        }

        if (throws)
        {
            throw new InvalidOperationException("The work has a bug.");
        }

        return new()
        {
            Verdict = verdict,
            Refusal = verdict == JoinedVerdict.Keep ? null : decision.Refusal ?? Refusal,
            Text = outcome.Repeated ? "again" : "first",
        };
    }
}
