using Google.Protobuf.WellKnownTypes;
using Silo.Bargains.V1;
using Silo.Catalog.V1;

namespace Silo.Server.Tests;

/// <summary>Campaigns of a shop, over its API.</summary>
internal static class BargainShop
{
    /// <summary>Goods on sale that can be bargained for.</summary>
    public static async Task<long> GoodsAsync(Shop shop)
    {
        var category = (await new CategoriesAdminService.CategoriesAdminServiceClient(shop.Channel)
            .CreateCategoryAsync(new() { Terms = new() { Name = "砍价" } }, shop.Owner)).Category.Id;
        return await CatalogShop.CreateAsync(shop, new()
        {
            Terms = new() { Name = "铸铁炒锅", CategoryId = category, Bargain = true, Characteristic = "物理不粘" },
            Price = new() { PriceCents = 20_000, BargainCents = 10_000 },
            Stock = 9,
        });
    }

    /// <summary>Terms that are open for years: from 200.00 to 100.00 by cuts of 1.00 to 10.00.</summary>
    public static CampaignTerms Terms(long goods) => new()
    {
        GoodsId = goods,
        StartCents = 20_000,
        FloorCents = 10_000,
        CutMinCents = 100,
        CutMaxCents = 1_000,
        StockTotal = 3,
        StartsAt = new Timestamp { Seconds = 1_577_836_800 },
        EndsAt = new Timestamp { Seconds = 4_102_444_800 },
    };

    public static async Task<long> CreateAsync(Shop shop, long goods, Action<CampaignTerms>? change = null)
    {
        var terms = Terms(goods);
        change?.Invoke(terms);
        return (await Admin(shop).CreateCampaignAsync(new() { Terms = terms }, shop.Owner)).Campaign.Id;
    }

    public static BargainsService.BargainsServiceClient Shopper(Shop shop) => new(shop.Channel);

    public static BargainsAdminService.BargainsAdminServiceClient Admin(Shop shop) => new(shop.Channel);
}
