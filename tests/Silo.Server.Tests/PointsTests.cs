using Google.Protobuf.WellKnownTypes;
using Silo.Points.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: points are got over the wire as the comments of the rpcs say, and no shopper sees another's. Method: rpcs against
/// a running server on both databases, and the public SDK against one of them.
/// </summary>
public sealed class PointsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Claim_OfACouponWithAStreak_NeedsTheSignIns(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        var admin = new PointsAdminService.PointsAdminServiceClient(shop.Channel);
        var client = new PointsService.PointsServiceClient(shop.Channel);
        await admin.SetSignInTermsAsync(new() { Terms = new() { MakeUpDays = 7, StreakRewards = { Reward(1, 1) } } }, shop.Owner);
        var terms = Shop.Terms(10);
        terms.StreakDays = 2;
        var coupon = (await shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, shop.Owner)).Coupon.Id;
        var (user, other) = (Shop.Bearer(Shop.TokenOf(1)), Shop.Bearer(Shop.TokenOf(2)));
        Task<string> ClaimAsync() => Shop.AnswerOf(shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, user).ResponseAsync);

        var none = await ClaimAsync();
        var today = (await client.SignInAsync(new(), user)).SignIn;
        var one = await ClaimAsync();
        await admin.GrantMakeUpCardsAsync(new() { UserId = 1, Count = 1 }, shop.Owner);
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
        var registered = await shop.Accounts.RegisterUsernameAsync(new() { Username = "late", Password = "secret1", AutoLogin = true });
        Assert.Equal("FailedPrecondition:DAY_BEFORE_REGISTRATION", await Shop.AnswerOf(client.MakeUpSignInAsync(
            new() { Day = yesterday }, Shop.Bearer(registered.Token)).ResponseAsync));
        var count = Assert.Single((await admin.CountSignInsAsync(new() { FromDay = today.Day, ToDay = today.Day }, shop.Owner)).Days);
        Assert.Equal((1, 0, 1), (count.SignIns, count.MadeUp, count.Points));
        Assert.Equal([-1, 1], (await admin.ListCardMovesAsync(new() { UserId = 1 }, shop.Owner)).Moves.Select(m => m.Change));
        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
    }

    [Fact]
    public async Task Register_WithRules_GivesPointsToBoth()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(1);
        var admin = new PointsAdminService.PointsAdminServiceClient(shop.Channel);
        await admin.CreatePointsRuleAsync(Rule(PointsEvent.Registration, 0, 100), shop.Owner);
        var invitation = Rule(PointsEvent.Invitation, 0, 50);
        Assert.Equal("InvalidArgument:DAILY_LIMIT_MISSING", await Shop.AnswerOf(admin.CreatePointsRuleAsync(invitation, shop.Owner).ResponseAsync));
        invitation.Terms.DailyLimit = 1;
        var rule = (await admin.CreatePointsRuleAsync(invitation, shop.Owner)).Rule;
        Assert.Equal("InvalidArgument:DAILY_LIMIT_MISSING", await Shop.AnswerOf(admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = new(rule.Terms) { DailyLimit = 0 } }, shop.Owner).ResponseAsync));

        var registered = await shop.Accounts.RegisterUsernameAsync(
            new() { Username = "invited", Password = "secret1", ReferrerUserId = 1, AutoLogin = true });

        // The work is due at once and runs within seconds.
        await ContentCalls.UntilAsync(100L, async () => (await shop.Wallets.GetWalletAsync(new(), Shop.Bearer(registered.Token))).Wallet.Points);
        await ContentCalls.UntilAsync(50L, async () => (await shop.Wallets.GetWalletAsync(new(), Shop.Bearer(Shop.TokenOf(1)))).Wallet.Points);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task OperatorWrites_OfRulesTermsAndVouchers_AreRepeatableAndGuarded(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        var admin = new PointsAdminService.PointsAdminServiceClient(shop.Channel);
        var first = Rule(PointsEvent.Consumption, 100, 10);
        first.RequestId = "r1";

        var rule = (await admin.CreatePointsRuleAsync(first, shop.Owner)).Rule;
        var repeat = (await admin.CreatePointsRuleAsync(first, shop.Owner)).Rule;
        var taken = await Shop.AnswerOf(admin.CreatePointsRuleAsync(Rule(PointsEvent.Consumption, 100, 20), shop.Owner).ResponseAsync);
        var updated = (await admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = new(rule.Terms) { Points = 11 }, ExpectedVersion = 1 }, shop.Owner)).Rule;
        var stale = await Shop.AnswerOf(admin.UpdatePointsRuleAsync(
            new() { RuleId = rule.Id, Terms = rule.Terms, ExpectedVersion = 1 }, shop.Owner).ResponseAsync);
        var listed = (await new PointsService.PointsServiceClient(shop.Channel).ListPointsRulesAsync(new())).Rules;

        Assert.Equal(rule, repeat);
        Assert.Equal(("AlreadyExists:POINTS_RULE_TAKEN", "FailedPrecondition:POINTS_RULE_STALE"), (taken, stale));
        Assert.Equal([updated], listed);
        await admin.DeletePointsRuleAsync(new() { RuleId = rule.Id }, shop.Owner);
        Assert.Equal("NotFound:POINTS_RULE_UNKNOWN", await Shop.AnswerOf(admin.DeletePointsRuleAsync(new() { RuleId = rule.Id }, shop.Owner).ResponseAsync));

        var twice = new SetSignInTermsRequest { Terms = new() { StreakRewards = { Reward(2, 1), Reward(2, 2) } } };
        Assert.Equal("InvalidArgument:REWARD_TWICE", await Shop.AnswerOf(admin.SetSignInTermsAsync(twice, shop.Owner).ResponseAsync));
        Assert.Equal(1, (await admin.SetSignInTermsAsync(new() { Terms = new() { BasePoints = 1 } }, shop.Owner)).Version);
        Assert.Equal(
            "FailedPrecondition:SIGN_IN_TERMS_STALE",
            await Shop.AnswerOf(admin.SetSignInTermsAsync(new() { Terms = new(), ExpectedVersion = 2 }, shop.Owner).ResponseAsync));

        var made = Batch(30, 5, 9);
        made.RequestId = "b1";
        var batch = (await admin.CreateVouchersAsync(made, shop.Owner)).Batch;
        Assert.Equal(batch, (await admin.CreateVouchersAsync(made, shop.Owner)).Batch);
        var page = await admin.ListVouchersAsync(new() { BatchId = batch.Id, Page = 2, PageSize = 20 }, shop.Owner);
        Assert.Equal((30, 10), (page.TotalCount, page.Vouchers.Count));
        Assert.All(page.Vouchers, v => Assert.InRange(v.Points, 5, 9));
        Assert.Equal(1, (await admin.VoidVouchersAsync(new() { BatchId = batch.Id, VoucherIds = { page.Vouchers[0].Id } }, shop.Owner)).Voided);
        Assert.Equal(29, (await admin.VoidVouchersAsync(new() { BatchId = batch.Id }, shop.Owner)).Voided);
        Assert.Equal(30, (await admin.ListVouchersAsync(new() { State = VoucherState.Void }, shop.Owner)).TotalCount);
        Assert.Equal("InvalidArgument:VOUCHER_POINTS_INVALID", await Shop.AnswerOf(admin.CreateVouchersAsync(Batch(1, 9, 5), shop.Owner).ResponseAsync));
    }

    [Fact]
    public async Task Points_OverTheSdk_AnswerAsTheHostedApi()
    {
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(Database.Sqlite);
        await shop.SeedUsersAsync(4);
        var admin = new PointsAdminService.PointsAdminServiceClient(shop.Channel);
        await admin.SetSignInTermsAsync(
            new() { Terms = new() { MakeUpDays = 7, StreakRewards = { Reward(7, 10), Reward(1, 3) } } }, shop.Owner);
        foreach (var rule in new[]
        {
            Rule(PointsEvent.Consumption, 500_50, 80), Rule(PointsEvent.Consumption, 100_00, 10),
            Rule(PointsEvent.Registration, 0, 100), Rule(PointsEvent.Review, 0, 5),
        })
        {
            await admin.CreatePointsRuleAsync(rule, shop.Owner);
        }

        var batch = (await admin.CreateVouchersAsync(Batch(3, 30, 30), shop.Owner)).Batch.Id;
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

    private static DaysReward Reward(int days, long points) => new() { Days = days, Points = points };

    private static CreatePointsRuleRequest Rule(PointsEvent happened, long cents, long points) =>
        new() { Terms = new() { Event = happened, ThresholdCents = cents, Points = points } };

    private static CreateVouchersRequest Batch(int count, long least, long most) => new()
    {
        Count = count,
        PointsMin = least,
        PointsMax = most,
        ExpiresAt = new Timestamp { Seconds = 2_082_758_400 },
        Remark = "开业",
    };
}
