using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Silo.Testing.Databases;

namespace Silo.Storage.Tests;

/// <summary>One fresh database of one kind; every suite is inherited once for each kind.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    /// <summary>Whether it is PostgreSQL.</summary>
    internal bool IsPostgres => this is PostgresDatabase;

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>The settings of a node over this database.</summary>
    internal IConfiguration Configuration(params (string Key, string Value)[] more)
    {
        var settings = Settings().Concat(more).ToDictionary(s => s.Key, s => (string?)s.Value);
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    protected abstract IEnumerable<(string Key, string Value)> Settings();
}

public sealed class PostgresDatabase : TestDatabase
{
    /// <summary>For connections that are not the node's.</summary>
    internal string ConnectionString { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        if (PostgresServer.SkipReason is { } reason)
        {
            Assert.Skip(reason);
        }

        ConnectionString = await PostgresServer.CreateDatabaseAsync("storage");
    }

    public override async ValueTask DisposeAsync()
    {
        if (ConnectionString.Length > 0)
        {
            await PostgresServer.DropDatabaseAsync(ConnectionString);
        }
    }

    /// <summary>A connection that is in nobody's pool.</summary>
    internal async Task<NpgsqlConnection> OpenOwnAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    protected override IEnumerable<(string Key, string Value)> Settings() =>
        [("Silo:Database:Provider", "PostgreSql"), ("ConnectionStrings:Silo", ConnectionString)];
}

public sealed class SqliteDatabase : TestDatabase
{
    internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("silo-storage-").FullName;

    internal string File => Path.Combine(Directory, "silo.db");

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A connection that is in nobody's pool.</summary>
    internal SqliteConnection OpenOwn()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        return connection;
    }

    protected override IEnumerable<(string Key, string Value)> Settings() =>
        [("Silo:Database:Provider", "Sqlite"), ("Silo:DataDirectory", Directory)];
}
