using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Silo.Lotteries.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>Goal and method as <see cref="WxSdkTests"/>, for the functions of lotteries.</summary>
public sealed class WxLotteryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Lotteries_OverTheSdk_AnswerAsTheHostedApi(Database database)
    {
        const int token = 1, other = 2;
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        await shop.AddPointsAsync(other, 512);
        var admin = new LotteryShop(shop);
        async Task<long> CreateAsync(LotteryTerms terms) => (await admin.CreateAsync(terms)).Id;
        var teapot = LotteryShop.Goods("茶壶", 1, 100);
        (teapot.GoodsId, teapot.PictureUrl) = (await BargainShop.GoodsAsync(shop), "https://static.example/teapot.png");
        var wheel = LotteryShop.Terms(3, teapot, LotteryShop.Points(5, 1), LotteryShop.None(1, "谢谢参与"));
        wheel.Content = "规则";
        var later = LotteryShop.Terms(1, LotteryShop.None(1));
        later.StartsAt = new Timestamp { Seconds = 4_070_908_800 };
        var costly = LotteryShop.Terms(2, LotteryShop.None(1));
        costly.PointsCost = 500;
        var deck = LotteryShop.Terms(1, LotteryShop.Money(880, 0, 1));
        (deck.Mode, deck.Prizes[0].Title) = (LotteryMode.Deck, "红包");
        var lotteries = new
        {
            wheel = await CreateAsync(wheel),
            later = await CreateAsync(later),
            costly = await CreateAsync(costly),
            deck = await CreateAsync(deck),
            ended = await CreateAsync(LotteryShop.Terms(1, LotteryShop.None(1))),
            disabled = await CreateAsync(LotteryShop.Terms(1, LotteryShop.None(1))),
        };
        await admin.EndAsync(lotteries.ended);
        await admin.Admin.SetLotteryEnabledAsync(new() { LotteryId = lotteries.disabled }, shop.Owner);
        await shop.ExecuteAsync("UPDATE accounts_users SET nick = 'seeded'");

        await WxSdkTests.RunAsync(output, "wx-lottery.js", new
        {
            baseUrl = WxSdkTests.BaseUrl(shop),
            subDomain = "shop",
            token = Shop.TokenOf(token),
            tokenId = token,
            other = Shop.TokenOf(other),
            otherId = other,
            @operator = shop.Owner[0].Value["Bearer ".Length..],
            lotteries,
            goods = teapot.GoodsId,
        });
    }

    [Fact]
    public async Task DemoShop_HasALotteryWithAFullWheel()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Demo__Enabled"] = "true" });
        var admin = new LotteryShop(shop);
        // It is loaded while the server serves already.
        await ContentCalls.UntilAsync(1, async () => (await admin.Admin.SearchLotteriesAsync(new(), shop.Owner)).TotalCount);
        var lottery = (await admin.Admin.SearchLotteriesAsync(new(), shop.Owner)).Lotteries[0];
        using var client = new HttpClient { BaseAddress = shop.Server.Http };

        var answer = JsonSerializer.Deserialize<JsonElement>(
            await client.GetStringAsync(new Uri($"/shop/luckyInfo/info/v2?id={lottery.Id}", UriKind.Relative)));

        Assert.Equal(0, answer.GetProperty("code").GetInt32());
        Assert.Equal(8, answer.GetProperty("data").GetProperty("luckyGoods").GetArrayLength());
    }
}
