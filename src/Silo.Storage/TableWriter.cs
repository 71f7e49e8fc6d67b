using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace Silo.Storage;

/// <summary>
/// Writes many rows of one table with one statement (PostgreSQL) or one prepared statement (SQLite). What it knows of
/// the table comes from the EF model, so that columns are described once.
/// </summary>
internal sealed class TableWriter
{
    private readonly Column[] columns;
    private readonly Column[] sortKey;
    private readonly PropertyInfo? keyOf;
    private readonly string postgres;
    private readonly string sqlite;

    public TableWriter(IEntityType entity, bool put)
    {
        IsPut = put;
        Table = entity.GetTableName() ?? throw new InvalidOperationException($"{entity.Name} has no table.");
        Rank = LockRanks.RankOf(entity);
        columns = [.. entity.GetProperties().Select(Column.Of)];
        var key = entity.FindPrimaryKey()!.Properties;
        if (key is [{ ClrType: var type } single] && type == typeof(long))
        {
            Key = single.GetColumnName();
            keyOf = single.PropertyInfo!;
        }

        var unique = put ? key : entity.GetIndexes().FirstOrDefault(index => index.IsUnique)?.Properties ?? key;
        sortKey = [.. unique.Select(Column.Of)];
        var names = string.Join(", ", columns.Select(c => c.Name));
        var keyNames = key.Select(p => p.GetColumnName()).ToArray();
        var conflict = put
            ? $"ON CONFLICT ({string.Join(", ", keyNames)}) DO UPDATE SET " + string.Join(
                ", ", columns.Where(c => !keyNames.Contains(c.Name)).Select(c => $"{c.Name} = excluded.{c.Name}"))
            : "ON CONFLICT DO NOTHING";
        var arrays = string.Join(", ", columns.Select((c, i) => $"${i + 1}::{c.PostgresType}[]"));
        postgres =
            $"WITH w AS (INSERT INTO {Table} ({names}) SELECT * FROM unnest({arrays}) {conflict} RETURNING 1) "
            + $"SELECT silo_require((SELECT count(*) FROM w) = ${columns.Length + 1}, 'row', '{Table}')";
        sqlite = $"INSERT INTO {Table} ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"$p{i}"))}) {conflict}";
    }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>The column of its primary key, where that is one number; else null.</summary>
    public string? Key { get; }

    /// <summary>Its place in the order of locks, which is that of the statements of a transaction.</summary>
    public LockRank Rank { get; }

    /// <summary>Whether its rows replace those with the same primary key.</summary>
    public bool IsPut { get; }

    /// <summary>The primary key of a row, where that is one number.</summary>
    public long KeyOf(object row) => (long)keyOf!.GetValue(row)!;

    /// <summary>
    /// The rows in the order of their key. Of several that replace one row only the last is written: PostgreSQL refuses
    /// to touch a row twice in one statement.
    /// </summary>
    public List<object> InOrder(List<object> rows)
    {
        if (!IsPut)
        {
            rows.Sort(Compare);
            return rows;
        }

        // This order is stable, so that the last one stays the last.
        List<object> sorted = [.. rows.Order(Comparer<object>.Create(Compare))];
        return [.. sorted.Where((row, i) => i + 1 == sorted.Count || Compare(row, sorted[i + 1]) != 0)];
    }

    public NpgsqlBatchCommand PostgresCommand(List<object> rows)
    {
        var command = new NpgsqlBatchCommand(postgres);
        foreach (var column in columns)
        {
            command.Parameters.Add(column.ArrayOf(rows));
        }

        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rows.Count });
        return command;
    }

    public SqliteCommand SqliteCommand(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = sqlite;
        for (var i = 0; i < columns.Length; i++)
        {
            command.Parameters.Add(new SqliteParameter($"$p{i}", columns[i].SqliteType));
        }

        command.Prepare();
        return command;
    }

    /// <summary>Writes one row; false when one of its unique keys is taken.</summary>
    public bool WriteSqlite(SqliteCommand command, object row)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            command.Parameters[i].Value = columns[i].ValueOf(row);
        }

        return command.ExecuteNonQuery() == 1;
    }

    /// <summary>Rows are written in the order of their unique key, so that no two transactions wait for each other.</summary>
    private int Compare(object x, object y)
    {
        foreach (var column in sortKey)
        {
            var order = column.Compare(x, y);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private abstract class Column(string name, string postgresType, SqliteType sqliteType)
    {
        public string Name { get; } = name;

        public string PostgresType { get; } = postgresType;

        public SqliteType SqliteType { get; } = sqliteType;

        public static Column Of(IProperty property)
        {
            var stored = property.ClrType.IsEnum ? Enum.GetUnderlyingType(property.ClrType) : property.ClrType;
            var type = typeof(Typed<,>).MakeGenericType(property.DeclaringType.ClrType, stored);
            return (Column)Activator.CreateInstance(type, property.GetColumnName(), property.PropertyInfo)!;
        }

        public abstract NpgsqlParameter ArrayOf(List<object> rows);

        public abstract object ValueOf(object row);

        public abstract int Compare(object x, object y);

        protected static (string Postgres, SqliteType Sqlite, NpgsqlDbType Type) TypesOf(Type type) =>
            (Nullable.GetUnderlyingType(type) ?? type) switch
            {
                var t when t == typeof(long) => ("bigint", SqliteType.Integer, NpgsqlDbType.Bigint),
                var t when t == typeof(int) => ("integer", SqliteType.Integer, NpgsqlDbType.Integer),
                var t when t == typeof(short) => ("smallint", SqliteType.Integer, NpgsqlDbType.Smallint),
                var t when t == typeof(bool) => ("boolean", SqliteType.Integer, NpgsqlDbType.Boolean),
                var t when t == typeof(double) => ("double precision", SqliteType.Real, NpgsqlDbType.Double),
                var t when t == typeof(string) => ("text", SqliteType.Text, NpgsqlDbType.Text),
                var t when t == typeof(byte[]) => ("bytea", SqliteType.Blob, NpgsqlDbType.Bytea),
                var t => throw new NotSupportedException($"Rows of a group commit cannot hold {t}."),
            };

        private sealed class Typed<TEntity, TValue>(string name, PropertyInfo property)
            : Column(name, TypesOf(typeof(TValue)).Postgres, TypesOf(typeof(TValue)).Sqlite)
        {
            private readonly Func<TEntity, TValue> read = Getter(property);
            private readonly NpgsqlDbType arrayType = NpgsqlDbType.Array | TypesOf(typeof(TValue)).Type;

            public override NpgsqlParameter ArrayOf(List<object> rows)
            {
                var values = new TValue[rows.Count];
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = read((TEntity)rows[i]);
                }

                return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = arrayType };
            }

            public override object ValueOf(object row) => (object?)read((TEntity)row) ?? DBNull.Value;

            public override int Compare(object x, object y)
            {
                var (left, right) = (read((TEntity)x), read((TEntity)y));
                return left is byte[] bytes
                    ? bytes.AsSpan().SequenceCompareTo((byte[])(object)right!)
                    : left is string text ? string.CompareOrdinal(text, (string?)(object?)right)
                    : Comparer<TValue>.Default.Compare(left, right);
            }

            private static Func<TEntity, TValue> Getter(PropertyInfo property)
            {
                var row = Expression.Parameter(typeof(TEntity));
                var value = Expression.Convert(Expression.Property(row, property), typeof(TValue));
                return Expression.Lambda<Func<TEntity, TValue>>(value, row).Compile();
            }
        }
    }
}

/// <summary>The writers of all tables of a model, made on first use.</summary>
internal sealed class TableWriters(IModel model)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(Type, bool), TableWriter> writers = new();

    public TableWriter Of((Type Entity, bool Put) key) => writers.GetOrAdd(key, k => new TableWriter(
        model.FindEntityType(k.Item1) ?? throw new InvalidOperationException($"{k.Item1} is not in the model."), k.Item2));

    /// <summary>
    /// Everything that the batches write, in the order of locks: by rank, then table by table; each table's new rows before
    /// those that replace one, which may be new in the same transaction, and its updates after both.
    /// </summary>
    public IEnumerable<WriteStep> Merge(IReadOnlyList<Rows> batches)
    {
        if (batches.Count == 1 && batches[0].Count == 0)
        {
            return [];
        }

        Dictionary<(Type, bool), List<object>> merged = [];
        List<WriteStep> steps = [];
        for (var i = 0; i < batches.Count; i++)
        {
            foreach (var (key, rows) in batches[i].Tables)
            {
                ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    merged, key, out _);
                (list ??= new List<object>(rows.Count)).AddRange(rows);
            }

            foreach (var update in batches[i].Updates)
            {
                steps.Add(new(Of((update.Entity, true)), [], update, i));
            }
        }

        steps.AddRange(merged.Select(table => new WriteStep(Of(table.Key), table.Value, null, 0)));
        return steps.OrderBy(step => step.Writer.Rank).ThenBy(step => step.Writer.Table, StringComparer.Ordinal)
            .ThenBy(step => step.Update is null ? step.Writer.IsPut ? 1 : 0 : 2).ThenBy(step => step.Update?.Id)
            .Select(step => step.Update is null ? step with { Rows = step.Writer.InOrder(step.Rows) } : step);
    }
}

/// <summary>One statement of a transaction: many rows of a table, or one update.</summary>
/// <param name="Writer">Writes the table.</param>
/// <param name="Rows">The rows in the order of their key.</param>
/// <param name="Update">The update; null for rows.</param>
/// <param name="Batch">The place of the update's batch in the transaction.</param>
internal sealed record WriteStep(TableWriter Writer, List<object> Rows, GuardedUpdate? Update, int Batch);

/// <summary>The one order in which states are locked.</summary>
internal sealed class StateKeyOrder : IComparer<StateKey>
{
    public static readonly StateKeyOrder Instance = new();

    public int Compare(StateKey x, StateKey y)
    {
        var order = string.CompareOrdinal(x.StateName, y.StateName);
        order = order != 0 ? order : x.Id.CompareTo(y.Id);
        return order != 0 ? order : string.CompareOrdinal(x.Text, y.Text);
    }
}
