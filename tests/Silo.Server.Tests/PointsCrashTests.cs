using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: a claim that costs points and its charge survive the death of the process together or not at all, and so does
/// every acknowledged adjustment. Method: claims and adjustments of the same wallets, SIGKILL at a random moment, a
/// restart; then the pieces, the charges and the proof.
/// </summary>
public sealed class PointsCrashTests(ITestOutputHelper output)
{
    private const int UsersOfWorker = 20;
    private const int Users = CrashingLoad.Workers * UsersOfWorker;
    private const long Points = 60;
    private const long Cost = 5;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Kill_DuringClaimsThatCostPoints_KeepsEachPieceWithItsCharge(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(Users);
        await shop.SeedPointsAsync(Users, Points);
        var coupon = await shop.CreateCouponAsync(1_000_000, limit: 100, points: Cost);
        var load = new CrashingLoad(shop, coupon, UsersOfWorker, output);
        var adjusted = new ConcurrentBag<string>();
        for (var round = 1; round <= CrashingLoad.Rounds(2); round++)
        {
            var before = adjusted.Count;
            var (pieces, unanswered) = await load.RunRoundAsync(round, begun => AdjustUntilKilledAsync(shop, round, adjusted, begun));

            Assert.True(adjusted.Count > before, $"Nothing was adjusted in round {round}.");
            await AssertChargedAsync(shop, pieces);
            var kept = await shop.QueryAsync("SELECT request_id FROM silo_audit WHERE rpc LIKE '%AdjustWallet'", r => r.GetString(0));
            Assert.Subset(kept.ToHashSet(), adjusted.ToHashSet());
            Assert.Empty((await shop.ProveLedgerAsync()).Faults);

            // An unanswered claim is charged once, whether it was stored before the kill or not.
            var (user, request) = unanswered.First();
            await Shop.AnswerOf(shop.Coupons.ClaimCouponAsync(
                new() { CouponId = coupon, RequestId = request }, Shop.Bearer(Shop.TokenOf(user))).ResponseAsync);
            await AssertChargedAsync(shop, await shop.PiecesAsync(coupon));
        }
    }

    /// <summary>Every piece has its charge, every charge its piece.</summary>
    private static async Task AssertChargedAsync(Shop shop, Dictionary<(long User, string Request), long> pieces)
    {
        var charges = await shop.ChargesAsync();
        Assert.Equal(
            pieces.Select(p => (p.Key.User, $"user-coupon:{p.Value}", Cost)).Order(),
            charges.Order());
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM wallets_wallets WHERE points < 0"));
    }

    private static async Task AdjustUntilKilledAsync(Shop shop, int round, ConcurrentBag<string> adjusted, Action begun)
    {
        using var channel = GrpcChannel.ForAddress(shop.Server.Grpc);
        var client = new WalletsAdminService.WalletsAdminServiceClient(channel);
        for (var i = 0; ; i++)
        {
            var request = $"a{round}-{i}";
            try
            {
                await client.AdjustWalletAsync(
                    new()
                    {
                        UserId = (i % Users) + 1,
                        Account = WalletAccount.Points,
                        Amount = i % 2 == 0 ? 3 : -3,
                        TakeAsDebt = true,
                        Reason = "load",
                        RequestId = request,
                    },
                    shop.Owner);
                adjusted.Add(request);
                begun();
            }
            catch (RpcException exception) when (exception.GetRpcStatus() is null)
            {
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
            {
                // Not now; the next one may be.
            }
        }
    }
}
