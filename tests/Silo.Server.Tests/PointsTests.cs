using Google.Protobuf.WellKnownTypes;
using Silo.Points.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>A server for the tests of one class: rules and terms are everybody's.</summary>
public sealed class PointsShopOnSqlite() : SharedShop(Database.Sqlite);

/// <inheritdoc cref="PointsShopOnSqlite"/>
public sealed class PointsShopOnPostgres() : SharedShop(Database.PostgreSql);

public sealed class PointsOnSqlite(PointsShopOnSqlite shop) : PointsSuite(shop), IClassFixture<PointsShopOnSqlite>;

public sealed class PointsOnPostgres(PointsShopOnPostgres shop) : PointsSuite(shop), IClassFixture<PointsShopOnPostgres>;

/// <summary>
/// Goal: points are got over the wire as the comments of the rpcs say, and no shopper sees another's. Method: rpcs against
/// a running server, once over each database. One test alone signs in, one has rules of consumption, one has the others.
/// </summary>
public abstract class PointsSuite(SharedShop shared) : ShopSuite(shared)
{
    [Fact]
    public async Task Claim_OfACouponWithAStreak_NeedsTheSignIns()
    {
        var ids = await Shop.NewUsersAsync(2);
        var admin = new PointsAdminService.PointsAdminServiceClient(Shop.Channel);
        var client = new PointsService.PointsServiceClient(Shop.Channel);
        await admin.SetSignInTermsAsync(new() { Terms = new() { MakeUpDays = 7, StreakRewards = { Reward(1, 1) } } }, Shop.Owner);
        var terms = Shop.Terms(10);
        terms.StreakDays = 2;
        var coupon = (await Shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, Shop.Owner)).Coupon.Id;
        var (user, other) = (Shop.Bearer(Shop.TokenOf(ids[0])), Shop.Bearer(Shop.TokenOf(ids[1])));
        Task<string> ClaimAsync() => Shop.AnswerOf(Shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, user).ResponseAsync);

        var none = await ClaimAsync();
        var today = (await client.SignInAsync(new(), user)).SignIn;
        var one = await ClaimAsync();
        await admin.GrantMakeUpCardsAsync(new() { UserId = ids[0], Count = 1 }, Shop.Owner);
        var yesterday = DateOnly.ParseExact(today.Day, "yyyy-MM-dd", null).AddDays(-1).ToString("yyyy-MM-dd", null);
        var made = (await client.MakeUpSignInAsync(new() { Day = yesterday }, user)).SignIn;
        var two = await ClaimAsync();
        var mine = await client.GetMySignInAsync(new(), user);

        Assert.Equal(("FailedPrecondition:COUPON_STREAK_TOO_SHORT", "FailedPrecondition:COUPON_STREAK_TOO_SHORT", "OK"), (none, one, two));
        Assert.Equal((today, true, 2, 2, 0), (mine.Today, made.MadeUp, mine.Streak, mine.Days, mine.Cards));
        Assert.Equal([today.Day, yesterday], (await client.ListMySignInsAsync(new(), user)).SignIns.Select(d => d.Day));
        Assert.Equal(0, (await client.ListMySignInsAsync(new(), other)).TotalCount);
        Assert.Equal("FailedPrecondition:NO_CARD_LEFT", await Shop.AnswerOf(client.MakeUpSignInAsync(
            new() { Day = DateOnly.ParseExact(today.Day, "yyyy-MM-dd", null).AddDays(-2).ToString("yyyy-MM-dd", null) }, user).ResponseAsync));
        // Nobody was there before he registered.
        var registered = await Shop.Accounts.RegisterUsernameAsync(new() { Username = "late", Password = "secret1", AutoLogin = true });
        Assert.Equal("FailedPrecondition:DAY_BEFORE_REGISTRATION", await Shop.AnswerOf(client.MakeUpSignInAsync(
            new() { Day = yesterday }, Shop.Bearer(registered.Token)).ResponseAsync));
        var count = Assert.Single((await admin.CountSignInsAsync(new() { FromDay = today.Day, ToDay = today.Day }, Shop.Owner)).Days);
        Assert.Equal((1, 0, 1), (count.SignIns, count.MadeUp, count.Points));
        Assert.Equal([-1, 1], (await admin.ListCardMovesAsync(new() { UserId = ids[0] }, Shop.Owner)).Moves.Select(m => m.Change));
        Assert.Empty((await Shop.ProveLedgerAsync()).Faults);
    }

    [Fact]
    public async Task Register_WithRules_GivesPointsToBoth()
    {
        var referrer = await Shop.NewUserAsync();
        var admin = new PointsAdminService.PointsAdminServiceClient(Shop.Channel);
        await admin.CreatePointsRuleAsync(Rule(PointsEvent.Registration, 0, 100), Shop.Owner);
        var invitation = Rule(PointsEvent.Invitation, 0, 50);
        Assert.Equal("InvalidArgument:DAILY_LIMIT_MISSING", await Shop.AnswerOf(admin.CreatePointsRuleAsync(invitation, Shop.Owner).ResponseAsync));
        invitation.Terms.DailyLimit = 1;
        var rule = (await admin.CreatePointsRuleAsync(invitation, Shop.Owner)).Rule;
        Assert.Equal("InvalidArgument:DAILY_LIMIT_MISSING", await Shop.AnswerOf(admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = new(rule.Terms) { DailyLimit = 0 } }, Shop.Owner).ResponseAsync));

        var registered = await Shop.Accounts.RegisterUsernameAsync(
            new() { Username = "invited", Password = "secret1", ReferrerUserId = referrer, AutoLogin = true });

        // The work is due at once and runs within seconds.
        await ContentCalls.UntilAsync(100L, async () => (await Shop.Wallets.GetWalletAsync(new(), Shop.Bearer(registered.Token))).Wallet.Points);
        await ContentCalls.UntilAsync(50L, async () => (await Shop.Wallets.GetWalletAsync(new(), Shop.Bearer(Shop.TokenOf(referrer)))).Wallet.Points);
    }

    [Fact]
    public async Task OperatorWrites_OfRulesTermsAndVouchers_AreRepeatableAndGuarded()
    {
        var admin = new PointsAdminService.PointsAdminServiceClient(Shop.Channel);
        var first = Rule(PointsEvent.Consumption, 100, 10);
        first.RequestId = "r1";

        var rule = (await admin.CreatePointsRuleAsync(first, Shop.Owner)).Rule;
        var repeat = (await admin.CreatePointsRuleAsync(first, Shop.Owner)).Rule;
        var taken = await Shop.AnswerOf(admin.CreatePointsRuleAsync(Rule(PointsEvent.Consumption, 100, 20), Shop.Owner).ResponseAsync);
        var updated = (await admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = new(rule.Terms) { Points = 11 }, ExpectedVersion = 1 }, Shop.Owner)).Rule;
        var stale = await Shop.AnswerOf(admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = rule.Terms, ExpectedVersion = 1 }, Shop.Owner).ResponseAsync);
        var listed = (await new PointsService.PointsServiceClient(Shop.Channel).ListPointsRulesAsync(new())).Rules;

        Assert.Equal(rule, repeat);
        Assert.Equal(("AlreadyExists:POINTS_RULE_TAKEN", "FailedPrecondition:POINTS_RULE_STALE"), (taken, stale));
        Assert.Equal([updated], listed.Where(r => r.Terms.Event == PointsEvent.Consumption));
        await admin.DeletePointsRuleAsync(new() { RuleId = rule.Id }, Shop.Owner);
        Assert.Equal("NotFound:POINTS_RULE_UNKNOWN", await Shop.AnswerOf(admin.DeletePointsRuleAsync(new() { RuleId = rule.Id }, Shop.Owner).ResponseAsync));

        var twice = new SetSignInTermsRequest { Terms = new() { StreakRewards = { Reward(2, 1), Reward(2, 2) } } };
        Assert.Equal("InvalidArgument:REWARD_TWICE", await Shop.AnswerOf(admin.SetSignInTermsAsync(twice, Shop.Owner).ResponseAsync));
        var version = (await new PointsService.PointsServiceClient(Shop.Channel).DescribeSignInAsync(new())).Version + 1;
        Assert.Equal(version, (await admin.SetSignInTermsAsync(new() { Terms = new() { BasePoints = 1 } }, Shop.Owner)).Version);
        Assert.Equal(
            "FailedPrecondition:SIGN_IN_TERMS_STALE",
            await Shop.AnswerOf(admin.SetSignInTermsAsync(new() { Terms = new(), ExpectedVersion = version + 1 }, Shop.Owner).ResponseAsync));

        var made = Batch(30, 5, 9);
        made.RequestId = "b1";
        var batch = (await admin.CreateVouchersAsync(made, Shop.Owner)).Batch;
        Assert.Equal(batch, (await admin.CreateVouchersAsync(made, Shop.Owner)).Batch);
        var page = await admin.ListVouchersAsync(new() { BatchId = batch.Id, Page = 2, PageSize = 20 }, Shop.Owner);
        Assert.Equal((30, 10), (page.TotalCount, page.Vouchers.Count));
        Assert.All(page.Vouchers, v => Assert.InRange(v.Points, 5, 9));
        Assert.Equal(1, (await admin.VoidVouchersAsync(new() { BatchId = batch.Id, VoucherIds = { page.Vouchers[0].Id } }, Shop.Owner)).Voided);
        Assert.Equal(29, (await admin.VoidVouchersAsync(new() { BatchId = batch.Id }, Shop.Owner)).Voided);
        var audit = (await Shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"voucher-batch:{batch.Id}" }, Shop.Owner)).Records
            .Take(2).Select(r => (VoidVouchersResponse.Parser.ParseJson(r.BeforeJson), VoidVouchersResponse.Parser.ParseJson(r.AfterJson))).ToArray();
        Assert.Equal([30, 29, 29, 0], audit.Reverse().SelectMany(a => new[] { a.Item1.Unused, a.Item2.Unused }));
        Assert.Equal([29, 1], audit.Select(a => a.Item2.VoucherIds.Distinct().Count()));
        Assert.Equal([page.Vouchers[0].Id], audit[1].Item2.VoucherIds);
        Assert.Equal(30, (await admin.ListVouchersAsync(new() { State = VoucherState.Void }, Shop.Owner)).TotalCount);
        Assert.Equal("InvalidArgument:VOUCHER_POINTS_INVALID", await Shop.AnswerOf(admin.CreateVouchersAsync(Batch(1, 9, 5), Shop.Owner).ResponseAsync));
    }

    internal static DaysReward Reward(int days, long points) => new() { Days = days, Points = points };

    internal static CreatePointsRuleRequest Rule(PointsEvent happened, long cents, long points) =>
        new() { Terms = new() { Event = happened, ThresholdCents = cents, Points = points } };

    internal static CreateVouchersRequest Batch(int count, long least, long most) => new()
    {
        Count = count,
        PointsMin = least,
        PointsMax = most,
        ExpiresAt = new Timestamp { Seconds = 2_082_758_400 },
        Remark = "开业",
    };
}

/// <summary>Goal: points over the public SDK answer as the hosted API does. Method: the SDK against a running server.</summary>
public sealed class PointsSdkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Points_OverTheSdk_AnswerAsTheHostedApi()
    {
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(4);
        var admin = new PointsAdminService.PointsAdminServiceClient(shop.Channel);
        await admin.SetSignInTermsAsync(
            new() { Terms = new() { MakeUpDays = 7, StreakRewards = { PointsSuite.Reward(7, 10), PointsSuite.Reward(1, 3) } } }, shop.Owner);
        foreach (var rule in new[]
        {
            PointsSuite.Rule(PointsEvent.Consumption, 500_50, 80), PointsSuite.Rule(PointsEvent.Consumption, 100_00, 10),
            PointsSuite.Rule(PointsEvent.Registration, 0, 100), PointsSuite.Rule(PointsEvent.Review, 0, 5),
        })
        {
            await admin.CreatePointsRuleAsync(rule, shop.Owner);
        }

        var batch = (await admin.CreateVouchersAsync(PointsSuite.Batch(3, 30, 30), shop.Owner)).Batch.Id;
        var vouchers = (await admin.ListVouchersAsync(new() { BatchId = batch }, shop.Owner)).Vouchers;
        await admin.VoidVouchersAsync(new() { BatchId = batch, VoucherIds = { vouchers[1].Id } }, shop.Owner);
        // No test waits for its end.
        Assert.Equal(1, await shop.ExecuteAsync($"UPDATE points_vouchers SET expires_at = 1 WHERE id = {vouchers[2].Id}"));
        var terms = Shop.Terms(10);
        terms.StreakDays = 1;
        var coupon = (await shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, shop.Owner)).Coupon.Id;
        await admin.GrantMakeUpCardsAsync(new() { UserId = 4, Count = 1 }, shop.Owner);
        var yesterday = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(TimeProvider.System.GetUtcNow(), "Asia/Shanghai")
            .AddDays(-1).ToString("yyyy-MM-dd", null);
        await new PointsService.PointsServiceClient(shop.Channel).MakeUpSignInAsync(new() { Day = yesterday }, Shop.Bearer(Shop.TokenOf(4)));

        await WxSdkTests.RunAsync(output, "wx-scores.js", new
        {
            baseUrl = WxSdkTests.BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(1),
            other = Shop.TokenOf(2),
            guesser = Shop.TokenOf(3),
            mended = Shop.TokenOf(4),
            mendedDay = yesterday,
            streakCoupon = coupon,
            vouchers = new { good = vouchers[0].Number, @void = vouchers[1].Number, expired = vouchers[2].Number },
        });
    }
}
