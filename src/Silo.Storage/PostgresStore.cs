using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Silo.Storage;

/// <summary>
/// The store on PostgreSQL. A group commit is one <see cref="NpgsqlBatch"/>: one round trip and one implicit
/// transaction, which a guard inside it (<c>silo_require</c>) rolls back when a state or a row is not as expected.
/// </summary>
internal sealed class PostgresStore : IStore
{
    private const string GuardFailed = "SL001";

    // Of many batches one may wait for a foreign lock, and the many with it: once, and then in halves for a moment each.
    private const string ShortLockTimeout = "SELECT set_config('lock_timeout', '100', true)";

    private const string WriteStates =
        """
        WITH w AS (
            INSERT INTO orleansstorage AS s (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring,
                grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
            SELECT i.h, 0, i.n1, i.th, i.t, i.ext, $7, i.payload, now() at time zone 'utc', i.version
            FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::bytea[], $8::integer[])
                AS i(h, n1, th, t, ext, payload, version)
            ON CONFLICT (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''))
            DO UPDATE SET payloadbinary = excluded.payloadbinary, modifiedon = excluded.modifiedon,
                version = excluded.version
            WHERE s.version + 1 = excluded.version
            RETURNING s.graintypestring || '/' || coalesce(s.grainidextensionstring, s.grainidn1::text) AS k)
        SELECT silo_require((SELECT count(*) FROM w) = $9, 'state',
            CASE WHEN (SELECT count(*) FROM w) = $9 THEN NULL ELSE (SELECT string_agg(k, chr(10)) FROM w) END)
        """;

    // OFFSET keeps the look-ups apart: one index probe a key, also while the statistics say that the table is empty.
    private const string ReadStates =
        """
        SELECT i.n, s.payloadbinary, s.version
        FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::text[])
            AS i(n, h, n1, th, t, ext)
        CROSS JOIN LATERAL (
            SELECT payloadbinary, version FROM orleansstorage
            WHERE grainidhash = i.h AND graintypehash = i.th AND grainidn0 = 0 AND grainidn1 = i.n1
                AND graintypestring = i.t AND coalesce(grainidextensionstring, '') = coalesce(i.ext, '')
                AND serviceid = $7
            OFFSET 0) s
        """;

    private readonly NpgsqlDataSource source;
    private readonly IDbContextFactory<PostgreSqlContext> contexts;
    private readonly CommitFaults faults;
    private readonly TimeProvider time;
    private readonly string serviceId;
    private readonly Lazy<TableWriters> writers;

    public PostgresStore(
        NpgsqlDataSource source,
        IDbContextFactory<PostgreSqlContext> contexts,
        DatabaseOptions options,
        CommitFaults faults,
        TimeProvider time,
        string serviceId)
    {
        (this.source, this.contexts, this.faults, this.time, this.serviceId) = (source, contexts, faults, time, serviceId);
        CommitLanes = options.CommitLanes;
        writers = new(() =>
        {
            using var context = contexts.CreateDbContext();
            return new TableWriters(context.Model);
        });
    }

    public int CommitLanes { get; }

    /// <summary>The data source with the limits that the store relies on.</summary>
    public static NpgsqlDataSource CreateSource(DatabaseOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.MaxPoolSize = options.MaxConnections;
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        settings.NoResetOnClose = true;
        settings.CommandTimeout = 15;
        settings.Timeout = 5;
        settings.ApplicationName ??= "silo";
        // A foreign lock is told as UNAVAILABLE after two seconds instead of holding a batch.
        // A plan is kept for the life of a connection: one that was made while a table was small must not go on scanning
        // the table when it has grown.
        settings.Options = (settings.Options + " -c lock_timeout=2000 -c statement_timeout=14000"
            + " -c idle_in_transaction_session_timeout=30000 -c enable_seqscan=off").Trim();
        return builder.Build();
    }

    public async Task MigrateAsync(CancellationToken cancellation)
    {
        // Migrations may take longer than an ordinary statement and may wait for another node's.
        await using var gate = await source.OpenConnectionAsync(cancellation);
        await using var settings = new NpgsqlCommand("SET lock_timeout = 0; SET statement_timeout = 0", gate);
        await settings.ExecuteNonQueryAsync(cancellation);
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(7305801)", gate) { CommandTimeout = 300 };
        await take.ExecuteNonQueryAsync(cancellation);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellation);
            context.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
            await context.Database.OpenConnectionAsync(cancellation);
            await context.Database.ExecuteSqlRawAsync("SET lock_timeout = 0; SET statement_timeout = 0", cancellation);
            await context.Database.MigrateAsync(cancellation);
            // The connection goes back to the pool: with the settings that the pool promises.
            await context.Database.ExecuteSqlRawAsync("RESET lock_timeout; RESET statement_timeout", cancellation);
            await ((NpgsqlConnection)context.Database.GetDbConnection()).ReloadTypesAsync(cancellation);
        }
        finally
        {
            await using var release = new NpgsqlCommand(
                "SELECT pg_advisory_unlock(7305801); RESET lock_timeout; RESET statement_timeout", gate);
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    public async Task<string?> WeakDurabilityAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        foreach (var (setting, weak) in new[]
        {
            ("fsync", new[] { "off" }), ("full_page_writes", ["off"]), ("synchronous_commit", ["off"]),
        })
        {
            await using var command = new NpgsqlCommand($"SHOW {setting}", connection);
            var value = (string)(await command.ExecuteScalarAsync(cancellation))!;
            if (weak.Contains(value))
            {
                return $"PostgreSQL runs with {setting} = {value}";
            }
        }

        return null;
    }

    public async Task<TimeSpan> ClockSkewAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT clock_timestamp()");
        var before = time.GetUtcNow();
        var theirs = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
        var after = time.GetUtcNow();
        return new DateTimeOffset(theirs, TimeSpan.Zero) - (before + ((after - before) / 2));
    }

    public async Task<TransactionReport> CommitAsync(IReadOnlyList<Batch> batches, bool again)
    {
        NpgsqlConnection? connection = null;
        var sent = false;
        try
        {
            connection = await source.OpenConnectionAsync();
            await using var command = CommandOf(batches);
            if (again)
            {
                command.BatchCommands.Insert(0, new NpgsqlBatchCommand(ShortLockTimeout));
            }

            command.Connection = connection;
            faults.BeforeSend?.Invoke();
            sent = true;
            if (faults.AfterSend is { } cut)
            {
                var answer = command.ExecuteNonQueryAsync();
                await cut(answer);
            }
            else
            {
                await command.ExecuteNonQueryAsync();
            }

            faults.AfterCommit?.Invoke();
            return new(TransactionOutcome.Committed);
        }
        catch (PostgresException exception) when (exception.InvariantSeverity is "ERROR")
        {
            // The server itself says that it failed, and nothing of an implicit transaction survives an error.
            return exception.SqlState != GuardFailed ? new(TransactionOutcome.RolledBack, Error: exception)
                : exception.MessageText.StartsWith("state\n", StringComparison.Ordinal) ? new(TransactionOutcome.StaleStates, WrittenKeys(exception))
                : new(TransactionOutcome.RowTaken, Error: exception);
        }
        catch (Exception exception)
        {
            // The statements and the commit travel together, so whatever broke after sending may have committed.
            return new(sent ? TransactionOutcome.Unknown : TransactionOutcome.RolledBack, Error: exception);
        }
        finally
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }
    }

    public Task WriteInsideAsync(SiloDbContext context, Batch batch) => ExecuteInsideAsync(context, CommandOf([batch]));

    public async Task WriteInsideAsync(SiloDbContext context, Rows rows)
    {
        if (rows.Count > 0)
        {
            var command = new NpgsqlBatch();
            AddRows(command, writers.Value.Merge([rows]));
            await ExecuteInsideAsync(context, command);
        }
    }

    private static async Task ExecuteInsideAsync(SiloDbContext context, NpgsqlBatch batch)
    {
        await using var command = batch;
        command.Connection = (NpgsqlConnection)context.Database.GetDbConnection();
        command.Transaction = (NpgsqlTransaction)Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions
            .GetDbTransaction(context.Database.CurrentTransaction!);
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException exception) when (exception.SqlState == GuardFailed)
        {
            throw new StaleBatchException(exception);
        }
    }

    public async Task<StoredState[]> ReadStatesAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(ReadStates);
        var numbers = Enumerable.Range(0, keys.Count).ToArray();
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = numbers });
        command.Parameters.Add(Array(keys, k => k.IdHash));
        command.Parameters.Add(Array(keys, k => k.Id));
        command.Parameters.Add(Array(keys, k => k.NameHash));
        command.Parameters.Add(Array(keys, k => k.StateName));
        command.Parameters.Add(Array(keys, k => k.Text));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = serviceId });
        var states = new StoredState[keys.Count];
        System.Array.Fill(states, StoredState.None);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            states[reader.GetInt32(0)] = new(
                await reader.IsDBNullAsync(1, cancellation) ? null : reader.GetFieldValue<byte[]>(1), reader.GetInt32(2));
        }

        return states;
    }

    public async Task<T> WriteAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        return await work(context);
    }

    public async Task<T> ReadAsync<T>(Func<SiloDbContext, Task<T>> query, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        context.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await query(context);
    }

    public bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is "55P03" or "57014" or "40P01" or "40001" or "53100" or "53200"
            or "53300" || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("58", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException => true,
        _ => false,
    };

    public bool IsUniqueViolation(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static HashSet<string> WrittenKeys(PostgresException exception) =>
        // In the message and not in the detail, which the driver withholds unless a setting allows it.
        [.. exception.MessageText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    private static NpgsqlParameter<T[]> Array<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> pick)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = pick(items[i]);
        }

        return new() { TypedValue = values };
    }

    private NpgsqlBatch CommandOf(IReadOnlyList<Batch> batches)
    {
        var command = new NpgsqlBatch();
        Batch[] sorted = [.. batches];
        System.Array.Sort(sorted, (x, y) => StateKeyOrder.Instance.Compare(x.Key, y.Key));
        var states = new NpgsqlBatchCommand(WriteStates);
        states.Parameters.Add(Array(sorted, b => b.Key.IdHash));
        states.Parameters.Add(Array(sorted, b => b.Key.Id));
        states.Parameters.Add(Array(sorted, b => b.Key.NameHash));
        states.Parameters.Add(Array(sorted, b => b.Key.StateName));
        states.Parameters.Add(Array(sorted, b => b.Key.Text));
        states.Parameters.Add(Array(sorted, b => b.Payload));
        states.Parameters.Add(new NpgsqlParameter<string> { TypedValue = serviceId });
        states.Parameters.Add(Array(sorted, b => b.NewVersion));
        states.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sorted.Length });
        command.BatchCommands.Add(states);
        AddRows(command, writers.Value.Merge([.. batches.Select(b => b.Rows)]));
        return command;
    }

    private static void AddRows(NpgsqlBatch command, IEnumerable<(TableWriter Writer, List<object> Rows)> tables)
    {
        foreach (var (writer, rows) in tables)
        {
            command.BatchCommands.Add(writer.PostgresCommand(rows));
        }
    }
}
