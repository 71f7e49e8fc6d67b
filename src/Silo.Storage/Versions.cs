using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>
/// Tells caches when what they hold has changed. A unit touches a topic (<see cref="Unit.TouchAsync(string, CancellationToken)"/>),
/// which raises a version in its own transaction, or keys of a topic, which appends rows; every node polls both, and the
/// node that wrote knows at once.
/// </summary>
/// <remarks>
/// Whole topics are few and touched by operators: a touch locks the topic's row until its unit ends. Keys are touched by
/// everybody, since appending waits for nobody.
/// </remarks>
public sealed class Versions : BackgroundService
{
    /// <summary>How often a node looks; a change elsewhere is seen within twice this time.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    /// <summary>How old the last look may be; beyond it nothing that is cached is trusted.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(2);

    /// <summary>How long changes of keys are kept at least, for nodes that have not looked for a while.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    /// <summary>Most changes of keys that are told one by one; of more everything is forgotten.</summary>
    private const int MaxChanges = 50_000;

    private readonly ConcurrentDictionary<string, Topic> topics = new(StringComparer.Ordinal);
    private readonly IStore store;
    private readonly TimeProvider time;
    private readonly ILogger<Versions> logger;
    private long lastLook;
    private HashSet<Change> seen = [];
    private long? horizon;
    private long prunedAt;
    private long pruneBelow;

    internal Versions(IStore store, TimeProvider time, ILogger<Versions> logger)
    {
        (this.store, this.time, this.logger) = (store, time, logger);
        lastLook = prunedAt = time.GetTimestamp();
    }

    /// <summary>
    /// Counts the changes of a topic that this node knows of. What was read while it had one value is up to date while
    /// it still has it. Null while the versions could not be read: then nothing may be served from memory.
    /// </summary>
    public long? EpochOf(string topic) =>
        time.GetElapsedTime(Volatile.Read(ref lastLook)) < Trust ? TopicOf(topic).Epoch : null;

    /// <summary>Has touched keys of a topic told, for as long as the node runs.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="forget">
    /// Forgets the keys; null for all of them. What is read for a key must be where this finds it before the read begins.
    /// </param>
    public void Listen(string topic, Action<IReadOnlyCollection<long>?> forget) => TopicOf(topic).Listen(forget);

    /// <summary>A transaction is committed, or may be.</summary>
    internal void Touched(Invalidations invalidations)
    {
        foreach (var topic in invalidations.Tags)
        {
            TopicOf(topic).Raise();
        }

        foreach (var (topic, keys) in invalidations.Keys)
        {
            TopicOf(topic).Forget(keys);
        }
    }

    /// <summary>Looks at the versions and changes once.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var isLate = horizon is null || time.GetElapsedTime(lastLook, began) > Kept / 2;
        var (rows, changes) = await store.ReadAsync(
            async context => (
                await context.Set<VersionRow>().ToListAsync(cancellation),
                context.Database.IsNpgsql() ? await ChangesAsync(context, isLate, cancellation) : null),
            cancellation);
        foreach (var row in rows)
        {
            TopicOf(row.Topic).See(row.Version);
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
                await context.Set<ChangeRow>().Where(c => c.Transaction < pruneBelow).ExecuteDeleteAsync(cancellation);
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
                logger.LogWarning(exception, "The versions of what is cached could not be read");
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
            SELECT s.horizon AS "Horizon", coalesce(c.transaction_id, 0) AS "Transaction", coalesce(c.topic, '') AS "Topic",
                coalesce(c.key, 0) AS "Key"
            FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) s
            LEFT JOIN LATERAL (SELECT * FROM silo_changes WHERE transaction_id >= {from} LIMIT {MaxChanges + 1}) c ON true
            """).ToListAsync(cancellation);
    }

    private void See(List<Change> changes, bool isLate)
    {
        if (isLate || changes.Count > MaxChanges)
        {
            foreach (var topic in topics.Values)
            {
                topic.Forget(null);
            }
        }
        else
        {
            foreach (var topic in changes.Where(c => c.Transaction != 0 && !seen.Contains(c with { Horizon = 0 })).GroupBy(c => c.Topic))
            {
                TopicOf(topic.Key).Forget([.. topic.Select(c => c.Key)]);
            }
        }

        horizon = changes[0].Horizon;
        seen = [.. changes.Where(c => c.Transaction >= horizon).Select(c => c with { Horizon = 0 })];
    }

    private Topic TopicOf(string topic) => topics.GetOrAdd(topic, _ => new Topic());

    private sealed record Change(long Horizon, long Transaction, string Topic, long Key);

    private sealed class Topic
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

/// <summary>A topic and how often it was touched.</summary>
internal sealed class VersionRow
{
    public required string Topic { get; init; }

    public long Version { get; set; }
}

/// <summary>
/// A touched key. On PostgreSQL only: the one process of an embedded database knows its own changes.
/// </summary>
internal sealed class ChangeRow
{
    /// <summary>The id of the transaction.</summary>
    public long Transaction { get; init; }

    public required string Topic { get; init; }

    public long Key { get; init; }
}
