using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Silo.Storage;

/// <summary>The databases that Silo runs on.</summary>
public enum DatabaseProvider
{
    /// <summary>The embedded default: one file under the data directory, one process.</summary>
    Sqlite,

    /// <summary>Production: several nodes on one server.</summary>
    PostgreSql,
}

/// <summary>Where and how data is stored; section <c>Silo:Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary><c>Silo:Database:Provider</c>; default SQLite.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary><c>ConnectionStrings:Silo</c>; required for PostgreSQL, ignored for SQLite.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary><c>Silo:DataDirectory</c>: the SQLite file, its lock and other local files; default <c>./data</c>.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>
    /// <c>Silo:Database:AllowWeakDurability</c>: start although the database may lose acknowledged commits (fsync,
    /// full_page_writes, synchronous_commit or SQLite's synchronous are weaker than they must be); default false.
    /// </summary>
    public bool AllowWeakDurability { get; set; }

    /// <summary><c>Silo:Database:SqliteSynchronous</c>: FULL (default) or EXTRA; weaker needs AllowWeakDurability.</summary>
    public string SqliteSynchronous { get; set; } = "FULL";

    /// <summary>
    /// <c>Silo:Database:MaxConnections</c>: PostgreSQL connections of one node, 10 to 500; default 34. Health and leases have
    /// two, each commit lane has one, and reads, units and exclusive transactions share the others alike.
    /// </summary>
    public int MaxConnections { get; set; } = 34;

    /// <summary><c>Silo:Database:CommitLanes</c>: group commits under way at once on PostgreSQL, 1 to 8; default 2.</summary>
    public int CommitLanes { get; set; } = 2;

    /// <summary>
    /// Most reads at once, most units, and most exclusive transactions. On SQLite it bounds the last two, which wait for its
    /// one writer.
    /// </summary>
    internal int Share => (MaxConnections - PostgresConnections.KeepAliveSize - CommitLanes) / 3;

    /// <summary>The file of the embedded database.</summary>
    public string SqliteFile => Path.Combine(Path.GetFullPath(DataDirectory), "silo.db");

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static DatabaseOptions From(IConfiguration configuration)
    {
        var options = new DatabaseOptions
        {
            ConnectionString = configuration.GetConnectionString("Silo") ?? "",
            DataDirectory = configuration["Silo:DataDirectory"] ?? "data",
        };
        if (configuration["Silo:Database:Provider"] is { } provider
            && !(Enum.TryParse<DatabaseProvider>(provider, ignoreCase: true, out var known) && Enum.IsDefined(known)))
        {
            throw new InvalidOperationException("Silo:Database:Provider must be Sqlite or PostgreSql.");
        }

        configuration.GetSection("Silo:Database").Bind(options);
        if (options.Provider == DatabaseProvider.PostgreSql)
        {
            CheckConnectionString(options.ConnectionString);
        }

        if (options.CommitLanes is < 1 or > 8)
        {
            throw new InvalidOperationException("Silo:Database:CommitLanes must be between 1 and 8.");
        }

        if (options.MaxConnections is < 10 or > 500 || options.Share < 2)
        {
            throw new InvalidOperationException(
                "Silo:Database:MaxConnections must be between 10 and 500, and at least 8 more than the commit lanes.");
        }

        if (options.SqliteSynchronous is not ("OFF" or "NORMAL" or "FULL" or "EXTRA"))
        {
            throw new InvalidOperationException("Silo:Database:SqliteSynchronous must be FULL or EXTRA.");
        }

        return options;
    }

    private static void CheckConnectionString(string text)
    {
        if (text.Length == 0)
        {
            throw new InvalidOperationException("ConnectionStrings:Silo is required when Silo:Database:Provider is PostgreSql.");
        }

        try
        {
            _ = new NpgsqlConnectionStringBuilder(text);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"ConnectionStrings:Silo is wrong: {exception.Message}", exception);
        }
    }
}
