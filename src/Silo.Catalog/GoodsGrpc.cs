using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of goods.</summary>
internal sealed class GoodsGrpc(
    CatalogReads catalog,
    GoodsListReads lists,
    OffersReads offers,
    MembersReads members,
    ReviewsReads reviews,
    FavouritesReads favourites,
    FavouritesWrites favouritesWrites,
    ViewCounter views,
    ShopClock clock)
    : GoodsService.GoodsServiceBase
{
    public override async Task<ListGoodsResponse> ListGoods(ListGoodsRequest request, ServerCallContext context)
    {
        var (page, total, isCapped) = await lists.PageAsync(
            GoodsQuery.Of(request.Filter, request.Order, forOperator: false, clock.NowMs),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListGoodsResponse { TotalCount = total, TotalIsCapped = isCapped };
        var member = await members.OfAsync(context.Caller(), context.CancellationToken);
        var categories = await catalog.CategoriesAsync(context.CancellationToken);
        response.Goods.AddRange((await offers.GetAsync(page, context.CancellationToken))
            .Select(o => OffSaleWhereHidden(o.For(member), categories)));
        return response;
    }

    public override async Task<DescribeGoodsResponse> DescribeGoods(DescribeGoodsRequest request, ServerCallContext context)
    {
        var (page, offer) = await FindAsync(request.GoodsId, context.CancellationToken);
        views.Count(request.GoodsId);
        var member = await members.OfAsync(context.Caller(), context.CancellationToken);
        // What is shared is not changed: the parts of the page are put together anew.
        var detail = new GoodsDetail
        {
            Goods = offer.For(member),
            Parts = page.Parts,
            Category = page.Category,
            Freight = page.Freight,
        };
        detail.Properties.AddRange(page.Properties);
        detail.Skus.AddRange(page.Skus.Select(s => offer.For(s, member)));
        return new() { Detail = detail };
    }

    public override async Task<QuoteGoodsResponse> QuoteGoods(QuoteGoodsRequest request, ServerCallContext context)
    {
        var (page, offer) = await FindAsync(request.GoodsId, context.CancellationToken);
        var key = CatalogRules.KeyOf(request.Pairs);
        if (page.Skus.FirstOrDefault(s => CatalogRules.KeyOf(s.Pairs) == key) is not { } sku)
        {
            throw new RefusalException(key.Length == 0 ? CatalogRefusals.SkuNeeded : CatalogRefusals.SkuUnknown);
        }

        var member = await members.OfAsync(context.Caller(), context.CancellationToken);
        var offered = offer.For(sku, member);
        var full = offer.Skus.TryGetValue(sku.Id, out var known) ? known.Price.PriceCents : sku.Price.PriceCents;
        return new()
        {
            Sku = offered,
            PriceBeforeRebateCents = offered.Price.PriceCents == full ? 0 : full,
            Rebate = member?.Rebate ?? CatalogRules.FullPrice,
        };
    }

    public override async Task<ListReviewsResponse> ListReviews(ListReviewsRequest request, ServerCallContext context)
    {
        var (page, total) = await reviews.ShownAsync(
            request.GoodsId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListReviewsResponse { TotalCount = total };
        response.Reviews.AddRange(page.Select(CatalogWire.Review));
        return response;
    }

    public override async Task<DescribeFreightResponse> DescribeFreight(DescribeFreightRequest request, ServerCallContext context)
    {
        if ((await catalog.FreightsAsync(context.CancellationToken)).GetValueOrDefault(request.FreightId) is not { } freight)
        {
            throw new RefusalException(CatalogRefusals.FreightUnknown);
        }

        var response = new DescribeFreightResponse { Freight = freight };
        response.Rates.AddRange(CatalogRules.RatesAt(freight.Terms, request.RegionIds));
        return response;
    }

    public override async Task<AddFavouriteResponse> AddFavourite(AddFavouriteRequest request, ServerCallContext context) => new()
    {
        FavouriteId = (await favouritesWrites.AddAsync(
            context.Caller().Id, request.Type, request.GoodsId, request.ExtraJson, context.CancellationToken)).OrRefuse(),
    };

    public override async Task<CheckFavouriteResponse> CheckFavourite(CheckFavouriteRequest request, ServerCallContext context) => new()
    {
        IsFavourite = await favourites.IsFavouriteAsync(context.Caller().Id, request.Type, request.GoodsId, context.CancellationToken),
    };

    public override async Task<DeleteFavouriteResponse> DeleteFavourite(DeleteFavouriteRequest request, ServerCallContext context)
    {
        if (request is { FavouriteId: 0, GoodsId: 0 })
        {
            CatalogRefusals.FavouriteNotNamed.Throw();
        }

        await favouritesWrites.DeleteAsync(
            context.Caller().Id, request.FavouriteId, request.Type, request.GoodsId, context.CancellationToken);
        return new();
    }

    public override async Task<ListFavouritesResponse> ListFavourites(ListFavouritesRequest request, ServerCallContext context)
    {
        var (page, total) = await favourites.ListAsync(
            context.Caller().Id, request.NameContains, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListFavouritesResponse { TotalCount = total };
        response.Favourites.AddRange(page.Select(CatalogWire.Favourite));
        return response;
    }

    /// <summary>Goods as shoppers see them: off sale where their category is not shown. What is shared is not changed.</summary>
    private static Goods OffSaleWhereHidden(Goods goods, CategoryTree categories) =>
        goods.Published && categories.IsHidden(goods.Terms.CategoryId) ? new(goods) { Published = false } : goods;

    /// <summary>The page of goods and their offer. What there is not takes no place in memory.</summary>
    private async ValueTask<(GoodsDetail Page, Offer Offer)> FindAsync(long goodsId, CancellationToken cancellation)
    {
        var found = await offers.GetAsync([goodsId], cancellation);
        var page = found.Count == 0 ? null : await catalog.PageAsync(goodsId, cancellation);
        return page is null || (await catalog.CategoriesAsync(cancellation)).IsHidden(page.Goods.Terms.CategoryId)
            ? throw new RefusalException(CatalogRefusals.GoodsUnknown)
            : (page, found[0]);
    }
}
