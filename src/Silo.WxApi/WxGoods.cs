using Grpc.Core;
using Silo.Catalog.V1;

namespace Silo.WxApi;

/// <summary>Goods, categories, prices, reviews and favourites.</summary>
internal static class WxGoods
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["goodsCategory"] = CategoriesAsync,
        ["goodsCategoryDetail"] = CategoryAsync,
        ["goods"] = async call => WxAnswer.List((await ListAsync(call)).Items),
        ["goodsv2"] = async call => Result(await ListAsync(call), call.Page()),
        ["goodsDetail"] = DetailAsync,
        ["goodsPrice"] = PriceAsync,
        ["goodsReputation"] = async call => WxAnswer.List((await ReviewsAsync(call)).Items),
        ["goodsReputationV2"] = async call => Result(await ReviewsAsync(call), call.Page()),
        ["goodsPriceFreight"] = FreightAsync,
        ["goodsRebate"] = RebateAsync,
        ["goodsFavPut"] = FavouriteAsync,
        ["goodsFavCheck"] = IsFavouriteAsync,
        ["goodsFavDelete"] = UnfavouriteAsync,
        ["goodsFavList"] = FavouritesAsync,
    };

    private static readonly Dictionary<string, GoodsOrder> Orders = new()
    {
        ["priceUp"] = GoodsOrder.PriceUp,
        ["priceDown"] = GoodsOrder.PriceDown,
        ["ordersUp"] = GoodsOrder.OrdersUp,
        ["ordersDown"] = GoodsOrder.OrdersDown,
        ["addedUp"] = GoodsOrder.AddedUp,
        ["addedDown"] = GoodsOrder.AddedDown,
        ["nameUp"] = GoodsOrder.NameUp,
    };

    private static async Task<WxAnswer> CategoriesAsync(WxCall call)
    {
        var client = new CategoriesService.CategoriesServiceClient(call.Anyone);
        var (categories, _) = await WxPage.Whole.ReadAsync<Category>(async (page, size) =>
        {
            var answer = await client.ListCategoriesAsync(new() { Page = page, PageSize = size });
            return (answer.Categories, answer.TotalCount);
        });
        var shops = call.Numbers("shopId");
        return WxAnswer.List(categories.Where(c => shops is null || shops.Contains(c.Terms.StoreId))
            .Select(c => WxCategory.Of(c, c.Level, call)).ToList());
    }

    private static async Task<WxAnswer> CategoryAsync(WxCall call)
    {
        var answer = await new CategoriesService.CategoriesServiceClient(call.Anyone)
            .DescribeCategoryAsync(new() { CategoryId = call.Id("id")!.Value });
        return WxAnswer.Of(new
        {
            Info = WxCategory.Of(answer.Category, answer.Category.Level, call),
            ExtJson = WxScalars.Map(answer.Category.Terms.Attributes),
        });
    }

    private static async Task<(List<WxGoodsInfo> Items, long Total)> ListAsync(WxCall call)
    {
        var filter = new GoodsFilter
        {
            CategoryIds = { call.Numbers("categoryId") ?? [] },
            NameContains = call.TextOrEmpty("nameLike"),
            Words = call.TextOrEmpty("k"),
            TagsContain = call.TextOrEmpty("tagsLike"),
            BarCode = call.TextOrEmpty("barCode"),
            Bargain = call.Flag("kanjia"),
            GroupBuy = call.Flag("pingtuan"),
            FlashSale = call.Flag("miaosha"),
            PriceFromCents = call.Cents("priceMin") ?? 0,
            Hidden = call.Int("hidden") == 1,
            State = call.Int("status") switch
            {
                null or 0 => GoodsState.OnSale,
                1 => GoodsState.OffSale,
                -1 => GoodsState.Any,
                _ => throw new WxFault(WxAnswer.Malformed("status")),
            },
        };
        if (call.Int("recommendStatus") is { } recommended)
        {
            filter.Recommended = recommended != 0;
        }

        if (call.Cents("priceMax") is { } max)
        {
            filter.PriceToCents = max;
        }

        filter.StoreIds.AddRange((call.Csv("shopId") ?? []).Select(id => long.TryParse(id, out var store) && store >= 0
            ? store
            : throw new WxFault(WxAnswer.Malformed("shopId"))));
        if (call.Text("day") is not null)
        {
            // No goods have prices by the day.
            return ([], 0);
        }

        var order = call.Text("orderBy") is not { } name ? GoodsOrder.Unspecified
            : Orders.TryGetValue(name, out var known) ? known
            : throw new WxFault(WxAnswer.Malformed("orderBy"));
        var client = new GoodsService.GoodsServiceClient(call.Anyone);
        var (goods, total) = await call.Page().ReadAsync<Goods>(async (page, size) =>
        {
            var answer = await client.ListGoodsAsync(new() { Filter = filter, Order = order, Page = page, PageSize = size });
            return (answer.Goods, answer.TotalCount);
        });
        return (goods.ConvertAll(g => WxGoodsInfo.Of(g, call)), total);
    }

    private static async Task<WxAnswer> DetailAsync(WxCall call)
    {
        var request = new DescribeGoodsRequest { GoodsId = call.Id("id")!.Value };
        var answer = await WithOptionalTokenAsync(
            call, async api => await new GoodsService.GoodsServiceClient(api).DescribeGoodsAsync(request));
        return WxAnswer.Of(WxGoodsDetail.Of(answer.Detail, call));
    }

    private static async Task<WxAnswer> PriceAsync(WxCall call)
    {
        var request = new QuoteGoodsRequest { GoodsId = call.Id("goodsId")!.Value, Pairs = call.TextOrEmpty("propertyChildIds") };
        var answer = await WithOptionalTokenAsync(
            call, async api => await new GoodsService.GoodsServiceClient(api).QuoteGoodsAsync(request));
        return WxAnswer.Of(WxSku.Of(answer.Sku, request.GoodsId, call, answer.PriceBeforeRebateCents));
    }

    private static async Task<(List<WxReview> Items, long Total)> ReviewsAsync(WxCall call)
    {
        var client = new GoodsService.GoodsServiceClient(call.Anyone);
        var id = call.Id("goodsId")!.Value;
        var (reviews, total) = await call.Page().ReadAsync<Review>(async (page, size) =>
        {
            var answer = await client.ListReviewsAsync(new() { GoodsId = id, Page = page, PageSize = size });
            return (answer.Reviews, answer.TotalCount);
        });
        return (reviews.ConvertAll(r => WxReview.Of(r, call)), total);
    }

    private static async Task<WxAnswer> FreightAsync(WxCall call)
    {
        var request = new DescribeFreightRequest { FreightId = call.Id("templateId")!.Value };
        foreach (var region in (string[])["provinceId", "cityId", "districtId"])
        {
            call.Give(region, request.RegionIds.Add);
        }

        var answer = await new GoodsService.GoodsServiceClient(call.Anyone).DescribeFreightAsync(request);
        var type = call.Int("type") ?? 0;
        return WxFreight.RatesOf(answer.Rates, call).FirstOrDefault(d => d.Type == type) is { } rate ? WxAnswer.Of(rate) : WxAnswer.NoData;
    }

    private static async Task<WxAnswer> RebateAsync(WxCall call)
    {
        var answer = await new MembersService.MembersServiceClient(call.Shopper).DescribeMyLevelAsync(new());
        return WxAnswer.Of(WxScalars.Yuan(answer.Level?.Rebate ?? 1_000));
    }

    private static async Task<WxAnswer> FavouriteAsync(WxCall call)
    {
        await new GoodsService.GoodsServiceClient(call.Shopper).AddFavouriteAsync(new()
        {
            GoodsId = call.Id("goodsId")!.Value,
            Type = call.Int("type") ?? 0,
            ExtraJson = call.TextOrEmpty("extJsonStr"),
        });
        return WxAnswer.Success;
    }

    private static async Task<WxAnswer> IsFavouriteAsync(WxCall call)
    {
        var answer = await new GoodsService.GoodsServiceClient(call.Shopper)
            .CheckFavouriteAsync(new() { GoodsId = call.Id("goodsId")!.Value, Type = call.Int("type") ?? 0 });
        return answer.IsFavourite ? WxAnswer.Of("已收藏") : new(-1, "未收藏", "未收藏");
    }

    private static async Task<WxAnswer> UnfavouriteAsync(WxCall call)
    {
        await new GoodsService.GoodsServiceClient(call.Shopper)
            .DeleteFavouriteAsync(new() { FavouriteId = call.Id("id") ?? 0, GoodsId = call.Id("goodsId") ?? 0, Type = call.Int("type") ?? 0 });
        return WxAnswer.Success;
    }

    private static async Task<WxAnswer> FavouritesAsync(WxCall call)
    {
        var client = new GoodsService.GoodsServiceClient(call.Shopper);
        var name = call.TextOrEmpty("nameLike");
        var (favourites, _) = await call.Page().ReadAsync<Favourite>(async (page, size) =>
        {
            var answer = await client.ListFavouritesAsync(new() { NameContains = name, Page = page, PageSize = size });
            return (answer.Favourites, answer.TotalCount);
        });
        return WxAnswer.List(favourites.ConvertAll(f => new
        {
            f.Id,
            f.GoodsId,
            f.Type,
            Json = WxScalars.NullIfEmpty(f.ExtraJson),
            GoodsName = f.Type == 0 ? f.GoodsName : null,
            Pic = f.Type == 0 ? f.Picture : null,
            DateAdd = call.Clock.Time(f.CreatedAt),
            DateUpdate = call.Clock.Time(f.CreatedAt),
        }));
    }

    private static WxAnswer Result<T>((List<T> Items, long Total) list, WxPage page) => list.Items.Count == 0
        ? WxAnswer.NoData
        : WxAnswer.Of(new { Result = list.Items, TotalRow = list.Total, TotalPage = (list.Total + page.Size - 1) / page.Size });

    /// <summary>A token that is no shopper's is ignored: it must not hide a public page.</summary>
    private static async Task<T> WithOptionalTokenAsync<T>(WxCall call, Func<CallInvoker, Task<T>> ask)
    {
        if (call.Text("token") is null)
        {
            return await ask(call.Anyone);
        }

        try
        {
            return await ask(call.Shopper);
        }
        catch (Exception exception) when (exception is WxFault or RpcException { StatusCode: StatusCode.Unauthenticated })
        {
            return await ask(call.Anyone);
        }
    }
}
