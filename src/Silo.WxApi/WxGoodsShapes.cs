using Silo.Catalog.V1;

namespace Silo.WxApi;

/// <summary>A category as the wire has it.</summary>
internal sealed record WxCategory
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string Icon { get; init; }

    public required string Pic { get; init; }

    /// <summary>1 is top; the category inside a detail has none.</summary>
    public required int? Level { get; init; }

    /// <summary>The parent; 0 for none.</summary>
    public required long Pid { get; init; }

    public required string Key { get; init; }

    public required string Type { get; init; }

    public required bool IsUse { get; init; }

    public required int Paixu { get; init; }

    public required long ShopId { get; init; }

    public required string? DateAdd { get; init; }

    public required string? DateUpdate { get; init; }

    /// <summary>The shop's number.</summary>
    public required long UserId { get; init; }

    public static WxCategory Of(Category category, int? level, WxCall call) => new()
    {
        Id = category.Id,
        Name = category.Terms.Name,
        Icon = category.Terms.Icon,
        Pic = category.Terms.Picture,
        Level = level,
        Pid = category.Terms.ParentId,
        Key = category.Terms.Code,
        Type = category.Terms.Type,
        IsUse = category.Enabled,
        Paixu = category.Terms.Sort,
        ShopId = category.Terms.StoreId,
        DateAdd = call.Clock.Time(category.CreatedAt),
        DateUpdate = call.Clock.Time(category.UpdatedAt),
        UserId = call.MerchantId,
    };
}

/// <summary>What the wire calls basicInfo: an element of a list and a part of a detail, misspelt names kept.</summary>
internal sealed record WxGoodsInfo
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string? SubName { get; init; }

    public required string? Characteristic { get; init; }

    public required string Pic { get; init; }

    public required long CategoryId { get; init; }

    public required decimal MinPrice { get; init; }

    public required decimal OriginalPrice { get; init; }

    /// <summary>The price before a member's discount, where there is one.</summary>
    public required decimal? MinPriceOriginal { get; init; }

    public required long MinScore { get; init; }

    public required long Stores { get; init; }

    public required bool Stores0Unsale { get; init; }

    public bool StoreAlert { get; init; }

    public int StoreAlertNum { get; init; }

    public int StoresExt1 { get; init; }

    public int StoresExt2 { get; init; }

    public required int MinBuyNumber { get; init; }

    public required string Unit { get; init; }

    /// <summary>Kilograms.</summary>
    public required decimal Weight { get; init; }

    public required long LogisticsId { get; init; }

    /// <summary>With commas around each; absent without combinations.</summary>
    public required string? PropertyIds { get; init; }

    public bool HasAddition { get; init; }

    public bool HasTourJourney { get; init; }

    public bool Overseas { get; init; }

    /// <summary>Misspelt on the wire; every captured sample has 0.</summary>
    public int Persion { get; init; }

    public decimal Tax { get; init; } = WxScalars.Yuan(0);

    public decimal DiscountPrice { get; init; } = WxScalars.Yuan(0);

    public decimal PriceShopSell { get; init; } = WxScalars.Yuan(0);

    public int UsefulNumber { get; init; }

    public int UnusefulNumber { get; init; }

    public int CommissionType { get; init; }

    public decimal Commission { get; init; } = WxScalars.Yuan(0);

    public int CommissionUserType { get; init; }

    public int CommissionSettleType { get; init; }

    public int FxType { get; init; } = 2;

    public int GotScore { get; init; }

    public int GotScoreType { get; init; }

    public required int RecommendStatus { get; init; }

    public required string RecommendStatusStr { get; init; }

    public required int Status { get; init; }

    public required string StatusStr { get; init; }

    public int VetStatus { get; init; } = 1;

    public required int Hidden { get; init; }

    public required bool Kanjia { get; init; }

    public required decimal KanjiaPrice { get; init; }

    public required bool Pingtuan { get; init; }

    public required decimal PingtuanPrice { get; init; }

    public required bool Miaosha { get; init; }

    public required string? DateStart { get; init; }

    public required string? DateEnd { get; init; }

    public required bool SellStart { get; init; }

    public required bool SellEnd { get; init; }

    public int SeckillBuyNumber { get; init; }

    public bool Limitation { get; init; }

    public required int MaxCoupons { get; init; }

    public required string AfterSale { get; init; }

    public required long NumberOrders { get; init; }

    public required long NumberSells { get; init; }

    public required long NumberFav { get; init; }

    public required long Views { get; init; }

    public required long NumberReputation { get; init; }

    public required long NumberGoodReputation { get; init; }

    public required string? VideoId { get; init; }

    public required string? Tags { get; init; }

    public required string? BarCode { get; init; }

    public required long ShopId { get; init; }

    public required string? PurchaseNotes { get; init; }

    public required IReadOnlyList<WxPriceStep>? PriceMultilevels { get; init; }

    public int Type { get; init; }

    public required int Paixu { get; init; }

    public required string? DateAdd { get; init; }

    public required string? DateUpdate { get; init; }

    /// <summary>The shop's number.</summary>
    public required long UserId { get; init; }

    public static WxGoodsInfo Of(Goods goods, WxCall call)
    {
        var (terms, price, counts, now) = (goods.Terms, goods.Price, goods.Counts, call.Clock.NowMs);
        return new()
        {
            Id = goods.Id,
            UserId = call.MerchantId,
            Name = terms.Name,
            SubName = WxScalars.NullIfEmpty(terms.SubName),
            Characteristic = WxScalars.NullIfEmpty(terms.Characteristic),
            Pic = terms.Picture,
            CategoryId = terms.CategoryId,
            MinPrice = WxScalars.Yuan(price.PriceCents),
            OriginalPrice = WxScalars.Yuan(price.OriginalCents),
            MinPriceOriginal = goods.PriceBeforeRebateCents == 0 ? null : WxScalars.Yuan(goods.PriceBeforeRebateCents),
            MinScore = price.Points,
            Stores = goods.Stock,
            Stores0Unsale = terms.OffSaleWhenEmpty,
            MinBuyNumber = Math.Max(1, terms.MinBuyNumber),
            Unit = terms.Unit,
            Weight = terms.WeightGrams * 0.001m,
            LogisticsId = terms.FreightId,
            PropertyIds = goods.PropertyIds.Count == 0 ? null : $",{string.Join(',', goods.PropertyIds)},",
            RecommendStatus = terms.Recommended ? 1 : 0,
            RecommendStatusStr = terms.Recommended ? "推荐" : "普通",
            Status = goods.Published ? 0 : 1,
            StatusStr = goods.Published ? "上架" : "下架",
            Hidden = terms.Hidden ? 1 : 0,
            Kanjia = terms.Bargain,
            KanjiaPrice = WxScalars.Yuan(price.BargainCents),
            Pingtuan = terms.GroupBuy,
            PingtuanPrice = WxScalars.Yuan(price.GroupCents),
            Miaosha = terms.FlashSale,
            DateStart = call.Clock.Time(terms.SaleFrom),
            DateEnd = call.Clock.Time(terms.SaleUntil),
            SellStart = terms.SaleFrom is null || now >= WxScalars.Milliseconds(terms.SaleFrom),
            SellEnd = terms.SaleUntil is not null && now >= WxScalars.Milliseconds(terms.SaleUntil),
            MaxCoupons = Math.Max(1, terms.MaxCoupons),
            AfterSale = terms.AfterSales.Count == 0 ? "0,1,2"
                : string.Join(',', terms.AfterSales.Where(a => a != Catalog.V1.AfterSale.Unspecified).Select(a => (int)a - 1)),
            NumberOrders = counts.Orders,
            NumberSells = counts.Sold,
            NumberFav = counts.Favourites,
            Views = counts.Views,
            NumberReputation = counts.Reviews,
            NumberGoodReputation = counts.GoodReviews,
            VideoId = WxScalars.NullIfEmpty(terms.VideoId),
            Tags = WxScalars.NullIfEmpty(terms.Tags),
            BarCode = WxScalars.NullIfEmpty(terms.BarCode),
            ShopId = terms.StoreId,
            PurchaseNotes = WxScalars.NullIfEmpty(terms.PurchaseNotes),
            PriceMultilevels = terms.PriceSteps.Count == 0 ? null
                : [.. terms.PriceSteps.Select(s => new WxPriceStep(s.Number, WxScalars.Yuan(s.PriceCents)))],
            Paixu = terms.Sort,
            DateAdd = call.Clock.Time(goods.CreatedAt),
            DateUpdate = call.Clock.Time(goods.UpdatedAt),
        };
    }
}

/// <summary>A price from a quantity on.</summary>
internal sealed record WxPriceStep(int Number, decimal Price);

/// <summary>A picture of a gallery.</summary>
internal sealed record WxPicture(long Id, long GoodsId, string Pic, long UserId);

/// <summary>A picture of a value.</summary>
internal sealed record WxSubPicture(long OptionValueId, string Pic);

/// <summary>A property of goods with the values that they have.</summary>
internal sealed record WxProperty(
    long Id, string Name, int Paixu, string? DateAdd, IReadOnlyList<WxPropertyValue> ChildsCurGoods, long UserId);

/// <summary>A value of a property.</summary>
internal sealed record WxPropertyValue(
    long Id, string Name, long PropertyId, int Paixu, string? Remark, string? DateAdd, long UserId);

/// <summary>A combination as the wire has it; goods without any have no id and no pairs in it.</summary>
internal sealed record WxSku
{
    public required long? Id { get; init; }

    public required long GoodsId { get; init; }

    public required string PropertyChildIds { get; init; }

    public required string? PropertyChildNames { get; init; }

    public required decimal Price { get; init; }

    public required decimal OriginalPrice { get; init; }

    /// <summary>The price before a member's discount, where there is one.</summary>
    public required decimal? PriceOriginal { get; init; }

    public required decimal PingtuanPrice { get; init; }

    public required long Score { get; init; }

    public required long Stores { get; init; }

    public required decimal? Weight { get; init; }

    public required string? Code { get; init; }

    public int FxType { get; init; } = 2;

    /// <summary>The shop's number.</summary>
    public required long UserId { get; init; }

    public static WxSku Of(Sku sku, long goodsId, WxCall call, long beforeRebateCents = 0) => new()
    {
        UserId = call.MerchantId,
        Id = sku.Pairs.Length == 0 ? null : sku.Id,
        GoodsId = goodsId,
        PropertyChildIds = sku.Pairs,
        PropertyChildNames = WxScalars.NullIfEmpty(sku.Names),
        Price = WxScalars.Yuan(sku.Price.PriceCents),
        OriginalPrice = WxScalars.Yuan(sku.Price.OriginalCents),
        PriceOriginal = beforeRebateCents == 0 ? null : WxScalars.Yuan(beforeRebateCents),
        PingtuanPrice = WxScalars.Yuan(sku.Price.GroupCents),
        Score = sku.Price.Points,
        Stores = sku.Stock,
        Weight = sku.WeightGrams == 0 ? null : sku.WeightGrams * 0.001m,
        Code = WxScalars.NullIfEmpty(sku.Code),
    };
}

/// <summary>What a carrier costs.</summary>
internal sealed record WxFreightRate(
    int Type, decimal FirstNumber, decimal FirstAmount, decimal AddNumber, decimal AddAmount, long UserId);

/// <summary>A freight template as the wire has it.</summary>
internal sealed record WxFreight(bool IsFree, int FeeType, string FeeTypeStr, IReadOnlyList<WxFreightRate> Details)
{
    private static readonly (int Type, string Label)[] Units = [(0, "按件数"), (0, "按件数"), (1, "按重量"), (2, "按体积"), (3, "按金额")];

    public static WxFreight Of(Freight freight, WxCall call)
    {
        var (type, label) = Units[(int)freight.Terms.Unit];
        return new(freight.Terms.IsFree, type, label, RatesOf(freight.Terms.Rates, call));
    }

    public static IReadOnlyList<WxFreightRate> RatesOf(IEnumerable<FreightRate> rates, WxCall call) => [.. rates.Select(r => new WxFreightRate(
        Math.Max(0, (int)r.Carrier - 1),
        r.FirstMilli * 0.001m,
        WxScalars.Yuan(r.FirstCents),
        r.StepMilli * 0.001m,
        WxScalars.Yuan(r.StepCents),
        call.MerchantId))];
}

/// <summary>Goods with all that their page shows. Without combinations there are neither properties nor a skuList.</summary>
internal sealed record WxGoodsDetail
{
    public required WxGoodsInfo BasicInfo { get; init; }

    public required WxCategory? Category { get; init; }

    public required IReadOnlyList<WxPicture> Pics { get; init; }

    public required IReadOnlyList<string> Pics2 { get; init; }

    public required IReadOnlyList<WxSubPicture> SubPics { get; init; }

    public required string Content { get; init; }

    public required IReadOnlyList<WxProperty>? Properties { get; init; }

    public required IReadOnlyList<WxSku>? SkuList { get; init; }

    public required WxFreight? Logistics { get; init; }

    public required IReadOnlyDictionary<string, string> ExtJson { get; init; }

    public IReadOnlyDictionary<string, string> ExtJson2 { get; init; } = new Dictionary<string, string>();

    public static WxGoodsDetail Of(GoodsDetail detail, WxCall call)
    {
        var (id, hasSkus) = (detail.Goods.Id, detail.Goods.PropertyIds.Count > 0);
        return new()
        {
            BasicInfo = WxGoodsInfo.Of(detail.Goods, call),
            Category = detail.Category is null ? null : WxCategory.Of(detail.Category, null, call),
            Pics = [.. detail.Parts.Pictures.Select((pic, i) => new WxPicture(i + 1, id, pic, call.MerchantId))],
            Pics2 = detail.Parts.Pictures,
            SubPics = [.. detail.Skus.Where(s => s.Picture.Length > 0).SelectMany(SubPictures).DistinctBy(p => p.OptionValueId)],
            Content = detail.Parts.Content,
            Properties = hasSkus ? [.. detail.Properties.Select(p => new WxProperty(
                p.Id, p.Name, p.Sort, call.Clock.Time(p.CreatedAt), [.. p.Values.Select(v => new WxPropertyValue(
                    v.Id, v.Name, p.Id, v.Sort, WxScalars.NullIfEmpty(v.Remark), call.Clock.Time(p.CreatedAt), call.MerchantId))], call.MerchantId))] : null,
            SkuList = hasSkus ? [.. detail.Skus.Select(s => WxSku.Of(s, id, call))] : null,
            Logistics = detail.Freight is null ? null : WxFreight.Of(detail.Freight, call),
            ExtJson = WxScalars.Map(detail.Parts.Attributes),
        };
    }

    /// <summary>A combination's picture belongs to its first value, as a shop chooses pictures by colour.</summary>
    private static IEnumerable<WxSubPicture> SubPictures(Sku sku) =>
        sku.Pairs.Split(',', ':') is [_, var value, ..] && long.TryParse(value, out var id) ? [new(id, sku.Picture)] : [];
}

/// <summary>The line of an order that a review is of.</summary>
internal sealed record WxReviewedLine
{
    public required long Id { get; init; }

    public required long GoodsId { get; init; }

    public required string GoodsName { get; init; }

    public required string Pic { get; init; }

    public required string? Property { get; init; }

    public required decimal Amount { get; init; }

    public required long Number { get; init; }

    public required long OrderId { get; init; }

    public required long Score { get; init; }

    public required long Uid { get; init; }

    public required int GoodReputation { get; init; }

    public required string GoodReputationStr { get; init; }

    public required string GoodReputationRemark { get; init; }

    public required string? GoodReputationReply { get; init; }

    public required string? DateReputation { get; init; }

    /// <summary>The shop's number.</summary>
    public required long UserId { get; init; }
}

/// <summary>The author of a review: only what they show to everybody.</summary>
internal sealed record WxReviewer(long Id, string? Nick, string? AvatarUrl, string? Province, string? City);

/// <summary>A picture of a review.</summary>
internal sealed record WxReviewPicture(string Pic);

/// <summary>A review as the wire has it.</summary>
internal sealed record WxReview(WxReviewedLine Goods, WxReviewer User, IReadOnlyList<WxReviewPicture>? ReputationPics)
{
    private static readonly string[] Labels = ["差评", "中评", "好评"];

    public static WxReview Of(Review review, WxCall call)
    {
        var rating = Math.Clamp((int)review.Rating - 1, 0, 2);
        return new(
            new()
            {
                Id = review.Id,
                UserId = call.MerchantId,
                GoodsId = review.GoodsId,
                GoodsName = review.GoodsName,
                Pic = review.Picture,
                Property = WxScalars.NullIfEmpty(review.Property),
                Amount = WxScalars.Yuan(review.AmountCents),
                Number = review.Number,
                OrderId = review.OrderId,
                Score = review.Points,
                Uid = review.Reviewer.UserId,
                GoodReputation = rating,
                GoodReputationStr = Labels[rating],
                GoodReputationRemark = review.Remark,
                GoodReputationReply = WxScalars.NullIfEmpty(review.Reply),
                DateReputation = call.Clock.Time(review.ReviewedAt),
            },
            new(
                review.Reviewer.UserId,
                WxScalars.NullIfEmpty(review.Reviewer.Nick),
                WxScalars.NullIfEmpty(review.Reviewer.Avatar),
                WxScalars.NullIfEmpty(review.Reviewer.Province),
                WxScalars.NullIfEmpty(review.Reviewer.City)),
            review.Pictures.Count == 0 ? null : [.. review.Pictures.Select(p => new WxReviewPicture(p))]);
    }
}
