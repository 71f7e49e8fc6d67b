using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: one user coupon never serves two orders, and what an order does not use is its owner's again. Method: the door for
/// orders over a real database.
/// </summary>
public abstract class CouponsDoorSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private static readonly DiscountBasket Basket = new([new(1, [10], 0, 3_000), new(2, [11], 0, 1_000)], 500);

    [Fact]
    public async Task Quote_EachUserCoupon_SaysWhatItTakesOffOrWhyNot()
    {
        var user = NewId();
        var (good, percent) = (await Node.UserCouponAsync(user), await Node.UserCouponAsync(user, t => t with { IsPercent = true }));
        var others = await Node.UserCouponAsync(NewId());
        var early = await Node.UserCouponAsync(user, t => t with { UsableAfterDays = 1 });
        var target = new CouponTarget { IsGoods = true, TargetId = await Node.GoodsAsync() };
        var goods = await Node.UserCouponAsync(user, t => t with { Targets = [target] });
        var high = await Node.UserCouponAsync(user, t => t with { ThresholdCents = 4_501 });
        var store = await Node.UserCouponAsync(user, t => t with { ShopId = 3 });
        var used = await Node.UserCouponAsync(user);
        Assert.Null(await ReserveAsync(user, NewId(), used));

        var discounts = await QuoteAsync(user, good, others, early, goods, high, store, used, 7, percent);

        Assert.Equal([good, others, early, goods, high, store, used, 7, percent], discounts.Select(d => d.UserCouponId));
        Assert.Equal(
            [null, "USER_COUPON_UNKNOWN", "USER_COUPON_NOT_YET_USABLE", "USER_COUPON_NO_MATCHING_GOODS", "USER_COUPON_SPEND_TOO_LOW",
                "USER_COUPON_NO_MATCHING_GOODS", "USER_COUPON_NOT_USABLE", "USER_COUPON_UNKNOWN", null],
            discounts.Select(d => d.Refusal?.Reason));
        Assert.Equal([750, 250], discounts[0].LineCents);
        Assert.Equal([225, 75], discounts[^1].LineCents);
        Assert.All(discounts, d => Assert.Equal(2, d.LineCents.Count));
    }

    [Fact]
    public async Task Quote_ADrawnUserCoupon_UsesItsOwnFaceValue()
    {
        var user = NewId();
        var outcome = await Node.ClaimAsync(await Node.CreateAsync(t => t with { AmountCents = 1, AmountMaxCents = 900 }), user);

        Assert.InRange(outcome.DrawnCents!.Value, 1, 900);
        Assert.Equal(outcome.DrawnCents, Assert.Single(await QuoteAsync(user, outcome.UserCouponId)).TotalCents);
    }

    [Fact]
    public async Task Quote_AUserCouponNamedTwice_IsQuotedOnce()
    {
        var user = NewId();
        var userCoupon = await Node.UserCouponAsync(user);

        Assert.Equal(1_000, Assert.Single(await QuoteAsync(user, userCoupon, userCoupon)).TotalCents);
        Assert.Null(await ReserveAsync(user, NewId(), userCoupon, userCoupon));
    }

    [Fact]
    public async Task Quote_AfterTheTermsChanged_KeepsThoseOfTheUserCoupon()
    {
        var user = NewId();
        var coupon = await Node.CreateAsync();
        var userCoupon = (await Node.ClaimAsync(coupon, user)).UserCouponId;
        await Node.ChangeAsync(coupon, Node.Change(t => t with { AmountCents = 1, ThresholdCents = 1_000_000 }));

        Assert.Equal(1_000, Assert.Single(await QuoteAsync(user, userCoupon)).TotalCents);
    }

    [Fact]
    public async Task QuoteAll_ListsWhatIsUsableNewestFirstAndEachAlone()
    {
        var user = NewId();
        var first = await Node.UserCouponAsync(user);
        var second = await Node.UserCouponAsync(user, t => t with { ThresholdCents = 4_501 });
        await Node.UserCouponAsync(NewId());
        var reserved = await Node.UserCouponAsync(user);
        Assert.Null(await ReserveAsync(user, NewId(), reserved));

        var discounts = await Node.ReadAsync(
            r => Node.Coupons.QuoteAllAsync(r, user, Basket, Node.Clock.NowMs, CancellationToken.None));

        Assert.Equal([(second, "USER_COUPON_SPEND_TOO_LOW"), (first, null)], discounts.Select(d => (d.UserCouponId, d.Refusal?.Reason)));
    }

    [Fact]
    public async Task QuoteAll_BehindMoreExpiredUserCouponsThanItLists_StillFindsTheUsableOne()
    {
        var user = NewId();
        var usable = await Node.UserCouponAsync(user);
        var brief = await Node.CreateAsync(t => t with { UsableDays = 1, StockTotal = 1_000 });
        await Node.ChangeAsync(
            brief, new IssueCommand { OperatorId = 1, Rpc = "tests/Issue", Users = [.. Enumerable.Repeat(user, 201)] });
        var dayAfter = Node.Clock.NowMs + (25L * 60 * 60 * 1000);

        var discounts = await Node.ReadAsync(r => Node.Coupons.QuoteAllAsync(r, user, Basket, dayAfter, CancellationToken.None));

        Assert.Equal([usable], discounts.Select(d => d.UserCouponId));
    }

    [Fact]
    public async Task Reserve_WithOneUserCouponRefused_ReservesNone()
    {
        var user = NewId();
        var (good, others) = (await Node.UserCouponAsync(user), await Node.UserCouponAsync(NewId()));

        Assert.Equal("USER_COUPON_UNKNOWN", await ReserveAsync(user, NewId(), good, others));

        Assert.Null(await MarkAsync(good));
        Assert.Null(await MarkAsync(others));
    }

    [Fact]
    public async Task Reserve_AUserCouponThatWouldTakeNothing_IsRefusedAndNotUsedUp()
    {
        var user = NewId();
        var all = await Node.UserCouponAsync(user, t => t with { AmountCents = 10_000 });
        var behind = await Node.UserCouponAsync(user);

        Assert.Equal("USER_COUPON_NOTHING_TO_REDUCE", await ReserveAsync(user, NewId(), all, behind));

        Assert.Null(await MarkAsync(behind));
    }

    [Fact]
    public async Task Reserve_OneOf64OrdersAtOnce_GetsTheUserCoupon()
    {
        var user = NewId();
        var userCoupon = await Node.UserCouponAsync(user);
        var orders = Enumerable.Range(0, 64).Select(_ => NewId()).ToArray();

        var answers = await Task.WhenAll(orders.Select(order => Task.Run(() => ReserveAsync(user, order, userCoupon))));

        Assert.Single(answers, answer => answer is null);
        Assert.Equal(63, answers.Count(answer => answer == "USER_COUPON_NOT_USABLE"));
        var mark = await MarkAsync(userCoupon);
        Assert.Equal((UserCouponMark.Reserved, orders[Array.IndexOf(answers, null)]), (mark!.Mark, mark.SubjectId));
    }

    [Fact]
    public async Task Reserve_TwoOrdersWithTheSameUserCouponsInOtherOrders_EndsWithOne()
    {
        var user = NewId();
        long[] userCoupons = [await Node.UserCouponAsync(user), await Node.UserCouponAsync(user), await Node.UserCouponAsync(user)];
        for (var round = 0; round < 10; round++)
        {
            var (one, two) = (NewId(), NewId());

            var answers = await Task.WhenAll(
                Task.Run(() => ReserveAsync(user, one, userCoupons)), Task.Run(() => ReserveAsync(user, two, [.. userCoupons.Reverse()])));

            Assert.Single(answers, answer => answer is null);
            var (winner, loser) = answers[0] is null ? (one, two) : (two, one);
            Assert.Equal(3, await ReservedAsync(winner));
            Assert.Equal((false, true, 0), (await ReleaseAsync(loser), await ReleaseAsync(winner), await ReservedAsync(winner)));
        }
    }

    [Fact]
    public async Task Confirm_AndARepeat_UseOnceAndNeitherReleaseNorReturnDoesAnything()
    {
        var (user, order) = (NewId(), NewId());
        var (userCoupon, second) = (await Node.UserCouponAsync(user), await Node.UserCouponAsync(user));
        Assert.Null(await ReserveAsync(user, order, userCoupon, second));

        Assert.Equal(
            (true, false, false, false),
            (await ConfirmAsync(order), await ConfirmAsync(order), await ReleaseAsync(order), await ReturnAsync(order)));

        Assert.Equal(UserCouponMark.Used, (await MarkAsync(userCoupon))!.Mark);
        Assert.Equal(UserCouponMark.Used, (await MarkAsync(second))!.Mark);
        Assert.Equal("USER_COUPON_NOT_USABLE", await ReserveAsync(user, NewId(), userCoupon));
    }

    [Fact]
    public async Task Release_AndARepeat_MakeItUsableOnceMore()
    {
        var (user, order, other) = (NewId(), NewId(), NewId());
        var (userCoupon, second) = (await Node.UserCouponAsync(user), await Node.UserCouponAsync(user));
        Assert.Null(await ReserveAsync(user, order, userCoupon));
        Assert.Null(await ReserveAsync(user, other, second));

        Assert.Equal((true, false, false), (await ReleaseAsync(order), await ReleaseAsync(order), await ConfirmAsync(order)));

        Assert.Null(await MarkAsync(userCoupon));
        Assert.Equal(other, (await MarkAsync(second))!.SubjectId);
        Assert.Null(await ReserveAsync(user, NewId(), userCoupon));
    }

    [Fact]
    public async Task Release_AfterItsTime_LeavesItExpired()
    {
        var (user, order) = (NewId(), NewId());
        var userCoupon = await Node.UserCouponAsync(user, t => t with { UsableDays = 1 });
        Assert.Null(await ReserveAsync(user, order, userCoupon));
        var dayAfter = Node.Clock.NowMs + (25L * 60 * 60 * 1000);

        Assert.True(await ReleaseAsync(order));

        var late = await Node.ReadAsync(
            r => Node.Coupons.QuoteAsync(r, user, [userCoupon], Basket, dayAfter, CancellationToken.None));
        Assert.Equal("USER_COUPON_NOT_USABLE", Assert.Single(late).Refusal?.Reason);
        Assert.Null(Assert.Single(await QuoteAsync(user, userCoupon)).Refusal);
    }

    [Fact]
    public async Task ConfirmAndRelease_OfOneOrderAtOnce_OnlyOneHappens()
    {
        var user = NewId();
        for (var round = 0; round < 10; round++)
        {
            var order = NewId();
            long[] userCoupons = [await Node.UserCouponAsync(user), await Node.UserCouponAsync(user)];
            Assert.Null(await ReserveAsync(user, order, userCoupons));

            var happened = await Task.WhenAll(Task.Run(() => ConfirmAsync(order)), Task.Run(() => ReleaseAsync(order)));

            Assert.Single(happened, h => h);
            var marks = new[] { await MarkAsync(userCoupons[0]), await MarkAsync(userCoupons[1]) };
            Assert.All(marks, mark => Assert.Equal(happened[0] ? UserCouponMark.Used : null, mark?.Mark));
        }
    }

    [Fact]
    public async Task Reserve_InACommandThatIsRefused_LeavesIt()
    {
        var user = NewId();
        var userCoupon = await Node.UserCouponAsync(user);

        var refused = await Node.Units.StageAsync<bool>(
            stage =>
            {
                var reserve = Reserve(stage, NewId(), user, [userCoupon]);
                return rows =>
                {
                    Assert.True(reserve(rows).IsAccepted);
                    return CouponsRefusals.UserCouponUnknown;
                };
            },
            CancellationToken.None);

        Assert.Equal("USER_COUPON_UNKNOWN", refused.Refusal?.Reason);
        Assert.Null(await MarkAsync(userCoupon));
    }

    [Fact]
    public async Task Reserve_InsideAUnit_StandsOrFallsWithIt()
    {
        var (user, order) = (NewId(), NewId());
        var userCoupon = await Node.UserCouponAsync(user);
        foreach (var commits in (bool[])[false, true])
        {
            await Node.Units.RunAsync<bool>(
                async unit =>
                {
                    var reserved = await unit.StageAsync(
                        stage => Reserve(stage, order, user, [userCoupon]), CancellationToken.None);
                    Assert.True(reserved.IsAccepted);
                    return commits ? true : CouponsRefusals.UserCouponUnknown;
                },
                CancellationToken.None);
            Assert.Equal(commits ? 1 : 0, await ReservedAsync(order));
        }
    }

    [Fact]
    public async Task ReserveAndSend_OfOneUserCouponAtOnce_OnlyOneHappens()
    {
        for (var round = 0; round < 10; round++)
        {
            var (user, order) = (NewId(), NewId());
            var userCoupon = await Node.UserCouponAsync(user);
            var friend = NewId();
            await Node.AddUserAsync(friend);

            var outcomes = await Task.WhenAll(
                Task.Run(() => ReserveAsync(user, order, userCoupon)),
                Task.Run(async () =>
                    (await Node.Get<CouponsWrites>().SendAsync(user, userCoupon, friend, CancellationToken.None)).Refusal?.Reason));

            Assert.Single(outcomes, reason => reason is null);
            Assert.Single(outcomes, reason => reason == "USER_COUPON_NOT_USABLE");
            Assert.Equal(outcomes[0] is null ? UserCouponMark.Reserved : UserCouponMark.Sent, (await MarkAsync(userCoupon))!.Mark);
        }
    }

    private Task<IReadOnlyList<Discount>> QuoteAsync(long user, params long[] userCoupons) => Node.ReadAsync(
        r => Node.Coupons.QuoteAsync(r, user, userCoupons, Basket, Node.Clock.NowMs, CancellationToken.None));

    /// <summary>The reason of the refusal, or null.</summary>
    private async Task<string?> ReserveAsync(long user, long order, params long[] userCoupons) => (await Node.Units.StageAsync(
        stage => Reserve(stage, order, user, userCoupons), CancellationToken.None)).Refusal?.Reason;

    private Func<Rows, Result<IReadOnlyList<Discount>>> Reserve(Stage stage, long order, long user, long[] userCoupons)
    {
        var reserve = Node.Coupons.Reserve(stage, order, user, userCoupons);
        return rows => reserve(Basket, rows);
    }

    private async Task<bool> ConfirmAsync(long order) => (await Node.Units.StageAsync(
        stage => Node.Coupons.Confirm(stage, order), CancellationToken.None)).Value;

    private async Task<bool> ReleaseAsync(long order) => (await Node.Units.StageAsync(
        stage => Node.Coupons.Release(stage, order), CancellationToken.None)).Value;

    private async Task<bool> ReturnAsync(long order) => (await Node.Units.StageAsync(
        stage => Node.Coupons.Return(stage, order), CancellationToken.None)).Value;

    private Task<int> ReservedAsync(long order) => Node.ReadAsync(r => r.Query<UserCouponMarkRow>()
        .CountAsync(m => m.SubjectId == order && m.Mark == UserCouponMark.Reserved));

    private Task<UserCouponMarkRow?> MarkAsync(long userCoupon) =>
        Node.ReadAsync(r => r.Query<UserCouponMarkRow>().SingleOrDefaultAsync(m => m.UserCouponId == userCoupon));
}

public sealed class CouponsDoorOnSqlite(CouponNode<SqliteDatabase> node) : CouponsDoorSuite<SqliteDatabase>(node);

public sealed class CouponsDoorOnPostgres(CouponNode<PostgresDatabase> node) : CouponsDoorSuite<PostgresDatabase>(node);
