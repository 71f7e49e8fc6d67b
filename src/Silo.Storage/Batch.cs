namespace Silo.Storage;

/// <summary>
/// One contribution to a transaction: rows, and, of a hot grain, its state under version check.
/// </summary>
internal sealed class Batch
{
    /// <summary>A grain's state with the rows that its decisions cause.</summary>
    public Batch(StateKey key, int? expectedVersion, byte[] payload, Rows rows)
    {
        (Key, ExpectedVersion, Payload, Rows) = (key, expectedVersion, payload, rows);
    }

    /// <summary>A plain command's rows.</summary>
    public Batch(Rows rows) => (Payload, Rows) = ([], rows);

    /// <summary>Names the state; null where there is none.</summary>
    public StateKey? Key { get; }

    /// <summary>The version that the decisions were based on; null when no state is stored yet.</summary>
    public int? ExpectedVersion { get; }

    public int NewVersion => (ExpectedVersion ?? 0) + 1;

    public byte[] Payload { get; }

    public Rows Rows { get; }
}

/// <summary>How a batch ended.</summary>
internal enum BatchOutcome
{
    /// <summary>Durable.</summary>
    Committed,

    /// <summary>Another activation has written meanwhile; nothing stands.</summary>
    Stale,

    /// <summary>A unique key of an appended row is taken, or the guard of an update failed; nothing stands.</summary>
    Conflict,

    /// <summary>A row that it writes is locked elsewhere; nothing stands.</summary>
    Locked,

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

    /// <summary>Rolled back because a unique key of an appended row is taken; of which batch is not known.</summary>
    RowTaken,

    /// <summary>Rolled back because the guard of an update failed.</summary>
    GuardFailed,

    /// <summary>Rolled back because rows are locked elsewhere; whose, where that was asked for.</summary>
    RowLocked,

    /// <summary>Rolled back by an error before the commit.</summary>
    RolledBack,

    /// <summary>The commit was sent and not answered.</summary>
    Unknown,
}

/// <summary>The end of a transaction.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Written">The states that were current, where some were not.</param>
/// <param name="Guard">The guard that failed: the place of its batch, and its row.</param>
/// <param name="Locked">The places of the batches that want rows which are locked elsewhere, where that is known.</param>
/// <param name="Error">What the driver said.</param>
internal sealed record TransactionReport(
    TransactionOutcome Outcome,
    IReadOnlySet<string>? Written = null,
    FailedGuard? Guard = null,
    IReadOnlySet<int>? Locked = null,
    Exception? Error = null);

/// <summary>An update that changed nothing.</summary>
/// <param name="Batch">The place of its batch in the transaction.</param>
/// <param name="Entity">The entity of the row.</param>
/// <param name="Id">The row.</param>
internal sealed record FailedGuard(int Batch, Type Entity, long Id);

/// <summary>A state as it is stored.</summary>
internal sealed record StoredState(byte[]? Payload, int? Version)
{
    public static readonly StoredState None = new(null, null);
}
