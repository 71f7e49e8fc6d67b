using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Commits the batches of hot grains and plain commands. Each lane takes everything that waits, up to a limit, and commits it in one
/// transaction and one round trip; what arrives meanwhile is the next transaction. The disk sets the pace: there is
/// no timer. A batch never fails because of its neighbours.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    /// <summary>Most batches in one transaction.</summary>
    public const int MaxBatches = 512;

    /// <summary>Most rows in one transaction, a single larger batch aside.</summary>
    public const int MaxRows = 8192;

    /// <summary>
    /// How many transactions after one that met a locked row first ask which rows are locked: then it is met again soon.
    /// </summary>
    private const int AskingAfterALock = 64;

    private const int MaxWaiting = 65536;
    private int asking;
    private readonly IStore store;
    private readonly WriteGate writeGate;
    private readonly CacheInvalidation invalidation;
    private readonly ILogger<GroupCommit> logger;
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait });

    private readonly Task[] lanes;

    public GroupCommit(IStore store, WriteGate writeGate, CacheInvalidation invalidation, ILogger<GroupCommit> logger)
    {
        (this.store, this.writeGate, this.invalidation, this.logger) = (store, writeGate, invalidation, logger);
        lanes = [.. Enumerable.Range(0, store.CommitLanes).Select(_ => Task.Run(RunLaneAsync))];
    }

    /// <summary>Commits one batch, together with whatever else waits.</summary>
    /// <exception cref="StorageBusyException">Too many batches wait.</exception>
    public Task<BatchOutcome> CommitAsync(Batch batch)
    {
        if (!writeGate.IsOpen)
        {
            return Task.FromResult(BatchOutcome.Failed);
        }

        var waiting = new Waiting(batch);
        return queue.Writer.TryWrite(waiting) ? waiting.Outcome : throw new StorageBusyException();
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await Task.WhenAll(lanes);
    }

    private async Task RunLaneAsync()
    {
        List<Waiting> group = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            var rows = 0;
            while (group.Count < MaxBatches && rows < MaxRows && queue.Reader.TryRead(out var next))
            {
                group.Add(next);
                rows += next.Batch.Rows.Count;
            }

            if (group.Count > 0)
            {
                await CommitGroupAsync(group);
            }
        }
    }

    /// <summary>
    /// Commits what can be committed. A transaction that fails runs again in halves, so that the many are apart from the
    /// few that cannot be committed after few transactions.
    /// </summary>
    /// <param name="group">The batches; it may be changed.</param>
    /// <param name="again">Whether an error has rolled them back before; a key taken or a row locked elsewhere is none.</param>
    private async Task CommitGroupAsync(List<Waiting> group, bool again = false)
    {
        while (group.Count > 0)
        {
            var asks = AsksLocks();
            var report = await store.CommitAsync([.. group.Select(w => w.Batch)], asks);
            switch (report.Outcome)
            {
                case TransactionOutcome.Committed:
                    group.ForEach(Hear);
                    CompleteAll(group, BatchOutcome.Committed);
                    return;
                case TransactionOutcome.Unknown:
                    logger.LogWarning(report.Error, "A commit of {Batches} batches was sent and not answered", group.Count);
                    group.ForEach(Hear);
                    CompleteAll(group, BatchOutcome.Unknown);
                    return;
                case TransactionOutcome.StaleStates when group.RemoveAll(w => CompleteIfStale(w, report.Written!)) > 0:
                    // The others were current; they run again without the stale ones.
                    break;
                case TransactionOutcome.RowTaken when group.Count == 1:
                    CompleteAll(group, BatchOutcome.Conflict);
                    return;
                case TransactionOutcome.RowLocked when report.Locked is { Count: > 0 } locked:
                    // The others run again without them, and none has waited.
                    Volatile.Write(ref asking, AskingAfterALock);
                    CompleteAll([.. group.Where((_, i) => locked.Contains(i))], BatchOutcome.Locked);
                    group = [.. group.Where((_, i) => !locked.Contains(i))];
                    break;
                case TransactionOutcome.RowLocked when !asks:
                    // The next try asks which rows they are.
                    Volatile.Write(ref asking, AskingAfterALock);
                    break;
                case TransactionOutcome.RowLocked when group.Count == 1:
                    CompleteAll(group, BatchOutcome.Locked);
                    return;
                case TransactionOutcome.GuardFailed:
                    // What comes after it would fail too, or be decided on what is not so any more: a row that many want
                    // turns them all away at once. The others run again without them.
                    CompleteConflicting(group, report.Guard!);
                    break;
                default:
                    var isError = report.Outcome == TransactionOutcome.RolledBack;
                    if (isError && report.Error is not null)
                    {
                        logger.LogWarning(report.Error, "A transaction of {Batches} batches was rolled back", group.Count);
                    }

                    if (group.Count > 1)
                    {
                        var half = group.Count / 2;
                        await CommitGroupAsync(group[..half], again || isError);
                        group.RemoveRange(0, half);
                    }
                    else if (again)
                    {
                        CompleteAll(group, BatchOutcome.Failed);
                        return;
                    }

                    again |= isError;
                    break;
            }
        }
    }

    private bool AsksLocks()
    {
        var left = Volatile.Read(ref asking);
        if (left > 0)
        {
            // Lanes may count one another's; how many exactly ask is no matter.
            Volatile.Write(ref asking, left - 1);
        }

        return left > 0;
    }

    /// <summary>Tells this node's caches before the callers, also of a commit that was not answered: it may stand.</summary>
    private void Hear(Waiting waiting) => invalidation.Invalidate(waiting.Batch.Rows.Invalidations);

    private static bool CompleteIfStale(Waiting waiting, IReadOnlySet<string> written)
    {
        if (waiting.Batch.Key is not { } key || written.Contains(key.ToString()))
        {
            return false;
        }

        waiting.Complete(BatchOutcome.Stale);
        return true;
    }

    private static void CompleteConflicting(List<Waiting> group, FailedGuard guard)
    {
        var place = 0;
        group.RemoveAll(waiting =>
        {
            if (place++ < guard.Batch
                || !waiting.Batch.Rows.Updates.Any(update => update.Entity == guard.Entity && update.Id == guard.Id))
            {
                return false;
            }

            waiting.Complete(BatchOutcome.Conflict);
            return true;
        });
    }

    private static void CompleteAll(List<Waiting> group, BatchOutcome outcome)
    {
        foreach (var waiting in group)
        {
            waiting.Complete(outcome);
        }
    }

    private sealed class Waiting(Batch batch)
    {
        private readonly TaskCompletionSource<BatchOutcome> completion =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Batch Batch { get; } = batch;

        public Task<BatchOutcome> Outcome => completion.Task;

        public void Complete(BatchOutcome outcome) => completion.SetResult(outcome);
    }
}
