using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Npgsql;

namespace Silo.Testing.Databases;

/// <summary>
/// One PostgreSQL for everything that tests do on this machine at one time. The first test process that asks starts
/// it, the others join, the last one out stops it and removes its data. Its durability settings are a production
/// server's, because Silo refuses to start on weaker ones.
/// </summary>
public static partial class PostgresServer
{
    /// <summary>Names a server to use instead: an Npgsql connection string whose user may create databases.</summary>
    public const string OverrideVariable = "SILO_TEST_POSTGRES";

    private const string Missing = "PostgreSQL is not installed; apt-get install postgresql";
    private static readonly Lazy<Task<string>> Server = new(() => Task.Run(StartAsync));

    /// <summary>
    /// Why tests that need PostgreSQL cannot run here, or null. Always null where <c>CI</c> is <c>true</c>: there the
    /// first use throws, so that an absent server fails the run instead of thinning it out.
    /// </summary>
    public static string? SkipReason => IsCi || Override is not null || PostgresBinaries.Find() is not null ? null : Missing;

    /// <summary>Whether <see cref="SkipReason"/> is null; for <c>SkipUnless</c> of a test attribute.</summary>
    public static bool IsAvailable => SkipReason is null;

    private static bool IsCi =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    private static string? Override =>
        Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } given ? given : null;

    /// <summary>Starts or joins the server and returns a connection string of its maintenance database.</summary>
    public static Task<string> ConnectAsync() => Server.Value;

    /// <summary>Creates an empty database with a random name and returns its connection string.</summary>
    /// <param name="prefix">How the name begins: lower-case letters, digits and underscores.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string> CreateDatabaseAsync(
        string prefix = "silo", CancellationToken cancellation = default)
    {
        if (!Prefix().IsMatch(prefix))
        {
            throw new ArgumentException("A prefix has lower-case letters, digits and underscores, at most 40.", nameof(prefix));
        }

        var server = await ConnectAsync().WaitAsync(cancellation);
        var name = $"{prefix}_{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        // template0: nobody can be connected to it, which would make the copy fail.
        await ExecuteAsync(server, $"CREATE DATABASE \"{name}\" TEMPLATE template0", cancellation);
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary>Drops a database made by <see cref="CreateDatabaseAsync"/>, whoever is still connected to it.</summary>
    public static async Task DropDatabaseAsync(string connectionString, CancellationToken cancellation = default)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await ExecuteAsync(await ConnectAsync(), $"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)", cancellation);
    }

    private static async Task<string> StartAsync()
    {
        if (Override is { } given)
        {
            return given;
        }

        var binaries = PostgresBinaries.Find() ?? throw new InvalidOperationException(Missing);
        return await SharedPostgres.JoinAsync(binaries);
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$")]
    private static partial Regex Prefix();
}
