using Microsoft.Extensions.DependencyInjection;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// A grain whose state is contended. It gathers concurrent commands, decides them in order on a draft, and commits the
/// draft and every row that the decisions cause in one transaction; only then are the callers answered, each exactly
/// once and with its own outcome. One batch is under way at a time while the next one gathers.
/// </summary>
/// <typeparam name="TState">The immutable state; a default instance is a grain that was never written.</typeparam>
/// <typeparam name="TCommand">What callers ask.</typeparam>
/// <typeparam name="TOutcome">What they are told.</typeparam>
/// <typeparam name="TFacts">What the decisions of a batch need beside the state, read once per batch.</typeparam>
public abstract class HotGrain<TState, TCommand, TOutcome, TFacts> : Grain
    where TState : class, new()
    where TOutcome : class
{
    /// <summary>Most commands that wait for the next batch.</summary>
    public const int MaxWaiting = 16384;

    /// <summary>Most commands of one message, and most decided in one batch.</summary>
    public const int MaxBatch = 1024;

    private readonly Queue<Entry> waiting = [];
    private GroupCommit commit = null!;
    private HotUnits hotUnits = null!;
    private StateReader states = null!;
    private IUnits units = null!;
    private TimeProvider time = null!;
    private StateKey key;
    private int? version;
    private int waitingCommands;
    private bool loaded;
    private int forgotten;
    private bool draining;

    /// <summary>The committed state.</summary>
    protected TState State { get; private set; } = new();

    /// <summary>Names the stored state.</summary>
    protected abstract StateKey Key { get; }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = ServiceProvider.GetRequiredService<GroupCommit>();
        hotUnits = ServiceProvider.GetRequiredService<HotUnits>();
        states = ServiceProvider.GetRequiredService<StateReader>();
        units = ServiceProvider.GetRequiredService<IUnits>();
        time = ServiceProvider.GetRequiredService<ShopClock>().Time;
        key = Key;
        return base.OnActivateAsync(cancellationToken);
    }

    /// <summary>
    /// Guesses what the decisions need, without a read. A wrong guess must make an appended row's unique key collide, or
    /// an outcome that is not <see cref="IsSure"/>: then the batch is decided again on what is read.
    /// </summary>
    protected virtual bool TryGuess(IReadOnlyList<TCommand> batch, out TFacts facts)
    {
        facts = default!;
        return false;
    }

    /// <summary>Called when a guess has collided, before the batch is decided again.</summary>
    protected virtual void OnWrongGuess()
    {
    }

    /// <summary>
    /// Called when somebody past the grain has taken a key that a batch appends, before the batch is decided again. A
    /// grain that decides on rows without a lock may want the lock now (<see cref="Locks"/>), which is sure to come through.
    /// </summary>
    protected virtual void OnRowTaken()
    {
    }

    /// <summary>Whether an outcome that was decided on a guess needs nothing but the commit to be right.</summary>
    protected virtual bool IsSure(TCommand command, TOutcome outcome, TFacts facts) => true;

    /// <summary>Reads what the decisions of this batch need beside the state.</summary>
    protected abstract ValueTask<TFacts> LoadAsync(IUnits reads, IReadOnlyList<TCommand> batch);

    /// <summary>
    /// Decides one command, purely: the returned state is the draft for the next one, and a refused command adds no
    /// row. It may run off the grain's thread, so it reads nothing of the grain that changes.
    /// </summary>
    protected abstract (TState State, TOutcome Outcome) Decide(TState draft, TCommand command, TFacts facts, Rows rows);

    /// <summary>The refusal in an outcome, or null.</summary>
    protected abstract Refusal? RefusalOf(TOutcome outcome);

    /// <summary>
    /// Whether a command changes guarded rows (balances), so that its batch begins by locking them; see
    /// <see cref="LockAsync"/>. Commands without keep the single round trip.
    /// </summary>
    protected virtual bool Locks(TCommand command) => false;

    /// <summary>
    /// Locks the guarded rows of a batch inside its transaction (<see cref="Unit.LockAsync"/>), puts their values into
    /// the facts, and names the commands whose rows are locked elsewhere; those are put off.
    /// </summary>
    protected virtual Task<IReadOnlySet<TCommand>> LockAsync(Unit unit, IReadOnlyList<TCommand> batch, TFacts facts) =>
        Task.FromResult<IReadOnlySet<TCommand>>(new HashSet<TCommand>());

    /// <summary>
    /// The outcome of a command whose rows are locked elsewhere: nothing was decided, and the caller sends it again after
    /// a pause (<see cref="Pauses"/>). It is answered at once, so that its neighbours do not wait for it.
    /// </summary>
    protected virtual TOutcome PutOff => throw new NotSupportedException($"{GetType().Name} puts no command off.");

    /// <summary>Called after a batch has become durable and <see cref="State"/> is the new state.</summary>
    protected virtual void OnCommitted()
    {
    }

    /// <summary>Called after a batch whose decisions all stand, with its facts as the decisions left them.</summary>
    protected virtual void Remember(TFacts facts)
    {
    }

    /// <summary>Called when the state is no longer known to be the stored one: what is remembered is not either.</summary>
    protected virtual void ForgetFacts()
    {
    }

    /// <summary>
    /// Takes the commands into one batch and answers when their decisions are durable. They are never spread over two, so
    /// that they stand or fail together.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="MaxBatch"/>.</exception>
    /// <exception cref="StorageBusyException">Too many commands wait.</exception>
    /// <exception cref="StorageUnavailableException">The batch could not be committed, or that is not known.</exception>
    protected Task<TOutcome[]> SubmitAsync(TCommand[] commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(commands.Length, MaxBatch, nameof(commands));
        return commands.Length == 0 ? Task.FromResult<TOutcome[]>([]) : Enqueue(new Entry(commands, null));
    }

    /// <summary>
    /// Decides a command together with another module's work, in a transaction that holds nothing else: the work sees
    /// the decision and says what stands. See <see cref="IJoinedWork"/>. Where a row of the command is locked elsewhere it
    /// is tried again after pauses.
    /// </summary>
    /// <exception cref="StorageBusyException">Too many commands wait.</exception>
    /// <exception cref="StorageUnavailableException">The batch could not be committed, or that is not known.</exception>
    protected async Task<JoinedOutcome<TOutcome>> SubmitJoinedAsync(TCommand command, JoinedCommand joined)
    {
        var entry = new Entry([command], joined);
        var outcomes = await Enqueue(entry);
        foreach (var pause in Pauses.OfAPutOffCommand)
        {
            if (!entry.IsPutOff)
            {
                break;
            }

            await Task.Delay(pause, time);
            entry = new Entry([command], joined);
            outcomes = await Enqueue(entry);
        }

        return new() { Outcome = outcomes[0], Answer = entry.JoinedAnswer };
    }

    /// <summary>Makes sure that <see cref="State"/> is the stored state.</summary>
    protected async ValueTask LoadStateAsync()
    {
        if (loaded)
        {
            return;
        }

        int before;
        StoredState stored;
        do
        {
            before = forgotten;
            stored = await states.ReadAsync(key);
            if (loaded)
            {
                return;
            }
        }
        while (before != forgotten);

        version = stored.Version;
        State = stored.Payload is null ? new() : states.Deserialize<TState>(stored.Payload) ?? new();
        loaded = true;
    }

    /// <summary>
    /// Has the activation end where nothing is stored and nobody writes, for a read that has found nothing: what callers
    /// make up must not stay in memory.
    /// </summary>
    protected void LeaveIfNeverWritten()
    {
        if (loaded && version is null && !draining)
        {
            DeactivateOnIdle();
        }
    }

    private Task<TOutcome[]> Enqueue(Entry entry)
    {
        if (waitingCommands + entry.Commands.Length > MaxWaiting)
        {
            throw new StorageBusyException();
        }

        waiting.Enqueue(entry);
        waitingCommands += entry.Commands.Length;
        if (!draining)
        {
            draining = true;
            _ = DrainAsync();
        }

        return entry.Outcomes;
    }

    private async Task DrainAsync()
    {
        List<Entry> batch = [];
        while (waiting.Count > 0)
        {
            TakeBatch(batch);
            try
            {
                await RunAsync(batch);
            }
            catch (Exception exception)
            {
                foreach (var entry in batch)
                {
                    entry.Fail(exception);
                }
            }
        }

        draining = false;
    }

    /// <summary>Takes whole messages, as many as fit; a joined command is alone.</summary>
    private void TakeBatch(List<Entry> batch)
    {
        batch.Clear();
        var commands = 0;
        do
        {
            var entry = waiting.Dequeue();
            batch.Add(entry);
            commands += entry.Commands.Length;
        }
        while (batch[0].Joined is null && waiting.TryPeek(out var next) && next.Joined is null
            && commands + next.Commands.Length <= MaxBatch);
        waitingCommands -= commands;
    }

    private async Task RunAsync(List<Entry> batch)
    {
        await LoadStateAsync();
        var commands = batch.Count == 1 ? batch[0].Commands : [.. batch.SelectMany(e => e.Commands)];
        var outcomes = new TOutcome?[commands.Length];
        if (batch[0].Joined is { } joined)
        {
            await RunJoinedAsync(batch[0], joined, commands[0], await LoadAsync(units, commands), outcomes);
            batch[0].IsPutOff = outcomes[0] is null;
        }
        else if (Array.Exists(commands, Locks))
        {
            await RunLockedAsync(commands, await LoadAsync(units, commands), outcomes);
        }
        else if (!TryGuess(commands, out var guess) || !await RunOnGuessAsync(commands, guess, outcomes))
        {
            await RunWithoutLocksAsync(commands, outcomes);
        }

        var first = 0;
        foreach (var entry in batch)
        {
            entry.Complete(Array.ConvertAll(outcomes[first..(first + entry.Commands.Length)], o => o ?? PutOff));
            first += entry.Commands.Length;
        }
    }

    private async Task RunWithoutLocksAsync(TCommand[] commands, TOutcome?[] outcomes)
    {
        for (var taken = false; ; taken = true)
        {
            var facts = await LoadAsync(units, commands);
            var (draft, rows) = DecideAll(commands, facts, outcomes);
            BatchOutcome? ended = MustCommit(draft, rows) ? await CommitAsync(draft, rows) : null;
            if (taken || ended != BatchOutcome.RowTaken)
            {
                if (Adopt(draft, ended))
                {
                    Remember(facts);
                }

                return;
            }

            // Somebody past the grain was faster with a key that this batch appends; now it is seen.
            OnRowTaken();
            if (Array.Exists(commands, Locks))
            {
                await RunLockedAsync(commands, await LoadAsync(units, commands), outcomes);
                return;
            }
        }
    }

    /// <summary>Decides on a guess and commits; false, and nothing stands, where the guess was wrong or may be.</summary>
    private async Task<bool> RunOnGuessAsync(TCommand[] commands, TFacts guess, TOutcome?[] outcomes)
    {
        var (draft, rows) = DecideAll(commands, guess, outcomes);
        for (var i = 0; i < commands.Length; i++)
        {
            if (!IsSure(commands[i], outcomes[i]!, guess))
            {
                return false;
            }
        }

        BatchOutcome? ended = MustCommit(draft, rows) ? await CommitAsync(draft, rows) : null;
        if (ended == BatchOutcome.RowTaken)
        {
            OnWrongGuess();
            return false;
        }

        if (!Adopt(draft, ended))
        {
            // Only a commit proves that nobody else has decided meanwhile: what is refused without one is looked up.
            return !Array.Exists(outcomes, o => RefusalOf(o!) is not null);
        }

        Remember(guess);
        return true;
    }

    /// <summary>Whether there is something to commit: refusals alone rest on committed state.</summary>
    private bool MustCommit(TState draft, Rows rows) => rows.Count > 0 || !ReferenceEquals(draft, State);

    private Task<BatchOutcome> CommitAsync(TState draft, Rows rows) =>
        commit.CommitAsync(new Batch(key, version, states.Serialize(draft), rows));

    private (TState Draft, Rows Rows) DecideAll(TCommand[] commands, TFacts facts, TOutcome?[] outcomes)
    {
        var rows = new Rows();
        return (DecideAll(commands, facts, rows, outcomes, put: null), rows);
    }

    private TState DecideAll(
        TCommand[] commands, TFacts facts, Rows rows, TOutcome?[] outcomes, IReadOnlySet<TCommand>? put)
    {
        var draft = State;
        for (var i = 0; i < commands.Length; i++)
        {
            outcomes[i] = null;
            if (put is null || !put.Contains(commands[i]))
            {
                (draft, outcomes[i]) = Decide(draft, commands[i], facts, rows);
            }
        }

        return draft;
    }

    private async Task RunLockedAsync(TCommand[] commands, TFacts facts, TOutcome?[] outcomes)
    {
        var draft = State;
        var outcome = await hotUnits.RunAsync(async unit =>
        {
            var elsewhere = await LockAsync(unit, commands, facts);
            var rows = new Rows();
            draft = DecideAll(commands, facts, rows, outcomes, elsewhere);
            return MustCommit(draft, rows) ? new Batch(key, version, states.Serialize(draft), rows) : null;
        });
        if (Adopt(draft, outcome))
        {
            Remember(facts);
        }
    }

    private async Task RunJoinedAsync(
        Entry entry, JoinedCommand joined, TCommand command, TFacts facts, TOutcome?[] outcomes)
    {
        var work = hotUnits.WorkOf(joined.Kind);
        var (kept, keep) = (State, false);
        var outcome = await hotUnits.RunAsync(async unit =>
        {
            if (Locks(command) && (await LockAsync(unit, [command], facts)).Contains(command))
            {
                return null;
            }

            var rows = new Rows();
            var (draft, decision) = Decide(State, command, facts, rows);
            outcomes[0] = decision;
            var refusal = RefusalOf(decision);
            if (refusal is not null && !work.RunsOnRefusal)
            {
                return null;
            }

            var answer = await work.RunAsync(unit, joined, new JoinedDecision(decision, refusal));
            entry.JoinedAnswer = answer;
            if (answer.Verdict == JoinedVerdict.Refuse)
            {
                return null;
            }

            if (refusal is not null && answer.Verdict == JoinedVerdict.Keep)
            {
                throw new InvalidOperationException($"{joined.Kind} may not keep a refused decision.");
            }

            // The version is written also where the draft is undone: it is what refuses a second activation.
            keep = answer.Verdict == JoinedVerdict.Keep;
            kept = keep ? draft : State;
            return new Batch(key, version, states.Serialize(kept), keep ? rows : new Rows());
        });
        if (Adopt(kept, outcome) && keep)
        {
            Remember(facts);
        }
    }

    /// <summary>Makes a committed draft the state; false where there was nothing to commit.</summary>
    /// <exception cref="StorageUnavailableException">It was not committed, or that is not known.</exception>
    private bool Adopt(TState draft, BatchOutcome? ended)
    {
        switch (ended)
        {
            case null:
                return false;
            case BatchOutcome.Committed:
                State = draft;
                version = (version ?? 0) + 1;
                OnCommitted();
                return true;
            case BatchOutcome.Unknown:
                Forget();
                throw new StorageUnavailableException("The commit was sent and not answered.", outcomeUnknown: true);
            case BatchOutcome.Stale or BatchOutcome.RowTaken:
                Forget();
                throw new StorageUnavailableException("Another activation has decided meanwhile.");
            default:
                throw new StorageUnavailableException("The batch was rolled back.");
        }
    }

    private void Forget()
    {
        (State, version, loaded, forgotten) = (new(), null, false, forgotten + 1);
        ForgetFacts();
        DeactivateOnIdle();
    }

    /// <summary>One message's commands; completed exactly once.</summary>
    private sealed class Entry(TCommand[] commands, JoinedCommand? joined)
    {
        // Completed and awaited on the grain's own scheduler, where what follows may run at once.
        private readonly TaskCompletionSource<TOutcome[]> completion = new();

        public TCommand[] Commands { get; } = commands;

        public JoinedCommand? Joined { get; } = joined;

        public JoinedAnswer? JoinedAnswer { get; set; }

        public bool IsPutOff { get; set; }

        public Task<TOutcome[]> Outcomes => completion.Task;

        public void Complete(TOutcome[] outcomes) => completion.TrySetResult(outcomes);

        public void Fail(Exception exception) => completion.TrySetException(exception);
    }
}

/// <summary>How long who was put off waits.</summary>
public static class Pauses
{
    /// <summary>
    /// Before each further try of a command whose rows were locked elsewhere: doubling from 10 ms, 1.3 s together. After
    /// the last one the caller is told that the store is not available.
    /// </summary>
    public static readonly IReadOnlyList<TimeSpan> OfAPutOffCommand =
        [.. Enumerable.Range(0, 7).Select(i => TimeSpan.FromMilliseconds(10 << i))];
}
