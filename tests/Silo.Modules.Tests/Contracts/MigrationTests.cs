using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Silo.Server;
using Silo.Storage;
using Xunit;

namespace Silo.Modules.Tests.Contracts;

/// <summary>Goal: no change of an entity lacks its migrations. Method: EF compares the modules' model with the last ones.</summary>
public sealed class MigrationTests
{
    [Fact]
    public void Model_OnPostgreSql_HasItsMigrations()
    {
        Assert.False(HasPendingChanges(DesignTime.PostgreSql(DesignTime.Modules())));
        Assert.True(HasPendingChanges(DesignTime.PostgreSql(WithAPlantedEntity())));
    }

    [Fact]
    public void Model_OnSqlite_HasItsMigrations()
    {
        Assert.False(HasPendingChanges(DesignTime.Sqlite(DesignTime.Modules())));
        Assert.True(HasPendingChanges(DesignTime.Sqlite(WithAPlantedEntity())));
    }

    private static bool HasPendingChanges(SiloDbContext context)
    {
        using (context)
        {
            return context.Database.HasPendingModelChanges();
        }
    }

    private static IServiceCollection WithAPlantedEntity() =>
        DesignTime.Modules().AddSingleton<IModuleModel, PlantedModel>();

    private sealed class PlantedModel : IModuleModel
    {
        public void Configure(ModelBuilder model) => model.Entity<PlantedRow>().ToTable("planted").HasKey(row => row.Id);
    }

    private sealed class PlantedRow
    {
        public long Id { get; init; }
    }
}
