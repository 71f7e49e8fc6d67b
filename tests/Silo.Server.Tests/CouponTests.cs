using System.Data.Common;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Wallets.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

/// <summary>A server with seeded users for all tests of one class; every test uses coupons and users of its own.</summary>
public abstract class CouponShop(Database database) : IAsyncLifetime
{
    private const int Users = 2_000;
    private Task<Shop>? starting;
    private int lastUser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (starting is { IsCompletedSuccessfully: true })
        {
            await (await starting).DisposeAsync();
        }
    }

    /// <summary>Started by the first test, inside the test, so that a missing database skips it.</summary>
    internal Task<Shop> ReadyAsync() => starting ??= StartAsync();

    internal long NewUser() => Interlocked.Increment(ref lastUser) is var user && user <= Users
        ? user
        : throw new InvalidOperationException("More users are needed than are seeded.");

    private async Task<Shop> StartAsync()
    {
        var shop = await Shop.StartAsync(database, new() { ["Silo__Edge__TrustedProxies"] = "127.0.0.1" });
        await shop.SeedUsersAsync(Users);
        return shop;
    }
}

public sealed class CouponShopOnSqlite() : CouponShop(Database.Sqlite);

public sealed class CouponShopOnPostgres() : CouponShop(Database.PostgreSql);

/// <summary>
/// Goal: every kind of coupon behaves from the shopper's and the operator's side as the rpcs say, and none gives more
/// than it has, whoever asks at the same moment. Method: a running server, called as its clients call it; what must
/// not change is compared by digests of the module's tables.
/// </summary>
public abstract class CouponSuite(CouponShop fixture) : IAsyncLifetime
{
    private const int Parallel = 64;
    private Shop shop = null!;

    public async ValueTask InitializeAsync() => shop = await fixture.ReadyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Claim_OfADrawnPercentage_GivesThePieceThatIsListed()
    {
        var (user, goods) = (NewUser(), await BargainShop.GoodsAsync(shop));
        var coupon = await CreateAsync(t =>
        {
            (t.ValueType, t.AmountCents, t.AmountMaxCents) = (CouponValueType.Percent, 500, 600);
            (t.ThresholdCents, t.UsableDays, t.ShopId, t.RefId, t.Type) = (5_000, 30, 4, 9, "drawn");
            t.Targets.Add(new CouponTarget { Type = CouponTargetType.Goods, Id = goods });
            t.Targets.Add(new CouponTarget { Type = CouponTargetType.Category, Id = 78 });
        });

        var piece = (await ClaimAsync(user, coupon, "r")).UserCoupon;

        Assert.InRange(piece.AmountCents, 500, 600);
        Assert.Equal(TimeSpan.FromDays(30), piece.ValidUntil.ToDateTime() - piece.ClaimedAt.ToDateTime());
        Assert.Equal((UserCouponState.Usable, UserCouponOrigin.Claim, piece.ClaimedAt), (piece.State, piece.Origin, piece.UsableFrom));
        Assert.Equal(
            (CouponValueType.Percent, 5_000, 4, 9, "drawn", 2),
            (piece.ValueType, piece.ThresholdCents, piece.ShopId, piece.RefId, piece.Type, piece.Targets.Count));
        Assert.Equal(piece, Assert.Single((await MineAsync(user)).UserCoupons));
        Assert.Equal(piece, (await ClaimAsync(user, coupon, "r")).UserCoupon);
    }

    [Fact]
    public async Task Claim_AfterAChangeOfTerms_KeepsTheOldOnesForTheOldPiece()
    {
        var (early, late) = (NewUser(), NewUser());
        var coupon = await CreateAsync();
        var before = (await ClaimAsync(early, coupon, "r")).UserCoupon;

        var terms = Shop.Terms(10, name: "Five off");
        (terms.AmountCents, terms.UsableAfterDays, terms.FreightOnly) = (500, 2, true);
        await shop.CouponsAdmin.UpdateCouponAsync(new() { CouponId = coupon, Terms = terms }, shop.Owner);
        var after = (await ClaimAsync(late, coupon)).UserCoupon;

        Assert.Equal(before, (await ClaimAsync(early, coupon, "r")).UserCoupon);
        Assert.Equal(before, Assert.Single((await MineAsync(early)).UserCoupons));
        Assert.Equal((500, true, "Five off"), (after.AmountCents, after.FreightOnly, after.Name));
        // From the start of the second shop day after: midnight in Shanghai.
        Assert.Equal(TimeSpan.FromHours(16), after.UsableFrom.ToDateTime().TimeOfDay);
        Assert.InRange((after.UsableFrom.ToDateTime() - after.ClaimedAt.ToDateTime()).TotalHours, 24, 48);
    }

    [Fact]
    public async Task Claim_WithACost_IsRefusedOrChargedOnce()
    {
        var user = NewUser();
        var points = await CreateAsync(t => (t.PointsCost, t.LimitPerUser) = (60, 2));
        Assert.Equal("COUPON_POINTS_TOO_LOW", await ReasonAsync(() => ClaimAsync(user, points)));
        await AddPointsAsync(user, 100);

        var piece = (await ClaimAsync(user, points, "r")).UserCoupon;

        Assert.Equal(piece, (await ClaimAsync(user, points, "r")).UserCoupon);
        Assert.Equal("COUPON_POINTS_TOO_LOW", await ReasonAsync(() => ClaimAsync(user, points)));
        Assert.Equal(40, await PointsAsync(user));
        Assert.Equal(
            "COUPON_STREAK_TOO_SHORT", await ReasonAsync(async () => await ClaimAsync(user, await CreateAsync(t => t.StreakDays = 1))));
        var paid = await CreateAsync(t => t.PriceCents = 123);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => ClaimAsync(user, paid));
        var info = refusal.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        Assert.Equal(("COUPON_PAYMENT_NEEDED", "123"), (info.Reason, info.Metadata["amount_cents"]));
        Assert.Single((await MineAsync(user)).UserCoupons);
    }

    [Fact]
    public async Task Claim_ForPointsInParallel_NeverSpendsMoreThanThereAre()
    {
        var user = NewUser();
        await AddPointsAsync(user, 500);
        var coupon = await CreateAsync(t => (t.PointsCost, t.LimitPerUser) = (100, 100));

        var reasons = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => ReasonAsync(() => ClaimAsync(user, coupon))));

        Assert.Equal(5, reasons.Count(r => r == "OK"));
        Assert.Equal(Parallel - 5, reasons.Count(r => r == "COUPON_POINTS_TOO_LOW"));
        Assert.Equal(0, await PointsAsync(user));
        Assert.Equal(5, (await MineAsync(user)).TotalCount);
    }

    [Fact]
    public async Task Claim_ByPassword_FindsTheCouponWithAndWithoutItsId()
    {
        var password = NewText();
        var (one, two, three) = (NewUser(), NewUser(), NewUser());
        var older = await CreateAsync(t => t.Password = password);
        var newer = await CreateAsync(t => t.Password = password);
        var ended = await CreateAsync(t =>
        {
            t.Password = password;
            t.ClaimableUntil = new Timestamp { Seconds = 1_600_000_000 };
            t.UsableDays = 5;
        });

        Assert.Equal(newer, (await ByPasswordAsync(one, password)).UserCoupon.CouponId);
        Assert.Equal(older, (await ByPasswordAsync(one, password, older)).UserCoupon.CouponId);
        Assert.Equal("COUPON_PASSWORD_WRONG", await ReasonAsync(() => ByPasswordAsync(two, $"!{password}", older)));
        Assert.Equal("COUPON_PASSWORD_WRONG", await ReasonAsync(() => ClaimAsync(two, older)));
        Assert.Equal("COUPON_UNKNOWN", await ReasonAsync(() => ByPasswordAsync(two, $"!{password}")));
        Assert.Equal("COUPON_NOT_NAMED", await ReasonAsync(() => ClaimAsync(two, 0)));
        Assert.Equal("COUPON_ENDED", await ReasonAsync(() => ByPasswordAsync(two, password, ended)));
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = newer }, shop.Owner);
        Assert.Equal(older, (await ByPasswordAsync(three, password)).UserCoupon.CouponId);
        // Nobody but operators sees it.
        var seen = (await shop.Coupons.DescribeCouponAsync(new() { CouponId = older })).Coupon;
        Assert.Equal(("", true), (seen.Terms.Password, seen.PasswordNeeded));
        Assert.Equal(password, (await CouponAsync(older)).Terms.Password);
    }

    [Fact]
    public async Task Claim_RepeatedByPasswordAfterANewerCouponHasIt_GetsTheFirstPiece()
    {
        var (user, password) = (NewUser(), NewText());
        await CreateAsync(t => t.Password = password);
        var first = (await ByPasswordAsync(user, password, requestId: "r")).UserCoupon;
        await CreateAsync(t => t.Password = password);

        Assert.Equal(first, (await ByPasswordAsync(user, password, requestId: "r")).UserCoupon);
        Assert.NotEqual(first.CouponId, (await ByPasswordAsync(user, password, requestId: "other")).UserCoupon.CouponId);
    }

    [Fact]
    public async Task Claim_WithWrongPasswords_IsLimitedAndARightOneCostsNone()
    {
        var (user, other, password) = (NewUser(), NewUser(), NewText());
        var coupon = await CreateAsync(t => (t.Password, t.LimitPerUser, t.StockTotal) = (password, 100, 100));
        var open = await CreateAsync(t => (t.LimitPerUser, t.StockTotal) = (100, 100));
        for (var wrong = 0; wrong < 19; wrong++)
        {
            Assert.Equal(
                wrong % 2 == 0 ? "COUPON_PASSWORD_WRONG" : "COUPON_UNKNOWN",
                await ReasonAsync(() => ByPasswordAsync(user, $"wrong {NewText()}", wrong % 2 == 0 ? coupon : 0)));
            // Right ones, and those that are not looked at, neither cost an attempt nor forget the wrong ones.
            Assert.Equal("OK", await ReasonAsync(() => ByPasswordAsync(user, password, coupon)));
            Assert.Equal("OK", await ReasonAsync(() => ByPasswordAsync(user, "any", open)));
        }

        Assert.Equal("COUPON_PASSWORD_WRONG", await ReasonAsync(() => ByPasswordAsync(user, "the twentieth", coupon)));
        Assert.Equal("TOO_MANY_ATTEMPTS", await ReasonAsync(() => ByPasswordAsync(user, password, coupon)));
        Assert.Equal("TOO_MANY_ATTEMPTS", await ReasonAsync(() => ByPasswordAsync(user, password)));
        // Neither claims without a password nor other users are touched.
        Assert.Equal("OK", await ReasonAsync(() => ClaimAsync(user, open)));
        Assert.Equal("OK", await ReasonAsync(() => ByPasswordAsync(other, password, coupon)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guesses_OfManyShoppersAtOneAddress_AreLimitedTogether(bool atPasswords)
    {
        const int mostOfAddress = 100;
        var (known, wrong) = atPasswords ? (20, "COUPON_UNKNOWN") : (10, "CARD_WRONG");
        var reasons = new List<string>();
        for (var user = NewUser(); reasons.Count < mostOfAddress; user = NewUser())
        {
            for (var guess = 0; guess < known; guess++)
            {
                reasons.Add(await GuessAsync(user, atPasswords ? "203.0.113.8" : "203.0.113.9"));
            }
        }

        Assert.Equal(Enumerable.Repeat(wrong, mostOfAddress), reasons);
        Assert.Equal("TOO_MANY_ATTEMPTS", await GuessAsync(NewUser(), atPasswords ? "203.0.113.8" : "203.0.113.9"));
        Assert.Equal(wrong, await GuessAsync(NewUser(), atPasswords ? "203.0.113.18" : "203.0.113.19"));

        Task<string> GuessAsync(long user, string address) => ReasonAsync(async () =>
        {
            var headers = As(user);
            headers.Add("x-forwarded-for", address);
            if (atPasswords)
            {
                await shop.Coupons.ClaimCouponAsync(new() { Password = NewText() }, headers);
            }
            else
            {
                await shop.Coupons.ExchangeCardAsync(new() { Number = NewText(), Password = "1" }, headers);
            }
        });
    }

    [Fact]
    public async Task RightPasswords_OfManyAtOneAddressAtOnce_AreNotTakenForGuesses()
    {
        var password = NewText();
        await CreateAsync(t => (t.Password, t.StockTotal) = (password, 1_000));
        var users = Enumerable.Range(0, 150).Select(_ => NewUser()).ToArray();

        var reasons = await Task.WhenAll(users.Select(user => ReasonAsync(async () =>
        {
            var headers = As(user);
            headers.Add("x-forwarded-for", "203.0.113.28");
            await shop.Coupons.ClaimCouponAsync(new() { Password = password }, headers);
        })));

        Assert.All(reasons, reason => Assert.Equal("OK", reason));
    }

    [Fact]
    public async Task Claim_WithWrongPasswordsInParallel_IsLimitedAtTheSameCount()
    {
        var user = NewUser();
        var coupon = await CreateAsync(t => t.Password = NewText());

        var reasons = await Task.WhenAll(
            Enumerable.Range(0, Parallel).Select(i => ReasonAsync(() => ByPasswordAsync(user, $"wrong {i}", coupon))));

        Assert.Equal(20, reasons.Count(r => r == "COUPON_PASSWORD_WRONG"));
        Assert.Equal(Parallel - 20, reasons.Count(r => r == "TOO_MANY_ATTEMPTS"));
    }

    [Fact]
    public async Task Claim_AsADryRun_SaysTheOutcomeAndChangesNothing()
    {
        var user = NewUser();
        await AddPointsAsync(user, 50);
        var good = await CreateAsync(t => (t.PointsCost, t.AmountMaxCents) = (50, 2_000));
        var poor = await CreateAsync(t => t.PointsCost = 51);
        var before = await DigestAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await DryRunAsync(user, good, "r")).UserCoupon);
            Assert.Equal("COUPON_POINTS_TOO_LOW", await ReasonAsync(() => DryRunAsync(user, poor, "r")));
            Assert.Equal("COUPON_UNKNOWN", await ReasonAsync(() => DryRunAsync(user, 1, "r")));
        }

        Assert.Equal(before, await DigestAsync());
        Assert.Equal("OK", await ReasonAsync(() => ClaimAsync(user, good, "r")));
        Assert.Equal("COUPON_LIMIT_REACHED", await ReasonAsync(() => DryRunAsync(user, good, "r")));
    }

    [Fact]
    public async Task ImportCards_RepeatTakenTwiceOrTooMany_AddsEachOnceOrNone()
    {
        var coupon = await CreateAsync(t => t.StockTotal = 5);
        Card[] cards = [NewCard(), NewCard(), NewCard()];
        Assert.Equal(3, (await ImportAsync(coupon, "r", cards)).Imported);
        var before = await DigestAsync();

        Assert.Equal(3, (await ImportAsync(coupon, "r", cards)).Imported);
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => ImportAsync(coupon, "r", NewCard())));
        Assert.Equal("CARD_NUMBER_TAKEN", await ReasonAsync(() => ImportAsync(coupon, "", NewCard(), cards[2])));
        var twice = NewCard();
        Assert.Equal("CARD_NUMBER_TAKEN", await ReasonAsync(() => ImportAsync(coupon, "", twice, twice)));
        Assert.Equal("COUPON_SOLD_OUT", await ReasonAsync(() => ImportAsync(coupon, "", NewCard(), NewCard(), NewCard())));
        Assert.Equal("COUPON_UNKNOWN", await ReasonAsync(() => ImportAsync(1, "", NewCard())));
        var other = await CreateAsync();
        Assert.Equal("CARD_NUMBER_TAKEN", await ReasonAsync(() => ImportAsync(other, "", cards[0])));

        Assert.Equal((3, 0, 2), await CountsAsync(coupon));
        Assert.Equal((0, 0, 10), await CountsAsync(other));
        Assert.Equal(before.Cards, (await DigestAsync()).Cards);
        Assert.Equal(2, (await ImportAsync(coupon, "", NewCard(), NewCard())).Imported);
        Assert.Equal("COUPON_SOLD_OUT", await ReasonAsync(() => ClaimAsync(NewUser(), coupon)));
        // No password is stored as it is.
        Assert.Equal(5, await shop.CountAsync($"SELECT count(*) FROM coupons_cards WHERE coupon_id = {coupon} AND length(hash) = 32"));
    }

    [Fact]
    public async Task ExchangeCard_By64AtOnce_GivesOneThePiece()
    {
        var coupon = await CreateAsync(t => t.AmountMaxCents = 5_000);
        var card = NewCard();
        await ImportAsync(coupon, "", card);
        var users = Enumerable.Range(0, Parallel).Select(_ => NewUser()).ToArray();

        var reasons = await Task.WhenAll(users.Select(user => ReasonAsync(() => ExchangeAsync(user, card))));

        Assert.Single(reasons, r => r == "OK");
        Assert.Equal(Parallel - 1, reasons.Count(r => r == "CARD_USED"));
        var owner = users[Array.IndexOf(reasons, "OK")];
        var piece = Assert.Single((await MineAsync(owner)).UserCoupons);
        Assert.Equal((UserCouponOrigin.Card, coupon), (piece.Origin, piece.CouponId));
        // The owner's repeats, also at once, get the same piece.
        var repeats = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ExchangeAsync(owner, card)));
        Assert.All(repeats, repeat => Assert.Equal(piece, repeat.UserCoupon));
        Assert.Equal(1, (await ClaimsAsync(coupon)).TotalCount);
        Assert.Equal((1, 0, 9), await CountsAsync(coupon));
    }

    [Fact]
    public async Task ExchangeCard_OfACouponThatIsNotOpenOrEnded_IsRefusedAndTheCardStaysGood()
    {
        var user = NewUser();
        var coupon = await CreateAsync();
        var card = NewCard();
        await ImportAsync(coupon, "", card);
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = coupon }, shop.Owner);
        // A right card costs no attempt, also when it is refused.
        for (var i = 0; i < 11; i++)
        {
            Assert.Equal("COUPON_NOT_OPEN", await ReasonAsync(() => ExchangeAsync(user, card)));
        }

        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = coupon, Enabled = true }, shop.Owner);
        var terms = Shop.Terms(10);
        (terms.ClaimableUntil, terms.UsableDays) = (new Timestamp { Seconds = 1_600_000_000 }, 5);
        await shop.CouponsAdmin.UpdateCouponAsync(new() { CouponId = coupon, Terms = terms }, shop.Owner);
        Assert.Equal("COUPON_ENDED", await ReasonAsync(() => ExchangeAsync(user, card)));
        await shop.CouponsAdmin.UpdateCouponAsync(new() { CouponId = coupon, Terms = Shop.Terms(10) }, shop.Owner);
        Assert.Equal("OK", await ReasonAsync(() => ExchangeAsync(user, card)));
    }

    [Fact]
    public async Task ExchangeCard_WithWrongOnes_IsLimitedAndAnOwnCardDoesNotHelp()
    {
        var (user, other) = (NewUser(), NewUser());
        var coupon = await CreateAsync();
        Card[] cards = [NewCard(), NewCard()];
        await ImportAsync(coupon, "", cards);
        await ExchangeAsync(user, cards[0]);
        for (var wrong = 0; wrong < 10; wrong++)
        {
            var guess = wrong % 2 == 0 ? NewCard() : new Card { Number = cards[1].Number, Password = $"wrong {wrong}" };
            Assert.Equal("CARD_WRONG", await ReasonAsync(() => ExchangeAsync(user, guess)));
            if (wrong < 9)
            {
                Assert.Equal("OK", await ReasonAsync(() => ExchangeAsync(user, cards[0])));
            }
        }

        Assert.Equal("TOO_MANY_ATTEMPTS", await ReasonAsync(() => ExchangeAsync(user, cards[1])));
        Assert.Equal("OK", await ReasonAsync(() => ExchangeAsync(other, cards[1])));
    }

    [Fact]
    public async Task SendUserCoupon_64AtOnceToDifferentUsers_OneReceivesIt()
    {
        var user = NewUser();
        var coupon = await CreateAsync(t => (t.UsableDays, t.AmountMaxCents) = (3, 5_000));
        var piece = (await ClaimAsync(user, coupon)).UserCoupon;
        var friends = Enumerable.Range(0, Parallel).Select(_ => NewUser()).ToArray();

        var reasons = await Task.WhenAll(friends.Select(friend => ReasonAsync(() => SendAsync(user, piece.Id, friend))));

        Assert.Single(reasons, r => r == "OK");
        Assert.Equal(Parallel - 1, reasons.Count(r => r == "USER_COUPON_NOT_USABLE"));
        var receiver = friends[Array.IndexOf(reasons, "OK")];
        var gift = Assert.Single((await MineAsync(receiver)).UserCoupons);
        Assert.Equal(
            (UserCouponOrigin.Gift, UserCouponState.Usable, piece.AmountCents, piece.ClaimedAt, piece.ValidUntil),
            (gift.Origin, gift.State, gift.AmountCents, gift.ClaimedAt, gift.ValidUntil));
        Assert.Empty((await MineAsync(user)).UserCoupons);
        Assert.Empty((await MineAsync(user, UserCouponState.Sent)).UserCoupons);
        Assert.Equal(new CountMyCouponsResponse { Claimable = (await CountAsync(user)).Claimable }, await CountAsync(user));
        Assert.Equal(2, (await ClaimsAsync(coupon)).TotalCount);
        // A repeat for the same receiver gets the first answer; the gift itself can go on.
        Assert.Equal(gift, (await SendAsync(user, piece.Id, receiver)).UserCoupon);
        Assert.Equal("OK", await ReasonAsync(() => SendAsync(receiver, gift.Id, user)));
        // It was given away again: it does not count against his limit, nor does the limit stop it.
        Assert.Equal("COUPON_LIMIT_REACHED", await ReasonAsync(() => ClaimAsync(user, coupon)));
    }

    [Fact]
    public async Task SendUserCoupon_64AtOnceToOneUser_AllGetTheSamePiece()
    {
        var (user, friend) = (NewUser(), NewUser());
        var piece = (await ClaimAsync(user, await CreateAsync())).UserCoupon;

        var sent = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => SendAsync(user, piece.Id, friend)));

        Assert.Single(sent.Select(s => s.UserCoupon.Id).Distinct());
        Assert.Equal(sent[0].UserCoupon.Id, Assert.Single((await MineAsync(friend)).UserCoupons).Id);
    }

    [Fact]
    public async Task SendUserCoupon_ThatCannotBe_IsRefusedInOrder()
    {
        var (user, other) = (NewUser(), NewUser());
        var coupon = await CreateAsync(t => t.LimitPerUser = 2);
        var (good, gone) = ((await ClaimAsync(user, coupon)).UserCoupon.Id, (await ClaimAsync(user, coupon)).UserCoupon.Id);
        await VoidAsync(gone);

        Assert.Equal("USER_COUPON_UNKNOWN", await ReasonAsync(() => SendAsync(other, good, 999_999)));
        Assert.Equal("USER_COUPON_UNKNOWN", await ReasonAsync(() => SendAsync(user, 1, 999_999)));
        Assert.Equal("USER_COUPON_NOT_USABLE", await ReasonAsync(() => SendAsync(user, gone, 999_999)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(() => SendAsync(user, good, 999_999)));
        Assert.Equal("USER_COUPON_SENT_TO_SELF", await ReasonAsync(() => SendAsync(user, good, user)));
        Assert.Equal(UserCouponState.Usable, (await MineAsync(user)).UserCoupons.Single(p => p.Id == good).State);
    }

    [Fact]
    public async Task IssueCoupon_FiveForOneLeft_GivesOneOrNone()
    {
        var users = Enumerable.Range(0, 5).Select(_ => NewUser()).ToArray();
        var coupon = await CreateAsync(t => t.StockTotal = 1);

        Assert.Equal("COUPON_SOLD_OUT", await ReasonAsync(() => IssueAsync(coupon, users)));
        Assert.Equal((0, 0, 1), await CountsAsync(coupon));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(() => IssueAsync(coupon, [users[0], 999_999], all: false)));
        Assert.Equal("USER_UNKNOWN", await ReasonAsync(() => IssueAsync(1, [999_999])));
        Assert.Equal("COUPON_UNKNOWN", await ReasonAsync(() => IssueAsync(1, users)));
        Assert.Equal(1, (await IssueAsync(coupon, users, all: false, "r")).Issued);
        Assert.Equal(1, (await IssueAsync(coupon, users, all: false, "r")).Issued);
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => IssueAsync(coupon, users, all: true, "r")));
        Assert.Equal("COUPON_SOLD_OUT", await ReasonAsync(() => IssueAsync(coupon, users, all: false)));

        var piece = Assert.Single((await MineAsync(users[0])).UserCoupons);
        Assert.Equal(UserCouponOrigin.Issue, piece.Origin);
        Assert.All(await Task.WhenAll(users[1..].Select(u => MineAsync(u))), mine => Assert.Empty(mine.UserCoupons));
        Assert.Equal((0, 1, 0), await CountsAsync(coupon));
    }

    [Fact]
    public async Task IssueCoupon_ToWhomTheRulesWouldRefuse_GivesAllTheSame()
    {
        var user = NewUser();
        var coupon = await CreateAsync(t => (t.PointsCost, t.PriceCents, t.StreakDays, t.Password) = (5, 5, 5, NewText()));
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = coupon }, shop.Owner);

        Assert.Equal(2, (await IssueAsync(coupon, [user, user])).Issued);

        Assert.Equal(2, (await MineAsync(user)).UserCoupons.Count(p => p.State == UserCouponState.Usable));
        Assert.Equal(1, (await CouponAsync(coupon)).Claimants);
    }

    [Fact]
    public async Task IssueAndImport_InParallelWithClaims_NeverExceedTheTotal()
    {
        const int total = 100;
        var coupon = await CreateAsync(t => (t.StockTotal, t.LimitPerUser) = (total, 100));
        var users = Enumerable.Range(0, 10).Select(_ => NewUser()).ToArray();

        var given = await Task.WhenAll(Enumerable.Range(0, 120).Select(async i => (i % 6) switch
        {
            0 => await ReasonAsync(() => IssueAsync(coupon, users[..5])) == "OK" ? 5 : 0,
            1 => await CountOrNoneAsync(async () => (await IssueAsync(coupon, users[5..], all: false)).Issued),
            2 => await ReasonAsync(() => ImportAsync(coupon, "", NewCard(), NewCard())) == "OK" ? 2 : 0,
            _ => await ReasonAsync(() => ClaimAsync(users[i % 10], coupon)) == "OK" ? 1 : 0,
        }));

        var (allocated, claimed, left) = await CountsAsync(coupon);
        Assert.Equal((total, 0), (allocated + claimed + left, left));
        Assert.Equal(total, given.Sum());
        Assert.Equal(claimed, await shop.CountAsync($"SELECT count(*) FROM coupons_user_coupons WHERE coupon_id = {coupon}"));
        Assert.Equal(allocated, await shop.CountAsync($"SELECT count(*) FROM coupons_cards WHERE coupon_id = {coupon}"));
        Assert.Equal(claimed, (await ClaimsAsync(coupon)).TotalCount);
        // The total can be lowered to what is given and not below.
        Assert.Equal("COUPON_STOCK_BELOW_CLAIMED", await ReasonAsync(() => shop.CouponsAdmin.UpdateCouponAsync(
            new() { CouponId = coupon, Terms = Shop.Terms(total - 1) }, shop.Owner).ResponseAsync));
    }

    [Fact]
    public async Task VoidUserCoupon_AndItsRepeat_EndTheUse()
    {
        var user = NewUser();
        var coupon = await CreateAsync();
        var piece = (await ClaimAsync(user, coupon)).UserCoupon;

        var voided = (await VoidAsync(piece.Id, "v" + piece.Id)).UserCoupon;

        Assert.Equal(UserCouponState.Void, voided.State);
        Assert.NotNull(voided.EndedAt);
        Assert.Equal(voided, (await VoidAsync(piece.Id, "v" + piece.Id)).UserCoupon);
        Assert.Equal("USER_COUPON_NOT_USABLE", await ReasonAsync(() => VoidAsync(piece.Id)));
        Assert.Equal("USER_COUPON_UNKNOWN", await ReasonAsync(() => VoidAsync(1)));
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => VoidAsync(1, "v" + piece.Id)));
        Assert.Equal(voided, Assert.Single((await MineAsync(user)).UserCoupons));
        // It stays given: neither the stock nor the limit gets it back.
        Assert.Equal((0, 1, 9), await CountsAsync(coupon));
        Assert.Equal("COUPON_LIMIT_REACHED", await ReasonAsync(() => ClaimAsync(user, coupon)));
    }

    [Fact]
    public async Task ListMyCoupons_ByStateTypeReferenceAndSpend_ListsThoseInPages()
    {
        var (user, friend, type) = (NewUser(), NewUser(), NewText());
        var plain = (await ClaimAsync(user, await CreateAsync())).UserCoupon.Id;
        var typed = (await ClaimAsync(user, await CreateAsync(t => (t.Type, t.RefId, t.ThresholdCents) = (type, 77, 500)))).UserCoupon.Id;
        var high = (await ClaimAsync(user, await CreateAsync(t => (t.Type, t.ThresholdCents) = (type, 501)))).UserCoupon.Id;
        var gone = (await ClaimAsync(user, await CreateAsync())).UserCoupon.Id;
        await VoidAsync(gone);
        await IssueAsync(await CreateAsync(t => t.UsableUntil = new Timestamp { Seconds = 1_600_000_000 }), [user]);
        var expired = Assert.Single(Ids(await MineAsync(user, UserCouponState.Expired)));
        var usedCoupon = await CreateAsync();
        var used = (await ClaimAsync(user, usedCoupon)).UserCoupon.Id;
        await MarkAsync(used, usedCoupon, 2, 4_711);
        var reservedCoupon = await CreateAsync();
        var reserved = (await ClaimAsync(user, reservedCoupon)).UserCoupon.Id;
        await MarkAsync(reserved, reservedCoupon, 1, 4_712);
        var sent = (await ClaimAsync(user, await CreateAsync())).UserCoupon.Id;
        await SendAsync(user, sent, friend);

        Assert.Equal([reserved, used, expired, gone, high, typed, plain], Ids(await MineAsync(user)));
        Assert.Equal([high, typed, plain], Ids(await MineAsync(user, UserCouponState.Usable)));
        Assert.Equal([expired], Ids(await MineAsync(user, UserCouponState.Expired)));
        Assert.Equal([reserved, used], Ids(await MineAsync(user, UserCouponState.Used)));
        Assert.Equal([expired, gone], Ids(await MineAsync(user, UserCouponState.Void, UserCouponState.Expired)));
        Assert.Empty(Ids(await MineAsync(user, UserCouponState.Sent)));
        Assert.Equal([gone], Ids(await MineAsync(user, UserCouponState.Sent, UserCouponState.Void)));
        Assert.Equal([high, typed], Ids(await ListAsync(user, new() { Type = type })));
        Assert.Equal([typed], Ids(await ListAsync(user, new() { Type = type, SpendCents = 500 })));
        Assert.Equal([typed], Ids(await ListAsync(user, new() { RefId = 77 })));
        var page = await ListAsync(user, new() { Page = 3, PageSize = 3 });
        Assert.Equal((7L, plain), (page.TotalCount, Assert.Single(Ids(page))));
        var orders = (await MineAsync(user, UserCouponState.Used)).UserCoupons;
        Assert.Equal([4_712, 4_711], orders.Select(p => p.OrderId));
        Assert.All(orders, p => Assert.NotNull(p.EndedAt));

        var counts = await CountAsync(user);
        Assert.Equal((3, 2, 2), (counts.Usable, counts.Ended, counts.Used));
        Assert.Equal((1, 0), ((await CouponAsync(usedCoupon)).Used, (await CouponAsync(reservedCoupon)).Used));
        Assert.Equal(1, (await shop.Coupons.DescribeCouponAsync(new() { CouponId = usedCoupon })).Coupon.Used);
    }

    [Fact]
    public async Task ListCoupons_ShowsWhatIsOfferedInPagesAndWithFilters()
    {
        var type = NewText();
        var soldOut = await CreateAsync(t => (t.Type, t.StockTotal) = (type, 1));
        await IssueAsync(soldOut, [NewUser()]);
        var referred = await CreateAsync(t => (t.Type, t.RefId) = (type, 55));
        var hidden = await CreateAsync(t => (t.Type, t.Hidden) = (type, true));
        var disabled = await CreateAsync(t => t.Type = type);
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = disabled }, shop.Owner);
        var ended = await CreateAsync(t => (t.Type, t.ClaimableUntil, t.UsableDays) = (type, new Timestamp { Seconds = 1_600_000_000 }, 1));
        var future = await CreateAsync(t => (t.Type, t.ClaimableFrom) = (type, new Timestamp { Seconds = 4_000_000_000 }));

        async Task<long[]> OfferedAsync(ListCouponsRequest request) =>
            [.. (await shop.Coupons.ListCouponsAsync(request)).Coupons.Select(c => c.Id)];

        Assert.Equal([future, referred, soldOut], await OfferedAsync(new() { Type = type }));
        Assert.Equal([referred], await OfferedAsync(new() { Type = type, RefId = 55 }));
        Assert.Equal([soldOut], await OfferedAsync(new() { Type = type, Page = 3, PageSize = 1 }));
        Assert.Equal([future, soldOut], await OfferedAsync(new() { CouponIds = { soldOut, future, hidden, ended, 1 } }));
        Assert.Equal(3, (await shop.Coupons.ListCouponsAsync(new() { Type = type, PageSize = 1 })).TotalCount);
        var all = await shop.CouponsAdmin.SearchCouponsAsync(new() { Type = type, NameContains = "TEN" }, shop.Owner);
        Assert.Equal([future, ended, disabled, hidden, referred, soldOut], all.Coupons.Select(c => c.Id));
        Assert.Equal("COUPON_NOT_OPEN", await ReasonAsync(() => ClaimAsync(NewUser(), future)));
        Assert.Equal("OK", await ReasonAsync(() => ClaimAsync(NewUser(), hidden)));
    }

    [Fact]
    public async Task ListClaims_ShowsEveryPieceWithItsOwnerNewestFirst()
    {
        var coupon = await CreateAsync();
        var (one, two, three, friend) = (NewUser(), NewUser(), NewUser(), NewUser());
        var claimed = (await ClaimAsync(one, coupon)).UserCoupon.Id;
        await IssueAsync(coupon, [two]);
        var card = NewCard();
        await ImportAsync(coupon, "", card);
        var carded = (await ExchangeAsync(three, card)).UserCoupon.Id;
        var gift = (await SendAsync(one, claimed, friend)).UserCoupon.Id;

        var claims = (await ClaimsAsync(coupon)).Claims;

        Assert.Equal(
            [
                (friend, UserCouponOrigin.Gift, UserCouponState.Usable), (three, UserCouponOrigin.Card, UserCouponState.Usable),
                (two, UserCouponOrigin.Issue, UserCouponState.Usable), (one, UserCouponOrigin.Claim, UserCouponState.Sent),
            ],
            claims.Select(c => (c.UserId, c.UserCoupon.Origin, c.UserCoupon.State)));
        Assert.Equal((gift, carded, claimed), (claims[0].UserCoupon.Id, claims[1].UserCoupon.Id, claims[3].UserCoupon.Id));
        var page = await shop.CouponsAdmin.ListClaimsAsync(new() { CouponId = coupon, Page = 2, PageSize = 3 }, shop.Owner);
        Assert.Equal((4L, claimed), (page.TotalCount, Assert.Single(page.Claims).UserCoupon.Id));
        Assert.Equal("COUPON_UNKNOWN", await ReasonAsync(() => ClaimsAsync(1)));
    }

    [Fact]
    public async Task CountMyCoupons_CountsWhatCanStillBeClaimed()
    {
        var user = NewUser();
        var before = (await CountAsync(user)).Claimable;
        var twice = await CreateAsync(t => t.LimitPerUser = 2);
        var soldOut = await CreateAsync(t => t.StockTotal = 1);
        await CreateAsync(t => t.Hidden = true);
        await CreateAsync(t => t.ClaimableFrom = new Timestamp { Seconds = 4_000_000_000 });

        async Task<long> MoreAsync() => (await CountAsync(user)).Claimable - before;

        Assert.Equal(2, await MoreAsync());
        await IssueAsync(soldOut, [NewUser()]);
        Assert.Equal(1, await MoreAsync());
        await ClaimAsync(user, twice);
        await IssueAsync(twice, [user, user]);
        Assert.Equal(1, await MoreAsync());
        await ClaimAsync(user, twice);
        Assert.Equal(0, await MoreAsync());
        Assert.Equal(4, (await CountAsync(user)).Usable);
    }

    [Fact]
    public async Task CreateCoupon_64AtOnceWithOneRequestId_MakesOne()
    {
        var request = new CreateCouponRequest { Terms = Shop.Terms(1), RequestId = NewText() };

        var made = await Task.WhenAll(
            Enumerable.Range(0, Parallel).Select(_ => shop.CouponsAdmin.CreateCouponAsync(request, shop.Owner).ResponseAsync));

        Assert.Single(made.Select(m => m.Coupon.Id).Distinct());
        Assert.Equal("REQUEST_ID_REUSED", await ReasonAsync(() => shop.CouponsAdmin.CreateCouponAsync(
            new() { Terms = Shop.Terms(2), RequestId = request.RequestId }, shop.Owner).ResponseAsync));
    }

    private static IEnumerable<long> Ids(ListMyCouponsResponse list) => list.UserCoupons.Select(p => p.Id);

    private static string NewText() => Guid.NewGuid().ToString("N");

    private static Card NewCard() => new() { Number = NewText(), Password = NewText()[..8] };

    private static Metadata As(long user) => Shop.Bearer(Shop.TokenOf(user));

    private static async Task<int> CountOrNoneAsync(Func<Task<int>> call)
    {
        var count = 0;
        await ReasonAsync(async () => count = await call());
        return count;
    }

    private long NewUser() => fixture.NewUser();

    private async Task<long> CreateAsync(Action<CouponTerms>? change = null)
    {
        var terms = Shop.Terms(10);
        change?.Invoke(terms);
        return (await shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, shop.Owner)).Coupon.Id;
    }

    private Task<ClaimCouponResponse> ClaimAsync(long user, long coupon, string requestId = "") =>
        shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon, RequestId = requestId }, As(user)).ResponseAsync;

    private Task<ClaimCouponResponse> DryRunAsync(long user, long coupon, string requestId) =>
        shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon, RequestId = requestId, DryRun = true }, As(user)).ResponseAsync;

    private Task<ClaimCouponResponse> ByPasswordAsync(long user, string password, long coupon = 0, string requestId = "") =>
        shop.Coupons.ClaimCouponAsync(
            new() { CouponId = coupon, Password = password[..Math.Min(32, password.Length)], RequestId = requestId }, As(user)).ResponseAsync;

    private Task<ExchangeCardResponse> ExchangeAsync(long user, Card card) =>
        shop.Coupons.ExchangeCardAsync(new() { Number = card.Number, Password = card.Password }, As(user)).ResponseAsync;

    private Task<SendUserCouponResponse> SendAsync(long user, long piece, long to) =>
        shop.Coupons.SendUserCouponAsync(new() { UserCouponId = piece, ToUserId = to }, As(user)).ResponseAsync;

    private Task<CountMyCouponsResponse> CountAsync(long user) => shop.Coupons.CountMyCouponsAsync(new(), As(user)).ResponseAsync;

    private Task<ListMyCouponsResponse> MineAsync(long user, params UserCouponState[] states) =>
        ListAsync(user, new() { States = { states } });

    private Task<ListMyCouponsResponse> ListAsync(long user, ListMyCouponsRequest request) =>
        shop.Coupons.ListMyCouponsAsync(request, As(user)).ResponseAsync;

    private Task<ImportCardsResponse> ImportAsync(long coupon, string requestId, params Card[] cards) =>
        shop.CouponsAdmin.ImportCardsAsync(
            new() { CouponId = coupon, RequestId = requestId.Length == 0 ? "" : $"{requestId}-{coupon}", Cards = { cards } },
            shop.Owner).ResponseAsync;

    private Task<IssueCouponResponse> IssueAsync(long coupon, long[] users, bool all = true, string requestId = "") =>
        shop.CouponsAdmin.IssueCouponAsync(
            new()
            {
                CouponId = coupon,
                UserIds = { users },
                AsManyAsLeft = !all,
                RequestId = requestId.Length == 0 ? "" : $"{requestId}-{coupon}",
            },
            shop.Owner).ResponseAsync;

    private Task<VoidUserCouponResponse> VoidAsync(long piece, string requestId = "") =>
        shop.CouponsAdmin.VoidUserCouponAsync(new() { UserCouponId = piece, RequestId = requestId }, shop.Owner).ResponseAsync;

    private Task<ListClaimsResponse> ClaimsAsync(long coupon) =>
        shop.CouponsAdmin.ListClaimsAsync(new() { CouponId = coupon }, shop.Owner).ResponseAsync;

    private async Task<Coupon> CouponAsync(long coupon) =>
        (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, shop.Owner)).Coupon;

    private async Task<(long Allocated, long Claimed, long Left)> CountsAsync(long id)
    {
        var coupon = await CouponAsync(id);
        return (coupon.Allocated, coupon.Claimed, coupon.StockLeft);
    }

    private async Task AddPointsAsync(long user, long points) => await new WalletsAdminService.WalletsAdminServiceClient(shop.Channel)
        .AdjustWalletAsync(new() { UserId = user, Account = WalletAccount.Points, Amount = points, Reason = "test" }, shop.Owner);

    private Task<long> PointsAsync(long user) =>
        shop.CountAsync($"SELECT points FROM wallets_wallets WHERE user_id = {user}");

    /// <summary>Marks a piece as an order does; orders are another module.</summary>
    private async Task MarkAsync(long piece, long coupon, int mark, long order)
    {
        await using var connection = await shop.OpenDatabaseAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"INSERT INTO coupons_marks (user_coupon_id, coupon_id, mark, subject_id, at) VALUES ({piece}, {coupon}, {mark}, {order}, 1)";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of the module's and the ledger's tables; the other tests of the class do not run meanwhile.</summary>
    private async Task<(string Cards, string Others)> DigestAsync()
    {
        List<string> tables = [];
        foreach (var table in (string[])["coupons_cards", "coupons_coupons", "coupons_terms", "coupons_user_coupons", "coupons_marks",
            "wallets_wallets", "wallets_transactions", "wallets_entries", "accounts_attempts", "silo_audit"])
        {
            tables.Add(string.Join('\n', (await shop.QueryAsync($"SELECT * FROM {table}", Text)).Order(StringComparer.Ordinal)));
        }

        return (tables[0], string.Join("\n\n", tables[1..]));
    }

    private static string Text(DbDataReader row) => string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i =>
        row.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture)));
}

public sealed class CouponsOnSqlite(CouponShopOnSqlite shop) : CouponSuite(shop), IClassFixture<CouponShopOnSqlite>;

public sealed class CouponsOnPostgres(CouponShopOnPostgres shop) : CouponSuite(shop), IClassFixture<CouponShopOnPostgres>;
