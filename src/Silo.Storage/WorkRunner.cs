using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Runs the work table on this node: leases rows that are due, hands each to its handler, removes it when done, tries
/// it again with a growing back-off, and parks it after its last attempt, with the error beside it and logged.
/// </summary>
/// <remarks>
/// Each kind has slots of its own, and a row is leased only for a free one, so that a kind whose handler hangs holds up
/// nobody else's. What a handler has not ended after <see cref="LongestRun"/> is cancelled and counts as failed; a handler
/// that does not end even then keeps its slot, and is logged.
/// </remarks>
internal sealed class WorkRunner(
    IStore store, IEnumerable<IWorkHandler> handlers, WriteGate gate, TimeProvider time, ILogger<WorkRunner> logger)
    : BackgroundService
{
    /// <summary>An item is parked after so many attempts: with the back-off below, after about a day.</summary>
    public const int MaxAttempts = 30;

    /// <summary>Most items of one kind that run at once on a node.</summary>
    public const int SlotsOfAKind = 8;

    /// <summary>How long a handler has; less than the lease, so that nobody else has the item meanwhile.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>How long a handler that is told to end may take for it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private const string Leasing =
        """
        UPDATE silo_work SET lease_until = {0}, owner = {1}, attempt = attempt + 1 WHERE (kind, key) IN (
        """;

    private const string LeaseOnPostgres = Leasing +
        """
            SELECT due.kind, due.key FROM unnest({2}::text[], {3}::integer[]) free(kind, slots)
            CROSS JOIN LATERAL (
                SELECT w.kind, w.key FROM silo_work w
                WHERE w.parked = false AND w.kind = free.kind AND w.due_at <= {4} AND w.lease_until <= {4}
                ORDER BY w.due_at LIMIT free.slots FOR UPDATE SKIP LOCKED) due)
        RETURNING *
        """;

    private const string RecurringKey = "recurring";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromHours(1);
    private readonly Dictionary<string, IWorkHandler> byKind = handlers.ToDictionary(h => h.Kind, StringComparer.Ordinal);

    private readonly Dictionary<string, int> busy = [];
    private TaskCompletionSource freed = NewSignal();

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The wait before the next attempt: 2 s, doubled each time, at most an hour.</summary>
    public static TimeSpan BackOff(int attempt) =>
        attempt >= 12 ? LongestBackOff : TimeSpan.FromSeconds(Math.Min(1 << attempt, LongestBackOff.TotalSeconds));

    /// <summary>Runs what is due now and has a slot; returns how many items were run.</summary>
    public async Task<int> RunDueAsync(CancellationToken cancellation)
    {
        var begun = await BeginDueAsync(cancellation);
        await Task.WhenAll(begun);
        return begun.Count;
    }

    /// <summary>Makes sure that every recurring kind has its row.</summary>
    public Task EnqueueRecurringAsync(CancellationToken cancellation) => store.WriteAsync(
        async context =>
        {
            foreach (var handler in byKind.Values.Where(h => h.Every is not null))
            {
                await WorkTable.EnqueueAsync(
                    context, WorkRow.Of(handler.Kind, RecurringKey, NowMs, Payloads.Write(NoPayload.Value)), cancellation);
            }

            await context.Database.CommitTransactionAsync(cancellation);
            return true;
        },
        cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        HashSet<Task> running = [];
        try
        {
            await TellUnknownKindsAsync(stoppingToken);
            var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            while (true)
            {
                var free = Volatile.Read(ref freed).Task;
                try
                {
                    running.RemoveWhere(task => task.IsCompleted);
                    running.UnionWith(await BeginDueAsync(stoppingToken));
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    logger.LogWarning(exception, "Due work could not be leased");
                }

                if (await Task.WhenAny(tick, free) == tick)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
            }
        }
        finally
        {
            // The handlers were told to stop; one that does not must not hold the node up.
            await Task.WhenAll(running).WaitAsync(Grace, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says which kinds wait that this node has no handler for; another version's may.</summary>
    private async Task TellUnknownKindsAsync(CancellationToken cancellation)
    {
        try
        {
            string[] known = [.. byKind.Keys];
            var unknown = await store.ReadAsync(
                context => context.Set<WorkRow>().Where(w => !w.Parked && !known.Contains(w.Kind)).GroupBy(w => w.Kind)
                    .Select(kind => new { kind.Key, Count = kind.Count() }).ToListAsync(cancellation),
                cancellation);
            foreach (var kind in unknown)
            {
                logger.LogWarning("{Count} items of work {Kind} wait for a node that has a handler for it", kind.Count, kind.Key);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogWarning(exception, "Work without a handler could not be counted");
        }
    }

    /// <summary>Leases what is due and has a slot, and begins it.</summary>
    private async Task<IReadOnlyList<Task>> BeginDueAsync(CancellationToken cancellation)
    {
        if (!gate.IsOpen)
        {
            return [];
        }

        // Slots are only taken here, by one caller at a time, so that none is taken between the look and the lease.
        (string Kind, int Slots)[] free;
        lock (busy)
        {
            free = [.. byKind.Keys.Select(kind => (kind, SlotsOfAKind - busy.GetValueOrDefault(kind))).Where(k => k.Item2 > 0)];
        }

        if (free.Length == 0)
        {
            return [];
        }

        var leased = await LeaseAsync(Guid.NewGuid().ToString("N"), free, cancellation);
        return [.. leased.Select(row =>
        {
            lock (busy)
            {
                busy[row.Kind] = busy.GetValueOrDefault(row.Kind) + 1;
            }

            return RunAsync(row, cancellation);
        })];
    }

    private Task<List<WorkRow>> LeaseAsync(string owner, (string Kind, int Slots)[] free, CancellationToken cancellation)
    {
        var (now, until) = (NowMs, NowMs + (long)Lease.TotalMilliseconds);
        return store.WriteAsync(
            async context =>
            {
                var query = context.Database.IsNpgsql()
                    ? context.Set<WorkRow>().FromSqlRaw(
                        LeaseOnPostgres, until, owner, Array.ConvertAll(free, k => k.Kind), Array.ConvertAll(free, k => k.Slots), now)
                    : context.Set<WorkRow>().FromSqlRaw(LeaseOnSqlite(free), [until, owner, now, .. free.Select(k => k.Kind)]);
                var rows = await query.AsNoTracking().ToListAsync(cancellation);
                await context.Database.CommitTransactionAsync(cancellation);
                return rows;
            },
            cancellation);
    }

    // SQLite has no row locks and needs none: one writer at a time. It has no LATERAL either.
    private static string LeaseOnSqlite((string Kind, int Slots)[] free) =>
        Leasing + string.Join(" UNION ALL ", free.Select((k, i) => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            SELECT kind, key FROM (
                SELECT kind, key FROM silo_work
                WHERE parked = 0 AND kind = {{{3 + i}}} AND due_at <= {2} AND lease_until <= {2} ORDER BY due_at LIMIT {{k.Slots}})
            """))) + ") RETURNING *";

    /// <summary>Runs an item in its slot; ends when it has ended or its time is over.</summary>
    private async Task RunAsync(WorkRow row, CancellationToken stopping)
    {
        // The next one is begun without waiting for this one's first steps.
        await Task.Yield();
        UnitCaller.Current = $"work:{row.Kind}";
        var handler = byKind[row.Kind];
        Task<WorkOutcome>? work = null;
        try
        {
            await EndAsync(row, handler, await RunHandlerAsync());
        }
        catch (Exception exception)
        {
            // The lease runs out, and the item is due again.
            if (!stopping.IsCancellationRequested)
            {
                logger.LogWarning(exception, "The end of work {Kind} {Key} could not be written", row.Kind, row.Key);
            }
        }
        finally
        {
            Leave(row, work);
        }

        async Task<(WorkOutcome? Outcome, string Error)> RunHandlerAsync()
        {
            using var limit = new CancellationTokenSource(LongestRun, time);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
            try
            {
                var item = new WorkItem(row.Kind, row.Key, row.DueAt, row.Attempt) { Owner = row.Owner };
                work = handler.RunAsync(item, row.Payload, ending.Token);
                return (await work.WaitAsync(LongestRun + Grace, time, CancellationToken.None), "");
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                logger.LogWarning(exception, "Work {Kind} {Key} failed at attempt {Attempt}", row.Kind, row.Key, row.Attempt);
                return (null, exception.GetType().Name);
            }
        }
    }

    /// <summary>Frees an item's slot, at once or when its handler has ended.</summary>
    private void Leave(WorkRow row, Task? work)
    {
        if (work is { IsCompleted: false })
        {
            logger.LogError(
                "Work {Kind} {Key} still runs after {Limit}; it keeps one of the kind's {Slots} slots",
                row.Kind, row.Key, LongestRun + Grace, SlotsOfAKind);
            work.ContinueWith(_ => Free(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        else
        {
            Free();
        }

        void Free()
        {
            lock (busy)
            {
                busy[row.Kind]--;
            }

            Interlocked.Exchange(ref freed, NewSignal()).TrySetResult();
        }
    }

    private Task EndAsync(WorkRow row, IWorkHandler handler, (WorkOutcome? Outcome, string Error) ended) => ended.Outcome switch
    {
        WorkOutcome.Done => FinishAsync(row, handler),
        WorkOutcome.RunAgain => RunAgainAsync(row, NowMs),
        _ => RetryAsync(row, handler, ended.Error),
    };

    private Task FinishAsync(WorkRow row, IWorkHandler handler) =>
        handler.Every is { } every && row.Key == RecurringKey
            ? RunAgainAsync(row, NowMs + (long)every.TotalMilliseconds)
            : WriteAsync($"DELETE FROM silo_work WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}");

    private Task RunAgainAsync(WorkRow row, long dueAt) => WriteAsync(
        $"""
        UPDATE silo_work SET due_at = {dueAt}, lease_until = 0, attempt = 0,
            last_error = '' WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}
        """);

    // Also while the node stops: what was done is not done again.
    private Task WriteAsync(FormattableString statement) => store.WriteAsync(
        async context =>
        {
            await context.Database.ExecuteSqlAsync(statement);
            await context.Database.CommitTransactionAsync();
            return true;
        },
        CancellationToken.None);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RetryAsync(WorkRow row, IWorkHandler handler, string error)
    {
        // Recurring work is never given up: its next run is the retry.
        var parked = row.Attempt >= MaxAttempts && handler.Every is null;
        if (parked)
        {
            logger.LogError("Work {Kind} {Key} is parked after {Attempts} attempts", row.Kind, row.Key, row.Attempt);
        }

        await WriteAsync(
            $"""
            UPDATE silo_work SET due_at = {NowMs + (long)BackOff(row.Attempt).TotalMilliseconds},
                lease_until = 0, parked = {parked}, last_error = {error}
            WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}
            """);
    }
}
