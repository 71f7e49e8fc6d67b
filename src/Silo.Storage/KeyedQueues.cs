namespace Silo.Storage;

/// <summary>
/// Queues before what many want at once: a row that they lock, or a caller who sends much. A few of one key are at work; the
/// others wait here, in turn and without a connection, so that they are in nobody else's way.
/// </summary>
/// <typeparam name="TKey">What is wanted.</typeparam>
/// <param name="atOnce">Most of one key at work.</param>
/// <param name="maxWaiting">Most of one key who wait.</param>
/// <param name="longestWait">How long one waits in all.</param>
/// <param name="time">For the wait.</param>
internal sealed class KeyedQueues<TKey>(int atOnce, int maxWaiting, TimeSpan longestWait, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Queue> queues = [];

    /// <summary>How many keys have somebody at work.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return queues.Count;
            }
        }
    }

    /// <summary>Runs the work when each of the keys has a place for it.</summary>
    /// <param name="keys">The keys, each once, in an order that all callers keep.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="StorageBusyException">Too many wait, or its turn did not come in time; nothing was begun.</exception>
    public async Task<T> RunAsync<T>(IReadOnlyList<TKey> keys, Func<Task<T>> work)
    {
        if (keys.Count == 0)
        {
            return await work();
        }

        var entered = 0;
        try
        {
            CancellationTokenSource? limit = null;
            try
            {
                for (; entered < keys.Count; entered++)
                {
                    if (!TryEnter(keys[entered], out var turn))
                    {
                        limit ??= new CancellationTokenSource(longestWait, time);
                        await WaitAsync(keys[entered], turn, limit.Token);
                    }
                }
            }
            finally
            {
                limit?.Dispose();
            }

            return await work();
        }
        finally
        {
            while (entered > 0)
            {
                Leave(keys[--entered]);
            }
        }
    }

    /// <summary>Takes a place, or the end of the queue.</summary>
    /// <exception cref="StorageBusyException">Too many wait.</exception>
    private bool TryEnter(TKey key, out TaskCompletionSource turn)
    {
        turn = null!;
        lock (gate)
        {
            if (!queues.TryGetValue(key, out var queue))
            {
                queues[key] = queue = new();
            }

            if (queue.Inside < atOnce)
            {
                queue.Inside++;
                return true;
            }

            if (queue.Waiting.Count >= maxWaiting)
            {
                throw new StorageBusyException();
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Waiting.AddLast(turn);
            return false;
        }
    }

    private async Task WaitAsync(TKey key, TaskCompletionSource turn, CancellationToken cancellation)
    {
        await using var late = cancellation.Register(() =>
        {
            lock (gate)
            {
                // Where it waits no more, its turn has just come.
                if (queues.TryGetValue(key, out var queue) && queue.Waiting.Remove(turn))
                {
                    turn.SetException(new StorageBusyException());
                }
            }
        });
        await turn.Task;
    }

    /// <summary>Hands the place to whoever has waited longest.</summary>
    private void Leave(TKey key)
    {
        lock (gate)
        {
            var queue = queues[key];
            if (queue.Waiting.First is { } next)
            {
                queue.Waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else if (--queue.Inside == 0)
            {
                queues.Remove(key);
            }
        }
    }

    private sealed class Queue
    {
        public int Inside { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];
    }
}
