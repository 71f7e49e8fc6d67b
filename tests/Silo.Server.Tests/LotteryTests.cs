using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Lotteries.V1;
using Xunit;

namespace Silo.Server.Tests;

public sealed class LotteryOnSqlite(ShopOnSqlite shared) : LotterySuite(shared)
{
    /// <summary>The lines of the README as they stand, on three pages, one of which has another rule.</summary>
    [Fact]
    public async Task CheckingALottery_AsTheReadmeSays_ChecksWhatBufPrints()
    {
        Buf.SkipWhereMissing();
        WxSdkTests.SkipWithoutNode();
        var users = await Shop.NewUsersAsync(85);
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(3, LotteryShop.Goods("A { \"b\"", 2, 9), LotteryShop.None(5)));
        await DrawAllAsync();
        var readme = await File.ReadAllTextAsync(Path.Combine(House.Repository.Root, "src", "Silo.Lotteries", "README.md"));
        var blocks = System.Text.RegularExpressions.Regex.Match(
            readme, "## Checking a lottery\n.*?```sh\n(.*?)```.*?```sh\n(.*?)```", System.Text.RegularExpressions.RegexOptions.Singleline);
        var (before, after) = (ScriptOf(blocks.Groups[1].Value), ScriptOf(blocks.Groups[2].Value));
        Assert.Equal((0, lottery.SeedHash), await RunAsync($"{before}\necho $SEED_HASH"));
        var terms = lottery.Terms.Clone();
        (terms.Mode, terms.Prizes[1].Stock) = (LotteryMode.Deck, 300);
        await lotteries.Admin.UpdateLotteryAsync(new() { LotteryId = lottery.Id, Terms = terms }, Shop.Owner);
        await DrawAllAsync();
        await DrawAllAsync();
        await lotteries.EndAsync(lottery.Id);

        var (code, printed) = await CheckAsync(after, lottery.SeedHash);
        Assert.True(code == 0, printed);
        Assert.Equal("255 draws checked", printed);
        Assert.NotEqual(0, (await CheckAsync(after, new string('0', 64))).Code);
        // One page too few, and another winner.
        Assert.NotEqual(0, (await CheckAsync(after.Replace("+ 99", "- 1", StringComparison.Ordinal), lottery.SeedHash)).Code);
        var swap = after.Replace(
            "node ", "sed -i '0,/\"prizeId\": *\"[0-9]*\"/s//\"prizeId\": \"1\"/' \"$REVEAL\"\nnode ", StringComparison.Ordinal);
        Assert.Contains("Position 1 drew", (await CheckAsync(swap, lottery.SeedHash)).Output, StringComparison.Ordinal);

        string ScriptOf(string block) => block
            .Replace("buf curl", $"'{Buf.Program}' curl", StringComparison.Ordinal)
            .Replace("http://localhost:5081/", Shop.Server.Grpc.ToString(), StringComparison.Ordinal)
            .Replace("tests/node/verify-lottery.js", $"'{WxSdkTests.ScriptOf("verify-lottery.js")}'", StringComparison.Ordinal);

        Task DrawAllAsync() => Task.WhenAll(users.Select(user => lotteries.DrawAsync(lottery.Id, user)));

        Task<(int Code, string Output)> CheckAsync(string lines, string hash) => RunAsync($"{before}\nSEED_HASH={hash}\n{lines}");

        Task<(int Code, string Output)> RunAsync(string lines) => Silo.Testing.Databases.Tool.RunAsync(
            TimeSpan.FromMinutes(2), "bash", "-euc", $"LOTTERY={lottery.Id}\n{lines}");
    }
}

public sealed class LotteryOnPostgres(ShopOnPostgres shared) : LotterySuite(shared);

/// <summary>
/// Goal: what the comments of the rpcs promise, from outside: operators' writes and their repeats, coupon and goods
/// prizes, who sees what of a draw, the reveal and its check, live values. Method: calls on a running server.
/// </summary>
public abstract class LotterySuite(SharedShop shared) : ShopSuite(shared)
{
    [Fact]
    public async Task CouponPrize_FromSavingToTheEnd_KeepsTheCouponsStockExact()
    {
        var user = await Shop.NewUserAsync();
        var lotteries = new LotteryShop(Shop);
        var coupon = await Shop.CreateCouponAsync(10);
        async Task<(long, long)> StockAsync()
        {
            var state = (await Shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, Shop.Owner)).Coupon;
            return (state.StockLeft, state.Allocated);
        }

        var terms = LotteryShop.Terms(2, LotteryShop.Coupon(coupon, 1, 4), LotteryShop.None(0));
        var create = new CreateLotteryRequest { Terms = terms, RequestId = $"c{coupon}" };
        var lottery = (await lotteries.Admin.CreateLotteryAsync(create, Shop.Owner)).Lottery;
        Assert.Equal(lottery, (await lotteries.Admin.CreateLotteryAsync(create, Shop.Owner)).Lottery);
        Assert.Equal((6, 4), await StockAsync());

        var tooMany = lottery.Terms.Clone();
        tooMany.Prizes[0].Stock = 11;
        Assert.Equal("ResourceExhausted:COUPON_SOLD_OUT", await UpdateAsync(tooMany));
        tooMany.Prizes[0].CouponId = 1;
        Assert.Equal("NotFound:LOTTERY_PRIZE_UNKNOWN", await UpdateAsync(tooMany));
        var fewer = lottery.Terms.Clone();
        fewer.Prizes[0].Stock = 3;
        Assert.Equal("OK", await UpdateAsync(fewer));
        await ContentCalls.UntilAsync((7L, 3L), StockAsync);

        var draw = await lotteries.DrawAsync(lottery.Id, user);
        var mine = Assert.Single((await Shop.Coupons.ListMyCouponsAsync(new(), Shop.Bearer(Shop.TokenOf(user)))).UserCoupons);
        Assert.Equal((draw.UserCouponId, UserCouponOrigin.Prize, coupon), (mine.Id, mine.Origin, mine.CouponId));
        Assert.Equal((7, 3), await StockAsync());
        await lotteries.EndAsync(lottery.Id);
        await ContentCalls.UntilAsync((9L, 1L), StockAsync);
        Assert.Equal("FailedPrecondition:LOTTERY_ENDED", await UpdateAsync(fewer));

        Task<string> UpdateAsync(LotteryTerms changed) => Shop.AnswerOf(
            lotteries.Admin.UpdateLotteryAsync(new() { LotteryId = lottery.Id, Terms = changed }, Shop.Owner).ResponseAsync);
    }

    [Fact]
    public async Task GoodsPrize_UntilItIsSent_IsPendingAndItsAddressIsTheOwners()
    {
        var users = await Shop.NewUsersAsync(2);
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(1, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.None(0)));
        var (won, lost) = (await lotteries.DrawAsync(lottery.Id, users[0]), await lotteries.DrawAsync(lottery.Id, users[1]));
        Assert.Equal((PrizeState.Pending, PrizeState.None), (won.State, lost.State));
        var pending = new ListLotteryDrawsRequest { LotteryId = lottery.Id, PendingOnly = true };
        Assert.Equal(won.Id, Assert.Single((await lotteries.Admin.ListLotteryDrawsAsync(pending, Shop.Owner)).Draws).Id);

        var delivery = new DeliverPrizeRequest
        {
            DrawId = won.Id,
            Address = $"Alice, {won.Id} Example Road",
            Carrier = "SF",
            TrackingNumber = "SF1",
            RequestId = $"d{won.Id}",
        };
        var answer = (await lotteries.Admin.DeliverPrizeAsync(delivery, Shop.Owner)).Draw;
        Assert.Equal(answer, (await lotteries.Admin.DeliverPrizeAsync(delivery, Shop.Owner)).Draw);
        delivery.DrawId = lost.Id;
        Assert.Equal(
            "FailedPrecondition:REQUEST_ID_REUSED",
            await Shop.AnswerOf(lotteries.Admin.DeliverPrizeAsync(delivery, Shop.Owner).ResponseAsync));
        delivery.RequestId = "";
        Assert.Equal(
            "FailedPrecondition:DRAW_NOT_DELIVERABLE",
            await Shop.AnswerOf(lotteries.Admin.DeliverPrizeAsync(delivery, Shop.Owner).ResponseAsync));

        Assert.Equal((PrizeState.Given, "", ""), (answer.State, answer.Delivery.Address, answer.Delivery.TrackingNumber));
        Assert.Empty((await lotteries.Admin.ListLotteryDrawsAsync(pending, Shop.Owner)).Draws);
        var mine = (await lotteries.Lotteries.GetMyDrawAsync(new() { LotteryId = lottery.Id }, Shop.Bearer(Shop.TokenOf(users[0])))).Draw;
        Assert.Equal(($"Alice, {won.Id} Example Road", "SF", "SF1"), (mine.Delivery.Address, mine.Delivery.Carrier, mine.Delivery.TrackingNumber));
        Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM silo_audit WHERE after LIKE '%{won.Id} Example Road%'"));
        var statistics = await lotteries.Admin.GetLotteryStatisticsAsync(new() { LotteryId = lottery.Id }, Shop.Owner);
        Assert.Equal((2, 2), (statistics.Draws, statistics.Drawers));
        Assert.Equal((1, 1), statistics.Prizes.Where(p => p.PrizeId == won.Prize.Id).Select(p => (p.Won, p.Delivered)).Single());
    }

    [Fact]
    public async Task SetPrizeAddress_UntilItIsSent_ShowsTheOperatorACopyOfTheLastOne()
    {
        var users = await Shop.NewUsersAsync(2);
        var (user, other) = (users[0], users[1]);
        var mobile = $"139{user:d8}";
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(2, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.None(0)));
        var (won, lost) = (await lotteries.DrawAsync(lottery.Id, user), await lotteries.DrawAsync(lottery.Id, user));
        var (home, work, foreign) = (await AddAsync(user, "Home"), await AddAsync(user, "Work"), await AddAsync(other, "Foreign"));

        Assert.Equal("NotFound:DRAW_UNKNOWN", await SetAsync(other, won.Id, foreign, "a"));
        Assert.Equal("NotFound:DRAW_UNKNOWN", await SetAsync(user, 1, home, "a"));
        Assert.Equal("NotFound:ADDRESS_UNKNOWN", await SetAsync(user, won.Id, foreign, "a"));
        Assert.Equal("FailedPrecondition:DRAW_NOT_DELIVERABLE", await SetAsync(user, lost.Id, home, "a"));
        Assert.Null(Assert.Single((await PendingAsync()).Draws).Address);
        Assert.Equal("OK", await SetAsync(user, won.Id, home, "a"));
        Assert.Equal("Home", Assert.Single((await PendingAsync()).Draws).Address.Detail);
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await SetAsync(user, won.Id, work, "a"));
        Assert.Equal("OK", await SetAsync(user, won.Id, work, "b"));
        // A late retry of the first does not bring it back.
        Assert.Equal("OK", await SetAsync(user, won.Id, home, "a"));
        await Addresses().DeleteAddressAsync(new() { AddressId = work }, Shop.Bearer(Shop.TokenOf(user)));

        var address = Assert.Single((await PendingAsync()).Draws).Address;
        Assert.Equal(
            ("Alice", mobile, "北京市 市辖区", "Work", "100000"),
            (address.LinkMan, address.Mobile, address.Region, address.Detail, address.PostCode));
        Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM lotteries_addresses WHERE draw_id = {won.Id} AND detail = 'Home'"));
        Assert.All((await lotteries.Lotteries.ListDrawsAsync(new() { LotteryId = lottery.Id, UserId = user })).Draws, d => Assert.Null(d.Address));
        await lotteries.Admin.DeliverPrizeAsync(new() { DrawId = won.Id, Address = "there" }, Shop.Owner);
        Assert.Equal("FailedPrecondition:DRAW_DELIVERED", await SetAsync(user, won.Id, home, "c"));
        Assert.Equal("OK", await SetAsync(user, won.Id, work, "b"));
        Assert.Equal(0, await Shop.CountAsync($"SELECT count(*) FROM silo_audit WHERE after LIKE '%{mobile}%'"));

        Accounts.V1.AddressesService.AddressesServiceClient Addresses() => new(Shop.Channel);

        async Task<long> AddAsync(long owner, string detail) => (await Addresses().AddAddressAsync(
            new()
            {
                LinkMan = "Alice",
                Mobile = mobile,
                ProvinceId = "110000000000",
                CityId = "110100000000",
                Detail = detail,
                PostCode = "100000",
            },
            Shop.Bearer(Shop.TokenOf(owner)))).AddressId;

        Task<string> SetAsync(long caller, long draw, long address, string request) => Shop.AnswerOf(
            lotteries.Lotteries.SetPrizeAddressAsync(
                new() { DrawId = draw, AddressId = address, RequestId = request }, Shop.Bearer(Shop.TokenOf(caller))).ResponseAsync);

        Task<ListLotteryDrawsResponse> PendingAsync() => lotteries.Admin.ListLotteryDrawsAsync(
            new() { LotteryId = lottery.Id, PendingOnly = true }, Shop.Owner).ResponseAsync;
    }

    [Fact]
    public async Task SetPrizeAddress_ManyAtOnce_KeepsOneAndRefusesWhatIsTooMuch()
    {
        var user = await Shop.NewUserAsync();
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(1, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.None(0)));
        var draw = await lotteries.DrawAsync(lottery.Id, user);
        var address = (await new Accounts.V1.AddressesService.AddressesServiceClient(Shop.Channel).AddAddressAsync(
            new() { LinkMan = "A", Mobile = "1", ProvinceId = "110000000000", CityId = "110100000000", Detail = "Home" },
            Shop.Bearer(Shop.TokenOf(user)))).AddressId;

        var answers = await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Shop.AnswerOf(
            lotteries.Lotteries.SetPrizeAddressAsync(
                new() { DrawId = draw.Id, AddressId = address, RequestId = $"r{i / 2}" }, Shop.Bearer(Shop.TokenOf(user))).ResponseAsync)));

        Assert.Equal(["OK", "ResourceExhausted:PRIZE_ADDRESSES_FULL"], answers.Distinct().Order());
        Assert.Equal(20, await Shop.CountAsync($"SELECT count(*) FROM lotteries_addresses WHERE draw_id = {draw.Id}"));
        Assert.Equal(1, await Shop.CountAsync($"SELECT count(*) FROM lotteries_addresses WHERE draw_id = {draw.Id} AND detail <> ''"));
    }

    [Fact]
    public async Task GoodsPrize_OfGoodsThatAreNotThere_IsRefusedAndTakesNothing()
    {
        var lotteries = new LotteryShop(Shop);
        var (goods, coupon) = (await BargainShop.GoodsAsync(Shop), await Shop.CreateCouponAsync(10));
        var terms = LotteryShop.Terms(1, LotteryShop.Goods("Teapot", 1, 1), LotteryShop.Coupon(coupon, 1, 4), LotteryShop.None(1));
        terms.Prizes[0].GoodsId = 1;

        Assert.Equal("NotFound:GOODS_UNKNOWN", await Shop.AnswerOf(
            lotteries.Admin.CreateLotteryAsync(new() { Terms = terms }, Shop.Owner).ResponseAsync));
        Assert.Equal(10, (await Shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, Shop.Owner)).Coupon.StockLeft);
        terms.Prizes[0].GoodsId = goods;
        var lottery = await lotteries.CreateAsync(terms);
        var changed = lottery.Terms.Clone();
        (changed.Prizes[0].Id, changed.Prizes[0].GoodsId) = (0, 1);
        Assert.Equal("NotFound:GOODS_UNKNOWN", await UpdateAsync(changed));
        changed = lottery.Terms.Clone();
        changed.Title = "Later";
        Assert.Equal("OK", await UpdateAsync(changed));

        Task<string> UpdateAsync(LotteryTerms changed) => Shop.AnswerOf(
            lotteries.Admin.UpdateLotteryAsync(new() { LotteryId = lottery.Id, Terms = changed }, Shop.Owner).ResponseAsync);
    }

    [Fact]
    public async Task Draws_OfOthers_AreShownWithoutIdsAndPositions()
    {
        var users = await Shop.NewUsersAsync(3);
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(2, LotteryShop.None(1)));
        foreach (var user in new[] { users[0], users[1], users[0] })
        {
            await lotteries.DrawAsync(lottery.Id, user);
        }

        var all = await lotteries.Lotteries.ListDrawsAsync(new() { LotteryId = lottery.Id, PageSize = 2 });
        var named = await lotteries.Lotteries.ListDrawsAsync(new() { LotteryId = lottery.Id, UserId = users[0] });
        var second = await lotteries.Lotteries.ListDrawsAsync(new() { LotteryId = lottery.Id, PageSize = 2, Page = 2 });
        var beyond = await lotteries.Lotteries.ListDrawsAsync(new() { LotteryId = lottery.Id, PageSize = 100, Page = 1_000_000 });

        Assert.Equal((3, 1), (second.TotalCount, second.Draws.Count));
        Assert.Equal((3, 0), (beyond.TotalCount, beyond.Draws.Count));
        Assert.Equal(3, all.Draws.Concat(second.Draws).Select(d => d.Id).Distinct().Count());
        Assert.Equal(second.Draws[0].Id, named.Draws[1].Id);
        Assert.Equal((3, 2), (all.TotalCount, all.Draws.Count));
        Assert.All(all.Draws, d => Assert.Equal((0, 0, ""), (d.UserId, d.Position, d.Pseudonym)));
        Assert.Equal([users[0], users[0]], named.Draws.Select(d => d.UserId));
        Assert.All(named.Draws, d => Assert.Equal((0, ""), (d.Position, d.PseudonymNonce)));
        Assert.Equal(
            "NotFound:DRAW_UNKNOWN",
            await Shop.AnswerOf(lotteries.Lotteries.GetMyDrawAsync(
                new() { LotteryId = lottery.Id }, Shop.Bearer(Shop.TokenOf(users[2]))).ResponseAsync));
        Assert.Equal(3, (await lotteries.Admin.ListLotteryDrawsAsync(new() { LotteryId = lottery.Id }, Shop.Owner)).Draws[0].Position);
    }

    [Fact]
    public async Task Reveal_AcrossRules_IsRefusedBeforeTheEndAndCheckedAfterwards()
    {
        var users = await Shop.NewUsersAsync(20);
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(3, LotteryShop.Goods("A", 3, 4), LotteryShop.None(5)));
        List<Draw> own = [];
        await DrawAllAsync();
        // Another stock, another order, another prize; then from a deck.
        var changed = (await lotteries.Admin.GetLotteryAsync(new() { LotteryId = lottery.Id }, Shop.Owner)).Lottery.Terms;
        changed.Prizes[0].Stock = 6;
        changed.Prizes.Add(LotteryShop.Points(5, 9));
        changed = await ChangeAsync(changed);
        await DrawAllAsync();
        changed.Mode = LotteryMode.Deck;
        changed.Prizes[1].Stock = 100;
        changed.Prizes[2].Stock = 50;
        changed.Title = "deck";
        await ChangeAsync(changed);
        await DrawAllAsync();
        foreach (var refused in new Task[]
        {
            lotteries.Lotteries.RevealLotteryAsync(new() { LotteryId = lottery.Id }).ResponseAsync,
            lotteries.Lotteries.CheckDrawAsync(new() { LotteryId = lottery.Id, Position = 1 }).ResponseAsync,
        })
        {
            Assert.Equal("FailedPrecondition:LOTTERY_NOT_ENDED", await Shop.AnswerOf(refused));
        }

        await lotteries.EndAsync(lottery.Id);
        var reveal = await lotteries.RevealAsync(lottery.Id);

        Assert.Equal((60, 3), (reveal.Draws.Count, reveal.Rules.Count));
        Assert.Equal([1, 21, 41], reveal.Rules.Select(r => r.FirstPosition));
        var page = await lotteries.Lotteries.RevealLotteryAsync(new() { LotteryId = lottery.Id, Page = 3, PageSize = 15 });
        Assert.Equal([2, 3], page.Rules.Select(r => r.Version));
        page = await lotteries.Lotteries.RevealLotteryAsync(new() { LotteryId = lottery.Id, Page = 1, PageSize = 20 });
        Assert.Equal([1], page.Rules.Select(r => r.Version));
        Assert.Equal(20, reveal.Draws.Select(d => d.Pseudonym).Distinct().Count());
        Assert.All(own, draw =>
        {
            var revealed = reveal.Draws[(int)draw.Position - 1];
            Assert.Equal((draw.Pseudonym, draw.Prize.Id, draw.RuleVersion), (revealed.Pseudonym, revealed.PrizeId, revealed.RuleVersion));
            Assert.Equal(draw.Pseudonym, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
                System.Text.Encoding.ASCII.GetBytes($"{draw.UserId}:{draw.PseudonymNonce}"))));
        });
        foreach (var draw in reveal.Draws)
        {
            var check = await lotteries.Lotteries.CheckDrawAsync(new() { LotteryId = lottery.Id, Position = draw.Position });
            Assert.True(check.Matches, $"{check}");
            Assert.Equal(draw, check.Draw);
            Assert.Equal(
                reveal.Rules[draw.RuleVersion - 1].Prizes.Select(
                    p => (long)reveal.Draws.Count(d => d.Position < draw.Position && d.PrizeId == p.Id)),
                check.WonBefore);
        }

        Assert.Equal(
            "NotFound:DRAW_UNKNOWN",
            await Shop.AnswerOf(lotteries.Lotteries.CheckDrawAsync(new() { LotteryId = lottery.Id, Position = 61 }).ResponseAsync));
        WxSdkTests.SkipWithoutNode();
        var (code, printed) = await LotteryShop.VerifyAsync(lottery.Id, reveal);
        Assert.True(code == 0, printed);

        async Task DrawAllAsync() =>
            own.AddRange(await Task.WhenAll(users.Select(user => lotteries.DrawAsync(lottery.Id, user))));

        async Task<LotteryTerms> ChangeAsync(LotteryTerms terms) => (await lotteries.Admin.UpdateLotteryAsync(
            new() { LotteryId = lottery.Id, Terms = terms }, Shop.Owner)).Lottery.Terms;
    }

    [Fact]
    public async Task Close_AtTheEndOfTheWindow_HappensByItselfAndForGood()
    {
        var user = await Shop.NewUserAsync();
        var lotteries = new LotteryShop(Shop);
        var terms = LotteryShop.Terms(1, LotteryShop.None(1));
        terms.EndsAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddSeconds(2));
        var lottery = await lotteries.CreateAsync(terms);

        await ContentCalls.UntilAsync(
            true, async () => (await lotteries.Lotteries.DescribeLotteryAsync(new() { LotteryId = lottery.Id })).Lottery.Ended);

        Assert.Equal("FailedPrecondition:LOTTERY_ENDED", await lotteries.TryDrawAsync(lottery.Id, user));
        var later = lottery.Terms.Clone();
        later.EndsAt.Seconds += 3_600;
        Assert.Equal(
            "FailedPrecondition:LOTTERY_ENDED",
            await Shop.AnswerOf(lotteries.Admin.UpdateLotteryAsync(new() { LotteryId = lottery.Id, Terms = later }, Shop.Owner).ResponseAsync));
        Assert.Equal(64, (await lotteries.RevealAsync(lottery.Id)).Seed.Length);
    }

    [Fact]
    public async Task Watch_WhileDrawsCommit_NeverGoesBackAndEndsAtTheLast()
    {
        var users = await Shop.NewUsersAsync(40);
        var lotteries = new LotteryShop(Shop);
        var lottery = await lotteries.CreateAsync(LotteryShop.Terms(1, LotteryShop.Goods("A", 1, 3), LotteryShop.None(0)));
        using var watch = lotteries.Lotteries.WatchLottery(new() { LotteryId = lottery.Id });
        List<WatchLotteryResponse> seen = [];
        var watching = Task.Run(async () =>
        {
            await foreach (var value in watch.ResponseStream.ReadAllAsync())
            {
                seen.Add(value);
                if (value.Ended)
                {
                    return;
                }
            }
        });

        await Task.WhenAll(users.Select(user => lotteries.DrawAsync(lottery.Id, user)));
        await lotteries.EndAsync(lottery.Id);
        await watching.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        Assert.Equal(seen.Select(v => v.Draws).Order(), seen.Select(v => v.Draws));
        Assert.All(seen, v => Assert.Equal(v.Draws, v.Odds.Sum(o => o.Won)));
        Assert.All(seen, v => Assert.Equal(v.OddsTotal, v.Odds.Sum(o => o.Odds)));
        Assert.Equal((40, 0, 3, 1), (seen[^1].Draws, seen[^1].Odds[0].Left, seen[^1].Odds[0].Won, seen[^1].Odds[1].Odds));
        using var none = lotteries.Lotteries.WatchLottery(new() { LotteryId = 1 });
        Assert.Equal("NotFound:LOTTERY_UNKNOWN", await Shop.AnswerOf(none.ResponseStream.MoveNext(CancellationToken.None)));
    }

    [Fact]
    public async Task CreateLottery_TwiceAtOnceWithOneRequestId_MakesOneAndTakesOnce()
    {
        var lotteries = new LotteryShop(Shop);
        var coupon = await Shop.CreateCouponAsync(100);
        var terms = LotteryShop.Terms(1, LotteryShop.Coupon(coupon, 1, 5), LotteryShop.None(1));
        terms.Title = $"Opening {coupon}";
        var request = new CreateLotteryRequest { Terms = terms, RequestId = $"once-{coupon}" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            async _ => (await lotteries.Admin.CreateLotteryAsync(request, Shop.Owner)).Lottery.Id));

        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await lotteries.Admin.SearchLotteriesAsync(new() { TitleContains = $"OPENING {coupon}" }, Shop.Owner)).TotalCount);
        await ContentCalls.UntilAsync(
            (95L, 5L),
            async () =>
            {
                var state = (await Shop.CouponsAdmin.GetCouponAsync(new() { CouponId = coupon }, Shop.Owner)).Coupon;
                return (state.StockLeft, state.Allocated);
            });
        request.Terms.TimesPerUser = 2;
        Assert.Equal(
            "FailedPrecondition:REQUEST_ID_REUSED",
            await Shop.AnswerOf(lotteries.Admin.CreateLotteryAsync(request, Shop.Owner).ResponseAsync));
    }
}
