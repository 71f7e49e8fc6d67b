using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Silo.Storage;

/// <summary>
/// The store on PostgreSQL. A group commit is one <see cref="NpgsqlBatch"/>: one round trip and one implicit
/// transaction, which a guard inside it (<c>silo_require</c>) rolls back when a state or a row is not as expected.
/// </summary>
internal sealed partial class PostgresStore : IStore
{
    private const string GuardFailed = "SL001";

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

    private readonly PostgresConnections connections;
    private readonly PostgresContexts contexts;
    private readonly CommitFaults faults;
    private readonly TimeProvider time;
    private readonly string serviceId;
    private readonly Lazy<(TableWriters Writers, StagePlan Plan)> tables;

    public PostgresStore(
        PostgresConnections connections,
        PostgresContexts contexts,
        DatabaseOptions options,
        CommitFaults faults,
        TimeProvider time,
        string serviceId)
    {
        (this.connections, this.contexts, this.faults, this.time, this.serviceId) = (connections, contexts, faults, time, serviceId);
        CommitLanes = options.CommitLanes;
        tables = new(() =>
        {
            using var context = contexts.Reads.CreateDbContext();
            return (new TableWriters(context.Model), new StagePlan(context.Model, isPostgres: true));
        });
    }

    public int CommitLanes { get; }

    public async Task MigrateAsync(CancellationToken cancellation)
    {
        // Migrations may take longer than an ordinary statement and may wait for another node's.
        await using var gate = await connections.KeepAlive.OpenConnectionAsync(cancellation);
        await using var settings = new NpgsqlCommand("SET lock_timeout = 0; SET statement_timeout = 0", gate);
        await settings.ExecuteNonQueryAsync(cancellation);
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(7305801)", gate) { CommandTimeout = 300 };
        await take.ExecuteNonQueryAsync(cancellation);
        try
        {
            await using var context = await contexts.Writes.CreateDbContextAsync(cancellation);
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
        await using var connection = await connections.KeepAlive.OpenConnectionAsync(cancellation);
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

    public async Task<ClockReading> ReadClockAsync(CancellationToken cancellation)
    {
        // Connected before the time is taken: the wait for a connection is no part of the measure.
        await using var connection = await connections.KeepAlive.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var before = time.GetUtcNow();
        var theirs = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;
        return new(before, new(theirs, TimeSpan.Zero), time.GetUtcNow());
    }

    public async Task<T> KeepAliveAsync<T>(Func<SiloDbContext, Task<T>> work, CancellationToken cancellation)
    {
        await using var context = await contexts.KeepAlive.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        return await work(context);
    }

    public async Task<TransactionReport> CommitAsync(IReadOnlyList<Batch> batches, bool asksLocks)
    {
        var sent = false;
        try
        {
            await using var connection = await connections.Commits.OpenConnectionAsync();
            await using var command = CommandOf(batches, asksLocks);
            command.Connection = connection;
            faults.BeforeSend?.Invoke();
            sent = true;
            await SendAsync(command);
            faults.AfterCommit?.Invoke();
            return new(TransactionOutcome.Committed);
        }
        catch (Exception exception)
        {
            return ReportOf(exception, sent, batches);
        }
    }

    public async Task<TransactionReport?> RunExclusiveAsync(Stage stage, Func<Batch?> decide)
    {
        var sent = false;
        Batch? batch = null;
        try
        {
            await using var connection = await connections.Writes.OpenConnectionAsync();
            // Begins with the first statement that is sent, in its round trip.
            await using var transaction = await connection.BeginTransactionAsync();
            await ReadAsync(connection, transaction, stage, new LockOrder());
            batch = decide();
            if (batch is null)
            {
                return null;
            }

            await using var command = CommandOf([batch], asksLocks: false);
            command.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            command.Connection = connection;
            command.Transaction = transaction;
            faults.BeforeSend?.Invoke();
            sent = true;
            await SendAsync(command);
            faults.AfterCommit?.Invoke();
            return new(TransactionOutcome.Committed);
        }
        catch (Exception exception) when (sent || IsUnavailable(exception) || exception is PostgresException)
        {
            return ReportOf(exception, sent, batch is null ? [] : [batch]);
        }
    }

    public IReadOnlyList<(string Table, long Key)> WaitingLocksOf(Stage stage) => tables.Value.Plan.WaitingLocksOf(stage);

    public async Task ReadAsync(Stage stage, CancellationToken cancellation)
    {
        await using var connection = await connections.Reads.OpenConnectionAsync(cancellation);
        await ReadAsync(connection, null, stage, new LockOrder());
    }

    public Task ReadInsideAsync(SiloDbContext context, Stage stage, LockOrder order) =>
        ReadAsync((NpgsqlConnection)context.Database.GetDbConnection(), TransactionOf(context), stage, order);

    public async Task WriteInsideAsync(SiloDbContext context, Rows rows)
    {
        await using var command = new NpgsqlBatch();
        AddRows(command, [new Batch(rows)]);
        if (command.BatchCommands.Count == 0)
        {
            return;
        }

        command.Connection = (NpgsqlConnection)context.Database.GetDbConnection();
        command.Transaction = TransactionOf(context);
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException exception) when (exception.SqlState == GuardFailed || IsTaken(exception))
        {
            throw new ConflictException(exception);
        }
    }

    private static NpgsqlTransaction TransactionOf(SiloDbContext context) =>
        (NpgsqlTransaction)Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions
            .GetDbTransaction(context.Database.CurrentTransaction!);

    /// <summary>Sends everything with the commit, which travels with it.</summary>
    private async Task SendAsync(NpgsqlBatch command)
    {
        if (faults.AfterSend is { } cut)
        {
            await cut(command.ExecuteNonQueryAsync());
        }
        else
        {
            await command.ExecuteNonQueryAsync();
        }
    }

    private TransactionReport ReportOf(Exception exception, bool sent, IReadOnlyList<Batch> batches)
    {
        if (exception is not PostgresException { InvariantSeverity: "ERROR" } error)
        {
            // The statements and the commit travel together, so whatever broke after sending may have committed.
            return new(sent ? TransactionOutcome.Unknown : TransactionOutcome.RolledBack, Error: exception);
        }

        // The server itself says that it failed, and nothing of the transaction survives an error.
        if (error.SqlState != GuardFailed)
        {
            // A row that is put can meet a unique key that is not its primary one.
            return new(
                IsTaken(error) ? TransactionOutcome.RowTaken
                    : error.SqlState == PostgresErrorCodes.LockNotAvailable ? TransactionOutcome.RowLocked
                    : TransactionOutcome.RolledBack,
                Error: exception);
        }

        // In the message and not in the detail, which the driver withholds unless a setting allows it.
        var told = error.MessageText.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        switch (told[0])
        {
            case "state":
                return new(TransactionOutcome.StaleStates, told.Skip(1).ToHashSet(StringComparer.Ordinal));
            case "locked":
                var held = told.Skip(2).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToHashSet();
                return new(
                    TransactionOutcome.RowLocked,
                    Locked: Enumerable.Range(0, batches.Count)
                        .Where(i => ChangedRows(batches[i]).Any(row => row.Table == told[1] && held.Contains(row.Id))).ToHashSet(),
                    Error: exception);
            case "guard":
                var (batch, place) = (int.Parse(told[1], CultureInfo.InvariantCulture), int.Parse(told[2], CultureInfo.InvariantCulture));
                var update = batches[batch].Rows.Updates[place];
                return new(TransactionOutcome.GuardFailed, Guard: new(batch, update.Entity, update.Id), Error: exception);
            default:
                return new(TransactionOutcome.RowTaken, Error: exception);
        }
    }

    private async Task ReadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Stage stage, LockOrder order)
    {
        var statements = tables.Value.Plan.StatementsOf(stage, order);
        if (statements.Count > 0)
        {
            await using var command = new NpgsqlBatch(connection, transaction);
            foreach (var statement in statements)
            {
                command.BatchCommands.Add(Command(statement.Sql, statement.Values));
            }

            await using var reader = await command.ExecuteReaderAsync();
            foreach (var take in statements.Select(s => s.Take).OfType<Func<DbDataReader, Task>>())
            {
                await take(reader);
                await reader.NextResultAsync();
            }
        }

        stage.Complete();
    }

    private static NpgsqlBatchCommand Command(string sql, IEnumerable<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    public async Task<StoredState[]> ReadStatesAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation)
    {
        await using var command = connections.Reads.CreateCommand(ReadStates);
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
        await using var context = await contexts.Writes.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        return await work(context);
    }

    public async Task<T> ReadAsync<T>(Func<SiloDbContext, Task<T>> query, CancellationToken cancellation)
    {
        await using var context = await contexts.Reads.CreateDbContextAsync(cancellation);
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

    public bool IsUniqueViolation(Exception exception) => IsTaken(exception);

    public ValueTask DisposeAsync() => connections.DisposeAsync();

    private static bool IsTaken(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    private static NpgsqlParameter<T[]> Array<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> pick)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = pick(items[i]);
        }

        return new() { TypedValue = values };
    }
}
