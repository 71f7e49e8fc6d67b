using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;
using Silo.Accounts;
using Silo.Bargains;
using Silo.Catalog;
using Silo.Comments;
using Silo.Content;
using Silo.Coupons;
using Silo.Files;
using Silo.GroupBuys;
using Silo.Lotteries;
using Silo.Points;
using Silo.Reference;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Server;

/// <summary>Makes contexts for the migration tool; no database is opened.</summary>
internal static class DesignTime
{
    public static IServiceCollection Modules() => new ServiceCollection()
        .AddReference()
        .AddAccounts(new ConfigurationBuilder().Build())
        .AddWallets()
        .AddCoupons()
        .AddLotteries()
        .AddPoints()
        .AddContent()
        .AddFiles(new ConfigurationBuilder().Build())
        .AddComments(new ConfigurationBuilder().Build())
        .AddCatalog()
        .AddBargains()
        .AddGroupBuys();

    public static PostgreSqlContext PostgreSql(IServiceCollection modules)
    {
        var builder = new DbContextOptionsBuilder<PostgreSqlContext>();
        StorageArea.ConfigurePostgreSql(
            builder, modules.BuildServiceProvider(), NpgsqlDataSource.Create("Host=localhost;Database=silo"));
        return new PostgreSqlContext(builder.Options);
    }

    public static SqliteContext Sqlite(IServiceCollection modules)
    {
        var builder = new DbContextOptionsBuilder<SqliteContext>();
        StorageArea.ConfigureSqlite(builder, modules.BuildServiceProvider(), new DatabaseOptions());
        return new SqliteContext(builder.Options);
    }
}

internal sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlContext>
{
    public PostgreSqlContext CreateDbContext(string[] args) => DesignTime.PostgreSql(DesignTime.Modules());
}

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteContext>
{
    public SqliteContext CreateDbContext(string[] args) => DesignTime.Sqlite(DesignTime.Modules());
}
