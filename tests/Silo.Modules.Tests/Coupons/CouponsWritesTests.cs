using System.Net;
using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: of many who want one thing at the same moment (a card, a user coupon, a request id), one gets it and the others are
/// told what holds then. Method: all of them at once over a real database.
/// </summary>
public abstract class CouponsWritesSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Many = 16;

    private CouponsWrites Writes => Node.Get<CouponsWrites>();

    [Fact]
    public async Task Exchange_OfOneCardByManyAtOnce_GivesOneOfThemOneCoupon()
    {
        var (coupon, number) = (await Node.CreateAsync(), $"C-{NewId()}");
        await ImportAsync(coupon, number);
        // Each of them twice.
        var users = Enumerable.Range(0, Many / 2).Select(_ => NewId()).ToArray();

        var answers = await AtOnceAsync(
            [.. users, .. users], user => Writes.ExchangeAsync(user, IPAddress.Loopback, number, "secret", CancellationToken.None));

        var given = Assert.Single(await Node.UserCouponsAsync(coupon));
        var accepted = answers.Where(a => a.IsAccepted).ToArray();
        Assert.Equal(2, accepted.Length);
        Assert.All(accepted, a => Assert.Equal((given.Id, given.UserId), (a.Value!.Row.Id, a.Value.Row.UserId)));
        Assert.All(answers.Where(a => !a.IsAccepted), a => Assert.Equal("CARD_USED", a.Refusal!.Reason));
        Assert.Equal((0, 1), ((await Node.StateAsync(coupon)).Claimed, (await Node.StateAsync(coupon)).Allocated));
    }

    [Fact]
    public async Task Exchange_OfACardWhoseCouponIsClosed_SaysSoAndLeavesTheCard()
    {
        var (user, coupon, number) = (NewId(), await Node.CreateAsync(), $"C-{NewId()}");
        await ImportAsync(coupon, number);
        await EnableAsync(coupon, false);

        Assert.Equal(
            "COUPON_NOT_OPEN", (await Writes.ExchangeAsync(user, IPAddress.Loopback, number, "secret", CancellationToken.None)).Refusal?.Reason);

        await EnableAsync(coupon, true);
        Assert.True((await Writes.ExchangeAsync(user, IPAddress.Loopback, number, "secret", CancellationToken.None)).IsAccepted);
    }

    [Fact]
    public async Task Send_OfOneToManyAtOnce_IsReceivedByOne()
    {
        var user = NewId();
        var userCoupon = await Node.UserCouponAsync(user, t => t with { AmountCents = 1, AmountMaxCents = 900 });
        var friends = Enumerable.Range(0, Many / 2).Select(_ => NewId()).ToArray();
        foreach (var friend in friends)
        {
            await Node.AddUserAsync(friend);
        }

        // Each of them twice.
        var answers = await AtOnceAsync(
            [.. friends, .. friends], friend => Writes.SendAsync(user, userCoupon, friend, CancellationToken.None));

        var accepted = answers.Where(a => a.IsAccepted).Select(a => a.Value!).ToArray();
        Assert.Equal(2, accepted.Length);
        Assert.Equal(accepted[0].Row.Id, accepted[1].Row.Id);
        Assert.All(answers.Where(a => !a.IsAccepted), a => Assert.Equal("USER_COUPON_NOT_USABLE", a.Refusal!.Reason));
        var all = await Node.UserCouponsAsync(accepted[0].Row.CouponId);
        var (mine, gift) = (all.Single(u => u.Id == userCoupon), all.Single(u => u.Id == accepted[0].Row.Id));
        Assert.Equal(2, all.Count);
        Assert.Equal(
            (mine.Version, mine.ClaimedAt, mine.DrawnCents, UserCouponOrigin.Gift),
            (gift.Version, gift.ClaimedAt, gift.DrawnCents, gift.Origin));
    }

    [Fact]
    public async Task Send_InTheOrderOfItsRules_SaysTheFirstThatIsBroken()
    {
        var (user, friend, stranger) = (NewId(), NewId(), NewId());
        await Node.AddUserAsync(user);
        await Node.AddUserAsync(friend);
        var userCoupon = await Node.UserCouponAsync(user);

        Assert.Equal("USER_COUPON_UNKNOWN", await SendAsync(stranger, friend));
        Assert.Equal("USER_UNKNOWN", await SendAsync(user, stranger));
        Assert.Equal("USER_COUPON_SENT_TO_SELF", await SendAsync(user, user));
        Assert.Null(await SendAsync(user, friend));
        Assert.Equal("USER_COUPON_NOT_USABLE", await SendAsync(user, stranger));
        Assert.Null(await SendAsync(user, friend));

        async Task<string?> SendAsync(long from, long to) =>
            (await Writes.SendAsync(from, userCoupon, to, CancellationToken.None)).Refusal?.Reason;
    }

    [Fact]
    public async Task Void_AndARepeat_MarkOnce()
    {
        var userCoupon = await Node.UserCouponAsync(NewId());

        Assert.Null(await VoidAsync(userCoupon));
        Assert.Equal("USER_COUPON_NOT_USABLE", await VoidAsync(userCoupon));
        Assert.Equal("USER_COUPON_UNKNOWN", await VoidAsync(7));

        Assert.Equal(UserCouponMark.Void, (await Node.ReadAsync(
            r => r.Query<UserCouponMarkRow>().SingleAsync(m => m.UserCouponId == userCoupon))).Mark);
    }

    [Fact]
    public async Task Create_ManyAtOnceWithOneRequestId_MakesOneAndAnswersItToAll()
    {
        var create = Node.Change() with { Create = true, RequestId = $"create {NewId()}" };
        var coupons = Node.Get<HotGrains<long, CouponCommand, CouponOutcome>>();

        var answers = await AtOnceAsync(Enumerable.Range(0, Many).Select(_ => NewId()), id => coupons.RunAsync(id, create));

        Assert.All(answers, a => Assert.Null(a.Refusal));
        var made = Assert.Single(answers.Select(a => a.CouponId).Distinct());
        Assert.All(answers, a => Assert.Equal(1, a.Coupon!.Version));
        Assert.True((await Node.StateAsync(made)).Exists);
        Assert.Equal(1, await Node.ReadAsync(r => r.Query<AuditEntry>().CountAsync(a => a.RequestId == create.RequestId)));
        var other = await coupons.RunAsync(NewId(), create with { RequestHash = 1 });
        Assert.Equal("REQUEST_ID_REUSED", other.Refusal?.Reason);
    }

    private static Task<T[]> AtOnceAsync<T>(IEnumerable<long> ids, Func<long, Task<T>> work) =>
        Task.WhenAll(ids.Select(id => Task.Run(() => work(id))));

    private async Task ImportAsync(long coupon, string number) => Assert.Null((await Node.ChangeAsync(
        coupon,
        new ImportCardsCommand
        {
            OperatorId = 1,
            Rpc = "tests/Import",
            Numbers = [number],
            Hashes = [CouponsWrites.HashOf(number, "secret")],
        })).Refusal);

    private async Task EnableAsync(long coupon, bool enabled) => Assert.Null((await Node.ChangeAsync(
        coupon, new ChangeCommand { OperatorId = 1, Rpc = "tests/Enable", Enabled = enabled })).Refusal);

    private async Task<string?> VoidAsync(long userCoupon) => (await Node.Units.RunAsync(
        unit => CouponsWrites.VoidAsync(unit, userCoupon, CancellationToken.None), CancellationToken.None)).Refusal?.Reason;
}

public sealed class CouponsWritesOnSqlite(CouponNode<SqliteDatabase> node) : CouponsWritesSuite<SqliteDatabase>(node);

public sealed class CouponsWritesOnPostgres(CouponNode<PostgresDatabase> node) : CouponsWritesSuite<PostgresDatabase>(node);
