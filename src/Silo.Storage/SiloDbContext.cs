using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Silo.Storage;

/// <summary>
/// The one model of the database, put together from the modules' parts. A column has the name of its property in snake
/// case, where the module's part says nothing else.
/// </summary>
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

        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            // Ids are leased or come from callers: the database makes no value.
            property.ValueGenerated = ValueGenerated.Never;
            if (property.FindAnnotation(RelationalAnnotationNames.ColumnName) is null)
            {
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            }
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
