using System.Runtime.InteropServices;

namespace Silo.Storage;

/// <summary>
/// What one command or one grain's batch writes, committed together or not at all. Entity types are those of the module's
/// model; the engine merges the rows of all batches of a transaction into one statement per table.
/// </summary>
public sealed class Rows
{
    private readonly Dictionary<(Type Entity, bool Put), List<object>> tables = [];
    private readonly List<GuardedUpdate> updates = [];

    /// <summary>The number of rows and updates.</summary>
    public int Count { get; private set; }

    /// <summary>Whether there is nothing to commit.</summary>
    internal bool IsEmpty => Count == 0 && Invalidations.IsEmpty;

    internal IReadOnlyDictionary<(Type Entity, bool Put), List<object>> Tables => tables;

    internal IReadOnlyList<GuardedUpdate> Updates => updates;

    /// <summary>What caches must not answer any more once this is committed.</summary>
    internal Invalidations Invalidations { get; } = new();

    /// <summary>A row that did not exist before. If one of its unique keys is taken, nothing stands.</summary>
    public void Append<T>(T row)
        where T : class => Add(row, put: false);

    /// <summary>A row that replaces the one with the same primary key, if any.</summary>
    public void Put<T>(T row)
        where T : class => Add(row, put: true);

    /// <summary>
    /// A statement that changes one row that is there, with its guard in the condition:
    /// <c>UPDATE … SET stock = stock - {n} WHERE sku_id = {id} AND stock >= {n}</c>, or a <c>DELETE</c>. Where it changes
    /// another number of rows than one, nothing stands. It names the module's own table only; the holes become parameters.
    /// </summary>
    /// <typeparam name="T">The entity of the table, which gives the statement its place in the order of locks.</typeparam>
    /// <param name="id">The row's primary key, or what else orders the table's locks.</param>
    /// <param name="statement">The statement.</param>
    public void Update<T>(long id, FormattableString statement)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(statement);
        updates.Add(new(typeof(T), id, statement, IsCondition: false));
        Count++;
    }

    /// <summary>
    /// A condition over one row that must hold when this is committed, and until then:
    /// <c>id = {id} AND version = {version}</c>. Where it does not, nothing stands. For what is decided on a row that is
    /// not changed. It names the columns of the module's own table; the holes become parameters.
    /// </summary>
    /// <typeparam name="T">The entity of the table.</typeparam>
    /// <param name="id">The row's primary key, or what else orders the table's locks.</param>
    /// <param name="condition">The condition.</param>
    public void Require<T>(long id, FormattableString condition)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(condition);
        updates.Add(new(typeof(T), id, condition, IsCondition: true));
        Count++;
    }

    /// <summary>Work that is due later. A key that exists already within the kind is a unique key that is taken.</summary>
    public void Enqueue<TPayload>(WorkKind<TPayload> kind, string key, long dueAtMs, TPayload payload)
    {
        ArgumentNullException.ThrowIfNull(kind);
        Append(WorkRow.Of(kind.Name, key, dueAtMs, Payloads.Write(payload)));
    }

    /// <summary>Has caches forget everything under a tag. Locks the tag's row until the commit.</summary>
    public void Invalidate(string tag) => Invalidations.Add(tag);

    /// <summary>Has caches forget what they hold under keys of a tag. Locks nothing.</summary>
    public void Invalidate(string tag, IEnumerable<long> keys) => Invalidations.Add(tag, keys);

    /// <summary>Adds everything of another one, after what is here.</summary>
    internal void Add(Rows other)
    {
        foreach (var (key, rows) in other.tables)
        {
            ListOf(key).AddRange(rows);
        }

        updates.AddRange(other.updates);
        Invalidations.Add(other.Invalidations);
        Count += other.Count;
    }

    private void Add<T>(T row, bool put)
        where T : class
    {
        ListOf((typeof(T), put)).Add(row);
        Count++;
    }

    private List<object> ListOf((Type Entity, bool Put) key)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(tables, key, out _);
        return list ??= [];
    }
}

/// <summary>A statement that must change one row, or a condition that must hold of one.</summary>
/// <param name="Entity">The entity of its table.</param>
/// <param name="Id">Orders it among those of the table.</param>
/// <param name="Statement">The statement or the condition.</param>
/// <param name="IsCondition">Whether it is a condition.</param>
internal sealed record GuardedUpdate(Type Entity, long Id, FormattableString Statement, bool IsCondition);
