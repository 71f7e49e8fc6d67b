using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Silo.Coupons.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: every acknowledged claim survives the death of the process, and nothing exceeds the total. Method: a load on a
/// large stock, SIGKILL at a random moment, a restart, and a comparison of what was acknowledged with what is stored.
/// </summary>
public sealed class ClaimCrashTests(ITestOutputHelper output)
{
    private const int Users = 64;
    private const int Stock = 1_000_000;

    /// <summary>Rounds on each database; the long form sets SILO_CRASH_ROUNDS=10.</summary>
    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("SILO_CRASH_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Kill_DuringALoad_LosesNoAcknowledgedClaim(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users * 100);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SILO_CRASH_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var coupon = await shop.CreateCouponAsync(Stock, limit: 100);
        var acknowledged = new ConcurrentDictionary<(long User, string Request), long>();
        for (var round = 1; round <= Rounds; round++)
        {
            var delay = TimeSpan.FromSeconds(0.2 + (random.NextDouble() * 2.8));
            var before = acknowledged.Count;
            var unanswered = await LoadUntilKilledAsync(shop, coupon, round, delay, acknowledged);
            var ofRound = acknowledged.Count - before;
            output.WriteLine(
                $"{database} round {round}: killed after {delay.TotalSeconds:F2} s, {ofRound} acknowledged, {unanswered.Count} unanswered");
            Assert.True(ofRound > 0 && !unanswered.IsEmpty, $"Round {round} proves nothing, seed {seed}.");

            await shop.RestartAsync();

            var rows = (await shop.QueryAsync(
                $"SELECT user_id, request_id, id FROM coupons_pieces WHERE coupon_id = {coupon}",
                r => (User: r.GetInt64(0), Request: r.GetString(1), Id: r.GetInt64(2))))
                .ToDictionary(r => (r.User, r.Request), r => r.Id);
            foreach (var (claim, piece) in acknowledged)
            {
                Assert.True(rows.TryGetValue(claim, out var stored) && stored == piece, $"{claim} was lost, seed {seed}");
            }

            await shop.LogInAsync();
            var state = (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, shop.Owner)).Coupon;
            Assert.Equal(rows.Count, state.Claimed);
            Assert.Equal(Stock - rows.Count, state.StockLeft);
            // An unanswered claim is there or not; its retry gets one piece either way, the stored one if there is one.
            var (user, request) = unanswered.First();
            var retried = await shop.Coupons.ClaimCouponAsync(
                new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)));
            Assert.Equal(rows.TryGetValue((user, request), out var first) ? first : retried.Piece.Id, retried.Piece.Id);
            acknowledged[(user, request)] = retried.Piece.Id;
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

    private static async Task<ConcurrentBag<(long User, string Request)>> LoadUntilKilledAsync(
        Shop shop,
        long coupon,
        int round,
        TimeSpan delay,
        ConcurrentDictionary<(long User, string Request), long> acknowledged)
    {
        var unanswered = new ConcurrentBag<(long, string)>();
        using var killed = new CancellationTokenSource();
        var load = Enumerable.Range(0, Users).Select(worker => Task.Run(async () =>
        {
            using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
            var client = new CouponsService.CouponsServiceClient(channel);
            for (var i = 0; !killed.IsCancellationRequested; i++)
            {
                // Each worker has a hundred users, each of them a hundred claims in all rounds.
                var user = (worker * 100) + (i % 100) + 1;
                var request = $"k{round}-{i}";
                try
                {
                    var answer = await client.ClaimCouponAsync(
                        new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)));
                    acknowledged[(user, request)] = answer.Piece.Id;
                }
                catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
                {
                    return;
                }
                catch (RpcException)
                {
                    unanswered.Add((user, request));
                    return;
                }
            }
        })).ToArray();
        await Task.Delay(delay, TimeProvider.System);
        await shop.Server.KillAsync();
        await killed.CancelAsync();
        await Task.WhenAll(load);
        return unanswered;
    }
}
