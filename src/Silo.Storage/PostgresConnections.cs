using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Silo.Storage;

/// <summary>
/// A node's connections to PostgreSQL, apart by what they are for, so that what waits for a row takes none from those who
/// only read, and a node under load still renews its leases and tells the time.
/// </summary>
internal sealed class PostgresConnections(DatabaseOptions options) : IAsyncDisposable
{
    /// <summary>Of health, clock and leases; nothing else uses them.</summary>
    public const int KeepAliveSize = 2;

    /// <summary>How long one waits for a connection in seconds; the wait of those that lock is bounded before, by turns.</summary>
    private const int Patience = 5;

    // A foreign lock is told after two seconds instead of holding a transaction. The many of a group commit wait for a
    // moment only: the one that met the lock goes on by itself.
    private const int LockTimeout = 2000;
    private const int CommitLockTimeout = 100;

    /// <summary>For queries.</summary>
    public NpgsqlDataSource Reads { get; } = Create(options, options.Share, LockTimeout);

    /// <summary>For units and exclusive transactions, which may wait for locks; each kind is given half.</summary>
    public NpgsqlDataSource Writes { get; } = Create(options, 2 * options.Share, LockTimeout);

    /// <summary>For group commits.</summary>
    public NpgsqlDataSource Commits { get; } = Create(options, options.CommitLanes, CommitLockTimeout);

    /// <summary>For health, clock and leases.</summary>
    public NpgsqlDataSource KeepAlive { get; } = Create(options, KeepAliveSize, LockTimeout);

    public async ValueTask DisposeAsync()
    {
        await Reads.DisposeAsync();
        await Writes.DisposeAsync();
        await Commits.DisposeAsync();
        await KeepAlive.DisposeAsync();
    }

    private static NpgsqlDataSource Create(DatabaseOptions options, int size, int lockTimeout)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.MaxPoolSize = size;
        settings.MinPoolSize = 0;
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        settings.NoResetOnClose = true;
        settings.CommandTimeout = 15;
        settings.Timeout = Patience;
        settings.ApplicationName ??= "silo";
        // A plan is kept for the life of a connection: one that was made while a table was small must not go on scanning
        // the table when it has grown.
        settings.Options = ($"{settings.Options} -c lock_timeout={lockTimeout} -c statement_timeout=14000"
            + " -c idle_in_transaction_session_timeout=30000 -c enable_seqscan=off").Trim();
        return builder.Build();
    }
}

/// <summary>EF Core's contexts over the connections of each kind.</summary>
/// <param name="Reads">For queries.</param>
/// <param name="Writes">For units.</param>
/// <param name="KeepAlive">For leases.</param>
internal sealed record PostgresContexts(
    IDbContextFactory<PostgreSqlContext> Reads,
    IDbContextFactory<PostgreSqlContext> Writes,
    IDbContextFactory<PostgreSqlContext> KeepAlive);
