using System.Diagnostics;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: every acknowledged claim survives the death of the process, and nothing exceeds the total. Method: a load on a
/// large stock, SIGKILL at a random moment, a restart, and a comparison of what was acknowledged with what is stored.
/// </summary>
public sealed class ClaimCrashTests(ITestOutputHelper output)
{
    private const int Stock = 1_000_000;
    private const int UsersOfWorker = 100;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Kill_DuringALoad_LosesNoAcknowledgedClaim(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(CrashingLoad.Workers * UsersOfWorker);
        var coupon = await shop.CreateCouponAsync(Stock, limit: 100);
        var load = new CrashingLoad(shop, coupon, UsersOfWorker, output);
        for (var round = 1; round <= CrashingLoad.Rounds(3); round++)
        {
            var (rows, unanswered) = await load.RunRoundAsync(round);

            var state = (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, shop.Owner)).Coupon;
            Assert.Equal(rows.Count, state.Claimed);
            Assert.Equal(Stock - rows.Count, state.StockLeft);
            // An unanswered claim is there or not; its retry gets one piece either way, the stored one if there is one.
            var (user, request) = unanswered.First();
            var retried = await shop.Coupons.ClaimCouponAsync(
                new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)));
            Assert.Equal(rows.TryGetValue((user, request), out var first) ? first : retried.UserCoupon.Id, retried.UserCoupon.Id);
            load.Acknowledged[(user, request)] = retried.UserCoupon.Id;
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Commit_EachAcknowledgedClaim_IsSyncedToTheDisk(Database database)
    {
        const int claims = 20;
        Assert.SkipUnless(Tool("strace") is not null || IsCi, "strace is not installed; apt-get install strace");
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(claims);
        var coupon = await shop.CreateCouponAsync(claims);
        var processes = database == Database.Sqlite
            ? [shop.Server.ProcessId]
            : await PostgresProcessesAsync(shop);
        var trace = Path.Combine(shop.Server.HomeDirectory, "syncs");
        using var strace = Process.Start(new ProcessStartInfo(Tool("strace")!, [
            "-f", "-e", "trace=fsync,fdatasync", "-o", trace, .. processes.SelectMany(p => new[] { "-p", $"{p}" }),
        ])
        { RedirectStandardError = true })!;
        foreach (var _ in processes)
        {
            // strace says of each process that it is attached.
            await strace.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }

        // One after the other: each claim is a commit of its own.
        for (var user = 1; user <= claims; user++)
        {
            await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(user)));
        }

        using (var stop = Process.Start("kill", ["-INT", $"{strace.Id}"]))
        {
            await stop.WaitForExitAsync();
        }

        await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        var syncs = (await File.ReadAllLinesAsync(trace)).Count(line => line.Contains("sync(", StringComparison.Ordinal));
        output.WriteLine($"{database}: {claims} claims, {syncs} syncs");
        Assert.True(syncs >= claims, $"{claims} commits, {syncs} syncs");
    }

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    private static string? Tool(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>The server's backends and the WAL writer, which may sync for them.</summary>
    private static async Task<int[]> PostgresProcessesAsync(Shop shop) => [.. await shop.QueryAsync(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR backend_type = 'walwriter'",
        r => r.GetInt32(0))];
}
