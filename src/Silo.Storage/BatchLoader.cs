namespace Silo.Storage;

/// <summary>
/// Reads by keys, many waiting readers with one query, so that many grains that wake or decide at one moment cost a share
/// of a round trip each. While a query is under way the next one gathers; there is no timer.
/// </summary>
/// <typeparam name="TKey">What names a value.</typeparam>
/// <typeparam name="TValue">What is read.</typeparam>
public sealed class BatchLoader<TKey, TValue>
{
    /// <summary>Most keys of one query.</summary>
    public const int MaxKeys = 512;

    /// <summary>Most readers that wait for the next query.</summary>
    public const int MaxWaiting = 65_536;

    private readonly Func<IReadOnlyList<TKey>, Task<IReadOnlyList<TValue>>> read;
    private readonly Lock gate = new();
    private List<(TKey Key, TaskCompletionSource<TValue> Waiter)> waiting = [];
    private bool reading;

    /// <summary>Makes one.</summary>
    /// <param name="read">Reads the values of at most <see cref="MaxKeys"/> keys; answers one for each, in their order.</param>
    public BatchLoader(Func<IReadOnlyList<TKey>, Task<IReadOnlyList<TValue>>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        this.read = read;
    }

    /// <summary>The value of a key, as it is committed at some moment after the call.</summary>
    /// <exception cref="StorageBusyException">Too many wait.</exception>
    /// <exception cref="StorageUnavailableException">It could not be read.</exception>
    public Task<TValue> ReadAsync(TKey key)
    {
        var waiter = new TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (waiting.Count >= MaxWaiting)
            {
                throw new StorageBusyException();
            }

            waiting.Add((key, waiter));
            if (reading)
            {
                return waiter.Task;
            }

            reading = true;
        }

        _ = Task.Run(DrainAsync);
        return waiter.Task;
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            List<(TKey Key, TaskCompletionSource<TValue> Waiter)> taken;
            lock (gate)
            {
                if (waiting.Count == 0)
                {
                    reading = false;
                    return;
                }

                (taken, waiting) = (waiting, []);
            }

            foreach (var chunk in taken.Chunk(MaxKeys))
            {
                await ReadAsync(chunk);
            }
        }
    }

    private async Task ReadAsync((TKey Key, TaskCompletionSource<TValue> Waiter)[] chunk)
    {
        try
        {
            var values = await read([.. chunk.Select(c => c.Key)]);
            for (var i = 0; i < chunk.Length; i++)
            {
                chunk[i].Waiter.SetResult(values[i]);
            }
        }
        catch (Exception exception)
        {
            foreach (var (_, waiter) in chunk)
            {
                waiter.TrySetException(new StorageUnavailableException("A row could not be read.", inner: exception));
            }
        }
    }
}
