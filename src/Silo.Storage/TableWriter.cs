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
    private readonly bool put;
    private readonly string postgres;
    private readonly string sqlite;

    public TableWriter(IEntityType entity, bool put)
    {
        this.put = put;
        Table = entity.GetTableName() ?? throw new InvalidOperationException($"{entity.Name} has no table.");
        columns = [.. entity.GetProperties().Select(Column.Of)];
        var key = entity.FindPrimaryKey()!.Properties;
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

    /// <summary>The table; statements of one transaction go in its order.</summary>
    public string Table { get; }

    /// <summary>
    /// The rows in the order of their key. Of several that replace one row only the last is written: PostgreSQL refuses
    /// to touch a row twice in one statement.
    /// </summary>
    public List<object> InOrder(List<object> rows)
    {
        if (!put)
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

    /// <summary>All rows, table by table in one order, each table's rows in the order of its key.</summary>
    public IEnumerable<(TableWriter Writer, List<object> Rows)> Merge(IReadOnlyList<Rows> batches)
    {
        if (batches.Count == 1 && batches[0].Tables.Count == 0)
        {
            return [];
        }

        Dictionary<(Type, bool), List<object>> merged = [];
        foreach (var batch in batches)
        {
            foreach (var (key, rows) in batch.Tables)
            {
                ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(
                    merged, key, out _);
                (list ??= new List<object>(rows.Count)).AddRange(rows);
            }
        }

        // Wallets come before their entries: who has locked a wallet and appends an entry must not find that a batch holds
        // the entry's number while it waits for the wallet.
        // Appended rows come before those that replace a row, which may be one appended in the same batch.
        return merged.Select(table => (Writer: Of(table.Key), Rows: table.Value, Put: table.Key.Item2))
            .OrderByDescending(table => table.Writer.Table, StringComparer.Ordinal).ThenBy(table => table.Put)
            .Select(table => (table.Writer, table.Writer.InOrder(table.Rows)));
    }
}

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
