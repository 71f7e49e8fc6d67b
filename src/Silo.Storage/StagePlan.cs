using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Silo.Storage;

/// <summary>One statement of a stage and what takes its result; the values are its parameters, in order.</summary>
/// <param name="Sql">The text, with <c>$1</c> on PostgreSQL and <c>$p1</c> on SQLite.</param>
/// <param name="Values">The parameters.</param>
/// <param name="Take">Reads the result; null where there is none.</param>
internal sealed record StageStatement(string Sql, IReadOnlyList<object> Values, Func<DbDataReader, Task>? Take);

/// <summary>
/// Turns what a command has named into statements: locks first, by rank and one statement for each table, then reads.
/// </summary>
internal sealed class StagePlan(IModel model, bool isPostgres)
{
    private readonly ConcurrentDictionary<Type, TableReader> readers = new();
    private readonly ConcurrentDictionary<string, string> texts = new(StringComparer.Ordinal);

    public IReadOnlyList<StageStatement> StatementsOf(Stage stage, LockOrder order)
    {
        List<StageStatement> statements = [];
        if (stage.IsExclusive)
        {
            AddLocks(stage, order, statements);
        }

        foreach (var read in stage.Reads)
        {
            switch (read)
            {
                case StagedNumbers numbers:
                    statements.Add(Of(numbers.Query, async reader => numbers.Set(await TableReader.NumbersOfAsync(reader))));
                    break;
                case StagedRows { Filter: ByLock locked } rows when !stage.IsExclusive:
                    statements.Add(SelectByKey(rows, new ByKey(null, locked.Keys)));
                    break;
                case StagedRows { Filter: ByKey key } rows:
                    statements.Add(SelectByKey(rows, key));
                    break;
                case StagedRows { Filter: ByCondition condition } rows:
                    var table = ReaderOf(rows.Entity);
                    statements.Add(Of(
                        condition.Condition, async reader => rows.Set(await table.RowsOfAsync(reader)), table.Select + " WHERE "));
                    break;
            }
        }

        return statements;
    }

    /// <summary>A statement with its holes as parameters.</summary>
    private StageStatement Of(FormattableString text, Func<DbDataReader, Task>? take, string before = "") =>
        new(before + TextOf(text), ValuesOf(text), take);

    /// <summary>The holes of a text, as the database has them: enums are numbers.</summary>
    public IReadOnlyList<object> ValuesOf(FormattableString text) => [.. text.GetArguments().Select(value => value switch
    {
        null => throw new ArgumentException("A hole is null.", nameof(text)),
        Array many when IsList(many) => isPostgres ? Stored(many) : Json(many),
        Enum number => Convert.ChangeType(number, Enum.GetUnderlyingType(number.GetType()), CultureInfo.InvariantCulture),
        _ => value,
    })];

    /// <summary>A text with its holes as parameters; a hole that holds several values stands behind IN.</summary>
    public string TextOf(FormattableString text) => texts.GetOrAdd(text.Format, _ => string.Format(
        CultureInfo.InvariantCulture,
        text.Format,
        [.. text.GetArguments().Select((value, i) => IsList(value)
            ? isPostgres ? $"(SELECT unnest(${i + 1}))" : $"(SELECT value FROM json_each($p{i + 1}))"
            : isPostgres ? $"${i + 1}" : (object)$"$p{i + 1}")]));

    private static bool IsList(object? value) => value is Array and not byte[];

    private void AddLocks(Stage stage, LockOrder order, List<StageStatement> statements)
    {
        var tables = stage.Reads.OfType<StagedRows>().Where(r => r.Filter is ByLock).GroupBy(r => r.Entity)
            .Select(group => (Reader: ReaderOf(group.Key), Rows: group.ToArray(), Statement: (StagedStatement?)null))
            .Concat(stage.Reads.OfType<StagedStatement>().Select(
                s => (Reader: ReaderOf(s.Entity), Rows: Array.Empty<StagedRows>(), Statement: (StagedStatement?)s)));
        foreach (var (reader, rows, statement) in tables
            .OrderBy(t => t.Reader.Rank).ThenBy(t => t.Reader.Table, StringComparer.Ordinal)
            // What a statement makes is there for those who lock it.
            .ThenBy(t => t.Statement is null))
        {
            order.Take(reader.Rank, reader.Table);
            if (statement is not null)
            {
                statements.Add(Of(statement.Statement, take: null));
            }
            else
            {
                AddLock(reader, rows, statements);
            }
        }
    }

    /// <summary>All rows of a table that are locked, with one statement, since each locks ascending by itself only.</summary>
    private void AddLock(TableReader reader, StagedRows[] rows, List<StageStatement> statements)
    {
        var filters = Array.ConvertAll(rows, r => (ByLock)r.Filter);
        var keys = filters.SelectMany(f => f.Keys).Distinct().Order().ToArray();
        var how = filters.Max(f => Strength(f.How));
        if (isPostgres && how is 1 or 3)
        {
            // A row's own lock has no queue: whoever shares it overtakes who waits for it alone. An advisory lock has one. Its
            // key is a hash of the table and the id; where two fell together, their rows would wait for each other.
            var take = how == 3 ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
            statements.Add(new(
                $"SELECT {take}(hashtextextended($1, id)) FROM (SELECT id FROM unnest($2::bigint[]) id ORDER BY id) ids",
                [reader.Table, keys],
                _ => Task.CompletedTask));
        }

        var strength = !isPostgres ? "" : how switch
        {
            0 => " FOR UPDATE SKIP LOCKED",
            1 => " FOR SHARE",
            _ => " FOR UPDATE",
        };
        var condition = isPostgres ? $"{reader.Key} = ANY($1)" : $"{reader.Key} IN (SELECT value FROM json_each($p1))";
        statements.Add(new(
            $"{reader.Select} WHERE {condition} ORDER BY {reader.Key}{strength}",
            [isPostgres ? keys : Json(keys)],
            async result =>
            {
                var found = await reader.RowsOfAsync(result);
                foreach (var named in rows)
                {
                    var own = ((ByLock)named.Filter).Keys;
                    named.Set(rows.Length == 1 ? found : found.Where(row => Array.BinarySearch(own, reader.KeyOf(row)) >= 0));
                }
            }));
    }

    /// <summary>The rows that a stage locks and would wait for, in one order for all stages.</summary>
    public IReadOnlyList<(string Table, long Key)> WaitingLocksOf(Stage stage) =>
    [
        .. stage.Reads.OfType<StagedRows>()
            .Where(rows => rows.Filter is ByLock { How: not RowLock.SkipLocked })
            .SelectMany(rows => ((ByLock)rows.Filter).Keys.Select(key => (ReaderOf(rows.Entity).Table, key)))
            .Distinct().Order(),
    ];

    private static int Strength(RowLock how) => how switch
    {
        RowLock.SkipLocked => 0,
        RowLock.Shared => 1,
        RowLock.Wait => 2,
        _ => 3,
    };

    private StageStatement SelectByKey(StagedRows rows, ByKey key)
    {
        var reader = ReaderOf(rows.Entity);
        var column = key.Column is null ? reader.Key : reader.ColumnOf(key.Column);
        var condition = isPostgres ? $"{column} = ANY($1)" : $"{column} IN (SELECT value FROM json_each($p1))";
        return new(
            $"{reader.Select} WHERE {condition}",
            [isPostgres ? Stored(key.Values) : Json(key.Values)],
            async result => rows.Set(await reader.RowsOfAsync(result)));
    }

    /// <summary>Values as the database has them: enums are numbers.</summary>
    private static Array Stored(Array values) => values.GetType().GetElementType() is { IsEnum: true }
        ? values.Cast<object>().Select(v => Convert.ToInt64(v, CultureInfo.InvariantCulture)).ToArray()
        : values;

    private static string Json(Array values) => System.Text.Json.JsonSerializer.Serialize(Stored(values).Cast<object>());

    private TableReader ReaderOf(Type entity) => readers.GetOrAdd(entity, type => new TableReader(
        model.FindEntityType(type) ?? throw new InvalidOperationException($"{type} is not in the model.")));
}

/// <summary>Reads whole rows of one table. What it knows of the table comes from the EF model.</summary>
internal sealed class TableReader
{
    private readonly IEntityType entity;
    private readonly Func<DbDataReader, object> read;
    private readonly Func<object, long>? keyOf;

    public TableReader(IEntityType entity)
    {
        this.entity = entity;
        var properties = entity.GetProperties().ToArray();
        Table = entity.GetTableName() ?? throw new InvalidOperationException($"{entity.Name} has no table.");
        Rank = LockRanks.RankOf(entity);
        Select = $"SELECT {string.Join(", ", properties.Select(p => p.GetColumnName()))} FROM {Table}";
        read = ReadOf(entity.ClrType, properties);
        if (entity.FindPrimaryKey()!.Properties is [{ ClrType: var type } key] && type == typeof(long))
        {
            Key = key.GetColumnName();
            keyOf = row => (long)key.PropertyInfo!.GetValue(row)!;
        }
    }

    public string Table { get; }

    public LockRank Rank { get; }

    /// <summary>The select of all columns, without a condition.</summary>
    public string Select { get; }

    /// <summary>The column of the primary key, where that is one number.</summary>
    public string Key
    {
        get => field ?? throw new InvalidOperationException($"{Table} has no single number as its key.");
    }

    public long KeyOf(object row) => keyOf!(row);

    public string ColumnOf(System.Reflection.PropertyInfo property) =>
        entity.FindProperty(property.Name)?.GetColumnName()
        ?? throw new InvalidOperationException($"{property.Name} is no column of {Table}.");

    public async Task<List<object>> RowsOfAsync(DbDataReader reader)
    {
        List<object> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static async Task<IReadOnlyList<long[]>> NumbersOfAsync(DbDataReader reader)
    {
        List<long[]> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i =>
                reader.IsDBNull(i) ? 0 : Convert.ToInt64(reader.GetValue(i), CultureInfo.InvariantCulture))]);
        }

        return rows;
    }

    private static Func<DbDataReader, object> ReadOf(Type type, IProperty[] properties)
    {
        var reader = Expression.Parameter(typeof(DbDataReader));
        var bindings = properties.Select((property, i) =>
        {
            var column = Expression.Constant(i);
            var stored = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            stored = stored.IsEnum ? Enum.GetUnderlyingType(stored) : stored;
            Expression value = Expression.Convert(
                Expression.Call(reader, nameof(DbDataReader.GetFieldValue), [stored], column), property.ClrType);
            if (property.IsNullable)
            {
                value = Expression.Condition(
                    Expression.Call(reader, nameof(DbDataReader.IsDBNull), [], column), Expression.Default(property.ClrType), value);
            }

            return (MemberBinding)Expression.Bind(property.PropertyInfo!, value);
        });
        var row = Expression.MemberInit(Expression.New(type), bindings);
        return Expression.Lambda<Func<DbDataReader, object>>(Expression.Convert(row, typeof(object)), reader).Compile();
    }
}
