using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Silo.Coupons.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: one coupon never gives more than its stock, nobody more than his limit, and a repeat gets the first answer,
/// under thousands of calls on one key. Method: 20,000 calls from 64 connections on a stock of 1,000, users and request
/// ids drawn with repetition; then the answers are compared with each other and with the rows.
/// </summary>
public sealed class ClaimContentionTests
{
    private const int Connections = 64;
    private const int Calls = 20_000;
    private const int Stock = 1_000;
    private const int Users = 1_500;
    private const int Limit = 2;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Claim_TwentyThousandCallsOnAStockOfAThousand_GivesExactlyAThousand(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users);
        var coupon = await shop.CreateCouponAsync(Stock, Limit);
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        // Few request ids for each user: many calls are repeats of accepted or of refused ones.
        var calls = Enumerable.Range(0, Calls)
            .Select(_ => (User: random.NextInt64(1, Users + 1), Request: $"r{random.Next(4)}")).ToArray();
        var answers = new ConcurrentDictionary<(long User, string Request), ConcurrentBag<string>>();
        var next = -1;

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
            var client = new CouponsService.CouponsServiceClient(channel);
            for (var i = Interlocked.Increment(ref next); i < Calls; i = Interlocked.Increment(ref next))
            {
                var (user, request) = calls[i];
                answers.GetOrAdd((user, request), _ => []).Add(await ClaimAsync(client, coupon, user, request));
            }
        }));

        var accepted = answers.Where(a => a.Value.Any(IsPiece)).ToArray();
        foreach (var (key, given) in accepted)
        {
            Assert.True(given.Where(IsPiece).Distinct().Count() == 1, $"{key} got several pieces, seed {seed}");
        }

        var pieces = accepted.Select(a => a.Value.First(IsPiece)).ToArray();
        Assert.True(pieces.Length == Stock, $"{pieces.Length} pieces were given, seed {seed}");
        Assert.Equal(Stock, pieces.Distinct().Count());
        Assert.All(accepted.GroupBy(a => a.Key.User), user => Assert.InRange(user.Count(), 1, Limit));
        Assert.Equal(Calls, answers.Sum(a => a.Value.Count));
        Assert.Subset(
            new HashSet<string> { "ResourceExhausted:COUPON_SOLD_OUT", "ResourceExhausted:COUPON_LIMIT_REACHED" },
            answers.SelectMany(a => a.Value).Where(a => !IsPiece(a)).ToHashSet());
        // What was answered is what is stored.
        var rows = await shop.QueryAsync(
            $"SELECT id, user_id, request_id FROM coupons_user_coupons WHERE coupon_id = {coupon}",
            r => ($"user-coupon:{r.GetInt64(0)}", (r.GetInt64(1), r.GetString(2))));
        Assert.Equal(pieces.Order(), rows.Select(r => r.Item1).Order());
        Assert.Equal(accepted.Select(a => a.Key).Order(), rows.Select(r => r.Item2).Order());
        var state = (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, shop.Owner)).Coupon;
        Assert.Equal((0, Stock), (state.StockLeft, state.Claimed));
        Assert.Equal(accepted.Select(a => a.Key.User).Distinct().Count(), state.Claimants);

        // A repeat of an accepted claim gets the first answer also now that nothing is left; another body is refused.
        var again = accepted[0];
        Assert.Equal(
            again.Value.First(IsPiece), await ClaimAsync(shop.Coupons, coupon, again.Key.User, again.Key.Request));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Watch_WhileClaimsCommit_NeverShowsAnOlderStockAndEndsAtTheLast(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(50);
        var coupon = await shop.CreateCouponAsync(50);
        using var watch = shop.Coupons.WatchCouponStock(new() { CouponId = coupon });
        List<long> seen = [];
        var watching = Task.Run(async () =>
        {
            await foreach (var stock in watch.ResponseStream.ReadAllAsync())
            {
                Assert.Equal(50, stock.StockLeft + stock.Claimed);
                seen.Add(stock.StockLeft);
                if (stock.StockLeft == 0)
                {
                    return;
                }
            }
        });

        await Task.WhenAll(Enumerable.Range(1, 50).Select(user => ClaimAsync(shop.Coupons, coupon, user, "r")));
        await watching.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(seen.OrderDescending(), seen);
        Assert.Equal(0, seen[^1]);
    }

    private static bool IsPiece(string answer) => answer.StartsWith("user-coupon:", StringComparison.Ordinal);

    private static async Task<string> ClaimAsync(
        CouponsService.CouponsServiceClient client, long coupon, long user, string request)
    {
        try
        {
            var answer = await client.ClaimCouponAsync(
                new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user)));
            return $"user-coupon:{answer.UserCoupon.Id}";
        }
        catch (RpcException exception)
        {
            return Shop.AnswerOf(exception);
        }
    }
}
