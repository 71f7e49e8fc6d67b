using System.Text.Json;
using Silo.Catalog.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;

namespace Silo.Server.Tests;

/// <summary>
/// Goal: what public mini-programs read of built functions is there, in the form in which they read it. Method: the HTTP API
/// of a running server, called as those clients call it.
/// </summary>
public sealed class WxClientTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Functions_AsRealClientsCallThem_AnswerWhatTheyRead(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        using var client = new WxClient(shop);
        var made = await CatalogShop.FillAsync(shop);
        var admin = CatalogShop.Admin(shop);
        var inviter = await RegisterAsync("inviter", 0);
        var shopper = await RegisterAsync("shopper", inviter.UserId);
        var token = $"token={shopper.Token}";

        // Every store has a distance that can be formatted; one that is nowhere comes last.
        await new StoresAdminService.StoresAdminServiceClient(shop.Channel).CreateStoreAsync(
            new() { Terms = new() { Name = "无址店", OpeningHours = "09:00-12:00,14:00-21:30" } }, shop.Owner);
        var stores = (await DataAsync("fetchShops", "curlatitude=22.5&curlongitude=114")).EnumerateArray().ToArray();
        Assert.All(stores, store => Assert.Equal(JsonValueKind.Number, store.GetProperty("distance").ValueKind));
        Assert.Equal("无址店", stores[^1].GetProperty("name").GetString());

        // Favourites are told in words.
        Assert.Equal((-1, "未收藏"), await AnswerAsync("goodsFavCheck", $"{token}&goodsId={made.Plain}"));
        await DataAsync("goodsFavPut", $"{token}&goodsId={made.Plain}", hasData: false);
        Assert.Equal((0, "已收藏"), await AnswerAsync("goodsFavCheck", $"{token}&goodsId={made.Plain}"));

        // What a client keeps under another type is beside goods, with its own JSON, and not counted as goods.
        await DataAsync("goodsFavPut", $"{token}&goodsId={made.Plain}&type=1&extJsonStr={Uri.EscapeDataString("""{"name":"店"}""")}", hasData: false);
        Assert.Equal((0, "已收藏"), await AnswerAsync("goodsFavCheck", $"{token}&goodsId={made.Plain}&type=1"));
        var kept = (await DataAsync("goodsFavList", token)).EnumerateArray().ToArray();
        Assert.Equal([1, 0], kept.Select(row => row.GetProperty("type").GetInt32()));
        Assert.Equal("""{"name":"店"}""", kept[0].GetProperty("json").GetString());
        Assert.False(kept[0].TryGetProperty("goodsName", out _));
        Assert.False(kept[1].TryGetProperty("json", out _));
        await DataAsync("goodsFavDelete", $"{token}&goodsId={made.Plain}&type=1", hasData: false);
        Assert.Equal((-1, "未收藏"), await AnswerAsync("goodsFavCheck", $"{token}&goodsId={made.Plain}&type=1"));
        Assert.Equal((0, "已收藏"), await AnswerAsync("goodsFavCheck", $"{token}&goodsId={made.Plain}"));
        Assert.Equal(300, (await client.CallAsync("goodsFavPut", $"{token}&goodsId=7&type=1&extJsonStr=[1]")).GetProperty("code").GetInt32());

        // Several categories, all of them, and those of a store.
        Assert.Equal([made.WithSkus], await IdsAsync("goods", $"categoryId={made.Fruit}"));
        Assert.Equal([made.Plain, made.WithSkus], await IdsAsync("goods", $"categoryId={made.Food},{made.Fruit}"));
        Assert.Equal([made.Plain, made.WithSkus], await IdsAsync("goods", $"categoryId={made.Fruit},0"));
        Assert.Equal([made.Plain, made.WithSkus], await IdsAsync("goods", "categoryId=0"));
        Assert.NotEmpty(await IdsAsync("goodsCategory", "shopId=0"));
        Assert.Equal(700, (await client.CallAsync("goodsCategory", "shopId=4711")).GetProperty("code").GetInt32());

        // Who invited the shopper.
        var referrer = (await DataAsync("userDetail", token)).GetProperty("referrer");
        Assert.Equal(
            (inviter.UserId, "inviter"), (referrer.GetProperty("id").GetInt64(), referrer.GetProperty("nick").GetString()));
        Assert.False((await DataAsync("userDetail", $"token={inviter.Token}")).TryGetProperty("referrer", out _));

        // Of coupons a shopper is shown those that they may still fetch, and a stranger all.
        var (once, secret) = (await shop.CreateCouponAsync(10), await shop.CreateCouponAsync(10));
        var terms = Shop.Terms(10);
        terms.Password = "SUMMER ";
        await shop.CouponsAdmin.UpdateCouponAsync(new() { CouponId = secret, Terms = terms }, shop.Owner);
        Assert.Equal(2, (await IdsAsync("coupons", token)).Length);
        await DataAsync("fetchCoupons", $"{token}&id={once}");
        Assert.Equal([secret], await IdsAsync("coupons", token));
        await DataAsync("fetchCoupons", $"{token}&pwd=%20ｓｕｍｍｅｒ");
        await shop.CouponsAdmin.SetCouponEnabledAsync(new() { CouponId = secret }, shop.Owner);
        Assert.Equal([once], await IdsAsync("coupons", "token=nobody"));
        Assert.Equal(700, (await client.CallAsync("coupons", token)).GetProperty("code").GetInt32());

        // What clients could not read is refused where it is written.
        Assert.Equal("OPENING_HOURS_INVALID", await ReasonAsync(new StoresAdminService.StoresAdminServiceClient(shop.Channel)
            .CreateStoreAsync(new() { Terms = new() { Name = "店", OpeningHours = "全天" } }, shop.Owner)));
        Assert.Equal("SALE_WINDOW_EMPTY", await ReasonAsync(admin.CreateGoodsAsync(
            new()
            {
                Terms = new() { Name = "秒杀", CategoryId = made.Food, FlashSale = true, SaleFrom = new() { Seconds = 1_700_000_000 } },
                Price = new() { PriceCents = 1 },
            },
            shop.Owner)));

        async Task<Accounts.V1.RegisterUsernameResponse> RegisterAsync(string name, long by) => await shop.Accounts.RegisterUsernameAsync(
            new() { Username = name, Password = "secret-word", Nick = name, ReferrerUserId = by, AutoLogin = true });

        async Task<JsonElement> DataAsync(string function, string query, bool hasData = true)
        {
            var answer = await client.CallAsync(function, query);
            Assert.True(answer.GetProperty("code").GetInt32() == 0, $"{function}: {answer}");
            return hasData ? answer.GetProperty("data") : default;
        }

        async Task<(int Code, string? Data)> AnswerAsync(string function, string query)
        {
            var answer = await client.CallAsync(function, query);
            return (answer.GetProperty("code").GetInt32(), answer.GetProperty("data").GetString());
        }

        async Task<long[]> IdsAsync(string function, string query) =>
            [.. (await DataAsync(function, query)).EnumerateArray().Select(row => row.GetProperty("id").GetInt64()).Order()];
    }
}
