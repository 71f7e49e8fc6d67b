using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Silo.Storage;

/// <summary>The one model of the database, put together from the rooms' parts.</summary>
public abstract class SiloDbContext(DbContextOptions options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        StorageModel.Configure(modelBuilder);
        foreach (var room in RoomsOf(this))
        {
            room.Configure(modelBuilder);
        }

    }

    internal static IEnumerable<IRoomModel> RoomsOf(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider
            ?.GetServices<IRoomModel>().OrderBy(room => room.GetType().FullName, StringComparer.Ordinal)
            ?? Enumerable.Empty<IRoomModel>();
}

/// <summary>The model on PostgreSQL; its migrations are in the server.</summary>
public sealed class PostgreSqlContext(DbContextOptions<PostgreSqlContext> options) : SiloDbContext(options);

/// <summary>The model on SQLite; its migrations are in the server.</summary>
public sealed class SqliteContext(DbContextOptions<SqliteContext> options) : SiloDbContext(options);

/// <summary>EF caches a model by context type; ours also depends on the rooms that are registered.</summary>
internal sealed class RoomModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), designTime, string.Join(';', SiloDbContext.RoomsOf(context).Select(r => r.GetType().FullName)));
}
