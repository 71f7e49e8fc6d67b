namespace Silo.Storage;

/// <summary>
/// The store did not take the work now. When <see cref="OutcomeUnknown"/> is set, a commit was sent and not answered:
/// a retry with the same request id gets the first answer. The edge answers UNAVAILABLE.
/// </summary>
[GenerateSerializer, Alias("silo.storage.StorageUnavailableException")]
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    public StorageUnavailableException(string message, bool outcomeUnknown = false, Exception? inner = null)
        : base(message, inner) => OutcomeUnknown = outcomeUnknown;

    /// <summary>Whether the work may have been committed all the same.</summary>
    [Id(0)]
    public bool OutcomeUnknown { get; private set; }
}

/// <summary>A bounded queue in front of the store is full. The edge answers RESOURCE_EXHAUSTED.</summary>
[GenerateSerializer, Alias("silo.storage.StorageBusyException")]
public sealed class StorageBusyException() : Exception("A queue in front of the store is full.");

/// <summary>A unit was rolled back because a unique key is taken: of two at once with one request id, the second.</summary>
public sealed class UniqueKeyTakenException(Exception inner) : Exception("A unique key is taken.", inner);
