using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Silo.Storage;

/// <summary>The one model of the database, put together from the modules' parts.</summary>
public abstract class SiloDbContext(DbContextOptions options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        StorageModel.Configure(modelBuilder);
        foreach (var module in ModulesOf(this))
        {
            module.Configure(modelBuilder);
        }

    }

    internal static IEnumerable<IModuleModel> ModulesOf(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider
            ?.GetServices<IModuleModel>().OrderBy(module => module.GetType().FullName, StringComparer.Ordinal)
            ?? Enumerable.Empty<IModuleModel>();
}

/// <summary>The model on PostgreSQL; its migrations are in the server.</summary>
public sealed class PostgreSqlContext(DbContextOptions<PostgreSqlContext> options) : SiloDbContext(options);

/// <summary>The model on SQLite; its migrations are in the server.</summary>
public sealed class SqliteContext(DbContextOptions<SqliteContext> options) : SiloDbContext(options);

/// <summary>EF caches a model by context type; ours also depends on the modules that are registered.</summary>
internal sealed class ModuleModelCacheKey : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) =>
        (context.GetType(), designTime, string.Join(';', SiloDbContext.ModulesOf(context).Select(r => r.GetType().FullName)));
}
