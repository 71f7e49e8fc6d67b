using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// Units of work and reads of relational modules. A unit is one database transaction; a door of another module joins it by
/// taking the <see cref="Unit"/> as an argument. While a unit is open its flow may call no grain and no HTTP service.
/// </summary>
public interface IUnits
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction: an accepted result commits, a refusal or an exception rolls
    /// everything back. It is not retried. Units of one caller (<see cref="UnitCaller"/>) run a few at once.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Ends it before the commit.</param>
    /// <param name="queue">
    /// Names a row that callers of all kinds change, such as a count of attempts: units that name the same wait for one
    /// another in turn, without a connection.
    /// </param>
    /// <exception cref="StorageBusyException">Too many wait, or its turn did not come in time; nothing was begun.</exception>
    /// <exception cref="StorageUnavailableException">The store did not answer, or a lock was held too long.</exception>
    /// <exception cref="UniqueKeyTakenException">A row could not be added because one of its unique keys is taken.</exception>
    Task<Result<T>> RunAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation, string? queue = null);

    /// <summary>
    /// Runs a plain command: <paramref name="name"/> names what it needs, which is read in one round trip; the function that
    /// it returns decides and adds its rows, which are written with the commit in one more. Nothing is locked beforehand:
    /// where a unique key is taken or a guard fails, nothing stands and the command is named and decided again on fresh
    /// reads; one whose rows have moved twice has them locked. Both functions may so run more than once.
    /// </summary>
    /// <exception cref="StorageUnavailableException">
    /// The store did not answer, or what the command is based on moved again and again.
    /// </exception>
    /// <exception cref="StorageBusyException">Too many wait.</exception>
    Task<Result<T>> StageAsync<T>(Func<Stage, Func<Rows, Result<T>>> name, CancellationToken cancellation);

    /// <summary>Runs <paramref name="query"/> on a read-only context outside any unit.</summary>
    /// <exception cref="StorageUnavailableException">The store did not answer.</exception>
    Task<T> ReadAsync<T>(Func<IReads, Task<T>> query, CancellationToken cancellation);
}

/// <summary>Queries, outside a unit or within one. What they return is detached.</summary>
public interface IReads
{
    /// <summary>The rows of one of the module's own entity types.</summary>
    IQueryable<T> Query<T>()
        where T : class;

    /// <summary>
    /// The numbers of a query that LINQ cannot express, to be used inside another one. It names the module's own tables
    /// only, calls its one column <c>"Value"</c>, and the holes of the text become parameters.
    /// </summary>
    IQueryable<long> Numbers(FormattableString sql);
}
