using Silo.Lotteries.V1;
using Silo.Points.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: when the process dies while all promotions are busy on the same wallets, every acknowledged answer is stored, and
/// no promotion has given more than it has, more often than it may, or without what belongs to it. Method: claims and draws
/// that cost points, helps, sign-ins and openings of groups at once; SIGKILL at a random moment; a restart; then the rows
/// of each module, its own numbers and the ledger's proof.
/// </summary>
public sealed class PromotionCrashTests(ITestOutputHelper output)
{
    private const int UsersOfWorker = 20;
    private const int Claimers = CrashingLoad.Workers * UsersOfWorker;
    private const int UsersOfRound = 1_000;
    private const long Points = 100;
    private const long ClaimCost = 5;
    private const long DrawCost = 2;
    private const long PrizePoints = 3;
    private const long BasePoints = 4;
    private const int Times = 50;
    private const long GoodsPrizes = 7;
    private const long CouponPrizes = 60;
    private const long FarCents = 100_000_000;
    private const int PlannedHelps = 20;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Kill_DuringAllPromotions_KeepsEachOfThemWhole(Database database)
    {
        var rounds = CrashingLoad.Rounds(1);
        var users = Claimers + (rounds * UsersOfRound);
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(users);
        await shop.SeedPointsAsync(users, Points);
        await new PointsAdminService.PointsAdminServiceClient(shop.Channel).SetSignInTermsAsync(
            new() { Terms = new() { BasePoints = BasePoints } }, shop.Owner);
        var coupon = await shop.CreateCouponAsync(1_000_000, limit: 100, points: ClaimCost);
        var prizeCoupon = await shop.CreateCouponAsync(CouponPrizes, limit: 100, name: "Prize");
        var lottery = await CreateLotteryAsync(shop, prizeCoupon);
        var goods = await GoodsAsync(shop);
        var claims = new CrashingLoad(shop, coupon, UsersOfWorker, output);
        var load = new PromotionLoad(shop, lottery.Id, goods, users, UsersOfRound);
        for (var number = 1; number <= rounds; number++)
        {
            var round = await StartRoundAsync(shop, goods, number);
            var before = load.Acknowledged.Keys.ToHashSet();

            var (pieces, _) = await claims.RunRoundAsync(number, begun => load.RunAsync(round, begun));

            var stored = await load.StoredAsync();
            Report(load, before, stored);
            AssertAcknowledged(load, stored);
            await AssertAllAsync(shop, lottery, coupon, prizeCoupon, pieces);

            // An unanswered call is stored or not; its repeat gets one answer either way, the stored one if there is one.
            foreach (var call in load.Unanswered.DistinctBy(c => c.Act).ToList())
            {
                await RepeatAsync(shop, load, round, call, stored);
            }

            AssertAcknowledged(load, await load.StoredAsync());
            await AssertAllAsync(shop, lottery, coupon, prizeCoupon, pieces);
        }
    }

    private static Task<Lottery> CreateLotteryAsync(Shop shop, long prizeCoupon)
    {
        var terms = LotteryShop.Terms(
            Times,
            LotteryShop.Goods("A", 1, GoodsPrizes),
            LotteryShop.Coupon(prizeCoupon, 2, CouponPrizes),
            LotteryShop.Points(PrizePoints, 2),
            LotteryShop.None(3));
        terms.PointsCost = DrawCost;
        return new LotteryShop(shop).CreateAsync(terms);
    }

    /// <summary>Goods that can be bargained for and bought in groups of an open campaign.</summary>
    private static async Task<long> GoodsAsync(Shop shop)
    {
        var category = (await new Catalog.V1.CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel).CreateCategoryAsync(
            new() { Terms = new() { Name = "Tea" } }, shop.Owner)).Category.Id;
        var goods = await CatalogShop.CreateAsync(shop, new()
        {
            Terms = new() { Name = "Oolong", CategoryId = category, GroupBuy = true, Bargain = true },
            Price = new() { PriceCents = 1000, GroupCents = 800, BargainCents = 500 },
        });
        await new GroupBuys.V1.GroupBuysAdminService.GroupBuysAdminServiceClient(shop.Channel).CreateCampaignAsync(
            new() { Terms = new() { GoodsId = goods, Size = 3, Hours = 2, OpenUntil = new() { Seconds = 4_102_444_800 } } }, shop.Owner);
        return goods;
    }

    /// <summary>Two bargains: one whose floor is far, and one whose planned cuts are soon used up.</summary>
    private static async Task<PromotionRound> StartRoundAsync(Shop shop, long goods, int number)
    {
        var far = await BargainShop.CreateAsync(shop, goods, t => (t.StartCents, t.FloorCents) = (FarCents, 1));
        var planned = await BargainShop.CreateAsync(shop, goods, t => t.HelpersToFloor = PlannedHelps);
        foreach (var campaign in new[] { far, planned })
        {
            await BargainShop.Shopper(shop).StartBargainAsync(new() { CampaignId = campaign }, Shop.Bearer(Shop.TokenOf(1)));
        }

        return new(number, Claimers + ((number - 1) * UsersOfRound) + 1, [far, planned], Initiator: 1);
    }

    private static void AssertAcknowledged(PromotionLoad load, Dictionary<ActCall, string> stored) => Assert.All(
        load.Acknowledged, a => Assert.Equal((a.Key, a.Value), (a.Key, stored.GetValueOrDefault(a.Key, "lost"))));

    private static async Task RepeatAsync(
        Shop shop, PromotionLoad load, PromotionRound round, ActCall call, Dictionary<ActCall, string> stored)
    {
        var answer = "";
        var code = await Shop.AnswerOf(Task.Run(async () => answer = await load.AnswerAsync(shop.Channel, round, call)));
        if (stored.TryGetValue(call, out var first))
        {
            Assert.Equal(("OK", first), (code, answer));
        }
        else if (code == "OK")
        {
            load.Acknowledged[call] = answer;
        }
        else
        {
            Assert.Matches("^(FailedPrecondition|ResourceExhausted):", code);
        }
    }

    private static async Task AssertAllAsync(
        Shop shop, Lottery lottery, long coupon, long prizeCoupon, Dictionary<(long User, string Request), long> pieces)
    {
        var state = (await shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, shop.Owner)).Coupon;
        Assert.Equal((pieces.Count, 1_000_000 - pieces.Count), (state.Claimed, state.StockLeft));
        Assert.Equal(pieces.Select(p => (p.Key.User, $"user-coupon:{p.Value}", ClaimCost)).Order(), (await shop.ChargesAsync()).Order());
        await AssertDrawsAsync(shop, lottery.Id, prizeCoupon);
        await AssertBargainsAsync(shop);
        await AssertSignInsAsync(shop);
        await AssertGroupsAsync(shop);
        Assert.Empty((await shop.ProveLedgerAsync()).Faults);
    }

    private static async Task AssertDrawsAsync(Shop shop, long lottery, long prizeCoupon)
    {
        var draws = await shop.QueryAsync(
            $"SELECT position, id, user_id, ordinal, prize_id, user_coupon_id FROM lotteries_draws WHERE lottery_id = {lottery} ORDER BY position",
            r => (Position: r.GetInt64(0), Id: r.GetInt64(1), User: r.GetInt64(2), Ordinal: r.GetInt32(3), Prize: r.GetInt64(4), Piece: r.GetInt64(5)));
        Assert.Equal(Enumerable.Range(1, draws.Count).Select(p => (long)p), draws.Select(d => d.Position));
        Assert.All(draws.GroupBy(d => d.User), mine =>
        {
            Assert.Equal(Enumerable.Range(0, mine.Count()), mine.Select(d => d.Ordinal));
            Assert.True(mine.Count() <= Times);
        });
        var state = (await new LotteryShop(shop).Admin.GetLotteryAsync(new() { LotteryId = lottery }, shop.Owner)).Lottery;
        Assert.Equal((draws.Count, draws.Select(d => d.User).Distinct().Count()), (state.Draws, state.Drawers));
        Assert.Equal(state.Odds.Select(o => draws.LongCount(d => d.Prize == o.PrizeId)), state.Odds.Select(o => o.Won));
        Assert.InRange(state.Odds[0].Won, 0, GoodsPrizes);
        Assert.InRange(state.Odds[1].Won, 0, CouponPrizes);

        // A won piece is a row of its winner, and there are no others of that coupon.
        Assert.Equal(
            draws.Where(d => d.Prize == state.Odds[1].PrizeId).Select(d => (d.User, d.Piece)).Order(),
            (await shop.QueryAsync($"SELECT user_id, id FROM coupons_user_coupons WHERE coupon_id = {prizeCoupon}", r => (r.GetInt64(0), r.GetInt64(1)))).Order());
        Assert.Equal(draws.Select(d => (d.User, $"draw:{d.Id}", -DrawCost)).Order(), await BookedAsync(shop, kind: 40));
        Assert.Equal(
            draws.Where(d => d.Prize == state.Odds[2].PrizeId).Select(d => (d.User, $"draw:{d.Id}", PrizePoints)).Order(),
            await BookedAsync(shop, kind: 41));
    }

    private static async Task AssertBargainsAsync(Shop shop)
    {
        var helps = (await shop.QueryAsync(
            "SELECT bargain_id, ordinal, cut_cents, price_cents FROM bargains_helps ORDER BY bargain_id, ordinal",
            r => (Bargain: r.GetInt64(0), Ordinal: r.GetInt64(1), Cut: r.GetInt64(2), Price: r.GetInt64(3)))).ToLookup(h => h.Bargain);
        foreach (var (id, campaign, initiator) in await shop.QueryAsync(
            "SELECT id, campaign_id, initiator_id FROM bargains_bargains", r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2))))
        {
            var bargain = (await BargainShop.Shopper(shop).DescribeBargainAsync(new() { CampaignId = campaign, InitiatorId = initiator })).Bargain;
            Assert.Equal(Enumerable.Range(1, helps[id].Count()).Select(o => (long)o), helps[id].Select(h => h.Ordinal));
            var price = bargain.StartCents;
            Assert.All(helps[id], h => Assert.Equal(price -= h.Cut, h.Price));
            Assert.Equal((price, helps[id].Count()), (bargain.PriceCents, bargain.Helps));
            Assert.True(price >= bargain.FloorCents && helps[id].All(h => h.Cut > 0));
            // Of the planned one the last help, and no earlier one, reaches the floor.
            Assert.True(bargain.StartCents == FarCents || (bargain.Helps == PlannedHelps) == (price == bargain.FloorCents));
        }
    }

    private static async Task AssertSignInsAsync(Shop shop)
    {
        var days = await shop.QueryAsync("SELECT user_id, day, points FROM points_sign_ins", r => (User: r.GetInt64(0), Day: r.GetInt32(1), Points: r.GetInt64(2)));
        Assert.Equal(days.Select(d => (d.User, d.Day)).Distinct().Count(), days.Count);
        Assert.All(days, d => Assert.Equal(BasePoints, d.Points));
        Assert.Equal(days.Select(d => (d.User, $"sign-in:{d.User}:{d.Day}", BasePoints)).Order(), await BookedAsync(shop, kind: 20));
        var points = new PointsService.PointsServiceClient(shop.Channel);
        // What the grain keeps agrees with the rows; of some users, since each is a call.
        foreach (var mine in days.GroupBy(d => d.User).OrderBy(g => g.Key).TakeLast(20))
        {
            var sign = await points.GetMySignInAsync(new(), Shop.Bearer(Shop.TokenOf(mine.Key)));
            Assert.Equal(mine.Count(), sign.Days);
        }
    }

    private static async Task AssertGroupsAsync(Shop shop)
    {
        var groups = (await shop.QueryAsync("SELECT id, opener_id FROM groupbuys_groups", r => (Id: r.GetInt64(0), Opener: r.GetInt64(1))))
            .ToDictionary(g => g.Id, g => g.Opener);
        Assert.Equal(groups.Count, groups.Values.Distinct().Count());
        Assert.All(
            await shop.QueryAsync("SELECT answer, caller_id FROM silo_requests WHERE scope = 'groupbuys.open'", r => (Group: r.GetInt64(0), User: r.GetInt64(1))),
            o => Assert.Equal(groups.GetValueOrDefault(o.Group), o.User));
    }

    /// <summary>What transactions of a kind booked on users' points: whom, for what, how much.</summary>
    private static async Task<IEnumerable<(long User, string Reference, long Amount)>> BookedAsync(Shop shop, int kind) => (await shop.QueryAsync(
        $"""
        SELECT e.user_id, t.reference, e.amount FROM wallets_transactions t
        JOIN wallets_entries e ON e.transaction_id = t.id AND e.user_id > 0 WHERE t.kind = {kind}
        """,
        r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2)))).Order();

    private void Report(PromotionLoad load, HashSet<ActCall> before, Dictionary<ActCall, string> stored)
    {
        foreach (var act in System.Enum.GetValues<Act>())
        {
            var acknowledged = load.Acknowledged.Keys.Count(c => c.Act == act && !before.Contains(c));
            output.WriteLine(
                $"  {act}: {acknowledged} acknowledged, {stored.Keys.Count(c => c.Act == act)} stored in all, "
                + $"{load.Unanswered.Count(c => c.Act == act)} unanswered");
            Assert.True(acknowledged > 0, $"The round proves nothing of {act}.");
        }
    }
}
