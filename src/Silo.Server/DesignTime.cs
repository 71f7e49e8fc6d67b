using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;
using Silo.Accounts;
using Silo.Coupons;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Server;

/// <summary>Makes contexts for the migration tool; no database is opened.</summary>
internal static class DesignTime
{
    public static IServiceProvider Rooms() => new ServiceCollection()
        .AddAccounts(new ConfigurationBuilder().Build())
        .AddWallets()
        .AddCoupons()
        .BuildServiceProvider();
}

internal sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlContext>
{
    public PostgreSqlContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<PostgreSqlContext>();
        StorageArea.ConfigurePostgreSql(
            builder, DesignTime.Rooms(), NpgsqlDataSource.Create("Host=localhost;Database=silo"));
        return new PostgreSqlContext(builder.Options);
    }
}

internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteContext>
{
    public SqliteContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<SqliteContext>();
        StorageArea.ConfigureSqlite(builder, DesignTime.Rooms(), new DatabaseOptions());
        return new SqliteContext(builder.Options);
    }
}
