using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using Silo.Accounts.V1;
using Silo.Catalog.V1;
using Silo.Coupons.V1;

namespace Silo.Benchmarks;

/// <summary>What callers saw while others did something else.</summary>
/// <param name="P50Ms">Median of their latencies.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="Calls">Calls that were answered.</param>
/// <param name="Refused">Calls that were not.</param>
internal sealed record Seen(double P50Ms, double P99Ms, int Calls, int Refused);

/// <summary>Shoppers beside others who want one row.</summary>
internal sealed partial class Bench
{
    /// <summary>Calls in flight of those who want one row, and shoppers or goods where they are spread.</summary>
    private const int Crowd = 200;

    /// <summary>Calls in flight of those who want nothing of it.</summary>
    private const int Others = 16;

    private const int HeldWallets = 8;

    /// <summary>Claims of one shopper, the most that a coupon allows.</summary>
    private const int MostOfOne = 100;
    private readonly List<GrpcChannel> channels = [];

    /// <summary>Goods, and shoppers with profiles.</summary>
    public async Task PrepareNeighboursAsync()
    {
        await SeedGoodsAsync(1, Crowd);
        var no = Postgres ? "false" : "0";
        await ExecuteAsync(
            "INSERT INTO accounts_users (id, user_name, normalised_name, password_hash, nick, avatar_url, gender, birthday, province, city, "
            + "referrer_id, extra_json, disabled, created_at, registered_address, last_login_at, last_login_address, addresses_version, deleted_at) "
            + $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Crowd + Others}) "
            + $"SELECT i, 'u' || i, 'u' || i, '', '', '', 0, '', '', '', 0, '', {no}, 0, '', 0, '', 0, 0 FROM n");
        channels.AddRange(Enumerable.Range(0, 4).Select(_ => GrpcChannel.ForAddress($"http://127.0.0.1:{Text(grpcPort)}")));
    }

    /// <summary>How others read their profiles, alone.</summary>
    public Task<Seen> ReadsAloneAsync(int seconds) => BesideAsync(Nobody, 0, ReadAsync, seconds);

    /// <summary>The same beside shoppers who change their profiles: one who does it again and again, or as many as calls.</summary>
    public Task<Seen> ReadsBesideProfilesAsync(bool one, int seconds) => BesideAsync(
        (i, n) => Profile(i).UpdateProfileAsync(new() { Nick = $"nick {n}" }, Bearer(TokenOf(one ? 1 : i + 1))).ResponseAsync, Crowd, ReadAsync, seconds);

    /// <summary>The same beside shoppers whose favourites are the same goods, or other ones each.</summary>
    public Task<Seen> ReadsBesideFavouritesAsync(bool one, int seconds) => BesideAsync(
        (i, n) =>
        {
            var (client, goods) = (new GoodsService.GoodsServiceClient(channels[i % channels.Count]), one ? 1 : i + 1);
            return n % 2 == 0
                ? client.AddFavouriteAsync(new() { GoodsId = goods }, Bearer(TokenOf(i + 1))).ResponseAsync
                : client.DeleteFavouriteAsync(new() { GoodsId = goods }, Bearer(TokenOf(i + 1))).ResponseAsync;
        },
        Crowd,
        ReadAsync,
        seconds);

    /// <summary>The same while somebody holds the row of a shopper who changes it with many calls at once. PostgreSQL only.</summary>
    public async Task<Seen> ReadsBesideAHeldProfileAsync(int seconds)
    {
        await using var holder = await HoldAsync("SELECT 1 FROM accounts_users WHERE id = 1 FOR UPDATE");
        return await ReadsBesideProfilesAsync(one: true, seconds);
    }

    /// <summary>How others claim a free coupon, alone.</summary>
    public async Task<Seen> ClaimsAloneAsync(int seconds) => await BesideAsync(Nobody, 0, Claims(await CreateCouponAsync(MostOfOne)), seconds);

    /// <summary>The same while somebody holds wallets whose shoppers claim for points. PostgreSQL only.</summary>
    public async Task<Seen> ClaimsBesideHeldWalletsAsync(int seconds)
    {
        var (paid, free) = (await CreateCouponAsync(MostOfOne, points: 1), await CreateCouponAsync(MostOfOne));
        await using var holder = await HoldAsync($"SELECT 1 FROM wallets_wallets WHERE user_id <= {HeldWallets} FOR UPDATE");
        return await BesideAsync(
            (i, n) => Coupons(i).ClaimCouponAsync(new() { CouponId = paid, RequestId = $"p{n}" }, Bearer(TokenOf((i % HeldWallets) + 1))).ResponseAsync,
            HeldWallets,
            Claims(free),
            seconds);
    }

    private static Task Nobody(int caller, int call) => Task.CompletedTask;

    private Task ReadAsync(int caller, int call) =>
        Profile(caller).GetProfileAsync(new(), Bearer(TokenOf(Crowd + 1 + caller))).ResponseAsync;

    /// <summary>Claims of a coupon by all shoppers in turn who are not in the crowd.</summary>
    private Func<int, int, Task> Claims(long coupon) => (caller, call) => Coupons(caller).ClaimCouponAsync(
        new() { CouponId = coupon, RequestId = $"{Text(caller)}-{Text(call)}" },
        Bearer(TokenOf(Crowd + 1 + (((call * Others) + caller) % (users - Crowd))))).ResponseAsync;

    private ProfilesService.ProfilesServiceClient Profile(int caller) => new(channels[caller % channels.Count]);

    private CouponsService.CouponsServiceClient Coupons(int caller) => new(channels[caller % channels.Count]);

    /// <summary>Locks rows on a connection of its own, until it is disposed.</summary>
    private async Task<NpgsqlConnection> HoldAsync(string statement)
    {
        var connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        await connection.OpenAsync();
        await using var begin = new NpgsqlCommand($"BEGIN; {statement}", connection);
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>
    /// Has others call while a crowd does, and says what the others saw. The crowd is refused as often as it likes; each of
    /// its callers waits for its answer before its next call, ten seconds at most.
    /// </summary>
    private static async Task<Seen> BesideAsync(Func<int, int, Task> crowd, int crowded, Func<int, int, Task> others, int seconds)
    {
        using var end = new CancellationTokenSource();
        var noise = Enumerable.Range(0, crowded).Select(i => Task.Run(async () =>
        {
            for (var n = 0; !end.IsCancellationRequested; n++)
            {
                try
                {
                    await crowd(i, n).WaitAsync(TimeSpan.FromSeconds(10), end.Token);
                }
                catch (Exception exception) when (exception is RpcException or TimeoutException or OperationCanceledException)
                {
                    // What the crowd is told is not measured.
                }
            }
        })).ToArray();
        if (crowded > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }

        var (times, refused) = (new ConcurrentBag<double>(), 0);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Others).Select(i => Task.Run(async () =>
        {
            for (var n = 0; Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(seconds); n++)
            {
                var sent = Stopwatch.GetTimestamp();
                try
                {
                    await others(i, n);
                    times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                }
                catch (RpcException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        await end.CancelAsync();
        await Task.WhenAll(noise);
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? new(0, 0, 0, refused) : new(sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100], sorted.Length, refused);
    }
}
