using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// One open database transaction. A module sees its own entity sets and nothing of the connection. Guards belong in the
/// statements: use <c>ExecuteUpdateAsync</c> with a condition and look at the count of rows.
/// </summary>
public sealed class Unit : IReads
{
    private readonly IStore store;
    private readonly SiloDbContext context;
    private readonly IdSource ids;
    private readonly LockOrder order = new();

    internal Unit(IStore store, SiloDbContext context, IdSource ids, long nowMs)
    {
        (this.store, this.context, this.ids) = (store, context, ids);
        NowMs = nowMs;
    }

    /// <summary>The instant of the unit, in unix milliseconds; one for all of its rows.</summary>
    public long NowMs { get; }

    internal Invalidations Invalidations { get; } = new();

    /// <summary>Whether the database has refused what it wrote: then it cannot commit, whatever its work goes on to do.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The rows of one of the module's own entity types, tracked.</summary>
    public DbSet<T> Set<T>()
        where T : class => context.Set<T>();

    /// <inheritdoc/>
    public IQueryable<T> Query<T>()
        where T : class => context.Set<T>().AsNoTracking();

    /// <inheritdoc/>
    public IQueryable<long> Numbers(FormattableString sql) => context.Database.SqlQuery<long>(sql);

    /// <summary>Makes an id for a new row.</summary>
    public long NewId() => ids.Next();

    /// <summary>Sends the pending changes, so that later statements of the unit see them.</summary>
    public Task SaveAsync(CancellationToken cancellation) => context.SaveChangesAsync(cancellation);

    /// <summary>Writes rows at once, each table's with one statement, as a hot grain's batch does.</summary>
    /// <exception cref="UniqueKeyTakenException">A unique key of an appended row is taken; the unit is over.</exception>
    public async Task WriteAsync(Rows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        try
        {
            await store.WriteInsideAsync(context, rows);
            Invalidations.Add(rows.Invalidations);
        }
        catch (ConflictException exception)
        {
            IsOver = true;
            throw new UniqueKeyTakenException(exception);
        }
    }

    /// <summary>
    /// Runs a staged command inside the unit, with its locks: what doors do for orders, for those who have a unit open. A
    /// refusal writes nothing; whether the unit goes on is the caller's.
    /// </summary>
    /// <exception cref="UniqueKeyTakenException">A unique key is taken, or a guard failed; the unit is over.</exception>
    public async Task<Result<T>> StageAsync<T>(Func<Stage, Func<Rows, Result<T>>> name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        // What is pending is seen by the reads.
        await SaveAsync(cancellation);
        var stage = new Stage(ids, NowMs, isExclusive: true);
        var decide = name(stage);
        await store.ReadInsideAsync(context, stage, order);
        var rows = new Rows();
        var result = decide(rows);
        if (result.IsAccepted)
        {
            await WriteAsync(rows);
        }

        return result;
    }

    /// <summary>
    /// Locks rows by their ids, ascending, and returns them. Rows that another transaction holds are waited for, or
    /// left out. On the embedded database the transaction holds everything already.
    /// </summary>
    public Task<IReadOnlyDictionary<long, T>> LockAsync<T>(
        IReadOnlyCollection<long> rowIds, bool wait, CancellationToken cancellation)
        where T : class => SelectAsync<T>(rowIds, wait ? "FOR UPDATE" : "FOR UPDATE SKIP LOCKED", cancellation);

    /// <summary>
    /// Keeps rows as they are until the unit ends, and returns them. Others may keep them at the same time; who has locked
    /// one with <see cref="LockAloneAsync"/>, or waits to, is waited for. For what is decided on a row and does not change it.
    /// </summary>
    public async Task<IReadOnlyDictionary<long, T>> LockSharedAsync<T>(
        IReadOnlyCollection<long> rowIds, CancellationToken cancellation)
        where T : class
    {
        await QueueAsync<T>(rowIds, "pg_advisory_xact_lock_shared", cancellation);
        return await SelectAsync<T>(rowIds, "FOR SHARE", cancellation);
    }

    /// <summary>
    /// Locks rows that others share, to change them, and returns them. Its turn comes after those who share them already,
    /// before all who ask later.
    /// </summary>
    public async Task<IReadOnlyDictionary<long, T>> LockAloneAsync<T>(
        IReadOnlyCollection<long> rowIds, CancellationToken cancellation)
        where T : class
    {
        await QueueAsync<T>(rowIds, "pg_advisory_xact_lock", cancellation);
        return await LockAsync<T>(rowIds, wait: true, cancellation);
    }

    /// <summary>
    /// Lets units that take the same turn through one after the other, until they end: for a limit that is counted before a
    /// row is added, where no row is there to be locked. Taken before anything is locked.
    /// </summary>
    public async Task TakeTurnAsync(string name, CancellationToken cancellation)
    {
        // The embedded database has one writer.
        if (context.Database.IsNpgsql())
        {
            await context.Database.ExecuteSqlAsync(
                $"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", cancellation);
        }
    }

    /// <summary>
    /// Runs one guarded statement that LINQ cannot express (an upsert, say) and returns the count of rows. It names the
    /// module's own tables only; the holes of the text become parameters.
    /// </summary>
    public Task<int> ExecuteAsync(FormattableString sql, CancellationToken cancellation) =>
        context.Database.ExecuteSqlAsync(sql, cancellation);

    /// <summary>
    /// Says that all that is cached under a tag has changed; caches hear of it when the unit is committed. Locks the
    /// tag until then.
    /// </summary>
    public async Task InvalidateAsync(string tag, CancellationToken cancellation)
    {
        if (Invalidations.Add(tag))
        {
            await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO silo_cache_tags (tag, version) VALUES ({tag}, 1)
                ON CONFLICT (tag) DO UPDATE SET version = silo_cache_tags.version + 1
                """,
                cancellation);
        }
    }

    /// <summary>
    /// Says that what is cached under keys of a tag has changed; caches hear of it when the unit is committed. Locks
    /// nothing.
    /// </summary>
    public async Task InvalidateAsync(string tag, IReadOnlyCollection<long> keys, CancellationToken cancellation)
    {
        var added = Invalidations.Add(tag, keys);
        if (added.Length > 0 && context.Database.IsNpgsql())
        {
            await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO silo_cache_changes (transaction_id, tag, key)
                SELECT pg_current_xact_id()::text::bigint, {tag}, key FROM unnest({added}) key
                ON CONFLICT DO NOTHING
                """,
                cancellation);
        }
    }

    /// <summary>Records an operator's write in the audit log.</summary>
    public void Audit(AuditEntry entry) => context.Set<AuditEntry>().Add(entry);

    /// <summary>Enqueues work. A key that exists already within the kind is left as it is.</summary>
    /// <param name="kind">Names the handler.</param>
    /// <param name="key">Unique within the kind.</param>
    /// <param name="dueAtMs">Not before this instant, in unix milliseconds.</param>
    /// <param name="payload">What the handler gets.</param>
    /// <param name="cancellation">Abandons the statement and with it the unit.</param>
    public Task EnqueueAsync<TPayload>(
        WorkKind<TPayload> kind, string key, long dueAtMs, TPayload payload, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return WorkTable.EnqueueAsync(context, WorkRow.Of(kind.Name, key, dueAtMs, Payloads.Write(payload)), cancellation);
    }

    /// <summary>
    /// Whether this node still holds the lease of an item, and keeps it until the unit ends. A unit that books an
    /// item's result asks first: after a long stall another node may have run the item.
    /// </summary>
    public async Task<bool> HoldsLeaseAsync(WorkItem item, CancellationToken cancellation) =>
        await context.Database.ExecuteSqlAsync(
            $"UPDATE silo_work SET attempt = attempt WHERE kind = {item.Kind} AND key = {item.Key} AND owner = {item.Owner}",
            cancellation) == 1;

    /// <summary>
    /// Waits for the turn at rows, ascending: a row's own lock has no queue, and whoever shares it would overtake who waits
    /// for it alone. The key of a turn is a hash of the table and the id, 64 bits wide; where two fell together, their rows
    /// would wait for each other's and nothing else.
    /// </summary>
    private async Task QueueAsync<T>(IReadOnlyCollection<long> rowIds, string take, CancellationToken cancellation)
        where T : class
    {
        if (context.Database.IsNpgsql())
        {
            var turns = $"SELECT {take}(hashtextextended({{0}}, id)) FROM (SELECT id FROM unnest({{1}}) id ORDER BY id) ids";
            await context.Database.ExecuteSqlRawAsync(
                turns, [EntityOf<T>().GetTableName()!, rowIds.Distinct().ToArray()], cancellation);
        }
    }

    private IEntityType EntityOf<T>()
        where T : class =>
        context.Model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T)} is not in the model.");

    private async Task<IReadOnlyDictionary<long, T>> SelectAsync<T>(
        IReadOnlyCollection<long> rowIds, string strength, CancellationToken cancellation)
        where T : class
    {
        var entity = EntityOf<T>();
        order.Take(LockRanks.RankOf(entity), entity.GetTableName()!);
        var property = entity.FindPrimaryKey()!.Properties.Single();
        var (table, key) = (entity.GetTableName(), property.GetColumnName());
        object wanted = rowIds.Distinct().Order().ToArray();
        // The names are the model's own; only the ids come from outside, and they are a parameter.
        var select = $"SELECT * FROM {table} WHERE {key} = ANY({{0}}) ORDER BY {key} {strength}";
        var rows = context.Database.IsNpgsql()
            ? context.Set<T>().FromSqlRaw(select, wanted).AsNoTracking()
            : context.Set<T>().AsNoTracking().Where(row => ((long[])wanted).Contains(EF.Property<long>(row, property.Name)));
        return await rows.ToDictionaryAsync(row => (long)property.PropertyInfo!.GetValue(row)!, cancellation);
    }
}
