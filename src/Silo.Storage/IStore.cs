namespace Silo.Storage;

/// <summary>What differs between the databases.</summary>
internal interface IStore : IAsyncDisposable
{
    /// <summary>How many transactions of the group commit may be under way at once.</summary>
    int CommitLanes { get; }

    /// <summary>Applies the migrations; safe against a second process and after a kill in the middle.</summary>
    Task MigrateAsync(CancellationToken cancellation);

    /// <summary>Says what makes an acknowledged commit unsafe, or null.</summary>
    Task<string?> WeakDurabilityAsync(CancellationToken cancellation);

    /// <summary>Asks the database for the time; the embedded one has this process's clock.</summary>
    Task<ClockReading> ReadClockAsync(CancellationToken cancellation);

    /// <summary>
    /// Runs the work as <see cref="WriteAsync"/> does, on a connection that no shopper's call can take: for what keeps the
    /// node alive.
    /// </summary>
    Task<T> KeepAliveAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation);

    /// <summary>
    /// Commits all batches in one transaction, or none of them. It waits for no row that is locked elsewhere longer than a
    /// moment. Never throws.
    /// </summary>
    /// <param name="batches">The batches.</param>
    /// <param name="asksLocks">
    /// Whether it first asks which of the rows that it changes are locked elsewhere, and then waits for none of them.
    /// </param>
    Task<TransactionReport> CommitAsync(IReadOnlyList<Batch> batches, bool asksLocks);

    /// <summary>
    /// Runs one transaction: locks and reads what the stage names, decides, writes the batch and commits. Null where there
    /// was nothing to write and nothing stands. Throws only what <paramref name="decide"/> throws, and bugs.
    /// </summary>
    Task<TransactionReport?> RunExclusiveAsync(Stage stage, Func<Batch?> decide);

    /// <summary>The rows that the stage locks and would wait for, in one order for all stages.</summary>
    IReadOnlyList<(string Table, long Key)> WaitingLocksOf(Stage stage);

    /// <summary>Reads what the stage names, outside any transaction.</summary>
    Task ReadAsync(Stage stage, CancellationToken cancellation);

    /// <summary>Locks and reads what the stage names inside the open transaction of a context.</summary>
    Task ReadInsideAsync(SiloDbContext context, Stage stage, LockOrder order);

    /// <summary>Writes rows inside the open transaction of a context.</summary>
    /// <exception cref="ConflictException">A unique key of an appended row is taken, or a guard failed.</exception>
    Task WriteInsideAsync(SiloDbContext context, Rows rows);

    /// <summary>Reads the states; those that are not stored are <see cref="StoredState.None"/>.</summary>
    Task<StoredState[]> ReadStatesAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation);

    /// <summary>Runs the work with a context that may write, one transaction around it, off the caller's scheduler.</summary>
    Task<T> WriteAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation);

    /// <summary>Runs the query with a context that tracks nothing, off the caller's scheduler.</summary>
    Task<T> ReadAsync<T>(Func<SiloDbContext, Task<T>> query, CancellationToken cancellation);

    /// <summary>Whether an exception of the driver means "not now" and not "a bug".</summary>
    bool IsUnavailable(Exception exception);

    /// <summary>Whether an exception of the driver says that a unique key is taken, and nothing else.</summary>
    bool IsUniqueViolation(Exception exception);
}
