using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of goods.</summary>
internal sealed class GoodsGrpc(
    CatalogCaches caches, GoodsLists lists, Offers offers, Members members, ViewCounter views, IUnits units, ShopClock clock)
    : GoodsService.GoodsServiceBase
{
    private const int MaxFavourites = 1_000;

    public override async Task<ListGoodsResponse> ListGoods(ListGoodsRequest request, ServerCallContext context)
    {
        var (page, total, isCapped) = await lists.PageAsync(
            GoodsQuery.Of(request.Filter, request.Order, forOperator: false, clock.NowMs),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListGoodsResponse { TotalCount = total, TotalIsCapped = isCapped };
        var member = await members.OfAsync(context);
        response.Goods.AddRange((await offers.GetAsync(page, context.CancellationToken)).Select(o => Offered(o, member)));
        return response;
    }

    public override async Task<DescribeGoodsResponse> DescribeGoods(DescribeGoodsRequest request, ServerCallContext context)
    {
        var (page, offer) = await FindAsync(request.GoodsId, context.CancellationToken);
        views.Count(request.GoodsId);
        var member = await members.OfAsync(context);
        // What is shared is not changed: the parts of the page are put together anew.
        var detail = new GoodsDetail
        {
            Goods = Offered(offer, member),
            Parts = page.Parts,
            Category = page.Category,
            Freight = page.Freight,
        };
        detail.Properties.AddRange(page.Properties);
        detail.Skus.AddRange(page.Skus.Select(s => Offered(s, offer, member)));
        return new() { Detail = detail };
    }

    public override async Task<QuoteGoodsResponse> QuoteGoods(QuoteGoodsRequest request, ServerCallContext context)
    {
        var (page, offer) = await FindAsync(request.GoodsId, context.CancellationToken);
        var key = CatalogRules.KeyOf(request.Pairs);
        if (page.Skus.FirstOrDefault(s => CatalogRules.KeyOf(s.Pairs) == key) is not { } sku)
        {
            (key.Length == 0 ? CatalogRefusals.SkuNeeded : CatalogRefusals.SkuUnknown).Throw();
            return null;
        }

        var member = await members.OfAsync(context);
        var offered = Offered(sku, offer, member);
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
        var (page, total) = await units.ReadAsync(
            r => r.Query<ReviewRow>().Where(v => v.GoodsId == request.GoodsId && !v.Hidden).OrderByDescending(v => v.Id)
                .PageAsync(new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new ListReviewsResponse { TotalCount = total };
        response.Reviews.AddRange(page.Select(CatalogWire.Review));
        return response;
    }

    public override async Task<DescribeFreightResponse> DescribeFreight(DescribeFreightRequest request, ServerCallContext context)
    {
        if ((await caches.FreightsAsync(context.CancellationToken)).GetValueOrDefault(request.FreightId) is not { } freight)
        {
            CatalogRefusals.FreightUnknown.Throw();
            return null;
        }

        var response = new DescribeFreightResponse { Freight = freight };
        response.Rates.AddRange(CatalogRules.RatesAt(freight.Terms, request.RegionIds));
        return response;
    }

    public override async Task<AddFavouriteResponse> AddFavourite(AddFavouriteRequest request, ServerCallContext context)
    {
        var (userId, cancellation) = (context.Caller().Id, context.CancellationToken);
        var id = (await units.RunAsync<long>(
            async unit =>
            {
                if (await unit.Query<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == request.GoodsId)
                    .Select(f => f.Id).SingleOrDefaultAsync(cancellation) is > 0 and var known)
                {
                    return known;
                }

                if (!await unit.Query<GoodsRow>().AnyAsync(g => g.Id == request.GoodsId, cancellation))
                {
                    return CatalogRefusals.GoodsUnknown;
                }

                if (await unit.Query<FavouriteRow>().CountAsync(f => f.UserId == userId, cancellation) >= MaxFavourites)
                {
                    return CatalogRefusals.FavouritesFull;
                }

                var added = unit.NewId();
                if (await unit.ExecuteAsync(
                    $"""
                    INSERT INTO catalog_favourites (id, user_id, goods_id, at) VALUES ({added}, {userId}, {request.GoodsId}, {unit.NowMs})
                    ON CONFLICT (user_id, goods_id) DO NOTHING
                    """,
                    cancellation) == 1)
                {
                    await CountAsync(unit, request.GoodsId, 1, cancellation);
                    return added;
                }

                return await unit.Query<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == request.GoodsId)
                    .Select(f => f.Id).SingleAsync(cancellation);
            },
            cancellation)).OrRefuse();
        return new() { FavouriteId = id };
    }

    public override async Task<CheckFavouriteResponse> CheckFavourite(CheckFavouriteRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        return new()
        {
            IsFavourite = await units.ReadAsync(
                r => r.Query<FavouriteRow>().AnyAsync(
                    f => f.UserId == userId && f.GoodsId == request.GoodsId, context.CancellationToken),
                context.CancellationToken),
        };
    }

    public override async Task<DeleteFavouriteResponse> DeleteFavourite(DeleteFavouriteRequest request, ServerCallContext context)
    {
        if (request is { FavouriteId: 0, GoodsId: 0 })
        {
            CatalogRefusals.FavouriteNotNamed.Throw();
        }

        var (userId, cancellation) = (context.Caller().Id, context.CancellationToken);
        await units.RunAsync<bool>(
            async unit =>
            {
                var goods = await unit.Query<FavouriteRow>()
                    .Where(f => f.UserId == userId && (request.FavouriteId == 0 || f.Id == request.FavouriteId)
                        && (request.GoodsId == 0 || f.GoodsId == request.GoodsId))
                    .Select(f => f.GoodsId).SingleOrDefaultAsync(cancellation);
                if (goods != 0 && await unit.Set<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == goods)
                    .ExecuteDeleteAsync(cancellation) == 1)
                {
                    await CountAsync(unit, goods, -1, cancellation);
                }

                return true;
            },
            cancellation);
        return new();
    }

    public override async Task<ListFavouritesResponse> ListFavourites(ListFavouritesRequest request, ServerCallContext context)
    {
        var (userId, name) = (context.Caller().Id, SearchText.Normalise(request.NameContains));
        var (page, total) = await units.ReadAsync(
            r => (
                from favourite in r.Query<FavouriteRow>()
                join goods in r.Query<GoodsRow>() on favourite.GoodsId equals goods.Id
                where favourite.UserId == userId && (name == "" || goods.SearchName.Contains(name))
                orderby favourite.Id descending
                select new { favourite, goods.Terms }).PageAsync(new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new ListFavouritesResponse { TotalCount = total };
        response.Favourites.AddRange(page.Select(f => (f.favourite, Terms: CatalogWire.Read<GoodsTerms>(f.Terms))).Select(f => new Favourite
        {
            Id = f.favourite.Id,
            GoodsId = f.favourite.GoodsId,
            GoodsName = f.Terms.Name,
            Picture = f.Terms.Picture,
            CreatedAt = WireTime.Instant(f.favourite.At),
        }));
        return response;
    }

    /// <summary>The page of goods and their offer. What there is not takes no place in memory.</summary>
    private async ValueTask<(GoodsDetail Page, Offer Offer)> FindAsync(long goodsId, CancellationToken cancellation)
    {
        var found = await offers.GetAsync([goodsId], cancellation);
        var page = found.Count == 0 ? null : await caches.PageAsync(goodsId, cancellation);
        if (page is null)
        {
            CatalogRefusals.GoodsUnknown.Throw();
        }

        return (page, found[0]);
    }

    /// <summary>Goods with the price that a member pays; what is shared is not changed.</summary>
    private static Goods Offered(Offer offer, Member? member)
    {
        var goods = offer.Goods;
        if (member is null)
        {
            return goods;
        }

        var price = Members.For(goods.Price, member, goods.PropertyIds.Count == 0 ? OwnOf(offer, goods.Id, member) : null);
        var offered = new Goods
        {
            Id = goods.Id,
            Terms = goods.Terms,
            Price = price,
            PriceBeforeRebateCents = price.PriceCents == goods.Price.PriceCents ? 0 : goods.Price.PriceCents,
            Stock = goods.Stock,
            Published = goods.Published,
            Counts = goods.Counts,
            Version = goods.Version,
            CreatedAt = goods.CreatedAt,
            UpdatedAt = goods.UpdatedAt,
        };
        offered.PropertyIds.AddRange(goods.PropertyIds);
        return offered;
    }

    private static Sku Offered(Sku sku, Offer offer, Member? member)
    {
        // Of one that is new or gone the page of the next moment knows more.
        var (price, stock) = offer.Skus.TryGetValue(sku.Id, out var known) ? known : (sku.Price, 0);
        return new()
        {
            Id = sku.Id,
            Pairs = sku.Pairs,
            Names = sku.Names,
            Price = Members.For(price, member, OwnOf(offer, sku.Id, member)),
            Stock = stock,
            Picture = sku.Picture,
            Code = sku.Code,
            WeightGrams = sku.WeightGrams,
        };
    }

    private static long? OwnOf(Offer offer, long skuId, Member? member) =>
        member is not null && offer.MemberPrices.TryGetValue((skuId, member.LevelId), out var cents) ? cents : null;

    private static async Task CountAsync(Unit unit, long goodsId, int change, CancellationToken cancellation)
    {
        await unit.Set<CountersRow>().Where(c => c.GoodsId == goodsId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Favourites, c => c.Favourites + change), cancellation);
        await unit.TouchAsync(CatalogCaches.Offers, [goodsId], cancellation);
    }
}
