using System.Globalization;
using Google.Protobuf;
using Silo.Catalog.V1;
using static Silo.Edge.WireTime;

namespace Silo.Catalog;

/// <summary>Between the module's rows and the wire's messages.</summary>
internal static class CatalogWire
{
    // What a later version has written is read by an earlier node of the same shop.
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>A message as it is stored.</summary>
    public static string Json(IMessage message) => JsonFormatter.Default.Format(message);

    public static T Read<T>(string json)
        where T : IMessage, new() => Parser.Parse<T>(json);

    public static Favourite Favourite(FavouriteGoods favourite)
    {
        var terms = favourite.Terms is { } stored ? Read<GoodsTerms>(stored) : new();
        return new()
        {
            Id = favourite.Row.Id,
            Type = favourite.Row.Type,
            ExtraJson = favourite.Row.ExtraJson,
            GoodsId = favourite.Row.GoodsId,
            GoodsName = terms.Name,
            Picture = terms.Picture,
            CreatedAt = Instant(favourite.Row.At),
        };
    }

    public static Category Category(CategoryRow row)
    {
        var terms = Read<CategoryTerms>(row.Terms);
        (terms.ParentId, terms.Sort) = (row.ParentId, row.Sort);
        return new()
        {
            Id = row.Id,
            Terms = terms,
            Level = row.Level,
            Enabled = row.Enabled,
            Version = row.Version,
            CreatedAt = Instant(row.CreatedAt),
            UpdatedAt = Instant(row.UpdatedAt),
        };
    }

    /// <summary>What lists show of goods, without price, stock and counts.</summary>
    public static Goods Goods(GoodsRow row)
    {
        var terms = Read<GoodsTerms>(row.Terms);
        terms.Sort = row.Sort;
        var goods = new Goods
        {
            Id = row.Id,
            Terms = terms,
            Published = row.Published,
            Version = row.Version,
            CreatedAt = Instant(row.CreatedAt),
            UpdatedAt = Instant(row.UpdatedAt),
        };
        goods.PropertyIds.AddRange(row.PropertyIds.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => long.Parse(id, CultureInfo.InvariantCulture)));
        return goods;
    }

    /// <summary>What lists show of goods and what they cost, without stock and counts.</summary>
    public static Goods PricedGoods(GoodsRow row)
    {
        var goods = Goods(row);
        goods.Price = Price(row);
        return goods;
    }

    public static GoodsDraft Draft(CreateGoodsRequest request) =>
        new(request.Terms, request.Parts ?? new(), request.Price, request.Stock, request.Skus);

    public static GoodsDraft Draft(UpdateGoodsRequest request) =>
        new(request.Terms, request.Parts ?? new(), request.Price, request.Stock, request.Skus);

    public static Price Price(GoodsRow row) => new()
    {
        PriceCents = row.PriceCents,
        OriginalCents = row.OriginalCents,
        Points = row.Points,
        GroupCents = row.GroupCents,
        BargainCents = row.BargainCents,
    };

    public static Price Price(SkuRow row) => new()
    {
        PriceCents = row.PriceCents,
        OriginalCents = row.OriginalCents,
        Points = row.Points,
        GroupCents = row.GroupCents,
        BargainCents = row.BargainCents,
    };

    public static Sku Sku(SkuRow row, long stock, string names) => new()
    {
        Id = row.Id,
        Pairs = row.Pairs,
        Names = names,
        Price = Price(row),
        Stock = stock,
        Picture = row.Picture,
        Code = row.Code,
        WeightGrams = row.WeightGrams,
    };

    public static GoodsCounts Counts(CountersRow? counters, long views) => new()
    {
        Orders = counters?.Orders ?? 0,
        Sold = counters?.Sold ?? 0,
        Favourites = counters?.Favourites ?? 0,
        Reviews = counters?.Reviews ?? 0,
        GoodReviews = counters?.GoodReviews ?? 0,
        Views = views,
    };

    public static Property Property(PropertyRow row, IEnumerable<ValueRow> values)
    {
        var property = new Property { Id = row.Id, Name = row.Name, Sort = row.Sort, CreatedAt = Instant(row.CreatedAt) };
        property.Values.AddRange(values.OrderBy(v => v.Sort).ThenBy(v => v.Id)
            .Select(v => new PropertyValue { Id = v.Id, Name = v.Name, Sort = v.Sort, Remark = v.Remark }));
        return property;
    }

    public static StockChange Change(StockChangeRow row) => new()
    {
        Id = row.Id,
        GoodsId = row.GoodsId,
        SkuId = row.SkuId,
        Before = row.Before,
        After = row.After,
        OperatorId = row.OperatorId,
        Reason = row.Reason,
        ChangedAt = Instant(row.At),
    };

    public static Freight Freight(FreightRow row) => new()
    {
        Id = row.Id,
        Terms = Read<FreightTerms>(row.Terms),
        Version = row.Version,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Store Store(StoreRow row) => new()
    {
        Id = row.Id,
        Terms = Read<StoreTerms>(row.Terms),
        Open = row.Open,
        Version = row.Version,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    public static Level Level(LevelRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Rebate = row.Rebate,
        Version = row.Version,
        Number = row.Number,
        Sort = row.Sort,
        CreatedAt = InstantOrNull(row.CreatedAt),
        UpdatedAt = InstantOrNull(row.UpdatedAt),
    };

    /// <summary>An instant; null for 0.</summary>
    public static Review Review(ReviewRow row)
    {
        var review = new Review
        {
            Id = row.Id,
            GoodsId = row.GoodsId,
            GoodsName = row.GoodsName,
            Picture = row.Picture,
            Property = row.Property,
            AmountCents = row.AmountCents,
            Number = row.Number,
            OrderId = row.OrderId,
            Points = row.Points,
            Rating = (Rating)row.Rating,
            Remark = row.Remark,
            Reply = row.Reply,
            Hidden = row.Hidden,
            ReviewedAt = Instant(row.At),
            Reviewer = new() { UserId = row.UserId, Nick = row.Nick, Avatar = row.Avatar, Province = row.Province, City = row.City },
        };
        review.Pictures.AddRange(row.Pictures.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return review;
    }
}
