using System.Linq.Expressions;
using System.Reflection;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>How rows are locked that a command names, where it has a transaction for itself.</summary>
public enum RowLock
{
    /// <summary>Waits for whoever holds one.</summary>
    Wait,

    /// <summary>Leaves out those that are held elsewhere.</summary>
    SkipLocked,

    /// <summary>
    /// Keeps them as they are, together with others who do; waits for whoever holds one <see cref="Alone"/> or waits to.
    /// </summary>
    Shared,

    /// <summary>Locks rows that others share, in turn: after those who share them already, before all who ask later.</summary>
    Alone,
}

/// <summary>
/// What one command needs and writes, for doors and joined works that execute nothing themselves. First everything is
/// named; then the engine reads it all in one round trip; then the command is decided on what was read, purely, and adds
/// its <see cref="Rows"/>; then the engine writes them and commits in one more.
/// </summary>
/// <remarks>
/// A plain command locks nothing: what it bases a decision on is guarded in what it writes (unique keys, conditions), and
/// where a guard fails it is named and decided anew. A command with a transaction for itself
/// (<see cref="IsExclusive"/>) locks the rows that it names with <see cref="Lock{T}"/>, in the order of their ranks.
/// </remarks>
public sealed class Stage
{
    private readonly IdSource ids;
    private readonly List<StagedRead> reads = [];
    private readonly Dictionary<Type, IStageDraft> drafts = [];

    internal Stage(IdSource ids, long nowMs, bool isExclusive)
    {
        (this.ids, NowMs, IsExclusive) = (ids, nowMs, isExclusive);
    }

    /// <summary>The instant of the command, in unix milliseconds; one for all of its rows.</summary>
    public long NowMs { get; }

    /// <summary>Whether the command has its transaction for itself, and what it locks is locked.</summary>
    public bool IsExclusive { get; }

    internal bool RequiresLocks { get; private set; }

    internal bool IsRead { get; private set; }

    internal IReadOnlyList<StagedRead> Reads => reads;

    /// <summary>Makes an id for a new row.</summary>
    public long NewId() => ids.Next();

    /// <summary>Names rows by their primary key.</summary>
    public StagedRows<T> Read<T>(IReadOnlyCollection<long> keys)
        where T : class => Add(new StagedRows<T>(new ByKey(null, keys.Distinct().Order().ToArray())));

    /// <summary>Names rows by one of their columns.</summary>
    public StagedRows<T> Read<T, TValue>(Expression<Func<T, TValue>> column, IReadOnlyCollection<TValue> values)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(column);
        var member = column.Body as MemberExpression ?? (column.Body as UnaryExpression)?.Operand as MemberExpression;
        return Add(new StagedRows<T>(new ByKey(
            member?.Member as PropertyInfo ?? throw new ArgumentException("Name one column.", nameof(column)),
            values.Distinct().ToArray())));
    }

    /// <summary>Names rows by a condition over the columns of their table, such as <c>user_id = {user} AND day >= {day}</c>.</summary>
    /// <param name="condition">
    /// The condition, and what may follow it (ORDER BY, LIMIT). Its holes become parameters; an array is one behind IN, such
    /// as <c>user_id IN {users}</c>.
    /// </param>
    public StagedRows<T> Where<T>(FormattableString condition)
        where T : class => Add(new StagedRows<T>(new ByCondition(condition)));

    /// <summary>
    /// Names the numbers of a query over the module's own tables, such as counts; each row as many as it selects. Its holes
    /// are as those of <see cref="Where{T}"/>.
    /// </summary>
    public StagedNumbers Numbers(FormattableString query) => Add(new StagedNumbers(query));

    /// <summary>
    /// Names rows by their primary key that the command changes or bases its decision on: locked, ascending, where it has
    /// its transaction for itself; else read.
    /// </summary>
    public StagedRows<T> Lock<T>(IReadOnlyCollection<long> keys, RowLock how)
        where T : class => Add(new StagedRows<T>(new ByLock(keys.Distinct().Order().ToArray(), how)));

    /// <summary>
    /// A statement that locks by writing (an upsert), where the command has its transaction for itself; else it is left
    /// out. It names the module's own table only.
    /// </summary>
    /// <typeparam name="T">The entity of the table, for the order of locks.</typeparam>
    public void LockBy<T>(FormattableString statement)
        where T : class
    {
        if (IsExclusive)
        {
            Add(new StagedStatement(typeof(T), statement));
        }
    }

    /// <summary>The command's one draft of a kind, made at the first call: what several doors decide on together.</summary>
    public T Draft<T>(Func<T> make)
        where T : class, IStageDraft
    {
        ArgumentNullException.ThrowIfNull(make);
        if (!drafts.TryGetValue(typeof(T), out var draft))
        {
            drafts[typeof(T)] = draft = make();
        }

        return (T)draft;
    }

    /// <summary>
    /// Says that what was decided is only right under the locks that the command has named. A plain command is then decided
    /// again, with a transaction for itself; to one that has it this says nothing new.
    /// </summary>
    public void RequireLocks() => RequiresLocks = true;

    /// <summary>Everything is read; from here on nothing can be named.</summary>
    internal void Complete() => IsRead = true;

    /// <summary>Notes how the drafts are, to come back to it.</summary>
    internal Action Remember()
    {
        var saved = drafts.Values.Select(draft => draft.Save()).ToArray();
        return () => Array.ForEach(saved, restore => restore());
    }

    private T Add<T>(T read)
        where T : StagedRead
    {
        if (IsRead)
        {
            throw new InvalidOperationException("A command names everything that it needs before the first read.");
        }

        reads.Add(read);
        return read;
    }
}

/// <summary>What several doors decide on together, such as the wallets of one command.</summary>
public interface IStageDraft
{
    /// <summary>Notes how the draft is; the function brings it back to that.</summary>
    Action Save();
}

/// <summary>Something that a command has named.</summary>
public abstract class StagedRead
{
    private protected StagedRead()
    {
    }
}

/// <summary>Rows that a command has named; there once the engine has read them.</summary>
/// <typeparam name="T">One of the module's own entity types.</typeparam>
public sealed class StagedRows<T> : StagedRows
    where T : class
{
    private List<T>? rows;

    internal StagedRows(StagedFilter filter)
        : base(typeof(T), filter)
    {
    }

    /// <summary>The rows, detached; locked ones ascending by key.</summary>
    /// <exception cref="InvalidOperationException">They are named and not read yet.</exception>
    public IReadOnlyList<T> All => rows ?? throw new InvalidOperationException($"{typeof(T).Name} is named and not read yet.");

    /// <summary>The only row, or null.</summary>
    public T? Only => All.SingleOrDefault();

    internal override void Set(IEnumerable<object> read) => rows = [.. read.Cast<T>()];
}

/// <summary>Rows that a command has named, of whatever type.</summary>
public abstract class StagedRows : StagedRead
{
    private protected StagedRows(Type entity, StagedFilter filter) => (Entity, Filter) = (entity, filter);

    internal Type Entity { get; }

    internal StagedFilter Filter { get; }

    internal abstract void Set(IEnumerable<object> read);
}

/// <summary>Numbers that a command has named; there once the engine has read them.</summary>
public sealed class StagedNumbers : StagedRead
{
    private IReadOnlyList<long[]>? rows;

    internal StagedNumbers(FormattableString query) => Query = query;

    /// <summary>The rows of the query.</summary>
    /// <exception cref="InvalidOperationException">They are named and not read yet.</exception>
    public IReadOnlyList<long[]> All => rows ?? throw new InvalidOperationException("Numbers are named and not read yet.");

    /// <summary>The one number of the query.</summary>
    public long Value => All[0][0];

    internal FormattableString Query { get; }

    internal void Set(IReadOnlyList<long[]> read) => rows = read;
}

/// <summary>A statement that locks by writing.</summary>
internal sealed class StagedStatement(Type entity, FormattableString statement) : StagedRead
{
    public Type Entity { get; } = entity;

    public FormattableString Statement { get; } = statement;
}

/// <summary>Which rows of a table are named.</summary>
internal abstract record StagedFilter;

/// <summary>Those with one of the values in a column; by primary key where none is named.</summary>
internal sealed record ByKey(PropertyInfo? Column, Array Values) : StagedFilter;

/// <summary>Those that meet a condition.</summary>
internal sealed record ByCondition(FormattableString Condition) : StagedFilter;

/// <summary>Those with one of the primary keys, locked.</summary>
internal sealed record ByLock(long[] Keys, RowLock How) : StagedFilter;
