using Orleans.Serialization;
using Orleans.Storage;

namespace Silo.Storage;

/// <summary>
/// Reads stored states, many waiting readers with one query, so that cold grains cost a share of a round trip each.
/// </summary>
internal sealed class StateReader(IStore store, Serializer serializer, CommitFaults faults) : IStates
{
    private const int MaxKeys = 512;
    private readonly OrleansGrainStorageSerializer format = new(serializer);
    private readonly Lock gate = new();
    private List<(StateKey Key, TaskCompletionSource<StoredState> Waiter)> waiting = [];
    private bool reading;

    public byte[] Serialize<T>(T state) => format.Serialize(state).ToArray();

    public T? Deserialize<T>(byte[] payload) => format.Deserialize<T>(new BinaryData(payload));

    public async Task<T[]> ReadManyAsync<T>(IReadOnlyList<StateKey> keys)
        where T : class, new()
    {
        var stored = await Task.WhenAll(keys.Select(ReadAsync));
        return [.. stored.Select(s => s.Payload is null ? new T() : Deserialize<T>(s.Payload) ?? new T())];
    }

    public Task<StoredState> ReadAsync(StateKey key)
    {
        var waiter = new TaskCompletionSource<StoredState>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
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
            List<(StateKey Key, TaskCompletionSource<StoredState> Waiter)> taken;
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
                try
                {
                    var states = await store.ReadStatesAsync([.. chunk.Select(c => c.Key)], CancellationToken.None);
                    await (faults.AfterStateRead?.Invoke() ?? Task.CompletedTask);
                    for (var i = 0; i < chunk.Length; i++)
                    {
                        chunk[i].Waiter.SetResult(states[i]);
                    }
                }
                catch (Exception exception)
                {
                    foreach (var (_, waiter) in chunk)
                    {
                        waiter.TrySetException(new StorageUnavailableException("A state could not be read.", inner: exception));
                    }
                }
            }
        }
    }
}
