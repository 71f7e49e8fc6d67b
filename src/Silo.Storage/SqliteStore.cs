using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

namespace Silo.Storage;

/// <summary>
/// The embedded store. SQLite has one writer and its asynchronous calls are synchronous, so every writer passes one
/// gate and runs on a thread of the pool, never on a grain's. Readers use other connections (WAL).
/// </summary>
internal sealed class SqliteStore : IStore
{
    private const string WriteState =
        """
        INSERT INTO OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
            GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
        VALUES ($h, 0, $n1, $th, $t, $ext, $service, $payload, datetime('now'), $version)
        ON CONFLICT (ServiceId, GrainTypeString, GrainIdN0, GrainIdN1, coalesce(GrainIdExtensionString, ''))
        DO UPDATE SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn,
            Version = excluded.Version
        WHERE Version + 1 = excluded.Version
        """;

    private const string ReadState =
        """
        SELECT PayloadBinary, Version FROM OrleansStorage
        WHERE GrainIdHash = $h AND GrainTypeHash = $th AND GrainIdN0 = 0 AND GrainIdN1 = $n1 AND GrainTypeString = $t
            AND coalesce(GrainIdExtensionString, '') = coalesce($ext, '') AND ServiceId = $service
        """;

    private readonly IDbContextFactory<SqliteContext> contexts;
    private readonly DatabaseOptions options;
    private readonly CommitFaults faults;
    private readonly string serviceId;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Lazy<(TableWriters Writers, StagePlan Plan)> tables;
    private readonly DataDirectoryLock directoryLock;
    private Writer? writer;

    public SqliteStore(
        IDbContextFactory<SqliteContext> contexts, DatabaseOptions options, CommitFaults faults, string serviceId)
    {
        (this.contexts, this.options, this.faults, this.serviceId) = (contexts, options, faults, serviceId);
        directoryLock = new DataDirectoryLock(options.DataDirectory);
        // SQLite would make it readable to everybody; the files that it adds later have the mode of this one.
        DataDirectoryLock.Open(options.SqliteFile).Dispose();
        tables = new(() =>
        {
            using var context = contexts.CreateDbContext();
            return (new TableWriters(context.Model), new StagePlan(context.Model, isPostgres: false));
        });
    }

    public int CommitLanes => 1;

    public static string ConnectionString(DatabaseOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = options.SqliteFile,
        Mode = SqliteOpenMode.ReadWriteCreate,
        Cache = SqliteCacheMode.Private,
        Pooling = true,
        DefaultTimeout = 5,
        ForeignKeys = false,
    }.ToString();

    /// <summary>Brings an opened connection, which may come from the pool, to the state that the store relies on.</summary>
    public static void Prepare(SqliteConnection connection, DatabaseOptions options)
    {
        if (!InAutoCommit(connection))
        {
            // A lock time-out can leave a pooled connection inside a transaction; every later write on it would fail.
            Execute(connection, "ROLLBACK");
        }

        Execute(connection, $"PRAGMA synchronous = {options.SqliteSynchronous}");
    }

    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Database.OpenConnectionAsync(cancellation);
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        Execute(connection, "PRAGMA journal_mode = WAL");
        // A process killed while it migrated leaves its lock row, and Migrate would wait for it for ever. The
        // directory lock says that nobody else can be at work.
        Execute(connection, "DROP TABLE IF EXISTS __EFMigrationsLock");
        await context.Database.MigrateAsync(cancellation);
    }

    public async Task<string?> WeakDurabilityAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Database.OpenConnectionAsync(cancellation);
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        var synchronous = Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        command.CommandText = "PRAGMA journal_mode";
        var journal = (string)command.ExecuteScalar()!;
        return synchronous < 2 ? $"SQLite runs with synchronous = {synchronous} (FULL is 2)"
            : journal != "wal" ? $"SQLite runs with journal_mode = {journal}"
            : null;
    }

    // There is one writer, which waits for no row.
    public IReadOnlyList<(string Table, long Key)> WaitingLocksOf(Stage stage) => [];

    public Task<ClockReading> ReadClockAsync(CancellationToken cancellation) => Task.FromResult<ClockReading>(default);

    public Task<T> KeepAliveAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation) =>
        WriteAsync(work, cancellation);

    public async Task<TransactionReport> CommitAsync(IReadOnlyList<Batch> batches, bool asksLocks)
    {
        await gate.WaitAsync();
        try
        {
            return await Task.Run(() => Transact(_ => batches))
                ?? throw new InvalidOperationException("A commit of batches had nothing to write.");
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<TransactionReport?> RunExclusiveAsync(Stage stage, Func<Batch?> decide)
    {
        await gate.WaitAsync();
        try
        {
            return await Task.Run(() => Transact(transaction =>
            {
                Read(transaction, stage, new LockOrder());
                return decide() is { } batch ? [batch] : null;
            }));
        }
        finally
        {
            gate.Release();
        }
    }

    public Task ReadAsync(Stage stage, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            await context.Database.OpenConnectionAsync(cancellation);
            Read((SqliteConnection)context.Database.GetDbConnection(), null, stage, new LockOrder());
            return true;
        },
        cancellation);

    public Task ReadInsideAsync(SiloDbContext context, Stage stage, LockOrder order)
    {
        Read((SqliteTransaction)context.Database.CurrentTransaction!.GetDbTransaction(), stage, order);
        return Task.CompletedTask;
    }

    public Task WriteInsideAsync(SiloDbContext context, Rows rows)
    {
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        var transaction = (SqliteTransaction)context.Database.CurrentTransaction!.GetDbTransaction();
        using var inside = new Writer(connection, serviceId, ownsConnection: false);
        return inside.Write([new Batch(rows)], transaction, tables.Value) is null
            ? Task.CompletedTask
            : Task.FromException(new ConflictException());
    }

    public Task<StoredState[]> ReadStatesAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation) => ReadAsync(
        async context =>
        {
            await context.Database.OpenConnectionAsync(cancellation);
            var connection = (SqliteConnection)context.Database.GetDbConnection();
            using var command = connection.CreateCommand();
            command.CommandText = ReadState;
            command.Parameters.AddWithValue("$service", serviceId);
            var (hash, id) = (command.Parameters.Add("$h", SqliteType.Integer), command.Parameters.Add("$n1", SqliteType.Integer));
            var (nameHash, name) = (command.Parameters.Add("$th", SqliteType.Integer), command.Parameters.Add("$t", SqliteType.Text));
            var text = command.Parameters.Add("$ext", SqliteType.Text);
            var states = new StoredState[keys.Count];
            for (var i = 0; i < states.Length; i++)
            {
                var key = keys[i];
                (hash.Value, id.Value, nameHash.Value, name.Value) = (key.IdHash, key.Id, key.NameHash, key.StateName);
                text.Value = (object?)key.Text ?? DBNull.Value;
                using var reader = command.ExecuteReader();
                states[i] = reader.Read()
                    ? new(reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0), reader.GetInt32(1))
                    : StoredState.None;
            }

            return states;
        },
        cancellation);

    public async Task<T> WriteAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            return await Task.Run(
                async () =>
                {
                    await using var context = await contexts.CreateDbContextAsync(cancellation);
                    await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
                    return await work(context);
                },
                cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public Task<T> ReadAsync<T>(Func<SiloDbContext, Task<T>> query, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            await using var context = await contexts.CreateDbContextAsync(cancellation);
            context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            return await query(context);
        },
        cancellation);

    public bool IsUnavailable(Exception exception) => exception is IOException
        || (exception is SqliteException sqlite && sqlite.SqliteErrorCode is
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM
            or raw.SQLITE_CANTOPEN or raw.SQLITE_INTERRUPT);

    public bool IsUniqueViolation(Exception exception) => exception is SqliteException
    {
        SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY,
    };

    public ValueTask DisposeAsync()
    {
        writer?.Dispose();
        gate.Dispose();
        SqliteConnection.ClearAllPools();
        directoryLock.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static bool InAutoCommit(SqliteConnection connection) => raw.sqlite3_get_autocommit(connection.Handle) != 0;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Read(SqliteTransaction transaction, Stage stage, LockOrder order) =>
        Read(transaction.Connection!, transaction, stage, order);

    private void Read(SqliteConnection connection, SqliteTransaction? transaction, Stage stage, LockOrder order)
    {
        foreach (var statement in tables.Value.Plan.StatementsOf(stage, order))
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            Fill(command, statement.Sql, statement.Values);
            if (statement.Take is null)
            {
                command.ExecuteNonQuery();
                continue;
            }

            using var reader = command.ExecuteReader();
            // Its asynchronous calls are synchronous.
            statement.Take(reader).GetAwaiter().GetResult();
        }

        stage.Complete();
    }

    private static void Fill(SqliteCommand command, string sql, IReadOnlyList<object> values)
    {
        command.CommandText = sql;
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters.AddWithValue($"$p{i + 1}", values[i]);
        }
    }

    /// <summary>Runs one transaction of the writer; null where there is nothing to write.</summary>
    private TransactionReport? Transact(Func<SqliteTransaction, IReadOnlyList<Batch>?> decide)
    {
        var (committing, deciding) = (false, false);
        try
        {
            writer ??= OpenWriter();
            using var transaction = writer.Connection.BeginTransaction(deferred: false);
            deciding = true;
            var batches = decide(transaction);
            deciding = false;
            if (batches is null)
            {
                transaction.Rollback();
                return null;
            }

            faults.BeforeSend?.Invoke();
            if (writer.Write(batches, transaction, tables.Value) is { } refused)
            {
                transaction.Rollback();
                return refused;
            }

            if (InAutoCommit(writer.Connection))
            {
                throw new IOException("SQLite ended the transaction by itself.");
            }

            committing = true;
            transaction.Commit();
            faults.AfterSend?.Invoke(Task.CompletedTask).GetAwaiter().GetResult();
            faults.AfterCommit?.Invoke();
            return new(TransactionOutcome.Committed);
        }
        catch (Exception exception)
        {
            // Prepared statements and the transaction's state are not worth saving after an error.
            writer?.Dispose();
            writer = null;
            if (deciding && !IsUnavailable(exception))
            {
                throw;
            }

            return new(
                committing ? TransactionOutcome.Unknown
                    : IsUniqueViolation(exception) ? TransactionOutcome.RowTaken
                    : TransactionOutcome.RolledBack,
                Error: exception);
        }
    }

    private Writer OpenWriter()
    {
        var connection = new SqliteConnection(ConnectionString(options));
        try
        {
            connection.Open();
            Prepare(connection, options);
            return new Writer(connection, serviceId, ownsConnection: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection with its prepared statements.</summary>
    private sealed class Writer : IDisposable
    {
        private readonly SqliteCommand state;
        private readonly Dictionary<TableWriter, SqliteCommand> rows = [];
        private readonly bool ownsConnection;

        public Writer(SqliteConnection connection, string serviceId, bool ownsConnection)
        {
            (Connection, this.ownsConnection) = (connection, ownsConnection);
            state = connection.CreateCommand();
            state.CommandText = WriteState;
            state.Parameters.Add("$h", SqliteType.Integer);
            state.Parameters.Add("$n1", SqliteType.Integer);
            state.Parameters.Add("$th", SqliteType.Integer);
            state.Parameters.Add("$t", SqliteType.Text);
            state.Parameters.Add("$ext", SqliteType.Text);
            state.Parameters.Add("$payload", SqliteType.Blob);
            state.Parameters.Add("$version", SqliteType.Integer);
            state.Parameters.AddWithValue("$service", serviceId);
        }

        public SqliteConnection Connection { get; }

        /// <summary>Writes everything; a report where something was not as expected, and the caller rolls back.</summary>
        public TransactionReport? Write(
            IReadOnlyList<Batch> batches, SqliteTransaction transaction, (TableWriters Writers, StagePlan Plan) tables)
        {
            List<StateKey> written = new(batches.Count);
            state.Transaction = transaction;
            var stale = false;
            foreach (var batch in batches)
            {
                if (batch.Key is not { } key)
                {
                    continue;
                }

                var parameters = state.Parameters;
                (parameters[0].Value, parameters[1].Value, parameters[2].Value) = (key.IdHash, key.Id, key.NameHash);
                (parameters[3].Value, parameters[4].Value) = (key.StateName, (object?)key.Text ?? DBNull.Value);
                (parameters[5].Value, parameters[6].Value) = (batch.Payload, batch.NewVersion);
                if (state.ExecuteNonQuery() == 1)
                {
                    written.Add(key);
                }
                else
                {
                    stale = true;
                }
            }

            if (stale)
            {
                return new(TransactionOutcome.StaleStates, written.Select(k => k.ToString()).ToHashSet());
            }

            foreach (var step in tables.Writers.Merge([.. batches.Select(b => b.Rows)]))
            {
                if (step.Update is { } update)
                {
                    using var guarded = Connection.CreateCommand();
                    guarded.Transaction = transaction;
                    var text = tables.Plan.TextOf(update.Statement);
                    Fill(
                        guarded,
                        update.IsCondition ? $"SELECT count(*) FROM {step.Writer.Table} WHERE {text}" : text,
                        tables.Plan.ValuesOf(update.Statement));
                    if ((update.IsCondition ? (long)guarded.ExecuteScalar()! : guarded.ExecuteNonQuery()) != 1)
                    {
                        return new(TransactionOutcome.GuardFailed, Guard: new(step.Batch, update.Entity, update.Id));
                    }
                }
                else if (!Write(step.Writer, step.Rows, transaction))
                {
                    return new(TransactionOutcome.RowTaken);
                }
            }

            foreach (var tag in batches.SelectMany(b => b.Rows.Invalidations.Tags).Distinct())
            {
                using var raise = Connection.CreateCommand();
                raise.Transaction = transaction;
                Fill(
                    raise,
                    """
                    INSERT INTO silo_cache_tags (tag, version) VALUES ($p1, 1)
                    ON CONFLICT (tag) DO UPDATE SET version = silo_cache_tags.version + 1
                    """,
                    [tag]);
                raise.ExecuteNonQuery();
            }

            return null;
        }

        private bool Write(TableWriter table, List<object> tableRows, SqliteTransaction transaction)
        {
            if (!rows.TryGetValue(table, out var command))
            {
                rows[table] = command = table.SqliteCommand(Connection);
            }

            command.Transaction = transaction;
            return tableRows.TrueForAll(row => table.WriteSqlite(command, row));
        }

        public void Dispose()
        {
            state.Dispose();
            foreach (var command in rows.Values)
            {
                command.Dispose();
            }

            if (ownsConnection)
            {
                Connection.Dispose();
            }
        }
    }
}
