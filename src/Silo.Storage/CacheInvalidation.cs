using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Tells caches when what they hold has changed. A transaction invalidates a tag (<see cref="Rows.Invalidate(string)"/>), which
/// raises its version, or keys of a tag, which appends rows; every node polls both, and the node that wrote knows at once.
/// </summary>
/// <remarks>
/// Whole tags are few, and operators' writes invalidate them: that locks the tag's row until the commit. Anybody invalidates
/// keys, since appending waits for nobody.
/// </remarks>
public sealed class CacheInvalidation : BackgroundService
{
    /// <summary>How often a node looks; a change elsewhere is seen within twice this time.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    /// <summary>How old the last look may be; beyond it nothing that is cached is trusted.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(2);

    /// <summary>How long changes of keys are kept at least, for nodes that have not looked for a while.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    /// <summary>Most changes of keys that are told one by one; of more everything is forgotten.</summary>
    private const int MaxChanges = 50_000;

    private readonly ConcurrentDictionary<string, Tag> tags = new(StringComparer.Ordinal);
    private readonly IStore store;
    private readonly TimeProvider time;
    private readonly ILogger<CacheInvalidation> logger;
    private long lastLook;
    private HashSet<Change> seen = [];
    private long? horizon;
    private long prunedAt;
    private long pruneBelow;

    internal CacheInvalidation(IStore store, TimeProvider time, ILogger<CacheInvalidation> logger)
    {
        (this.store, this.time, this.logger) = (store, time, logger);
        lastLook = prunedAt = time.GetTimestamp();
    }

    /// <summary>
    /// Counts the changes of a tag that this node knows of. What was read while it had one value is up to date while
    /// it still has it. Null while the versions could not be read: then nothing may be served from memory.
    /// </summary>
    public long? EpochOf(string tag) =>
        time.GetElapsedTime(Volatile.Read(ref lastLook)) < Trust ? TagOf(tag).Epoch : null;

    /// <summary>Calls back with the keys of a tag that are invalidated, for as long as the node runs.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="forget">
    /// Forgets the keys; null for all of them. What is read for a key must be where this finds it before the read begins.
    /// </param>
    public void Listen(string tag, Action<IReadOnlyCollection<long>?> forget) => TagOf(tag).Listen(forget);

    /// <summary>A transaction is committed, or may be.</summary>
    internal void Invalidate(Invalidations invalidations)
    {
        foreach (var tag in invalidations.Tags)
        {
            TagOf(tag).Raise();
        }

        foreach (var (tag, keys) in invalidations.Keys)
        {
            TagOf(tag).Forget(keys);
        }
    }

    /// <summary>Looks at the versions and changes once.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var isLate = horizon is null || time.GetElapsedTime(lastLook, began) > Kept / 2;
        var (rows, changes) = await store.ReadAsync(
            async context => (
                await context.Set<CacheTagRow>().ToListAsync(cancellation),
                context.Database.IsNpgsql() ? await ChangesAsync(context, isLate, cancellation) : null),
            cancellation);
        foreach (var row in rows)
        {
            TagOf(row.Tag).See(row.Version);
        }

        if (changes is not null)
        {
            See(changes, isLate);
        }

        Volatile.Write(ref lastLook, began);
    }

    /// <summary>Deletes the changes that every node has seen, or has forgotten everything because it has not looked.</summary>
    internal async Task PruneAsync(CancellationToken cancellation)
    {
        if (horizon is not { } reached || time.GetElapsedTime(prunedAt) < Kept)
        {
            return;
        }

        await store.WriteAsync(
            async context =>
            {
                await context.Set<CacheChangeRow>().Where(c => c.Transaction < pruneBelow).ExecuteDeleteAsync(cancellation);
                await context.Database.CommitTransactionAsync(cancellation);
                return true;
            },
            cancellation);
        (prunedAt, pruneBelow) = (time.GetTimestamp(), reached);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
                await PruneAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.LogWarning(exception, "What is invalidated could not be read");
            }
        }
    }

    /// <summary>
    /// The changes of the transactions that were not over at the look before, with the oldest that is not over now; both
    /// of one snapshot. Transactions are committed in another order than they begin in, so the last one that was seen
    /// says nothing of those before it.
    /// </summary>
    private Task<List<Change>> ChangesAsync(SiloDbContext context, bool isLate, CancellationToken cancellation)
    {
        var from = isLate ? long.MaxValue : horizon!.Value;
        return context.Database.SqlQuery<Change>(
            $"""
            SELECT s.horizon AS "Horizon", coalesce(c.transaction_id, 0) AS "Transaction", coalesce(c.tag, '') AS "Tag",
                coalesce(c.key, 0) AS "Key"
            FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) s
            LEFT JOIN LATERAL (SELECT * FROM silo_cache_changes WHERE transaction_id >= {from} LIMIT {MaxChanges + 1}) c ON true
            """).ToListAsync(cancellation);
    }

    private void See(List<Change> changes, bool isLate)
    {
        if (isLate || changes.Count > MaxChanges)
        {
            foreach (var tag in tags.Values)
            {
                tag.Forget(null);
            }
        }
        else
        {
            foreach (var tag in changes.Where(c => c.Transaction != 0 && !seen.Contains(c with { Horizon = 0 })).GroupBy(c => c.Tag))
            {
                TagOf(tag.Key).Forget([.. tag.Select(c => c.Key)]);
            }
        }

        horizon = changes[0].Horizon;
        seen = [.. changes.Where(c => c.Transaction >= horizon).Select(c => c with { Horizon = 0 })];
    }

    private Tag TagOf(string tag) => tags.GetOrAdd(tag, _ => new Tag());

    private sealed record Change(long Horizon, long Transaction, string Tag, long Key);

    private sealed class Tag
    {
        private readonly Lock gate = new();
        private long seen;
        private long epoch;
        private ImmutableArray<Action<IReadOnlyCollection<long>?>> listeners = [];

        public long Epoch => Volatile.Read(ref epoch);

        public void Listen(Action<IReadOnlyCollection<long>?> forget) =>
            ImmutableInterlocked.Update(ref listeners, static (all, one) => all.Add(one), forget);

        public void Forget(IReadOnlyCollection<long>? keys)
        {
            foreach (var forget in listeners)
            {
                forget(keys);
            }
        }

        public void Raise()
        {
            lock (gate)
            {
                epoch++;
            }
        }

        public void See(long version)
        {
            lock (gate)
            {
                if (version != seen)
                {
                    seen = version;
                    epoch++;
                }
            }
        }
    }
}

/// <summary>A tag and how often it was invalidated.</summary>
internal sealed class CacheTagRow
{
    public required string Tag { get; init; }

    public long Version { get; set; }
}

/// <summary>
/// An invalidated key. On PostgreSQL only: the one process of an embedded database knows its own changes.
/// </summary>
internal sealed class CacheChangeRow
{
    /// <summary>The id of the transaction.</summary>
    public long Transaction { get; init; }

    public required string Tag { get; init; }

    public long Key { get; init; }
}
