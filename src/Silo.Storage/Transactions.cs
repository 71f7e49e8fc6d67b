using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// Runs every transaction past the group commit: units of relational modules, and exclusive ones of hot grains and plain
/// commands. It alone knows when a node takes no writes, which errors mean "not now", and who hears of a commit.
/// </summary>
internal sealed class Transactions(
    IStore store,
    GroupCommit commit,
    IdSource ids,
    ShopClock clock,
    WriteGate gate,
    CacheInvalidation invalidation,
    DatabaseOptions options,
    ILogger<Transactions> logger) : IUnits
{
    /// <summary>Most units, and most exclusive transactions, that wait for their turn.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>How many units of one caller, and of one queue that units name, are under way at once.</summary>
    public const int MaxOfOne = 2;

    /// <summary>Most units of one caller or queue, and most exclusive transactions before one row, that wait.</summary>
    public const int MaxWaitingOfOne = 2048;

    /// <summary>How long one waits for its turn, as long as others wait for a connection.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How often a plain command is decided on what it has read; then it locks what it names.</summary>
    private const int OptimisticTries = 2;

    /// <summary>How often it is decided under locks; only rows that did not exist can still come in between.</summary>
    private const int LockedTries = 3;

    private static readonly AsyncLocal<bool> Open = new();
    private static readonly Kind[] UnitKind = [Kind.Unit];
    private static readonly Kind[] ExclusiveKind = [Kind.Exclusive];

    // Each holds a connection also while it waits for a lock, so only some of each kind are under way at once; and of those
    // some, what one caller sends and what waits for one row are a few.
    private readonly KeyedQueues<Kind> turns = new(options.Share, MaxWaiting, LongestWait, clock.Time);
    private readonly KeyedQueues<string> queues = new(MaxOfOne, MaxWaitingOfOne, LongestWait, clock.Time);
    private readonly KeyedQueues<(string Table, long Key)> rows = new(MaxOfOne, MaxWaitingOfOne, LongestWait, clock.Time);

    /// <summary>Whether the current flow has a transaction open; calls to grains and HTTP services are refused then.</summary>
    public static bool IsOpen => Open.Value;

    public Task<Result<T>> RunAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation, string? queue = null)
    {
        Refuse();
        string[] waitFor = (UnitCaller.Current?.ToString(), queue) switch
        {
            (null, null) => [],
            ({ } caller, null) => [caller],
            (null, { }) => [queue],
            var (caller, _) => [caller, queue],
        };
        return queues.RunAsync(waitFor, () => turns.RunAsync(UnitKind, () => RunUnitAsync(work, cancellation)));
    }

    private async Task<Result<T>> RunUnitAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation)
    {
        var committing = false;
        Unit? begun = null;
        try
        {
            return await store.WriteAsync(
                async context =>
                {
                    var unit = begun = new Unit(store, context, ids, clock.NowMs);
                    using (Mark())
                    {
                        var result = await work(unit);
                        if (!result.IsAccepted)
                        {
                            return result;
                        }

                        if (unit.IsOver)
                        {
                            throw new InvalidOperationException("The unit is over: what it wrote was refused, and nothing of it stands.");
                        }

                        await unit.SaveAsync(cancellation);
                        committing = true;
                        // A caller who leaves must not turn a commit under way into an unknown one.
                        await context.Database.CommitTransactionAsync(CancellationToken.None);
                        return result;
                    }
                },
                cancellation);
        }
        catch (Exception exception) when (store.IsUniqueViolation(DriversOwn(exception)))
        {
            throw new UniqueKeyTakenException(exception);
        }
        catch (Exception exception) when (store.IsUnavailable(DriversOwn(exception)))
        {
            throw new StorageUnavailableException("The store did not take the unit.", committing, exception);
        }
        finally
        {
            // Also after a commit that was not answered: it may stand.
            if (committing)
            {
                invalidation.Invalidate(begun!.Invalidations);
            }
        }
    }

    public async Task<T> ReadAsync<T>(Func<IReads, Task<T>> query, CancellationToken cancellation)
    {
        try
        {
            return await store.ReadAsync(context => query(new Reads(context)), cancellation);
        }
        catch (Exception exception) when (store.IsUnavailable(DriversOwn(exception)))
        {
            throw new StorageUnavailableException("The store did not answer.", inner: exception);
        }
    }

    public async Task<Result<T>> StageAsync<T>(Func<Stage, Func<Rows, Result<T>>> name, CancellationToken cancellation)
    {
        Refuse();
        for (var attempt = 1; attempt <= OptimisticTries + LockedTries; attempt++)
        {
            var stage = NewStage(isExclusive: attempt > OptimisticTries);
            Result<T> result = default;
            var decide = Inside(() => name(stage));
            Batch? Decide()
            {
                var rows = new Rows();
                result = Inside(() => decide(rows));
                return result.IsAccepted && !rows.IsEmpty ? new Batch(rows) : null;
            }

            BatchOutcome? ended;
            if (stage.IsExclusive)
            {
                ended = await RunExclusiveAsync(stage, Decide);
            }
            else
            {
                await ReadAsync(stage, cancellation);
                var batch = Decide();
                if (stage.RequiresLocks)
                {
                    attempt = OptimisticTries;
                    continue;
                }

                ended = batch is null ? null : await commit.CommitAsync(batch);
            }

            switch (ended)
            {
                case null:
                    return result;
                case BatchOutcome.Committed:
                    return result;
                case BatchOutcome.Unknown:
                    throw new StorageUnavailableException("The commit was sent and not answered.", outcomeUnknown: true);
                case BatchOutcome.Locked when stage.IsExclusive:
                    throw new StorageUnavailableException("A row that the command needs stayed locked elsewhere.");
                case BatchOutcome.Locked:
                    // Its own transaction waits for the row, in turn and in nobody's way.
                    attempt = OptimisticTries;
                    break;
                case BatchOutcome.Failed:
                    throw new StorageUnavailableException("The store did not take the command.");
            }
        }

        throw new StorageUnavailableException("What the command is based on moved again and again.");
    }

    /// <summary>A command's stage, at this moment.</summary>
    public Stage NewStage(bool isExclusive) => new(ids, clock.NowMs, isExclusive);

    /// <summary>
    /// Runs a transaction that locks and reads what the stage names, and commits the batch that is decided on it; null, and
    /// nothing stands.
    /// </summary>
    /// <exception cref="StorageBusyException">Too many wait, or it had no turn in time; nothing was begun.</exception>
    public async Task<BatchOutcome?> RunExclusiveAsync(Stage stage, Func<Batch?> decide)
    {
        if (!gate.IsOpen)
        {
            return BatchOutcome.Failed;
        }

        var (report, invalidations) = await rows.RunAsync(store.WaitingLocksOf(stage), () => turns.RunAsync(ExclusiveKind, async () =>
        {
            using (Mark())
            {
                Batch? decided = null;
                return (await store.RunExclusiveAsync(stage, () => decided = decide()), decided?.Rows.Invalidations);
            }
        }));
        switch (report?.Outcome)
        {
            case null:
                return null;
            case TransactionOutcome.Committed:
                invalidation.Invalidate(invalidations!);
                return BatchOutcome.Committed;
            case TransactionOutcome.StaleStates:
                return BatchOutcome.Stale;
            case TransactionOutcome.RowTaken or TransactionOutcome.GuardFailed:
                return BatchOutcome.Conflict;
            case TransactionOutcome.RowLocked:
                return BatchOutcome.Locked;
            case TransactionOutcome.Unknown:
                invalidation.Invalidate(invalidations!);
                logger.LogWarning(report.Error, "A commit was sent and not answered");
                return BatchOutcome.Unknown;
            default:
                logger.LogWarning(report.Error, "A transaction was rolled back");
                return BatchOutcome.Failed;
        }
    }

    /// <summary>The driver's exception inside what EF Core wraps around it (an update, a suspected transient fault).</summary>
    public static Exception DriversOwn(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException)
            {
                return inner;
            }
        }

        return exception;
    }

    /// <summary>Marks the current flow as inside a transaction, until disposed.</summary>
    private static Marked Mark()
    {
        var marked = new Marked(Open.Value);
        Open.Value = true;
        return marked;
    }

    /// <summary>Runs a command's own function as if inside a transaction, also where it is decided before one begins.</summary>
    private static T Inside<T>(Func<T> function)
    {
        using (Mark())
        {
            return function();
        }
    }

    private async Task ReadAsync(Stage stage, CancellationToken cancellation)
    {
        if (stage.Reads.Count == 0)
        {
            // Without taking a connection for it.
            stage.Complete();
            return;
        }

        try
        {
            await store.ReadAsync(stage, cancellation);
        }
        catch (Exception exception) when (store.IsUnavailable(DriversOwn(exception)))
        {
            throw new StorageUnavailableException("The store did not answer.", inner: exception);
        }
    }

    private void Refuse()
    {
        if (IsOpen)
        {
            throw new InvalidOperationException("A transaction is open already; join it instead of waiting for another one.");
        }

        if (!gate.IsOpen)
        {
            throw new StorageUnavailableException($"This node takes no writes: {gate.Reason}.");
        }
    }

    private enum Kind
    {
        Unit,
        Exclusive,
    }

    private sealed class Marked(bool before) : IDisposable
    {
        public void Dispose() => Open.Value = before;
    }

    private sealed class Reads(SiloDbContext context) : IReads
    {
        public IQueryable<T> Query<T>()
            where T : class => context.Set<T>();

        public IQueryable<long> Numbers(FormattableString sql) => context.Database.SqlQuery<long>(sql);
    }
}
