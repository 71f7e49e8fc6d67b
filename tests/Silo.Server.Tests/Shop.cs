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
using Silo.Testing;
using Silo.Testing.Databases;
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

    public AccountsService.AccountsServiceClient Accounts => new(Channel);

    public AccountsAdminService.AccountsAdminServiceClient AccountsAdmin => new(Channel);

    /// <summary>Starts a server; skips the test where the database is not installed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="settings">Settings beside <see cref="SettingsOf"/>.</param>
    /// <param name="dump">What the database holds before the start, on PostgreSQL; null for nothing.</param>
    public static async Task<Shop> StartAsync(
        Database database, Dictionary<string, string>? settings = null, string? dump = null)
    {
        Assert.SkipWhen(database == Database.PostgreSql && !PostgresServer.IsAvailable, PostgresServer.SkipReason ?? "");
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

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>The token of a seeded user.</summary>
    public static string TokenOf(long user) => $"00000000-0000-4000-8000-{user:x12}";

    public async Task LogInAsync()
    {
        var answer = await AccountsAdmin.LoginOperatorAsync(new() { Username = OwnerName, Password = OwnerPassword });
        Owner = Bearer(answer.Token);
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

    public async Task<long> CreateCouponAsync(long stock, int limit = 1, string name = "Ten off") =>
        (await CouponsAdmin.CreateCouponAsync(new() { Terms = Terms(stock, limit, name) }, Owner)).Coupon.Id;

    public static CouponTerms Terms(long stock, int limit = 1, string name = "Ten off") => new()
    {
        Name = name,
        AmountCents = 1000,
        StockTotal = stock,
        LimitPerUser = limit,
        ClaimableFrom = new Timestamp { Seconds = 1_577_836_800 },
        ClaimableUntil = new Timestamp { Seconds = 4_102_444_800 },
    };

    /// <summary>Adds users 1..n with one token each, straight into the tables: registering would hash n passwords.</summary>
    public async Task SeedUsersAsync(int users)
    {
        await using var connection = await OpenDatabaseAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var user = connection.CreateCommand();
        user.Transaction = transaction;
        user.CommandText =
            """
            INSERT INTO accounts_users (id, user_name, normalised_name, password_hash, nick, province, city, referrer_id,
                extra_json, disabled, created_at)
            VALUES (@id, @name, @name, '', '', '', '', 0, '', @no, 0)
            """;
        await using var token = connection.CreateCommand();
        token.Transaction = transaction;
        token.CommandText =
            """
            INSERT INTO accounts_tokens (hash, owner_kind, owner_id, created_at, expires_at, device_id, device_name)
            VALUES (@hash, 1, @id, 0, 4102444800000, '', '')
            """;
        for (long id = 1; id <= users; id++)
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

    /// <summary>The whole PostgreSQL database as SQL.</summary>
    public Task<string> DumpAsync() => PostgresDump.WriteAsync(connectionString!);

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

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
