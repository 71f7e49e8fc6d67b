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
/// <param name="context">What every hot grain works with.</param>
public abstract partial class HotGrain<TState, TCommand, TOutcome, TFacts>(HotGrainContext context)
    : Grain, IHotGrain<TCommand, TOutcome>
    where TState : class, new()
    where TOutcome : class, IOutcome<TOutcome>
{
    /// <summary>Most commands that wait for the next batch.</summary>
    public const int MaxWaiting = 16384;

    /// <summary>Most commands of one message, and most decided in one batch.</summary>
    public const int MaxBatch = 1024;

    /// <summary>Batches that are decided on rows after a guess was wrong: then callers come again whom nobody remembers.</summary>
    private const int BatchesAfterAWrongGuess = 32;

    /// <summary>How often a command that has its transaction for itself is decided, where a key is taken meanwhile.</summary>
    private const int ExclusiveTries = 2;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private TaskCompletionSource changed = NewSignal();
    private StateKey? myKey;
    private int? version;
    private bool loaded;
    private int forgotten;
    private int batchesOnRows;

    /// <summary>The committed state.</summary>
    protected TState State { get; private set; } = new();

    /// <summary>Makes ids of rows.</summary>
    protected IdSource Ids => context.Ids;

    /// <summary>The shop's clock.</summary>
    protected ShopClock Clock => context.Clock;

    /// <summary>
    /// Whether somebody past the grain has taken a key that its last batch appends, and nothing was committed since. A
    /// grain that decides on rows without a lock may want the lock now (<see cref="Locks"/>), which is sure to come through.
    /// </summary>
    protected bool HasConflicted { get; private set; }

    /// <summary>Names the stored state.</summary>
    protected abstract StateKey Key { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="MaxBatch"/>.</exception>
    /// <exception cref="StorageBusyException">Too many commands wait.</exception>
    /// <exception cref="StorageUnavailableException">The batch could not be committed, or that is not known.</exception>
    public Task<TOutcome[]> RunAsync(TCommand[] commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(commands.Length, MaxBatch, nameof(commands));
        return commands.Length == 0 ? Task.FromResult<TOutcome[]>([]) : Enqueue(new Entry(commands, null));
    }

    /// <inheritdoc/>
    /// <exception cref="StorageBusyException">Too many commands wait.</exception>
    /// <exception cref="StorageUnavailableException">The batch could not be committed, or that is not known.</exception>
    public async Task<JoinedOutcome<TOutcome>> RunJoinedAsync(TCommand command, JoinedCommand joined)
    {
        ArgumentNullException.ThrowIfNull(joined);
        var entry = new Entry([command], joined);
        var outcomes = await Enqueue(entry);
        return new() { Outcome = outcomes[0], Answer = entry.JoinedAnswer };
    }

    /// <summary>
    /// Guesses what the decisions need, without a read. A wrong guess must make an appended row's unique key collide, or
    /// an outcome that is not <see cref="IsSure"/>: then the batch is decided again on what is read, and some after it too.
    /// </summary>
    protected virtual bool TryGuess(IReadOnlyList<TCommand> batch, out TFacts facts)
    {
        facts = default!;
        return false;
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

    /// <summary>
    /// Whether a command changes guarded rows (balances), so that its batch has a transaction for itself, which begins by
    /// locking them; see <see cref="Stage"/>. Commands without keep the single round trip.
    /// </summary>
    protected virtual bool Locks(TCommand command) => false;

    /// <summary>Names the guarded rows of a batch, and puts what holds them into the facts.</summary>
    protected virtual void Stage(Stage stage, IReadOnlyList<TCommand> batch, TFacts facts)
    {
    }

    /// <summary>
    /// Whether a row of a command is locked elsewhere, once the named rows are there. It is deferred and its neighbours are
    /// not; see <see cref="Deferral"/>.
    /// </summary>
    protected virtual bool IsHeldElsewhere(TCommand command, TFacts facts) => false;

    /// <summary>Called after a batch whose decisions all stand, with its facts as the decisions left them.</summary>
    protected virtual void Remember(TFacts facts)
    {
    }

    /// <summary>Called when the state is no longer known to be the stored one: what is remembered is not either.</summary>
    protected virtual void ForgetFacts()
    {
    }

    /// <summary>
    /// The present view, once it differs from what the caller has seen, some seconds have passed, or the node stops.
    /// </summary>
    /// <param name="view">What is shown of the committed state; null for nothing.</param>
    /// <param name="seen">The view that the caller has, or null.</param>
    protected async Task<TView?> WatchAsync<TView>(Func<TState, TView?> view, TView? seen)
        where TView : class
    {
        ArgumentNullException.ThrowIfNull(view);
        await LoadStateAsync();
        if (view(State) is { } present && present.Equals(seen))
        {
            try
            {
                await changed.Task.WaitAsync(LongestWatch, Clock.Time, context.Stopping);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                // The caller asks again; a grain that moved meanwhile is found anew by that.
            }
        }

        LeaveIfNeverWritten();
        return view(State);
    }

    /// <summary>Ends an activation of a key under which nothing was ever stored: what callers make up must not stay in memory.</summary>
    private void LeaveIfNeverWritten()
    {
        if (loaded && version is null && !draining)
        {
            DeactivateOnIdle();
        }
    }

    /// <summary>Makes sure that <see cref="State"/> is the stored state.</summary>
    protected async ValueTask LoadStateAsync()
    {
        if (loaded)
        {
            return;
        }

        var key = MyKey;
        int before;
        StoredState stored;
        do
        {
            before = forgotten;
            stored = await context.States.ReadAsync(key);
            if (loaded)
            {
                return;
            }
        }
        while (before != forgotten);

        version = stored.Version;
        State = stored.Payload is null ? new() : context.States.Deserialize<TState>(stored.Payload) ?? new();
        loaded = true;
    }

    private StateKey MyKey => myKey ??= Key;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(List<Entry> batch)
    {
        await LoadStateAsync();
        var commands = batch.Count == 1 ? batch[0].Commands : [.. batch.SelectMany(e => e.Commands)];
        var outcomes = new TOutcome[commands.Length];
        if (batch[0].Joined is not null)
        {
            await RunJoinedAsync(batch[0], commands[0], outcomes);
        }
        else if (Array.Exists(commands, Locks))
        {
            await RunLockedAsync(commands, outcomes);
        }
        else if (!await RunOnGuessAsync(commands, outcomes))
        {
            await RunOnRowsAsync(commands, outcomes);
        }

        var first = 0;
        foreach (var entry in batch)
        {
            entry.Complete(batch.Count == 1 ? outcomes : outcomes[first..(first + entry.Commands.Length)]);
            first += entry.Commands.Length;
        }
    }

    /// <summary>Decides on a guess and commits; false, and nothing stands, where there is none, or it was or may be wrong.</summary>
    private async Task<bool> RunOnGuessAsync(TCommand[] commands, TOutcome[] outcomes)
    {
        if (batchesOnRows > 0)
        {
            batchesOnRows--;
            return false;
        }

        if (!TryGuess(commands, out var guess))
        {
            return false;
        }

        var rows = new Rows();
        var draft = DecideAll(commands, guess, rows, outcomes);
        for (var i = 0; i < commands.Length; i++)
        {
            if (!IsSure(commands[i], outcomes[i], guess))
            {
                return false;
            }
        }

        BatchOutcome? ended = MustCommit(draft, rows) ? await CommitAsync(draft, rows) : null;
        if (ended == BatchOutcome.Conflict)
        {
            batchesOnRows = BatchesAfterAWrongGuess;
            return false;
        }

        if (Defer(ended, outcomes))
        {
            return true;
        }

        if (!Adopt(draft, ended))
        {
            // Only a commit proves that nobody else has decided meanwhile: what is refused without one is looked up.
            return !Array.Exists(outcomes, o => o.Refusal is not null);
        }

        Remember(guess);
        return true;
    }

    private async Task RunOnRowsAsync(TCommand[] commands, TOutcome[] outcomes)
    {
        for (var attempt = 1; ; attempt++)
        {
            var facts = await LoadAsync(context.Transactions, commands);
            var rows = new Rows();
            var draft = DecideAll(commands, facts, rows, outcomes);
            BatchOutcome? ended = MustCommit(draft, rows) ? await CommitAsync(draft, rows) : null;
            if (Defer(ended, outcomes))
            {
                return;
            }

            if (attempt == 2 || ended != BatchOutcome.Conflict)
            {
                if (Adopt(draft, ended))
                {
                    Remember(facts);
                }

                return;
            }

            // Somebody past the grain was faster with a key that this batch appends; now it is seen.
            HasConflicted = true;
            if (Array.Exists(commands, Locks))
            {
                await RunLockedAsync(commands, outcomes);
                return;
            }
        }
    }

    private async Task RunLockedAsync(TCommand[] commands, TOutcome[] outcomes)
    {
        for (var attempt = 1; ; attempt++)
        {
            var facts = await LoadAsync(context.Transactions, commands);
            var stage = context.Transactions.NewStage(isExclusive: true);
            Stage(stage, commands, facts);
            var draft = State;
            var ended = await context.Transactions.RunExclusiveAsync(stage, () =>
            {
                var rows = new Rows();
                draft = DecideAll(commands, facts, rows, outcomes);
                return MustCommit(draft, rows) ? BatchOf(draft, rows) : null;
            });
            if (Defer(ended, outcomes))
            {
                return;
            }

            if (ended != BatchOutcome.Conflict || attempt == ExclusiveTries)
            {
                if (Adopt(draft, ended))
                {
                    Remember(facts);
                }

                return;
            }
        }
    }

    private TState DecideAll(TCommand[] commands, TFacts facts, Rows rows, TOutcome[] outcomes)
    {
        var draft = State;
        for (var i = 0; i < commands.Length; i++)
        {
            if (IsHeldElsewhere(commands[i], facts))
            {
                outcomes[i] = TOutcome.Refused(Deferral.Refusal);
            }
            else
            {
                (draft, outcomes[i]) = Decide(draft, commands[i], facts, rows);
            }
        }

        return draft;
    }

    /// <summary>Whether there is something to commit: refusals alone rest on committed state.</summary>
    private bool MustCommit(TState draft, Rows rows) => !rows.IsEmpty || !ReferenceEquals(draft, State);

    private Batch BatchOf(TState draft, Rows rows) => new(MyKey, version, context.States.Serialize(draft), rows);

    private Task<BatchOutcome> CommitAsync(TState draft, Rows rows) => context.Commit.CommitAsync(BatchOf(draft, rows));

    /// <summary>Defers all commands of a batch that met a row which is locked elsewhere; nothing of it stands.</summary>
    private static bool Defer(BatchOutcome? ended, TOutcome[] outcomes)
    {
        if (ended != BatchOutcome.Locked)
        {
            return false;
        }

        Array.Fill(outcomes, TOutcome.Refused(Deferral.Refusal));
        return true;
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
                HasConflicted = false;
                var signal = changed;
                changed = NewSignal();
                signal.TrySetResult();
                return true;
            case BatchOutcome.Unknown:
                Forget();
                throw new StorageUnavailableException("The commit was sent and not answered.", outcomeUnknown: true);
            case BatchOutcome.Stale or BatchOutcome.Conflict:
                Forget();
                throw new StorageUnavailableException("Another activation has decided meanwhile.");
            default:
                throw new StorageUnavailableException("The batch was rolled back.");
        }
    }

    private void Forget()
    {
        (State, version, loaded, forgotten, HasConflicted) = (new(), null, false, forgotten + 1, false);
        ForgetFacts();
        DeactivateOnIdle();
    }
}
