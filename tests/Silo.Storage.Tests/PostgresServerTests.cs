using Npgsql;

namespace Silo.Storage.Tests;

/// <summary>What the suites rely on: a server as strict as the one that Silo demands, and databases of their own.</summary>
public sealed class PostgresServerTests
{
    public static TheoryData<string, string> Settings => new()
    {
        { "fsync", "on" },
        { "full_page_writes", "on" },
        { "synchronous_commit", "on" },
        { "server_encoding", "UTF8" },
        { "max_prepared_transactions", "0" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Show_OfTheSharedServer_IsAsAProductionServers(string setting, string expected)
    {
        Assert.SkipWhen(PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");

        Assert.Equal(expected, await ScalarAsync(await PostgresServer.ConnectAsync(), $"SHOW {setting}"));
    }

    [Fact]
    public async Task CreateDatabase_Twice_GivesTwoEmptyOnesThatCanBeDroppedInUse()
    {
        Assert.SkipWhen(PostgresServer.SkipReason is not null, PostgresServer.SkipReason ?? "");
        var cancellation = TestContext.Current.CancellationToken;

        var (one, two) = (
            await PostgresServer.CreateDatabaseAsync("storage", cancellation),
            await PostgresServer.CreateDatabaseAsync("storage", cancellation));
        await using var user = new NpgsqlConnection(one);
        await user.OpenAsync(cancellation);

        Assert.NotEqual(one, two);
        foreach (var database in (string[])[one, two])
        {
            Assert.Equal(0L, await ScalarAsync(
                database, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"));
            await PostgresServer.DropDatabaseAsync(database, cancellation);
            await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(database, "SELECT 1"));
        }
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
