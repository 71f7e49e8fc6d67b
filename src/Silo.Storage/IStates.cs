namespace Silo.Storage;

/// <summary>Reads committed states of hot grains without waking the grains; for lists.</summary>
public interface IStates
{
    /// <summary>The states, in the order of the keys; a default instance for one that was never written.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer.</exception>
    Task<T[]> ReadManyAsync<T>(IReadOnlyList<StateKey> keys)
        where T : class, new();
}
