using System.Net;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Silo.Accounts;
using Silo.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: what a claim costs is charged with it or not at all, and what another module says of it counts. Method: the
/// grain over a real database, with the real ledger and streaks and payments of the tests' own.
/// </summary>
public abstract class CouponGrainSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Claim_OfACouponWithAStreak_AsksTheModuleOfSignIns()
    {
        var (exact, less, none) = (NewId(), NewId(), NewId());
        (Node.SignIns.Days[exact], Node.SignIns.Days[less]) = (7, 6);
        var coupon = await Node.CreateAsync(t => t with { StreakDays = 7 });

        var outcomes = await Node.ClaimManyAsync(coupon, Claim(less), Claim(exact), Claim(none));

        Assert.Equal(["COUPON_STREAK_TOO_SHORT", null, "COUPON_STREAK_TOO_SHORT"], Reasons(outcomes));
        Assert.Equal(exact, Assert.Single(await Node.UserCouponsAsync(coupon)).UserId);
    }

    [Fact]
    public async Task Claim_InTheBatchThatAsksForAStreak_IsDecidedByTheStreak()
    {
        var (enough, less) = (NewId(), NewId());
        Node.SignIns.Days[enough] = 3;
        var coupon = await Node.CreateAsync();

        var outcomes = await Node.ClaimManyAsync(
            coupon, Node.Change(t => t with { StreakDays = 3 }), Claim(less), Claim(enough));

        Assert.Equal([null, "COUPON_STREAK_TOO_SHORT", null], Reasons(outcomes));
    }

    [Fact]
    public async Task Claim_ForPoints_ChargesThemOnceWithTheUserCoupon()
    {
        var (rich, poor, none) = (NewId(), NewId(), NewId());
        await Node.AddPointsAsync(rich, 250);
        await Node.AddPointsAsync(poor, 99);
        var coupon = await Node.CreateAsync(t => t with { PointsCost = 100, LimitPerUser = 5 });

        var outcomes = await Node.ClaimManyAsync(
            coupon, Claim(rich, "a"), Claim(poor), Claim(none), Claim(rich, "a"), Claim(rich, "b"), Claim(rich, "c"));
        var later = await Node.ClaimAsync(coupon, rich, "a");

        Assert.Equal(
            [null, "COUPON_POINTS_TOO_LOW", "COUPON_POINTS_TOO_LOW", null, null, "COUPON_POINTS_TOO_LOW"], Reasons(outcomes));
        Assert.Equal(outcomes[0].UserCouponId, outcomes[3].UserCouponId);
        Assert.Equal(outcomes[0].UserCouponId, later.UserCouponId);
        Assert.Equal((50, 99), ((await Node.WalletAsync(rich))!.Points, (await Node.WalletAsync(poor))!.Points));
        Assert.Null(await Node.WalletAsync(none));
        Assert.Equal(
            new[] { outcomes[0].UserCouponId, outcomes[4].UserCouponId }.Select(id => $"user-coupon:{id}").Order(), await ChargesAsync(coupon));
    }

    [Fact]
    public async Task Claim_ForPointsAsADryRun_ChargesNothing()
    {
        var user = NewId();
        await Node.AddPointsAsync(user, 100);
        var coupon = await Node.CreateAsync(t => t with { PointsCost = 100 });

        var outcome = (await Node.ClaimManyAsync(coupon, Claim(user) with { DryRun = true }))[0];

        Assert.Equal((null, 0), (outcome.Refusal, outcome.UserCouponId));
        Assert.Equal(100, (await Node.WalletAsync(user))!.Points);
        Assert.Empty(await Node.UserCouponsAsync(coupon));
        Assert.Equal(0, (await Node.StateAsync(coupon)).Claimed);
    }

    [Fact]
    public async Task Change_OfACouponWithAPassword_IsInTheAuditLogWithoutIt()
    {
        var coupon = NewId();
        var create = Node.Change(t => t with { Password = "SPRING" }) with { Create = true, RequestId = $"create {coupon}" };

        var first = await Node.ChangeAsync(coupon, create);
        var repeat = await Node.ChangeAsync(coupon, create);
        await Node.ChangeAsync(coupon, Node.Change(t => t with { Password = "AUTUMN" }));

        Assert.Equal(("SPRING", "SPRING"), (first.Coupon!.Terms.Password, repeat.Coupon!.Terms.Password));
        Assert.Equal("AUTUMN", (await Node.StateAsync(coupon)).Terms.Password);
        var entries = await Node.Units.ReadAsync(
            r => r.Query<AuditEntry>().Where(a => a.Subject == $"coupon:{coupon}").ToListAsync(), CancellationToken.None);
        Assert.Equal(2, entries.Count);
        Assert.All(entries, entry => Assert.DoesNotMatch("SPRING|AUTUMN", entry.Before + entry.After));
    }

    [Fact]
    public async Task ImportCards_OneNumberIntoTwoCouponsAtOnce_OneGetsIt()
    {
        for (var round = 0; round < 16; round++)
        {
            var coupons = new[] { await Node.CreateAsync(), await Node.CreateAsync() };
            string[] numbers = [$"N-{NewId()}", $"N-{NewId()}"];

            var outcomes = await Task.WhenAll(coupons.Select(coupon => Node.ChangeAsync(coupon, new ImportCardsCommand
            {
                OperatorId = 1,
                Rpc = "import",
                Numbers = numbers,
                Hashes = [[1], [2]],
            })));

            Assert.Equal([null, "CARD_NUMBER_TAKEN"], outcomes.Select(o => o.Refusal?.Reason).Order());
            var loser = coupons[Array.FindIndex(outcomes, o => o.Refusal is not null)];
            Assert.Equal(0, (await Node.StateAsync(loser)).Allocated);
        }
    }

    [Fact]
    public async Task Claim_InTheBatchThatMakesItCostPoints_IsChargedFromThereOn()
    {
        var (before, after, poor) = (NewId(), NewId(), NewId());
        await Node.AddPointsAsync(after, 100);
        var coupon = await Node.CreateAsync();

        var outcomes = await Node.ClaimManyAsync(
            coupon,
            Claim(before),
            Node.Change(t => t with { PointsCost = 100 }),
            Claim(poor),
            Claim(after),
            Node.Change(),
            Claim(poor));

        Assert.Equal([null, null, "COUPON_POINTS_TOO_LOW", null, null, null], Reasons(outcomes));
        Assert.Equal(0, (await Node.WalletAsync(after))!.Points);
        Assert.Equal([$"user-coupon:{outcomes[3].UserCouponId}"], await ChargesAsync(coupon));
        Assert.Equal([1, 2, 3], (await Node.UserCouponsAsync(coupon)).Select(p => p.Version));
    }

    [Fact]
    public async Task Claim_ThatCannotBeCommitted_ChargesNothing()
    {
        var user = NewId();
        await Node.AddPointsAsync(user, 100);
        var coupon = await Node.CreateAsync(t => t with { PointsCost = 100 });
        var faults = Node.Get<CommitFaults>();
        faults.BeforeSend = () => throw new IOException("Broken on purpose.");
        try
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.ClaimAsync(coupon, user, "r"));
        }
        finally
        {
            faults.BeforeSend = null;
        }

        Assert.Equal(100, (await Node.WalletAsync(user))!.Points);
        Assert.Empty(await Node.UserCouponsAsync(coupon));
        Assert.Null((await Node.ClaimAsync(coupon, user, "r")).Refusal);
        Assert.Equal(0, (await Node.WalletAsync(user))!.Points);
    }

    [Fact]
    public async Task ClaimPaid_KeptByThePayment_StandsOnceAndTheRepeatFindsIt()
    {
        var (user, payment) = (NewId(), NewId());
        var coupon = await Node.CreateAsync(t => t with { PriceCents = 250 });
        Assert.Equal("250", (await Node.ClaimAsync(coupon, user)).Refusal?.Metadata["amount_cents"]);

        var first = await PayAsync(coupon, user, payment, PaidWork.Keep);
        var again = await PayAsync(coupon, user, payment, PaidWork.Keep);

        Assert.Equal((null, JoinedVerdict.Keep), (first.Outcome.Refusal, first.Answer?.Verdict));
        Assert.Equal(first.Outcome.UserCouponId, Assert.Single(await Node.UserCouponsAsync(coupon)).Id);
        Assert.Equal((first.Outcome.UserCouponId, first.Answer?.Text), (again.Outcome.UserCouponId, again.Answer?.Text));
        Assert.Equal(1, (await Node.StateAsync(coupon)).Claimed);
        Assert.Equal(2, await BookedAsync(payment));
    }

    [Fact]
    public async Task ClaimPaid_RefusedByThePayment_LeavesNothing()
    {
        var (user, payment) = (NewId(), NewId());
        await Node.AddPointsAsync(user, 100);
        var coupon = await Node.CreateAsync(t => t with { PriceCents = 250, PointsCost = 100 });

        var answer = await PayAsync(coupon, user, payment, PaidWork.Refuse);

        Assert.Equal((JoinedVerdict.Refuse, PaidWork.Refusal), (answer.Answer?.Verdict, answer.Answer?.Refusal));
        await AssertNothingAsync(coupon, payment);
        Assert.Equal(100, (await Node.WalletAsync(user))!.Points);
        Assert.Null((await PayAsync(coupon, user, payment, PaidWork.Keep)).Outcome.Refusal);
        Assert.Equal(0, (await Node.WalletAsync(user))!.Points);
    }

    [Fact]
    public async Task ClaimPaid_RefusedByTheCoupon_LeavesNothingAndThePaymentIsNotAsked()
    {
        var (user, payment) = (NewId(), NewId());
        var coupon = await Node.CreateAsync(t => t with { PriceCents = 250, PointsCost = 100 });

        var answer = await PayAsync(coupon, user, payment, PaidWork.Keep);

        Assert.Equal(("COUPON_POINTS_TOO_LOW", null), (answer.Outcome.Refusal?.Reason, answer.Answer));
        await AssertNothingAsync(coupon, payment);
    }

    /// <summary>verdict, points after, whether the claim stands, whether what the payment books stands.</summary>
    [Theory]
    [InlineData(JoinedVerdict.Keep, 30, true, true)]
    [InlineData(JoinedVerdict.KeepRows, 130, false, true)]
    [InlineData(JoinedVerdict.Refuse, 100, false, false)]
    public async Task ClaimPaid_ThatCostsPointsToo_IsSettledOnOneWalletAsThePaymentSays(
        JoinedVerdict verdict, long points, bool claimStands, bool paymentStands)
    {
        var (user, payment) = (NewId(), NewId());
        await Node.AddPointsAsync(user, 100);
        var coupon = await Node.CreateAsync(t => t with { PriceCents = 250, PointsCost = 100 });

        var settled = await PayAsync(coupon, user, payment, SettlingWork.KindOf(verdict).Command(payment, new(user, 30)));

        Assert.Equal((null, verdict), (settled.Outcome.Refusal, settled.Answer?.Verdict));
        // The balance on which the payment has booked: what the claim has left, or all where the claim is undone.
        Assert.Equal(verdict == JoinedVerdict.KeepRows ? "100" : "0", settled.Answer!.Text);
        Assert.Equal(points, (await Node.WalletAsync(user))!.Points);
        Assert.Equal(claimStands ? [$"user-coupon:{settled.Outcome.UserCouponId}"] : [], await ChargesAsync(coupon));
        Assert.Equal(claimStands ? 1 : 0, (await Node.UserCouponsAsync(coupon)).Count);
        Assert.Equal(claimStands ? 1 : 0, (await Node.StateAsync(coupon)).Claimed);
        Assert.Equal(paymentStands ? 1 : 0, await Node.ReadAsync(
            r => r.Query<TransactionRow>().CountAsync(t => t.Reference == $"settled:{payment}")));
        await AssertProvenAsync(user);

        // The grain goes on from what stands.
        await Node.AddPointsAsync(user, 100);
        var next = await PayAsync(coupon, user, NewId(), PaidWork.Keep);
        Assert.Equal(claimStands ? "COUPON_LIMIT_REACHED" : null, next.Outcome.Refusal?.Reason);
        Assert.Equal(claimStands ? points + 100 : points, (await Node.WalletAsync(user))!.Points);
        await AssertProvenAsync(user);
    }

    [Fact]
    public async Task Claimants_AreUsersWithAClaimOrAnIssue()
    {
        var (claims, both, carded) = (NewId(), NewId(), NewId());
        var coupon = await Node.CreateAsync(t => t with { LimitPerUser = 2 });
        await Node.ChangeAsync(coupon, new ImportCardsCommand
        {
            OperatorId = 1,
            Rpc = "tests/Import",
            Numbers = [$"{carded}"],
            Hashes = [CouponsWrites.HashOf($"{carded}", "secret")],
        });
        Assert.True((await Node.Get<CouponsWrites>().ExchangeAsync(carded, IPAddress.Loopback, $"{carded}", "secret", CancellationToken.None)).IsAccepted);

        await Node.ClaimManyAsync(
            coupon,
            Claim(claims),
            Claim(claims),
            Claim(both),
            new IssueCommand { OperatorId = 1, Rpc = "tests/Issue", Users = [both, both] },
            Claim(carded));

        var state = await Node.StateAsync(coupon);
        Assert.Equal((3, 6, 1), (state.Claimants, state.Claimed, state.Allocated));
        // Neither the issues nor the card count against the limit.
        Assert.Equal(
            [null, null, "COUPON_LIMIT_REACHED"],
            Reasons([await Node.ClaimAsync(coupon, both), await Node.ClaimAsync(coupon, carded), await Node.ClaimAsync(coupon, claims)]));
    }

    private protected static ClaimCommand Claim(long user, string requestId = "") => new() { UserId = user, RequestId = requestId };

    private protected static IEnumerable<string?> Reasons(CouponOutcome[] outcomes) => outcomes.Select(o => o.Refusal?.Reason);

    private protected async Task<List<string>> ChargesAsync(long coupon)
    {
        var userCoupons = (await Node.UserCouponsAsync(coupon)).Select(p => $"user-coupon:{p.Id}").ToArray();
        return await Node.ReadAsync(r => r.Query<TransactionRow>()
            .Where(t => t.Kind == LedgerKind.CouponPoints && userCoupons.Contains(t.Reference))
            .OrderBy(t => t.Reference).Select(t => t.Reference).ToListAsync());
    }

    private Task<JoinedOutcome<CouponOutcome>> PayAsync(long coupon, long user, long payment, JoinedKind<CouponOutcome, NoPayload> kind) =>
        PayAsync(coupon, user, payment, kind.Command(payment, NoPayload.Value));

    private Task<JoinedOutcome<CouponOutcome>> PayAsync(long coupon, long user, long payment, JoinedCommand joined) =>
        Node.Grain(coupon).RunJoinedAsync(
            new ClaimCommand { UserId = user, RequestId = $"pay-{payment}", IsPaid = true }, joined);

    /// <summary>The proof finds nothing of the user; other tests write wallets of their own by hand.</summary>
    private async Task AssertProvenAsync(long user)
    {
        await foreach (var slice in Node.Get<LedgerProof>().RunAsync(CancellationToken.None))
        {
            Assert.DoesNotContain(slice.Faults, fault => fault.Contains($"user {user} ", StringComparison.Ordinal));
        }
    }

    /// <summary>How often the payment's work has left its row.</summary>
    private Task<int> BookedAsync(long payment)
    {
        var key = $"paid:{payment}";
        return Node.ReadAsync(r => r.Query<AttemptRow>().Where(a => a.Key == key).SumAsync(a => a.Count));
    }

    private async Task AssertNothingAsync(long coupon, long payment)
    {
        Assert.Empty(await Node.UserCouponsAsync(coupon));
        Assert.Equal((0, 0), ((await Node.StateAsync(coupon)).Claimed, (await Node.StateAsync(coupon)).Claimants));
        Assert.Equal(0, await BookedAsync(payment));
    }
}

public sealed class CouponGrainOnSqlite(CouponNode<SqliteDatabase> node) : CouponGrainSuite<SqliteDatabase>(node);

public sealed class CouponGrainOnPostgres(CouponNode<PostgresDatabase> node) : CouponGrainSuite<PostgresDatabase>(node)
{
    [Fact]
    public async Task Claim_WhoseWalletIsLockedElsewhere_IsPutOffAndRefusedAloneAndNothingIsCharged()
    {
        var (locked, free) = (NewId(), NewId());
        await Node.AddPointsAsync(locked, 100);
        await Node.AddPointsAsync(free, 100);
        var coupon = await Node.CreateAsync(t => t with { PointsCost = 100 });
        await using var foreign = new NpgsqlConnection(Node.Database.ConnectionString);
        await foreign.OpenAsync();
        await using (var transaction = await foreign.BeginTransactionAsync())
        {
            await using var take = new NpgsqlCommand($"SELECT 1 FROM wallets_wallets WHERE user_id = {locked} FOR UPDATE", foreign);
            await take.ExecuteScalarAsync();

            // One message, as neighbours on one node come.
            var outcomes = await Node.ClaimManyAsync(coupon, Claim(locked, "r"), Claim(free));

            Assert.Equal([Deferral.Refusal.Reason, null], Reasons(outcomes));
            Assert.Equal(free, Assert.Single(await Node.UserCouponsAsync(coupon)).UserId);
        }

        Assert.Equal((100, 0), ((await Node.WalletAsync(locked))!.Points, (await Node.WalletAsync(free))!.Points));
        Assert.Null((await Node.ClaimAsync(coupon, locked, "r")).Refusal);
        Assert.Equal(0, (await Node.WalletAsync(locked))!.Points);
    }

    [Fact]
    public async Task Claim_WhoseWalletIsHeldForAWhile_SucceedsWhenItIsFreeAndOthersAreServedMeanwhile()
    {
        var (locked, free, asking) = (NewId(), NewId(), NewId());
        await Node.AddPointsAsync(locked, 250);
        await Node.AddPointsAsync(free, 100);
        var coupon = await Node.CreateAsync(t => t with { PointsCost = 100 });
        await using var foreign = new NpgsqlConnection(Node.Database.ConnectionString);
        await foreign.OpenAsync();
        await using var transaction = await foreign.BeginTransactionAsync();
        await using var spend = new NpgsqlCommand($"UPDATE wallets_wallets SET points = 150 WHERE user_id = {locked}", foreign);
        await spend.ExecuteNonQueryAsync();

        var coupons = Node.Get<HotGrains<long, CouponCommand, CouponOutcome>>();
        var claim = coupons.RunAsync(coupon, Claim(locked));
        var neighbour = await coupons.RunAsync(coupon, Claim(free));
        var dry = (await Node.ClaimManyAsync(coupon, Claim(locked) with { DryRun = true }, Claim(asking) with { DryRun = true }));
        Assert.False(claim.IsCompleted);
        await transaction.CommitAsync();

        Assert.Null((await claim).Refusal);
        Assert.Null(neighbour.Refusal);
        // Who only asks waits for no wallet.
        Assert.Equal([null, "COUPON_POINTS_TOO_LOW"], Reasons(dry));
        Assert.Equal(50, (await Node.WalletAsync(locked))!.Points);
    }
}
