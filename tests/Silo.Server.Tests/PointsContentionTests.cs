using System.Collections.Concurrent;
using Grpc.Net.Client;
using Silo.Coupons.V1;
using Silo.Testing;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: nobody gets a piece that he has not paid, nobody pays without a piece, and points never go below zero, while
/// the same wallets are adjusted and the ledger is proven. Method: claims from 64 connections by users with points for
/// some of them only; then the answers, the pieces, the charges and the wallets are compared.
/// </summary>
public sealed class PointsContentionTests(ITestOutputHelper output)
{
    private const int Connections = 64;
    private const int Users = 200;
    private const int Calls = 40 * Users;
    private const long Points = 57;
    private const long Cost = 10;
    private const int Adjusters = 4;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Claim_WithPointsForSomeClaims_ChargesEachPieceOnceAndNobodyBelowZero(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users);
        await shop.SeedPointsAsync(Users, Points);
        var coupon = await shop.CreateCouponAsync(1_000_000, limit: 100, points: Cost);
        var seed = TestSeed.Draw();
        // Every user claims forty times with ten request ids; half of the users are adjusted meanwhile.
        var calls = Enumerable.Range(0, Calls).Select(i => (User: (i % Users) + 1L, Request: $"r{i / Users % 10}")).ToArray();
        new Random(seed).Shuffle(calls);
        var (answers, unavailable, next) = (new ConcurrentDictionary<(long User, string Request), ConcurrentBag<string>>(), 0, -1);
        using var claimed = new CancellationTokenSource();
        var adjusting = Enumerable.Range(0, Adjusters).Select(a => Task.Run(() => AdjustAsync(shop, new Random(seed + a), claimed.Token))).ToArray();
        var proving = Task.Run(() => ProveAsync(shop, claimed.Token));

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
            var client = new CouponsService.CouponsServiceClient(channel);
            for (var i = Interlocked.Increment(ref next); i < Calls; i = Interlocked.Increment(ref next))
            {
                var (user, request) = calls[i];
                string answer;
                while ((answer = await ClaimAsync(client, coupon, user, request)).StartsWith("Unavailable:", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref unavailable);
                }

                answers.GetOrAdd((user, request), _ => []).Add(answer);
            }
        })));

        await claimed.CancelAsync();
        var (changes, refusals) = Sum(await Task.WhenAll(adjusting));
        var proofs = await proving;
        output.WriteLine($"{database}: {unavailable} claims to be made again, {changes.Count} wallets adjusted, {refusals} adjustments refused, {proofs} proofs");
        Assert.True(proofs > 0 && changes.Count > 0 && refusals == 0);
        Assert.Subset(
            new HashSet<string> { "FailedPrecondition:COUPON_POINTS_TOO_LOW" },
            answers.SelectMany(a => a.Value).Where(a => !IsPiece(a)).ToHashSet());

        var accepted = answers.Where(a => a.Value.Any(IsPiece)).ToDictionary(a => a.Key, a => Assert.Single(a.Value.Where(IsPiece).Distinct()));
        var pieces = await shop.PiecesAsync(coupon);
        Assert.Equal(accepted.OrderBy(a => a.Key), pieces.Select(p => KeyValuePair.Create(p.Key, $"user-coupon:{p.Value}")).OrderBy(p => p.Key));
        Assert.Equal(
            pieces.Select(p => (p.Key.User, $"user-coupon:{p.Value}", Cost)).Order(),
            (await shop.ChargesAsync()).Order());
        var points = (await shop.QueryAsync("SELECT user_id, points FROM wallets_wallets", r => (r.GetInt64(0), r.GetInt64(1)))).ToDictionary();
        for (var user = 1L; user <= Users; user++)
        {
            var claims = pieces.Keys.Count(p => p.User == user);
            Assert.Equal(Points + changes.GetValueOrDefault(user) - (claims * Cost), points[user]);
            Assert.True(points[user] >= 0);
            // Who was not adjusted got as many as he could pay, and no fewer.
            Assert.True(IsAdjusted(user) || claims == Points / Cost, $"user {user} has {claims}, seed {seed}");
        }

        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
        var redeemed = (await shop.WalletsAdmin.ListShopAccountsAsync(new(), shop.Owner)).Accounts.Single(a => a.Name == "SHOP_POINTS_REDEEMED");
        Assert.Equal(pieces.Count * Cost, redeemed.Amount);
    }

    private static bool IsPiece(string answer) => answer.StartsWith("user-coupon:", StringComparison.Ordinal);

    private static bool IsAdjusted(long user) => user > Users / 2;

    private static async Task<string> ClaimAsync(CouponsService.CouponsServiceClient client, long coupon, long user, string request)
    {
        var call = client.ClaimCouponAsync(new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user))).ResponseAsync;
        var answer = await Shop.AnswerOf(call);
        return answer == "OK" ? $"user-coupon:{(await call).UserCoupon.Id}" : answer;
    }

    /// <summary>Moves points of the wallets in question up and down until the claims are over; what it changed, by user.</summary>
    private static async Task<(Dictionary<long, long> Changes, int Refusals)> AdjustAsync(Shop shop, Random random, CancellationToken end)
    {
        using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
        var client = new WalletsAdminService.WalletsAdminServiceClient(channel);
        var (changes, refusals) = (new Dictionary<long, long>(), 0);
        while (!end.IsCancellationRequested)
        {
            var user = random.NextInt64((Users / 2) + 1, Users + 1);
            var amount = random.Next(-6, 9);
            var answer = amount == 0 ? "" : await Shop.AnswerOf(client.AdjustWalletAsync(
                new() { UserId = user, Account = WalletAccount.Points, Amount = amount, Reason = "load" },
                shop.Owner,
                cancellationToken: CancellationToken.None).ResponseAsync);
            if (answer == "OK")
            {
                changes[user] = changes.GetValueOrDefault(user) + amount;
            }
            else if (answer is not ("" or "FailedPrecondition:POINTS_TOO_LOW"))
            {
                refusals++;
            }
        }

        return (changes, refusals);
    }

    private static async Task<int> ProveAsync(Shop shop, CancellationToken end)
    {
        var proofs = 0;
        while (!end.IsCancellationRequested)
        {
            Assert.Empty((await shop.ProveLedgerAsync()).Faults);
            proofs++;
        }

        return proofs;
    }

    private static (Dictionary<long, long> Changes, int Refusals) Sum((Dictionary<long, long> Changes, int Refusals)[] all) => (
        all.SelectMany(a => a.Changes).GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value)),
        all.Sum(a => a.Refusals));
}
