using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Content.V1;
using Silo.Coupons.V1;
using Silo.GroupBuys.V1;
using Xunit;
using static Silo.Server.Tests.Reasons;
using CatalogCategories = Silo.Catalog.V1.CategoriesAdminService.CategoriesAdminServiceClient;

namespace Silo.Server.Tests;

public sealed class GoodsUseOnSqlite(ShopOnSqlite shared) : GoodsUseSuite(shared);

public sealed class GoodsUseOnPostgres(ShopOnPostgres shared) : GoodsUseSuite(shared);

/// <summary>
/// Goal: goods are only deleted when nothing needs them, operators are told what does, and what goods off sale are to
/// promotions is as the modules say. Method: a running server over each database and goods that everything uses.
/// </summary>
public abstract class GoodsUseSuite(SharedShop shared) : ShopSuite(shared)
{
    private static readonly Timestamp Later = new() { Seconds = 4_102_444_800 };

    private GoodsAdminService.GoodsAdminServiceClient Admin => CatalogShop.Admin(Shop);

    private GoodsService.GoodsServiceClient Goods => new(Shop.Channel);

    [Fact]
    public async Task Delete_OfGoodsInUse_NamesWhatNeedsThem()
    {
        var goods = await BargainShop.GoodsAsync(Shop);
        var uses = await UseAsync(goods);
        await Admin.SetGoodsPublishedAsync(new() { GoodsId = goods }, Shop.Owner);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => Admin.DeleteGoodsAsync(new() { GoodsId = goods }, Shop.Owner).ResponseAsync);

        var info = refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal((StatusCode.FailedPrecondition, "GOODS_IN_USE", "5"), (refused.StatusCode, info.Reason, info.Metadata["count"]));
        Assert.Equal(uses.Order(), info.Metadata["used_by"].Split(',').Order());
        Assert.Contains("(Teapots)", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("OK", await ReasonAsync(Admin.GetGoodsAsync(new() { GoodsId = goods }, Shop.Owner)));
    }

    [Fact]
    public async Task PromotionsOfGoodsOffSale_GoOn()
    {
        var (user, helper, goods) = (await Shop.NewUserAsync(), await Shop.NewUserAsync(), await BargainShop.GoodsAsync(Shop));
        var (mine, theirs) = (Shop.Bearer(Shop.TokenOf(user)), Shop.Bearer(Shop.TokenOf(helper)));
        var ids = (await UseAsync(goods)).Select(u => long.Parse(u.Split(':')[1], CultureInfo.InvariantCulture)).ToArray();
        await Admin.SetGoodsPublishedAsync(new() { GoodsId = goods }, Shop.Owner);

        var bargains = BargainShop.Shopper(Shop);
        Assert.Equal(goods, (await bargains.StartBargainAsync(new() { CampaignId = ids[0] }, mine)).Bargain.GoodsId);
        Assert.Equal("OK", await ReasonAsync(bargains.HelpBargainAsync(new() { CampaignId = ids[0], InitiatorId = user }, theirs)));
        var groups = new GroupBuysService.GroupBuysServiceClient(Shop.Channel);
        Assert.Equal(goods, (await groups.OpenGroupAsync(new() { GoodsId = goods }, mine)).Group.GoodsId);
        var draw = await new LotteryShop(Shop).DrawAsync(ids[2], user);
        Assert.Equal(goods, draw.Prize.GoodsId);
        Assert.Equal("OK", await ReasonAsync(Shop.Coupons.ClaimCouponAsync(new() { CouponId = ids[3] }, mine)));
        var banners = await new BannersService.BannersServiceClient(Shop.Channel).ListBannersAsync(new() { Types_ = { $"{goods}" } });
        Assert.Equal(ids[4], Assert.Single(banners.Banners).Id);
        Assert.False((await Goods.DescribeGoodsAsync(new() { GoodsId = goods })).Detail.Goods.Published);
    }

    [Fact]
    public async Task GoodsOfADisabledCategory_AreNotShownAndStillInWhatShoppersHave()
    {
        var goods = await BargainShop.GoodsAsync(Shop);
        var campaign = await BargainShop.CreateAsync(Shop, goods);
        var category = (await Admin.GetGoodsAsync(new() { GoodsId = goods }, Shop.Owner)).Detail.Category.Id;
        var categories = new CatalogCategories(Shop.Channel);
        using var client = new WxClient(Shop);

        await categories.SetCategoryEnabledAsync(new() { CategoryId = category }, Shop.Owner);

        Assert.Empty((await Goods.ListGoodsAsync(new() { Filter = new() { CategoryId = category } })).Goods);
        Assert.Empty((await Goods.ListGoodsAsync(new() { Filter = new() { GoodsIds = { goods } } })).Goods);
        Assert.Equal("GOODS_UNKNOWN", await ReasonAsync(Goods.DescribeGoodsAsync(new() { GoodsId = goods })));
        Assert.Equal("GOODS_UNKNOWN", await ReasonAsync(Goods.QuoteGoodsAsync(new() { GoodsId = goods })));
        Assert.True((await Admin.GetGoodsAsync(new() { GoodsId = goods }, Shop.Owner)).Detail.Goods.Published);
        Assert.Equal(700, (await client.CallAsync("goods", $"categoryId={category}")).GetProperty("code").GetInt32());
        Assert.Equal(700, (await client.CallAsync("goodsDetail", $"id={goods}")).GetProperty("code").GetInt32());
        // The bargain has its goods, off sale.
        var list = (await client.CallAsync("kanjiaList", "pageSize=1000")).GetProperty("data");
        Assert.Contains(list.GetProperty("result").EnumerateArray(), c => c.GetProperty("id").GetInt64() == campaign);
        Assert.Equal(1, list.GetProperty("goodsMap").GetProperty($"{goods}").GetProperty("status").GetInt32());

        await categories.SetCategoryEnabledAsync(new() { CategoryId = category, Enabled = true }, Shop.Owner);
        Assert.True((await Goods.DescribeGoodsAsync(new() { GoodsId = goods })).Detail.Goods.Published);
        Assert.Equal(goods, Assert.Single((await Goods.ListGoodsAsync(new() { Filter = new() { CategoryId = category } })).Goods).Id);
    }

    [Fact]
    public async Task Freight_OfGoodsWithoutWeight_IsRefusedAtEverySaving()
    {
        var made = await CatalogShop.FillAsync(Shop);
        var freights = new FreightAdminService.FreightAdminServiceClient(Shop.Channel);
        var terms = new FreightTerms { Name = "按件", Unit = FreightUnit.Quantity };
        terms.Rates.Add(new FreightRate { FirstMilli = 1000, FirstCents = 800, StepMilli = 1000, StepCents = 200 });
        var byPiece = (await freights.CreateFreightAsync(new() { Terms = terms }, Shop.Owner)).Freight.Id;
        var request = new CreateGoodsRequest
        {
            Terms = new() { Name = "云朵", CategoryId = made.Food, FreightId = made.Freight },
            Price = new() { PriceCents = 100 },
        };

        // Goods, and their combinations, by a template that counts kilograms.
        Assert.Equal("GOODS_WITHOUT_WEIGHT", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        request.Skus.Add([CatalogShop.Sku(made.Values[0], 1, 1), CatalogShop.Sku(made.Values[1], 2, 1)]);
        request.Skus[0].WeightGrams = 5;
        Assert.Equal("GOODS_WITHOUT_WEIGHT", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        request.Skus[1].WeightGrams = 6;
        Assert.Equal("OK", await ReasonAsync(Admin.CreateGoodsAsync(request, Shop.Owner)));
        request.Skus.Clear();
        request.Terms.FreightId = byPiece;
        var light = (await Admin.CreateGoodsAsync(request, Shop.Owner)).Detail.Goods.Id;
        var update = new UpdateGoodsRequest { GoodsId = light, Terms = request.Terms.Clone(), Price = request.Price };
        update.Terms.FreightId = made.Freight;
        Assert.Equal("GOODS_WITHOUT_WEIGHT", await ReasonAsync(Admin.UpdateGoodsAsync(update, Shop.Owner)));

        // A template whose goods have neither weight nor volume.
        foreach (var (unit, reason) in new[] { (FreightUnit.Weight, "GOODS_WITHOUT_WEIGHT"), (FreightUnit.Volume, "GOODS_WITHOUT_VOLUME") })
        {
            terms.Unit = unit;
            var refused = await Assert.ThrowsAsync<RpcException>(
                () => freights.UpdateFreightAsync(new() { FreightId = byPiece, Terms = terms }, Shop.Owner).ResponseAsync);
            var info = refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
            Assert.Equal((reason, "1", $"{light}"), (info.Reason, info.Metadata["count"], info.Metadata["goods"]));
            Assert.Contains($"{light} (云朵)", refused.Status.Detail, StringComparison.Ordinal);
        }

        // A file.
        var file = $"id,name,category_id,price,freight_id\r\n{light},云朵,{made.Food},1.00,{made.Freight}\r\n,雾,{made.Food},1.00,{made.Freight}\r\n";
        var report = await CatalogShop.ImportAsync(Shop, file);
        Assert.Equal([(2, "weight_grams"), (3, "weight_grams")], report.Faults.Select(f => (f.Line, f.Column)));
        var heavy = $"id,name,category_id,price,freight_id,weight_grams,volume_ml\r\n{light},云朵,{made.Food},1.00,{byPiece},5,6\r\n";
        Assert.Equal(1, (await CatalogShop.ImportAsync(Shop, heavy)).Changed);
        Assert.Equal("OK", await ReasonAsync(freights.UpdateFreightAsync(new() { FreightId = byPiece, Terms = terms }, Shop.Owner)));
    }

    /// <summary>Has everything use goods: a bargain, a group-buy, a lottery, a coupon and a banner, each as kind and id.</summary>
    private async Task<string[]> UseAsync(long goods)
    {
        var bargain = await BargainShop.CreateAsync(Shop, goods);
        var group = (await new GroupBuysAdminService.GroupBuysAdminServiceClient(Shop.Channel).CreateCampaignAsync(
            new() { Terms = new() { GoodsId = goods, Size = 2, Hours = 1, OpenUntil = Later } }, Shop.Owner)).Campaign.Id;
        var prize = LotteryShop.Goods("Teapot", 1, 5);
        prize.GoodsId = goods;
        var lottery = (await new LotteryShop(Shop).CreateAsync(LotteryShop.Terms(3, prize, LotteryShop.None(0)))).Id;
        var terms = Shop.Terms(10);
        (terms.Name, terms.Hidden) = ("Teapots", true);
        terms.Targets.Add(new CouponTarget { Type = CouponTargetType.Goods, Id = goods });
        var coupon = (await Shop.CouponsAdmin.CreateCouponAsync(new() { Terms = terms }, Shop.Owner)).Coupon.Id;
        var banner = (await new BannersAdminService.BannersAdminServiceClient(Shop.Channel).CreateBannerAsync(
            new() { Terms = new() { Type = $"{goods}", PictureUrl = "https://x/a.png", BusinessId = goods } }, Shop.Owner)).Banner.Id;
        return [$"bargain-campaign:{bargain}", $"group-campaign:{group}", $"lottery:{lottery}", $"coupon:{coupon}", $"banner:{banner}"];
    }
}
