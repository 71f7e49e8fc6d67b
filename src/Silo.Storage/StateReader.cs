using Orleans.Serialization;
using Orleans.Storage;

namespace Silo.Storage;

/// <summary>Reads stored states, so that cold grains cost a share of a round trip each.</summary>
internal sealed class StateReader(IStore store, Serializer serializer, CommitFaults faults) : IStates
{
    private readonly OrleansGrainStorageSerializer format = new(serializer);
    private readonly BatchLoader<StateKey, StoredState> reads = new(
        async keys =>
        {
            var states = await store.ReadStatesAsync(keys, CancellationToken.None);
            await (faults.AfterStateRead?.Invoke() ?? Task.CompletedTask);
            return states;
        });

    public byte[] Serialize<T>(T state) => format.Serialize(state).ToArray();

    public T? Deserialize<T>(byte[] payload) => format.Deserialize<T>(new BinaryData(payload));

    public async Task<T[]> ReadManyAsync<T>(IReadOnlyList<StateKey> keys)
        where T : class, new()
    {
        var stored = await Task.WhenAll(keys.Select(ReadAsync));
        return [.. stored.Select(s => s.Payload is null ? new T() : Deserialize<T>(s.Payload) ?? new T())];
    }

    public Task<StoredState> ReadAsync(StateKey key) => reads.ReadAsync(key);
}
