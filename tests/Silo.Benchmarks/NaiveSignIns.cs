using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Benchmarks;

[Alias("silo.bench.INaiveSignInGrain")]
internal interface INaiveSignInGrain : IGrainWithIntegerKey
{
    /// <summary>Signs the user of the key in for today; the day's number.</summary>
    [Alias("SignIn")]
    Task<long> SignInAsync(long points, string request);
}

[GenerateSerializer, Alias("silo.bench.SignedDays")]
internal sealed class SignedDays
{
    [Id(0)]
    public int LastDay { get; set; }

    [Id(1)]
    public int Streak { get; set; }

    [Id(2)]
    public int Days { get; set; }
}

/// <summary>A sign-in as it is written first: the rows in a transaction, then the state, for each call.</summary>
internal sealed class NaiveSignInGrain(
    [PersistentState("silo.bench.sign_in", StorageArea.ProviderName)] IPersistentState<SignedDays> state,
    NaiveSignIns rows,
    ShopClock clock) : Grain, INaiveSignInGrain
{
    public async Task<long> SignInAsync(long points, string request)
    {
        var now = clock.NowMs;
        var today = clock.DayOf(now).DayNumber;
        if (state.State.LastDay >= today)
        {
            throw new InvalidOperationException("Signed in already.");
        }

        state.State.Streak = state.State.LastDay == today - 1 ? state.State.Streak + 1 : 1;
        (state.State.LastDay, state.State.Days) = (today, state.State.Days + 1);
        await rows.WriteAsync(
            new(this.GetPrimaryKeyLong(), today, now, state.State.Streak, points, request), () => state.WriteStateAsync());
        return today;
    }
}

/// <summary>A sign-in of one user.</summary>
internal sealed record NaiveSignInRow(long User, int Day, long At, int Streak, long Points, string Request);

/// <summary>The rows of a sign-in, written by one transaction for each.</summary>
internal sealed class NaiveSignIns : IDisposable
{
    private static readonly string[] Statements =
    [
        "UPDATE wallets_wallets SET points = points + @points, entries = entries + 1 WHERE user_id = @user",
        "INSERT INTO wallets_transactions (id, kind, reference, remark, at) VALUES (@id, 20, @reference, '', @at)",
        "INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence) "
        + "SELECT @id, 1, user_id, 5, @points, points, entries FROM wallets_wallets WHERE user_id = @user",
        "INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence) "
        + "VALUES (@id, 2, 0, 101, -@points, NULL, NULL)",
        "INSERT INTO points_sign_ins (user_id, day, at, streak, points, made_up, request_id, request_hash) "
        + "VALUES (@user, @day, @at, @streak, @points, @no, @request, 0)",
    ];

    private readonly NpgsqlDataSource? postgres;
    private readonly SqliteConnection? sqlite;
    private readonly SemaphoreSlim gate = new(1);
    private readonly IdSource ids;

    public NaiveSignIns(DatabaseOptions options, IdSource ids)
    {
        this.ids = ids;
        if (options.Provider == DatabaseProvider.PostgreSql)
        {
            postgres = NpgsqlDataSource.Create(options.ConnectionString
                + $";Maximum Pool Size={options.MaxConnections};Timeout=60;Max Auto Prepare=20;Auto Prepare Min Usages=2");
        }
        else
        {
            sqlite = new SqliteConnection($"Data Source={options.SqliteFile};Pooling=False;Default Timeout=60");
        }
    }

    /// <summary>Writes the rows, and after them the state.</summary>
    public async Task WriteAsync(NaiveSignInRow row, Func<Task> state)
    {
        if (postgres is not null)
        {
            await WriteAsync(postgres, row);
            await state();
            return;
        }

        await gate.WaitAsync();
        try
        {
            await Task.Run(() => WriteAsync(sqlite!, row));
            await state();
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        gate.Dispose();
        postgres?.Dispose();
        sqlite?.Dispose();
    }

    private async Task WriteAsync(NpgsqlDataSource source, NaiveSignInRow row)
    {
        // One round trip, and one transaction, since nothing else begins one.
        await using var batch = source.CreateBatch();
        var id = ids.Next();
        foreach (var sql in Statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var (name, value) in Values(id, row).Where(v => sql.Contains(v.Name, StringComparison.Ordinal)))
            {
                command.Parameters.AddWithValue(name, value);
            }

            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
    }

    private async Task WriteAsync(SqliteConnection connection, NaiveSignInRow row)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await connection.OpenAsync();
            await using var pragma = connection.CreateCommand();
            pragma.CommandText = "PRAGMA synchronous = FULL";
            await pragma.ExecuteNonQueryAsync();
        }

        await using var transaction = connection.BeginTransaction(deferred: false);
        var id = ids.Next();
        foreach (var sql in Statements)
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (sql, transaction);
            foreach (var (name, value) in Values(id, row).Where(v => sql.Contains(v.Name, StringComparison.Ordinal)))
            {
                command.Parameters.AddWithValue(name, value);
            }

            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    private static (string Name, object Value)[] Values(long id, NaiveSignInRow row) =>
    [
        ("@id", id),
        ("@user", row.User),
        ("@day", row.Day),
        ("@at", row.At),
        ("@streak", row.Streak),
        ("@points", row.Points),
        ("@no", false),
        ("@request", row.Request),
        ("@reference", string.Create(CultureInfo.InvariantCulture, $"sign-in:{row.User}:{row.Day}")),
    ];
}
