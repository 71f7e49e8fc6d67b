using Npgsql;

namespace Silo.Testing.Databases;

/// <summary>Databases of a <see cref="PostgresServer"/> as plain SQL, and back.</summary>
public static class PostgresDump
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Writes a database as statements that any later PostgreSQL runs, also without psql.</summary>
    public static async Task<string> WriteAsync(string connectionString)
    {
        var binaries = PostgresBinaries.Find("pg_dump") ?? throw new InvalidOperationException("pg_dump is not installed.");
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var (code, output) = await Tool.RunAsync(
            Limit,
            Path.Combine(binaries, "pg_dump"),
            $"--dbname=host={database.Host} port={database.Port} user={database.Username} dbname={database.Database}",
            "--inserts", "--no-owner", "--no-privileges", "--no-comments");
        if (code != 0)
        {
            throw new InvalidOperationException($"pg_dump ended with code {code}:\n{output}");
        }

        // Commands of psql, and a setting that only newer servers know.
        var lines = output.Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => !line.StartsWith('\\') && !line.StartsWith("SET transaction_timeout", StringComparison.Ordinal));
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Runs a dump on an empty database.</summary>
    public static async Task RestoreAsync(string connectionString, string dump)
    {
        // Not from the pool: the dump changes the session.
        var once = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(once.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(dump, connection);
        await command.ExecuteNonQueryAsync();
    }
}
