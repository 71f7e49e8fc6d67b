using Xunit;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: the public SDK's functions for bargains answer as the hosted API does, its quirks included. Method: the package
/// from npm in Node against a running server; what it has no functions for goes by path.
/// </summary>
public sealed class WxBargainTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Bargains_OverTheSdk_AnswerAsTheHostedApi(Database database)
    {
        WxSdkTests.SkipWithoutSdk();
        await using var shop = await Shop.StartAsync(database);
        var joiner = await ShopperAsync(shop, "joiner", "小李");
        var (friend, late) = (await ShopperAsync(shop, "friend", "小王"), await ShopperAsync(shop, "late", ""));
        var (goods, other, none) = (
            await BargainShop.GoodsAsync(shop), await BargainShop.GoodsAsync(shop), await BargainShop.GoodsAsync(shop));
        var older = await BargainShop.CreateAsync(shop, goods);
        var drawn = await BargainShop.CreateAsync(shop, other, t => (t.CutMinCents, t.CutMaxCents) = (1_200, 4_900));
        var planned = await BargainShop.CreateAsync(shop, goods, t => (t.HelpersToFloor, t.CutMinCents, t.CutMaxCents) = (2, 4_000, 6_000));
        var limited = await BargainShop.CreateAsync(
            shop, none, t => (t.StartsPerUser, t.HelpsPerUser, t.EndsAt) = (1, 1, new() { Seconds = 4_000_000_000 }));
        var ended = await BargainShop.CreateAsync(shop, none);
        await BargainShop.Shopper(shop).StartBargainAsync(new() { CampaignId = ended }, Shop.Bearer(joiner.Token));
        await BargainShop.Admin(shop).EndCampaignAsync(new() { CampaignId = ended }, shop.Owner);
        var disabled = await BargainShop.CreateAsync(shop, none);
        await BargainShop.Admin(shop).SetCampaignEnabledAsync(new() { CampaignId = disabled }, shop.Owner);

        await WxSdkTests.RunAsync(output, "wx-bargains.js", new
        {
            baseUrl = WxSdkTests.BaseUrl(shop),
            subDomain = "shop",
            joiner = new { token = joiner.Token, uid = joiner.UserId },
            friend = new { token = friend.Token, uid = friend.UserId },
            late = new { token = late.Token, uid = late.UserId },
            goods,
            other,
            older,
            drawn,
            planned,
            limited,
            ended,
            disabled,
        });
    }

    private static async Task<Accounts.V1.RegisterUsernameResponse> ShopperAsync(Shop shop, string name, string nick) =>
        await shop.Accounts.RegisterUsernameAsync(new() { Username = name, Password = "secret-word", Nick = nick, AutoLogin = true });
}
