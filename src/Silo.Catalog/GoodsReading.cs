using Silo.Catalog.V1;

namespace Silo.Catalog;

/// <summary>Reads goods of a file: their line, and the lines of their combinations.</summary>
internal sealed class GoodsReading : LineReading
{
    private readonly List<SkuReading> combinations = [];

    public GoodsReading(GoodsFile.Record line)
        : base(line)
    {
        GoodsId = Number("id", 0);
        Name = Text("name", "");
        Content = line.Content;
        Only(c => c is not "code", "is of a combination, not of goods");
    }

    /// <summary>The goods that are changed; 0 for new ones.</summary>
    public long GoodsId { get; }

    /// <summary>What its combinations name it by where it has no id.</summary>
    public string Name { get; }

    /// <summary>The content, sanitized; null where the file leaves it as it is.</summary>
    public string? Content { get; }

    /// <summary>Those that the file has, in their order; empty where it leaves them as they are.</summary>
    public IReadOnlyList<SkuReading> Combinations => [.. combinations.OrderBy(c => c.Sort)];

    public IEnumerable<LineFault> AllFaults => Faults.Concat(combinations.SelectMany(c => c.Faults));

    public bool IsAllGood => IsGood && combinations.All(c => c.IsGood);

    /// <summary>Adds a combination that names these goods.</summary>
    public void Add(SkuReading combination) => combinations.Add(combination);

    /// <summary>The goods as they are to be, without combinations: what the file does not have stays as it was.</summary>
    public (CreateGoodsRequest Goods, bool? Published) Read(GoodsRow? before, GoodsParts parts, GoodsImport.Known known)
    {
        var goods = new CreateGoodsRequest
        {
            Terms = Terms(before is null ? new() : CatalogWire.Goods(before).Terms),
            Parts = Parts(parts),
            Price = Prices(before is null ? new() : CatalogWire.Price(before)),
            Stock = Number("stock", 0),
        };
        Named("category_id", goods.Terms.CategoryId, known.Categories, CatalogRefusals.CategoryUnknown);
        Named("store_id", goods.Terms.StoreId, known.Stores, CatalogRefusals.StoreUnknown);
        Named("freight_id", goods.Terms.FreightId, known.Freights, CatalogRefusals.FreightUnknown);
        if (GoodsWrites.WindowRefusal(goods.Terms) is { } refusal)
        {
            Fault("sale_until", refusal.Message);
        }

        Check(goods);
        return (goods, Flag("published"));
    }

    private GoodsTerms Terms(GoodsTerms before)
    {
        var terms = before.Clone();
        terms.Name = Name;
        terms.SubName = Text("sub_name", before.SubName);
        terms.Characteristic = Text("characteristic", before.Characteristic);
        terms.Picture = Text("picture", before.Picture);
        terms.CategoryId = Number("category_id", 0);
        terms.StoreId = Number("store_id", before.StoreId);
        terms.Sort = Small("sort", before.Sort);
        terms.Tags = Text("tags", before.Tags);
        terms.BarCode = Code("bar_code", before.BarCode);
        terms.Unit = Text("unit", before.Unit);
        terms.MinBuyNumber = Small("min_buy_number", before.MinBuyNumber);
        terms.WeightGrams = Number("weight_grams", before.WeightGrams);
        terms.VolumeMl = Number("volume_ml", before.VolumeMl);
        terms.FreightId = Number("freight_id", before.FreightId);
        terms.Recommended = Flag("recommended") ?? before.Recommended;
        terms.Hidden = Flag("hidden") ?? before.Hidden;
        terms.Bargain = Flag("bargain") ?? before.Bargain;
        terms.GroupBuy = Flag("group_buy") ?? before.GroupBuy;
        terms.FlashSale = Flag("flash_sale") ?? before.FlashSale;
        terms.SaleFrom = Instant("sale_from", before.SaleFrom);
        terms.SaleUntil = Instant("sale_until", before.SaleUntil);
        terms.OffSaleWhenEmpty = Flag("off_sale_when_empty") ?? before.OffSaleWhenEmpty;
        terms.MaxCoupons = Small("max_coupons", before.MaxCoupons);
        terms.VideoId = Code("video_id", before.VideoId);
        terms.PurchaseNotes = Text("purchase_notes", before.PurchaseNotes);
        Replace(terms.AfterSales, List("after_sales", before.AfterSales, GoodsCsv.AfterSalesOf, "must be of refund, return and exchange, with commas"));
        Replace(terms.PriceSteps, List("price_steps", before.PriceSteps, GoodsCsv.StepsOf, "must be number:price with commas, such as 2:9.90,10:8.80"));
        return terms;
    }

    private GoodsParts Parts(GoodsParts before)
    {
        var parts = before.Clone();
        parts.Content = Text("content", before.Content);
        Replace(parts.Pictures, List("pictures", before.Pictures, GoodsCsv.LinesOf));
        Replace(parts.Attributes, List(
            "attributes", before.Attributes, GoodsCsv.AttributesOf, "must be a JSON array of objects with key and value"));
        return parts;
    }

    private static void Replace<T>(Google.Protobuf.Collections.RepeatedField<T> list, IReadOnlyList<T> items)
    {
        var copy = items.ToArray();
        list.Clear();
        list.AddRange(copy);
    }

    private void Named(string column, long id, IReadOnlySet<long> known, Kernel.Refusal refusal)
    {
        if (!known.Contains(id) && (id != 0 || column == "category_id"))
        {
            Fault(column, refusal.Message);
        }
    }
}

/// <summary>Reads a combination of a file.</summary>
internal sealed class SkuReading : LineReading
{
    public SkuReading(GoodsFile.Record line)
        : base(line)
    {
        Only(GoodsCsv.OfCombinations.Contains, "is of goods, not of a combination");
        GoodsId = Number("id", 0);
        GoodsName = Text("name", "");
        Sort = Small("sort", int.MaxValue);
        Pairs = Given("pairs");
        Combination = Given("combination") ?? "";
    }

    /// <summary>Its goods; 0 where it names them by <see cref="GoodsName"/>.</summary>
    public long GoodsId { get; }

    /// <summary>The name of its goods.</summary>
    public string GoodsName { get; }

    /// <summary>Its place among those of its goods; those without one come after, as they are in the file.</summary>
    public int Sort { get; }

    /// <summary>Ids as pairs of property and value; null where the file names them in words only.</summary>
    public string? Pairs { get; }

    /// <summary>Names as pairs of property and value.</summary>
    public string Combination { get; }

    /// <summary>The combination as it is to be: what the file does not have stays as it was.</summary>
    public SkuTerms Read(SkuRow? before, long stock, IEnumerable<long> values)
    {
        var sku = new SkuTerms
        {
            Price = Prices(before is null ? new() : CatalogWire.Price(before)),
            Stock = Number("stock", stock),
            Picture = Text("picture", before?.Picture ?? ""),
            Code = Code("code", before?.Code ?? ""),
            WeightGrams = Number("weight_grams", before?.WeightGrams ?? 0),
        };
        // Where there are none, that is a fault already.
        sku.ValueIds.AddRange(values.DefaultIfEmpty(1));
        Check(sku);
        return sku;
    }
}
