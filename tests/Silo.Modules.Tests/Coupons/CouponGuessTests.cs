using Silo.Coupons;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: a claim of a user whom the grain does not remember is decided without a read, and is right all the same.
/// Method: users with user coupons whose coupon's grain has forgotten them, each way in which the guess is wrong.
/// </summary>
public abstract class CouponGuessSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    [Theory]
    [InlineData(1, "b", "", "COUPON_LIMIT_REACHED", false)]
    [InlineData(1, "", "", "COUPON_LIMIT_REACHED", false)]
    [InlineData(2, "b", "", null, false)]
    [InlineData(2, "", "", null, false)]
    [InlineData(1, "a", "", null, true)]
    [InlineData(2, "a", "", null, true)]
    [InlineData(2, "a", "another body", "REQUEST_ID_REUSED", false)]
    public async Task Claim_OfAForgottenUserWithAUserCoupon_IsDecidedByIt(
        int limit, string request, string body, string? expected, bool same)
    {
        var (user, other) = (NewId(), NewId());
        var coupon = await Node.CreateAsync(t => t with { LimitPerUser = limit });
        var first = await Node.ClaimAsync(coupon, user, "a");
        await Node.ForgetAsync();

        // In one batch with a user who really has none.
        var outcomes = await Node.ClaimManyAsync(
            coupon,
            new ClaimCommand { UserId = other },
            new ClaimCommand { UserId = user, RequestId = request, RequestHash = body.Length });

        Assert.Equal([null, expected], outcomes.Select(o => o.Refusal?.Reason));
        Assert.Equal(same, outcomes[1].UserCouponId == first.UserCouponId);
        var userCoupons = await Node.UserCouponsAsync(coupon);
        Assert.Equal(expected is null && !same ? [0, 1] : [0], userCoupons.Where(p => p.UserId == user).Select(p => p.Ordinal));
        var state = await Node.StateAsync(coupon);
        Assert.Equal((userCoupons.Count, 2), (state.Claimed, state.Claimants));
    }

    [Fact]
    public async Task Claim_OfAForgottenUserWhenNothingIsLeft_GetsTheFirstAnswer()
    {
        var (user, late) = (NewId(), NewId());
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 1 });
        var first = await Node.ClaimAsync(coupon, user, "a");
        await Node.ForgetAsync();

        var outcomes = await Node.ClaimManyAsync(
            coupon, new ClaimCommand { UserId = late }, new ClaimCommand { UserId = user, RequestId = "a" });

        Assert.Equal(["COUPON_SOLD_OUT", null], outcomes.Select(o => o.Refusal?.Reason));
        Assert.Equal(first.UserCouponId, outcomes[1].UserCouponId);
    }

    [Fact]
    public async Task Claim_OfAForgottenUserWhoWasIssuedAUserCoupon_IsNumberedAfterIt()
    {
        var user = NewId();
        var coupon = await Node.CreateAsync();
        await Node.ChangeAsync(coupon, new IssueCommand { OperatorId = 1, Rpc = "tests/Issue", Users = [user] });
        await Node.ForgetAsync();

        var outcome = await Node.ClaimAsync(coupon, user);

        Assert.Null(outcome.Refusal);
        Assert.Equal([0, 1], (await Node.UserCouponsAsync(coupon)).Select(p => p.Ordinal));
        Assert.Equal(1, (await Node.StateAsync(coupon)).Claimants);
    }

    [Fact]
    public async Task DryRun_OfAForgottenUserAtHisLimit_SaysSo()
    {
        var user = NewId();
        var coupon = await Node.CreateAsync();
        await Node.ClaimAsync(coupon, user);
        await Node.ForgetAsync();

        var outcomes = await Node.ClaimManyAsync(coupon, new ClaimCommand { UserId = user, DryRun = true });

        Assert.Equal("COUPON_LIMIT_REACHED", Assert.Single(outcomes).Refusal?.Reason);
    }

    [Fact]
    public async Task Claim_OfManyUsersAcrossForgetting_NeverExceedsALimit()
    {
        const int limit = 3;
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        var users = Enumerable.Range(0, 40).Select(_ => NewId()).ToArray();
        var coupon = await Node.CreateAsync(t => t with { LimitPerUser = limit, StockTotal = 90 });
        var accepted = new Dictionary<(long User, string Request), long>();
        for (var round = 0; round < 30; round++)
        {
            var commands = Enumerable.Range(0, 20)
                .Select(_ => new ClaimCommand { UserId = users[random.Next(users.Length)], RequestId = $"r{random.Next(6)}" }).ToArray();
            var outcomes = await Node.ClaimManyAsync(coupon, commands);
            foreach (var (command, outcome) in commands.Zip(outcomes).Where(o => o.Second.Refusal is null))
            {
                var first = accepted.GetValueOrDefault((command.UserId, command.RequestId), outcome.UserCouponId);
                Assert.True(first == outcome.UserCouponId, $"{command.UserId}/{command.RequestId} got two user coupons, seed {seed}");
                accepted[(command.UserId, command.RequestId)] = first;
            }

            if (random.Next(3) == 0)
            {
                await Node.ForgetAsync();
            }
        }

        var userCoupons = await Node.UserCouponsAsync(coupon);
        Assert.Equal(accepted.Values.Order(), userCoupons.Select(p => p.Id));
        Assert.True(userCoupons.Count <= 90, $"{userCoupons.Count} user coupons, seed {seed}");
        Assert.All(userCoupons.GroupBy(p => p.UserId), mine => Assert.Equal(
            Enumerable.Range(0, mine.Count()).Select(n => (long)n), mine.Select(p => p.Ordinal).Order()));
        Assert.All(userCoupons.GroupBy(p => p.UserId), mine => Assert.InRange(mine.Count(), 1, limit));
        var state = await Node.StateAsync(coupon);
        Assert.Equal((userCoupons.Count, userCoupons.Select(p => p.UserId).Distinct().Count()), (state.Claimed, state.Claimants));
    }
}

public sealed class CouponGuessOnSqlite(CouponNode<SqliteDatabase> node) : CouponGuessSuite<SqliteDatabase>(node);

public sealed class CouponGuessOnPostgres(CouponNode<PostgresDatabase> node) : CouponGuessSuite<PostgresDatabase>(node)
{
    [Fact]
    public async Task Claim_OfFreshUsers_ReadsNoUserCoupons()
    {
        var coupon = await Node.CreateAsync();
        await Node.ClaimAsync(coupon, NewId());
        Node.Statements.Clear();

        var outcomes = await Node.ClaimManyAsync(
            coupon, [.. Enumerable.Range(0, 50).Select(_ => new ClaimCommand { UserId = NewId() })]);

        Assert.All(outcomes, o => Assert.Null(o.Refusal));
        Assert.DoesNotContain(Node.Statements, s => s.Sql.Contains("coupons_user_coupons", StringComparison.Ordinal));
    }
}
