using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Silo.Server;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Contracts;

/// <summary>
/// Goal: rows of an older schema get the values that their new columns need. Method: a database of the migrations up to an
/// older one, with rows of it, is migrated to the end.
/// </summary>
public sealed class MigratedRowsTests
{
    private const string Rows =
        """
        INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, entries)
        VALUES (1, 3, 0, 0, 0, 12, 0, 5), (2, 0, 0, 0, 0, 0, 0, 0);
        INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence)
        VALUES (1, 1, 1, 5, 10, 10, 1), (2, 1, 1, 5, -3, 7, 2), (3, 1, 1, 1, 3, 3, 3), (4, 1, 1, 5, 5, 12, 4), (5, 1, 0, 5, 9, NULL, NULL);
        INSERT INTO points_rules (id, event, threshold_cents, points, disabled, version, created_at)
        VALUES (1, 5, 0, 50, {no}, 1, 0), (2, 1, 0, 100, {no}, 1, 0);
        INSERT INTO lotteries_draws
            (id, lottery_id, position, rule_version, user_id, ordinal, request_id, request_hash, at, prize_id, piece_id, is_goods)
        VALUES (19, 1, 1, 1, 5, 0, 'a', 0, 0, 100, 0, {no}), (12, 1, 2, 1, 6, 0, 'b', 0, 0, 101, 0, {no}),
            (13, 1, 3, 1, 5, 1, 'c', 0, 0, 100, 0, {no}), (14, 1, 4, 2, 7, 0, 'd', 0, 0, 101, 0, {no}),
            (11, 1, 5, 2, 8, 0, 'e', 0, 0, 100, 0, {no}), (15, 1, 6, 2, 6, 1, 'f', 0, 0, 102, 0, {no}),
            (16, 2, 1, 1, 5, 0, 'g', 0, 0, 100, 0, {no}), (17, 2, 2, 1, 5, 1, 'h', 0, 0, 200, 0, {no}),
            (18, 2, 3, 2, 6, 0, 'i', 0, 0, 200, 0, {no}), (20, 2, 4, 2, 7, 0, 'j', 0, 0, 100, 0, {no})
        """;

    [Fact]
    public async Task Migrate_OnPostgreSqlFromPromotions_FillsTheNewColumns()
    {
        Assert.SkipWhen(PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        var connectionString = await PostgresServer.CreateDatabaseAsync("migrated");
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            var options = new DbContextOptionsBuilder<PostgreSqlContext>();
            StorageArea.ConfigurePostgreSql(options, DesignTime.Modules().BuildServiceProvider(), source);
            await using var context = new PostgreSqlContext(options.Options);
            await CheckAsync(context, "false");
        }
        finally
        {
            await PostgresServer.DropDatabaseAsync(connectionString);
        }
    }

    /// <summary>On SQLite there is no other node.</summary>
    [Theory]
    [InlineData(
        """
        INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, entries)
        VALUES (1, 3, 0, 0, 0, 19, 0, 6) ON CONFLICT (user_id) DO UPDATE SET points = excluded.points, entries = excluded.entries
        """)]
    [InlineData(
        """
        INSERT INTO lotteries_draws (id, lottery_id, position, rule_version, user_id, ordinal, request_id, request_hash, at,
            prize_id, piece_id, is_goods)
        VALUES (16, 1, 5, 2, 8, 0, 'f', 0, 0, 100, 0, false)
        """)]
    public async Task WriteOfANodeOfAnOlderVersion_AfterTheMigration_Fails(string statement)
    {
        Assert.SkipWhen(PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        var connectionString = await PostgresServer.CreateDatabaseAsync("migrated");
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            var options = new DbContextOptionsBuilder<PostgreSqlContext>();
            StorageArea.ConfigurePostgreSql(options, DesignTime.Modules().BuildServiceProvider(), source);
            await using var context = new PostgreSqlContext(options.Options);
            await context.GetService<IMigrator>().MigrateAsync();

            var failure = await Assert.ThrowsAsync<PostgresException>(() => context.Database.ExecuteSqlRawAsync(statement));

            Assert.Equal(PostgresErrorCodes.NotNullViolation, failure.SqlState);
        }
        finally
        {
            await PostgresServer.DropDatabaseAsync(connectionString);
        }
    }

    [Fact]
    public async Task Migrate_OnSqliteFromPromotions_FillsTheNewColumns()
    {
        var directory = Directory.CreateTempSubdirectory("silo-migrated-").FullName;
        try
        {
            var options = new DbContextOptionsBuilder<SqliteContext>();
            StorageArea.ConfigureSqlite(options, DesignTime.Modules().BuildServiceProvider(), new DatabaseOptions { DataDirectory = directory });
            await using var context = new SqliteContext(options.Options);
            await CheckAsync(context, "0");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task CheckAsync(SiloDbContext context, string no)
    {
        var older = context.Database.GetMigrations().Single(m => m.EndsWith("_Promotions", StringComparison.Ordinal));
        await context.GetService<IMigrator>().MigrateAsync(older);
        await context.Database.ExecuteSqlRawAsync(Rows.Replace("{no}", no, StringComparison.Ordinal));

        await context.GetService<IMigrator>().MigrateAsync();

        Assert.Equal("1:15 2:0", await PairsAsync("SELECT user_id, points_received FROM wallets_wallets ORDER BY 1"));
        Assert.Equal("1:10 2:0", await PairsAsync("SELECT id, daily_limit FROM points_rules ORDER BY 1"));
        // By position, across the rules of a lottery; a prize's id counts in its lottery alone.
        Assert.Equal("1:0 2:0 3:1 4:1 5:2 6:0", await PairsAsync(Ordinals(1)));
        Assert.Equal("1:0 2:0 3:1 4:1", await PairsAsync(Ordinals(2)));

        static string Ordinals(int lottery) =>
            $"SELECT position, prize_ordinal FROM lotteries_draws WHERE lottery_id = {lottery} ORDER BY 1";

        async Task<string> PairsAsync(string sql)
        {
            await context.Database.OpenConnectionAsync();
            await using var command = context.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync();
            List<string> pairs = [];
            while (await reader.ReadAsync())
            {
                pairs.Add(string.Create(CultureInfo.InvariantCulture, $"{reader.GetInt64(0)}:{reader.GetInt64(1)}"));
            }

            return string.Join(' ', pairs);
        }
    }
}
