using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Silo.Testing.Databases;

/// <summary>One fresh database of one kind; every suite is inherited once for each kind.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    /// <summary>Whether it is PostgreSQL.</summary>
    public bool IsPostgres => this is PostgresDatabase;

    /// <summary>Why this machine has no such database, or null; a test asks before it initializes one.</summary>
    public virtual string? SkipReason => null;

    /// <summary>Makes the database.</summary>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Removes the database.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>The settings of a node over this database.</summary>
    public IConfiguration Configuration(params (string Key, string Value)[] more)
    {
        var settings = Settings().Concat(more).ToDictionary(s => s.Key, s => (string?)s.Value);
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    /// <summary>Which database it is, as settings.</summary>
    protected abstract IEnumerable<(string Key, string Value)> Settings();
}

/// <summary>A database of the shared PostgreSQL server.</summary>
public sealed class PostgresDatabase : TestDatabase
{
    /// <inheritdoc/>
    public override string? SkipReason => PostgresServer.SkipReason;

    /// <summary>For connections that are not the node's.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync() =>
        ConnectionString = await PostgresServer.CreateDatabaseAsync("storage");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (ConnectionString.Length > 0)
        {
            await PostgresServer.DropDatabaseAsync(ConnectionString);
        }
    }

    /// <summary>A connection that is in nobody's pool.</summary>
    public async Task<NpgsqlConnection> OpenOwnAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string Value)> Settings() =>
        [("Silo:Database:Provider", "PostgreSql"), ("ConnectionStrings:Silo", ConnectionString)];
}

/// <summary>An embedded database in a directory of its own.</summary>
public sealed class SqliteDatabase : TestDatabase
{
    private readonly string directory = Directory.CreateTempSubdirectory("silo-storage-").FullName;

    /// <summary>The file of the database.</summary>
    public string File => Path.Combine(directory, "silo.db");

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection that is in nobody's pool.</summary>
    public SqliteConnection OpenOwn()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Key, string Value)> Settings() =>
        [("Silo:Database:Provider", "Sqlite"), ("Silo:DataDirectory", directory)];
}
