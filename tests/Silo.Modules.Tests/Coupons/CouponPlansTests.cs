using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Silo.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: a hot coupon's user coupons are never read through to find those of a few users, whatever the planner knows of the
/// table. Method: the statements that the module itself sends are caught and explained, with their values and as generic
/// plans, on a table never analysed, on one analysed when it was small, and on one analysed now.
/// </summary>
public sealed partial class CouponPlansTests(CouponNode<PostgresDatabase> node) : CouponSuite<PostgresDatabase>(node)
{
    private const string ByUser = "IX_coupons_user_coupons_user_id_coupon_id_ordinal";
    private const string ByCoupon = "IX_coupons_user_coupons_coupon_id_id";

    [Theory]
    [InlineData(Statistics.None)]
    [InlineData(Statistics.OfTheSmallTable)]
    [InlineData(Statistics.Now)]
    public async Task UserCoupons_OfAHotCoupon_AreReadByTheirIndexes(Statistics statistics)
    {
        var coupon = await Node.CreateAsync();
        var quiet = await Node.CreateAsync();
        await using var connection = new NpgsqlConnection(Node.Database.ConnectionString);
        await connection.OpenAsync();
        await RunAsync(connection, "TRUNCATE coupons_user_coupons; ALTER TABLE coupons_user_coupons SET (autovacuum_enabled = false)");
        await RunAsync(connection, "DELETE FROM pg_statistic WHERE starelid = 'coupons_user_coupons'::regclass");
        // A shop has had some coupons before the hot one.
        for (var former = quiet; former < quiet + 20; former++)
        {
            await InsertAsync(connection, former, 1, 50);
        }

        if (statistics == Statistics.OfTheSmallTable)
        {
            await RunAsync(connection, "ANALYZE coupons_user_coupons");
        }

        await InsertAsync(connection, coupon, 1_000, 50_000);
        if (statistics == Statistics.Now)
        {
            await RunAsync(connection, "ANALYZE coupons_user_coupons");
        }

        var users = Enumerable.Range(1, 256).Select(i => (CouponCommand)new ClaimCommand { UserId = i, DryRun = true }).ToArray();
        var few = await CaughtAsync("request_hash", () => Node.ClaimManyAsync(coupon, users[..3]));
        var many = await CaughtAsync("request_hash", () => Node.ClaimManyAsync(coupon, users));
        foreach (var batch in (Statement[])[few, many])
        {
            var plans = await PlansAsync(connection, batch);
            Assert.All(plans, plan => Assert.True(plan.Contains(ByUser, StringComparison.Ordinal), plan));
            Assert.All(plans, plan => Assert.DoesNotContain(ByCoupon, plan, StringComparison.Ordinal));
            Assert.All(plans, plan => Assert.DoesNotContain("Seq Scan on coupons_user_coupons", plan, StringComparison.Ordinal));
        }

        // What the planner knows to be nearly the whole table, it may as well read in the order of the ids.
        foreach (var listed in statistics == Statistics.Now ? [quiet] : new[] { quiet, coupon })
        {
            var page = await CaughtAsync(
                "ORDER BY", () => Node.Get<CouponsReads>().ClaimsAsync(listed, new Paging(1, 20), CancellationToken.None));
            Assert.All(
                await PlansAsync(connection, page),
                plan => Assert.True(plan.Contains(ByCoupon, StringComparison.Ordinal), plan));
        }
    }

    /// <summary>What the planner knows.</summary>
    public enum Statistics
    {
        None,
        OfTheSmallTable,
        Now,
    }

    private static async Task InsertAsync(NpgsqlConnection connection, long coupon, long first, int count) => await RunAsync(
        connection,
        $"""
        INSERT INTO coupons_user_coupons (id, coupon_id, version, user_id, request_id, request_hash, claimed_at, origin,
            ordinal)
        SELECT {coupon} * 1000000::bigint + {first} + n, {coupon}, 1, {first} + n / 2, 'r' || n, 0, 1, 1, n % 2 FROM generate_series(1, {count}) AS n
        """);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The plan with the statement's values, and the generic one that a prepared statement may get.</summary>
    private static async Task<string[]> PlansAsync(NpgsqlConnection connection, Statement statement)
    {
        await using var custom = new NpgsqlCommand($"EXPLAIN {statement.Sql}", connection);
        custom.Parameters.AddRange(statement.Parameters.Select(p => new NpgsqlParameter(p.Name, p.Value)).ToArray());
        var names = statement.Parameters.Select(p => p.Name.TrimStart('@')).ToList();
        var numbered = ParameterName().Replace(statement.Sql, match => $"${names.IndexOf(match.Groups[1].Value) + 1}");
        await RunAsync(connection, $"SET plan_cache_mode = force_generic_plan; PREPARE explained AS {numbered}");
        await using var generic = new NpgsqlCommand(
            $"EXPLAIN EXECUTE explained({string.Join(", ", statement.Parameters.Select(p => Literal(p.Value)))})", connection);
        string[] plans = [await PlanAsync(custom), await PlanAsync(generic)];
        await RunAsync(connection, "DEALLOCATE explained; RESET plan_cache_mode");
        return plans;
    }

    private static string Literal(object? value) => value is long[] many
        ? $"'{{{string.Join(',', many)}}}'"
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static async Task<string> PlanAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    /// <summary>The one statement on the user coupons with a text in it that is sent meanwhile.</summary>
    private async Task<Statement> CaughtAsync(string text, Func<Task> work)
    {
        Node.Statements.Clear();
        await work();
        return Assert.Single(Node.Statements, s => s.Sql.Contains("coupons_user_coupons", StringComparison.Ordinal)
            && s.Sql.Contains(text, StringComparison.Ordinal));
    }

    [GeneratedRegex("@([A-Za-z_0-9]+)")]
    private static partial Regex ParameterName();

}
