using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using Npgsql;
using Silo.Accounts.V1;
using Silo.Coupons.V1;
using Silo.Edge.V1;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>The databases that the suites run on.</summary>
public enum Database
{
    Sqlite,
    PostgreSql,
}

/// <summary>A running server over a database of its own, with an owner who is logged in.</summary>
public sealed class Shop : IAsyncDisposable
{
    public const string OwnerName = "test-owner";
    public const string OwnerPassword = "a-long-password";

    /// <summary>Settings of a server that logs all that it can.</summary>
    public static readonly Dictionary<string, string> Talkative = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__Microsoft"] = "Trace",
        ["Logging__LogLevel__Grpc"] = "Trace",
    };

    // Far from the ids of a server's own users, and from those that tests take for nobody's.
    private static long lastUser = 1_000_000;
    private static int operators;

    private readonly string? connectionString;

    private Shop(ServerProcess server, Database database, string? connectionString)
    {
        (Server, Database, this.connectionString) = (server, database, connectionString);
        Channel = server.OpenChannel();
    }

    public ServerProcess Server { get; }

    public Database Database { get; }

    /// <summary>One channel; its connection is shared by all calls on it.</summary>
    public GrpcChannel Channel { get; private set; }

    /// <summary>Headers of the owner.</summary>
    public Metadata Owner { get; private set; } = [];

    public CouponsService.CouponsServiceClient Coupons => new(Channel);

    public CouponsAdminService.CouponsAdminServiceClient CouponsAdmin => new(Channel);

    public WalletsService.WalletsServiceClient Wallets => new(Channel);

    public WalletsAdminService.WalletsAdminServiceClient WalletsAdmin => new(Channel);

    public AccountsService.AccountsServiceClient Accounts => new(Channel);

    public AccountsAdminService.AccountsAdminServiceClient AccountsAdmin => new(Channel);

    /// <summary>Whether a database is there; in CI it must be.</summary>
    public static bool IsInstalled(Database database) => database != Database.PostgreSql || PostgresServer.IsAvailable;

    /// <summary>Skips the test where the database is not installed.</summary>
    public static void SkipWithout(Database database) =>
        Assert.SkipUnless(IsInstalled(database), PostgresServer.SkipReason ?? "");

    /// <summary>Starts a server; skips the test where the database is not installed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="settings">Settings beside <see cref="SettingsOf"/>.</param>
    /// <param name="dump">What the database holds before the start, on PostgreSQL; null for nothing.</param>
    public static async Task<Shop> StartAsync(
        Database database, Dictionary<string, string>? settings = null, string? dump = null)
    {
        SkipWithout(database);
        var connectionString = database == Database.PostgreSql ? await PostgresServer.CreateDatabaseAsync("shop") : null;
        if (connectionString is not null && dump is not null)
        {
            await PostgresDump.RestoreAsync(connectionString, dump);
        }

        var all = SettingsOf(connectionString);
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        var shop = new Shop(await ServerProcess.StartAsync(all), database, connectionString);
        await shop.LogInAsync();
        return shop;
    }

    /// <summary>The settings of a test's server; SQLite where there is no connection string.</summary>
    public static Dictionary<string, string> SettingsOf(string? connectionString)
    {
        var settings = connectionString is null ? ServerProcess.Sqlite() : ServerProcess.PostgreSql(connectionString);
        settings["Silo__Operator__UserName"] = OwnerName;
        settings["Silo__Operator__Password"] = OwnerPassword;
        // Tests are about what is done with passwords, not about the cost of hashing them.
        settings["Silo__Accounts__PasswordIterations"] = "1000";
        return settings;
    }

    /// <summary>What a call was refused with, such as <c>NotFound:USER_UNKNOWN</c>.</summary>
    public static string AnswerOf(RpcException exception) =>
        $"{exception.StatusCode}:{exception.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason}";

    /// <summary>OK, or what the call was refused with.</summary>
    public static async Task<string> AnswerOf(Task call)
    {
        try
        {
            await call;
            return "OK";
        }
        catch (RpcException exception)
        {
            return AnswerOf(exception);
        }
    }

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>The token of a seeded user.</summary>
    public static string TokenOf(long user) => $"00000000-0000-4000-8000-{user:x12}";

    public async Task LogInAsync()
    {
        var answer = await AccountsAdmin.LoginOperatorAsync(new() { Username = OwnerName, Password = OwnerPassword });
        Owner = Bearer(answer.Token);
    }

    /// <summary>Makes an operator of a role and logs him in.</summary>
    public async Task<Metadata> OperatorAsync(Role role)
    {
        var login = new LoginOperatorRequest { Username = $"test-{role}-{Interlocked.Increment(ref operators)}", Password = OwnerPassword };
        await AccountsAdmin.CreateOperatorAsync(new() { Username = login.Username, Password = login.Password, Role = role }, Owner);
        return Bearer((await AccountsAdmin.LoginOperatorAsync(login)).Token);
    }

    /// <summary>Adds to a user's points, or takes from them.</summary>
    public async Task<Wallet> AddPointsAsync(long user, long points) => (await WalletsAdmin.AdjustWalletAsync(
        new() { UserId = user, Account = WalletAccount.Points, Amount = points, Reason = "test" }, Owner)).Wallet;

    /// <summary>Proves the ledger and returns the last answer with the faults of all.</summary>
    public async Task<ProveLedgerResponse> ProveLedgerAsync()
    {
        using var proof = WalletsAdmin.ProveLedger(new(), Owner);
        var whole = new ProveLedgerResponse();
        await foreach (var slice in proof.ResponseStream.ReadAllAsync())
        {
            Assert.False(whole.Done);
            (whole.Transactions, whole.Wallets, whole.Done) = (slice.Transactions, slice.Wallets, slice.Done);
            whole.Faults.Add(slice.Faults);
        }

        Assert.True(whole.Done);
        return whole;
    }

    /// <summary>Starts another node over the same database; on PostgreSQL only. The caller disposes it.</summary>
    public Task<ServerProcess> StartSecondNodeAsync() => ServerProcess.StartAsync(
        SettingsOf(connectionString ?? throw new InvalidOperationException("An embedded database has one node.")));

    /// <summary>Starts the server again over the same data; after a kill or a termination.</summary>
    public async Task RestartAsync()
    {
        Channel.Dispose();
        await Server.RestartAsync();
        Channel = Server.OpenChannel();
    }

    public async Task<long> CreateCouponAsync(long stock, int limit = 1, string name = "Ten off", long points = 0)
    {
        var terms = Terms(stock, limit, name);
        terms.PointsCost = points;
        return (await CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, Owner)).Coupon.Id;
    }

    public static CouponTerms Terms(long stock, int limit = 1, string name = "Ten off") => new()
    {
        Name = name,
        AmountCents = 1000,
        StockTotal = stock,
        LimitPerUser = limit,
        ClaimableFrom = new Timestamp { Seconds = 1_577_836_800 },
        ClaimableUntil = new Timestamp { Seconds = 4_102_444_800 },
    };

    /// <summary>Adds users 1..n with one token each, on a server of a test's own.</summary>
    public Task SeedUsersAsync(int users) => SeedUsersAsync(Enumerable.Range(1, users).Select(user => (long)user));

    /// <summary>Adds users that no other test has, with one token each.</summary>
    public async Task<long[]> NewUsersAsync(int users)
    {
        var first = Interlocked.Add(ref lastUser, users) - users + 1;
        long[] ids = [.. Enumerable.Range(0, users).Select(i => first + i)];
        await SeedUsersAsync(ids);
        return ids;
    }

    /// <summary>Adds one such user.</summary>
    public async Task<long> NewUserAsync() => (await NewUsersAsync(1))[0];

    /// <summary>The whole PostgreSQL database as SQL.</summary>
    public Task<string> DumpAsync() => PostgresDump.WriteAsync(connectionString!);

    /// <summary>Gives users 1..n points, straight into the ledger; before anything else is booked.</summary>
    public Task<int> SeedPointsAsync(int users, long points) => ExecuteAsync(
        $"""
        INSERT INTO wallets_transactions (id, kind, reference, remark, at)
        SELECT id, 1, 'seeded:' || id, '', 0 FROM accounts_users WHERE id <= {users};
        INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence)
        SELECT id, 1, id, 5, {points}, {points}, 1 FROM accounts_users WHERE id <= {users};
        INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence)
        SELECT id, 2, 0, 101, -{points}, NULL, NULL FROM accounts_users WHERE id <= {users};
        INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries)
        SELECT id, 0, 0, 0, 0, {points}, 0, {points}, 1 FROM accounts_users WHERE id <= {users};
        """);

    /// <summary>The pieces of a coupon, each by its claim.</summary>
    public async Task<Dictionary<(long User, string Request), long>> PiecesAsync(long coupon) => (await QueryAsync(
        $"SELECT user_id, request_id, id FROM coupons_user_coupons WHERE coupon_id = {coupon}",
        r => (User: r.GetInt64(0), Request: r.GetString(1), Id: r.GetInt64(2))))
        .ToDictionary(r => (r.User, r.Request), r => r.Id);

    /// <summary>What was charged for coupons: whom, for which piece, how much.</summary>
    public Task<List<(long User, string Reference, long Amount)>> ChargesAsync() => QueryAsync(
        """
        SELECT e.user_id, t.reference, -e.amount FROM wallets_transactions t
        JOIN wallets_entries e ON e.transaction_id = t.id AND e.user_id > 0 WHERE t.kind = 2
        """,
        r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2)));

    /// <summary>Opens the server's database beside it.</summary>
    public async Task<DbConnection> OpenDatabaseAsync()
    {
        DbConnection connection = connectionString is null
            ? new SqliteConnection($"Data Source={Path.Combine(Server.DataDirectory, "silo.db")};Pooling=False;Default Timeout=30")
            : new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read)
    {
        await using var connection = await OpenDatabaseAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Runs a statement past every rule.</summary>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var connection = await OpenDatabaseAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<long> CountAsync(string sql) => (await QueryAsync(sql, r => r.GetInt64(0)))[0];

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await Server.DisposeAsync();
        if (connectionString is not null)
        {
            await PostgresServer.DropDatabaseAsync(connectionString);
        }
    }

    /// <summary>Adds users straight into the tables: registering would hash their passwords.</summary>
    private async Task SeedUsersAsync(IEnumerable<long> users)
    {
        await using var connection = await OpenDatabaseAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var user = connection.CreateCommand();
        user.Transaction = transaction;
        user.CommandText =
            """
            INSERT INTO accounts_users (id, user_name, normalised_name, password_hash, nick, avatar_url, gender, birthday,
                province, city, referrer_id, extra_json, disabled, created_at, registered_address, last_login_at,
                last_login_address, addresses_version, deleted_at)
            VALUES (@id, @name, @name, '', '', '', 0, '', '', '', 0, '', @no, 0, '', 0, '', 0, 0)
            """;
        await using var token = connection.CreateCommand();
        token.Transaction = transaction;
        token.CommandText =
            """
            INSERT INTO accounts_tokens (hash, owner_kind, owner_id, created_at, expires_at, device_id, device_name)
            VALUES (@hash, 1, @id, 0, 4102444800000, '', '')
            """;
        foreach (var id in users)
        {
            user.Parameters.Clear();
            Add(user, "id", id);
            Add(user, "name", id.ToString("'seeded'0", CultureInfo.InvariantCulture));
            Add(user, "no", false);
            await user.ExecuteNonQueryAsync();
            token.Parameters.Clear();
            Add(token, "hash", SHA256.HashData(Encoding.UTF8.GetBytes(TokenOf(id))));
            Add(token, "id", id);
            await token.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
