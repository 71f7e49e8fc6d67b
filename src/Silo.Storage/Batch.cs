namespace Silo.Storage;

/// <summary>One grain's contribution to a transaction: its state under version check, and rows.</summary>
internal sealed class Batch(StateKey key, int? expectedVersion, byte[] payload, Rows rows)
{
    public StateKey Key { get; } = key;

    /// <summary>The version that the decisions were based on; null when no state is stored yet.</summary>
    public int? ExpectedVersion { get; } = expectedVersion;

    public int NewVersion => (ExpectedVersion ?? 0) + 1;

    public byte[] Payload { get; } = payload;

    public Rows Rows { get; } = rows;
}

/// <summary>How a batch ended.</summary>
internal enum BatchOutcome
{
    /// <summary>Durable.</summary>
    Committed,

    /// <summary>Another activation has written meanwhile; nothing stands.</summary>
    Stale,

    /// <summary>A unique key of an appended row is taken; nothing stands.</summary>
    RowTaken,

    /// <summary>Rolled back for certain, twice.</summary>
    Failed,

    /// <summary>The commit was sent and not answered.</summary>
    Unknown,
}

/// <summary>How a transaction of several batches ended.</summary>
internal enum TransactionOutcome
{
    Committed,

    /// <summary>Rolled back because some states were stale.</summary>
    StaleStates,

    /// <summary>Rolled back because a unique key of an appended row is taken; by which batch is not known.</summary>
    RowTaken,

    /// <summary>Rolled back by an error before the commit.</summary>
    RolledBack,

    /// <summary>The commit was sent and not answered.</summary>
    Unknown,
}

/// <summary>The end of a transaction; <paramref name="Written"/> names the states that were current, where some were not.</summary>
internal sealed record TransactionReport(
    TransactionOutcome Outcome, IReadOnlySet<string>? Written = null, Exception? Error = null);

/// <summary>A state as it is stored.</summary>
internal sealed record StoredState(byte[]? Payload, int? Version)
{
    public static readonly StoredState None = new(null, null);
}
