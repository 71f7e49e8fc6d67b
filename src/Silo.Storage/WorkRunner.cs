using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Runs the work table on this node: leases rows that are due, hands each to its handler, removes it when done, tries
/// it again with a growing back-off, and parks it after its last attempt, with the error beside it and logged.
/// </summary>
internal sealed class WorkRunner(
    IStore store, IEnumerable<IWorkHandler> handlers, WriteGate gate, TimeProvider time, ILogger<WorkRunner> logger)
    : BackgroundService
{
    /// <summary>An item is parked after so many attempts: with the back-off below, after about a day.</summary>
    public const int MaxAttempts = 30;

    private const string LeaseSql =
        """
        UPDATE silo_work SET lease_until = {0}, owner = {1}, attempt = attempt + 1
        WHERE (kind, key) IN (
            SELECT kind, key FROM silo_work WHERE parked = {2} AND due_at <= {3} AND lease_until <= {3}
            ORDER BY due_at LIMIT {4}
        """;

    private const int Batch = 16;
    private const string RecurringKey = "recurring";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromHours(1);
    private readonly Dictionary<string, IWorkHandler> byKind = handlers.ToDictionary(h => h.Kind, StringComparer.Ordinal);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The wait before the next attempt: 2 s, doubled each time, at most an hour.</summary>
    public static TimeSpan BackOff(int attempt) =>
        attempt >= 12 ? LongestBackOff : TimeSpan.FromSeconds(Math.Min(1 << attempt, LongestBackOff.TotalSeconds));

    /// <summary>Runs what is due now; returns how many items were run.</summary>
    public async Task<int> RunDueAsync(CancellationToken cancellation)
    {
        if (!gate.IsOpen || byKind.Count == 0)
        {
            return 0;
        }

        var owner = Guid.NewGuid().ToString("N");
        var leased = await LeaseAsync(owner, cancellation);
        await Parallel.ForEachAsync(
            leased,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (row, token) => await RunAsync(row, token));
        return leased.Count;
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
        do
        {
            try
            {
                while (await RunDueAsync(stoppingToken) == Batch)
                {
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogWarning(exception, "Due work could not be leased");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task<List<WorkRow>> LeaseAsync(string owner, CancellationToken cancellation)
    {
        var (now, until) = (NowMs, NowMs + (long)Lease.TotalMilliseconds);
        return store.WriteAsync(
            async context =>
            {
                // SQLite has no row locks and needs none: one writer at a time.
                var lease = context.Database.IsNpgsql() ? LeaseSql + " FOR UPDATE SKIP LOCKED) RETURNING *"
                    : LeaseSql + ") RETURNING *";
                var rows = await context.Set<WorkRow>().FromSqlRaw(lease, until, owner, false, now, Batch)
                    .AsNoTracking().ToListAsync(cancellation);
                await context.Database.CommitTransactionAsync(cancellation);
                return rows;
            },
            cancellation);
    }

    private async Task RunAsync(WorkRow row, CancellationToken cancellation)
    {
        var error = "";
        IWorkHandler? handler = null;
        try
        {
            if (byKind.TryGetValue(row.Kind, out handler))
            {
                var item = new WorkItem(row.Kind, row.Key, row.DueAt, row.Attempt) { Owner = row.Owner };
                switch (await handler.RunAsync(item, row.Payload, cancellation))
                {
                    case WorkOutcome.Done:
                        await FinishAsync(row, handler, cancellation);
                        return;
                    case WorkOutcome.RunAgain:
                        await RunAgainAsync(row, NowMs, cancellation);
                        return;
                }
            }
            else
            {
                error = "No handler for this kind on this node.";
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Work {Kind} {Key} failed at attempt {Attempt}", row.Kind, row.Key, row.Attempt);
            error = exception.GetType().Name;
        }

        await RetryAsync(row, handler, error, cancellation);
    }

    private Task FinishAsync(WorkRow row, IWorkHandler handler, CancellationToken cancellation) =>
        handler.Every is { } every && row.Key == RecurringKey
            ? RunAgainAsync(row, NowMs + (long)every.TotalMilliseconds, cancellation)
            : EndAsync($"DELETE FROM silo_work WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}", cancellation);

    private Task RunAgainAsync(WorkRow row, long dueAt, CancellationToken cancellation) => EndAsync(
        $"""
        UPDATE silo_work SET due_at = {dueAt}, lease_until = 0, attempt = 0,
            last_error = '' WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}
        """,
        cancellation);

    private Task EndAsync(FormattableString statement, CancellationToken cancellation) => store.WriteAsync(
        async context =>
        {
            await context.Database.ExecuteSqlAsync(statement, cancellation);
            await context.Database.CommitTransactionAsync(cancellation);
            return true;
        },
        cancellation);

    private async Task RetryAsync(WorkRow row, IWorkHandler? handler, string error, CancellationToken cancellation)
    {
        // Recurring work is never given up: its next run is the retry.
        var parked = row.Attempt >= MaxAttempts && handler?.Every is null;
        if (parked)
        {
            logger.LogError("Work {Kind} {Key} is parked after {Attempts} attempts", row.Kind, row.Key, row.Attempt);
        }

        await EndAsync(
            $"""
            UPDATE silo_work SET due_at = {NowMs + (long)BackOff(row.Attempt).TotalMilliseconds},
                lease_until = 0, parked = {parked}, last_error = {error}
            WHERE kind = {row.Kind} AND key = {row.Key} AND owner = {row.Owner}
            """,
            cancellation);
    }
}
