using Microsoft.Extensions.DependencyInjection;

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
{
    /// <summary>Most commands that wait for the next batch.</summary>
    public const int MaxWaiting = 16384;

    /// <summary>Most commands decided in one batch; a single larger message is one batch all the same.</summary>
    public const int MaxBatch = 1024;

    private readonly Queue<Entry> waiting = [];
    private GroupCommit commit = null!;
    private StateReader states = null!;
    private IUnits units = null!;
    private StateKey key;
    private int waitingCommands;
    private int? version;
    private bool loaded;
    private bool draining;

    /// <summary>The committed state.</summary>
    protected TState State { get; private set; } = new();

    /// <summary>Names the stored state.</summary>
    protected abstract StateKey Key { get; }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = ServiceProvider.GetRequiredService<GroupCommit>();
        states = ServiceProvider.GetRequiredService<StateReader>();
        units = ServiceProvider.GetRequiredService<IUnits>();
        key = Key;
        return base.OnActivateAsync(cancellationToken);
    }

    /// <summary>Reads what the decisions of this batch need beside the state.</summary>
    protected abstract ValueTask<TFacts> LoadAsync(IUnits reads, IReadOnlyList<TCommand> batch);

    /// <summary>
    /// Decides one command. Rows of refused commands are not written; the returned state is the draft for the next one.
    /// </summary>
    protected abstract (TState State, TOutcome Outcome) Decide(TState draft, TCommand command, TFacts facts, Rows rows);

    /// <summary>Called after a batch has become durable and <see cref="State"/> is the new state.</summary>
    protected virtual void OnCommitted()
    {
    }

    /// <summary>Takes the commands into the next batch and answers when their decisions are durable.</summary>
    /// <exception cref="StorageBusyException">Too many commands wait.</exception>
    /// <exception cref="StorageUnavailableException">The batch could not be committed, or that is not known.</exception>
    protected Task<TOutcome[]> SubmitAsync(TCommand[] commands)
    {
        ArgumentNullException.ThrowIfNull(commands);
        if (waitingCommands + commands.Length > MaxWaiting)
        {
            throw new StorageBusyException();
        }

        var entry = new Entry(commands);
        waiting.Enqueue(entry);
        waitingCommands += commands.Length;
        if (!draining)
        {
            draining = true;
            _ = DrainAsync();
        }

        return entry.Outcomes;
    }

    /// <summary>Makes sure that <see cref="State"/> is the stored state.</summary>
    protected async ValueTask LoadStateAsync()
    {
        if (loaded)
        {
            return;
        }

        var stored = await states.ReadAsync(key);
        if (loaded)
        {
            return;
        }

        version = stored.Version;
        State = stored.Payload is null ? new() : states.Deserialize<TState>(stored.Payload) ?? new();
        loaded = true;
    }

    private async Task DrainAsync()
    {
        try
        {
            while (waiting.Count > 0)
            {
                List<Entry> batch = [];
                var commands = 0;
                while (waiting.TryPeek(out var next) && (commands == 0 || commands + next.Commands.Length <= MaxBatch))
                {
                    batch.Add(waiting.Dequeue());
                    commands += next.Commands.Length;
                }

                waitingCommands -= commands;
                await RunAsync(batch);
            }
        }
        finally
        {
            draining = false;
        }
    }

    private async Task RunAsync(List<Entry> batch)
    {
        try
        {
            await LoadStateAsync();
            IReadOnlyList<TCommand> commands = batch.Count == 1
                ? batch[0].Commands
                : [.. batch.SelectMany(entry => entry.Commands)];
            var facts = await LoadAsync(units, commands);
            var outcomes = new TOutcome[commands.Count];
            var (draft, rows) = (State, new Rows());
            for (var i = 0; i < outcomes.Length; i++)
            {
                (draft, outcomes[i]) = Decide(draft, commands[i], facts, rows);
            }

            // Refusals that rest on committed state alone need no commit.
            if (rows.Count > 0 || !ReferenceEquals(draft, State))
            {
                await CommitAsync(draft, rows);
            }

            var from = 0;
            foreach (var entry in batch)
            {
                entry.Complete(outcomes.AsSpan(from, entry.Commands.Length).ToArray());
                from += entry.Commands.Length;
            }
        }
        catch (Exception exception)
        {
            foreach (var entry in batch)
            {
                entry.Fail(exception);
            }
        }
    }

    private async Task CommitAsync(TState draft, Rows rows)
    {
        switch (await commit.CommitAsync(new Batch(key, version, states.Serialize(draft), rows)))
        {
            case BatchOutcome.Committed:
                State = draft;
                version = (version ?? 0) + 1;
                OnCommitted();
                return;
            case BatchOutcome.Unknown:
                Forget();
                throw new StorageUnavailableException("The commit was sent and not answered.", outcomeUnknown: true);
            case BatchOutcome.Stale:
                Forget();
                throw new StorageUnavailableException("Another activation has decided meanwhile.");
            default:
                throw new StorageUnavailableException("The batch was rolled back.");
        }
    }

    private void Forget()
    {
        (State, version, loaded) = (new(), null, false);
        DeactivateOnIdle();
    }

    private sealed class Entry(TCommand[] commands)
    {
        private readonly TaskCompletionSource<TOutcome[]> completion =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TCommand[] Commands { get; } = commands;

        public Task<TOutcome[]> Outcomes => completion.Task;

        public void Complete(TOutcome[] outcomes) => completion.TrySetResult(outcomes);

        public void Fail(Exception exception) => completion.TrySetException(exception);
    }
}
