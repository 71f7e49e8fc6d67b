namespace Silo.Storage;

/// <content>The commands that wait, and how they become batches.</content>
public abstract partial class HotGrain<TState, TCommand, TOutcome, TFacts>
{
    private readonly Queue<Entry> waiting = [];
    private int waitingCommands;
    private bool draining;

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
        LeaveIfNeverWritten();
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

    /// <summary>One message's commands; completed exactly once.</summary>
    private sealed class Entry(TCommand[] commands, JoinedCommand? joined)
    {
        // Completed and awaited on the grain's own scheduler, where what follows may run at once.
        private readonly TaskCompletionSource<TOutcome[]> completion = new();

        public TCommand[] Commands { get; } = commands;

        public JoinedCommand? Joined { get; } = joined;

        public JoinedAnswer? JoinedAnswer { get; set; }

        public Task<TOutcome[]> Outcomes => completion.Task;

        public void Complete(TOutcome[] outcomes) => completion.TrySetResult(outcomes);

        public void Fail(Exception exception) => completion.TrySetException(exception);
    }
}
