using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Silo.Catalog.V1;
using Silo.Kernel;
using Attribute = Silo.Catalog.V1.Attribute;

namespace Silo.Catalog;

/// <summary>
/// The format of files of goods: names of columns, and values from and to goods. A line is of goods, or, where it names a
/// combination, of that; then id and name are those of its goods, and sort is its place among their combinations.
/// </summary>
internal static class GoodsCsv
{
    /// <summary>All columns in their order; a file may leave out any but name, category_id and price.</summary>
    public static readonly string[] Columns =
    [
        "id", "name", "combination", "pairs", "code", "sub_name", "characteristic", "category_id", "store_id", "freight_id", "sort",
        "tags", "bar_code", "unit", "min_buy_number", "weight_grams", "volume_ml", "price", "original_price", "points", "group_price",
        "bargain_price", "stock", "recommended", "hidden", "bargain", "group_buy", "flash_sale", "sale_from", "sale_until",
        "off_sale_when_empty", "max_coupons", "after_sales", "video_id", "purchase_notes", "price_steps", "published", "picture",
        "pictures", "attributes", "content",
    ];

    public static readonly string[] Required = ["name", "category_id", "price"];

    /// <summary>The columns of a combination's line; all others are empty there.</summary>
    public static readonly IReadOnlySet<string> OfCombinations = new HashSet<string>
    {
        "id", "name", "sort", "combination", "pairs", "code", "price", "original_price", "points", "group_price", "bargain_price", "stock",
        "weight_grams", "picture",
    };

    private static readonly (string Name, AfterSale Value)[] AfterSales =
        [("refund", AfterSale.Refund), ("return", AfterSale.Return), ("exchange", AfterSale.Exchange)];

    /// <summary>The columns that clients show as HTML.</summary>
    public static readonly string[] Html = ["content", "purchase_notes"];

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Goods as they are exported: their line, and one of each combination.</summary>
    public static IEnumerable<string> Lines(
        GoodsRow row, GoodsParts parts, IReadOnlyList<(SkuRow Sku, long Stock)> skus, IReadOnlyDictionary<long, string> names)
    {
        var plain = skus is [{ Sku.Pairs: "" }];
        var goods = CatalogWire.Goods(row);
        var line = GoodsFields(goods.Terms, parts);
        AddPrice(line, CatalogWire.Price(row));
        line["id"] = Text(row.Id);
        line["published"] = Text(row.Published);
        line["stock"] = plain ? Text(skus[0].Stock) : "";
        yield return Written(line);
        foreach (var (sku, stock) in plain ? [] : skus)
        {
            line = SkuFields(sku);
            AddPrice(line, CatalogWire.Price(sku));
            line["id"] = Text(row.Id);
            line["name"] = goods.Terms.Name;
            line["sort"] = Text(sku.Sort);
            line["combination"] = GoodsReads.NamesOf(sku.Pairs, names).TrimEnd(',');
            line["pairs"] = sku.Pairs.TrimEnd(',');
            line["stock"] = Text(stock);
            yield return Written(line);
        }
    }

    /// <summary>What goods have that is emptied: texts, and elements of lists.</summary>
    public static IEnumerable<(string Column, string Value)> Losses(GoodsTerms before, GoodsParts parts, CreateGoodsRequest after) =>
        Losses(GoodsFields(before, parts), GoodsFields(after.Terms, after.Parts));

    /// <summary>What a combination has that is emptied.</summary>
    public static IEnumerable<(string Column, string Value)> Losses(SkuRow before, SkuRow after) =>
        Losses(SkuFields(before), SkuFields(after));

    /// <summary>Hundredths from a number with at most two decimals.</summary>
    public static bool TryCents(string text, out long cents)
    {
        cents = 0;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan)
            || yuan > 1_000_000 || !decimal.IsInteger(yuan * 100))
        {
            return false;
        }

        cents = (long)(yuan * 100);
        return true;
    }

    public static bool? Flag(string text) => text.ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" or "是" => true,
        "0" or "FALSE" or "NO" or "否" => false,
        _ => null,
    };

    /// <summary>An instant as RFC 3339 has it; null for anything else.</summary>
    public static Timestamp? Instant(string text)
    {
        try
        {
            return text.AsSpan().ContainsAny('"', '\\') ? null : JsonParser.Default.Parse<Timestamp>($"\"{text}\"");
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException)
        {
            return null;
        }
    }

    /// <summary>What can be done after a sale, with commas; null where one is not known.</summary>
    public static IReadOnlyList<AfterSale>? AfterSalesOf(string text)
    {
        var names = Parts(text, ',');
        var known = names.Select(n => AfterSales.FirstOrDefault(a => a.Name.Equals(n, StringComparison.OrdinalIgnoreCase)).Value).ToList();
        return known.Contains(AfterSale.Unspecified) ? null : known;
    }

    /// <summary>Prices for larger numbers, <c>number:price</c> with commas; null where one is none.</summary>
    public static IReadOnlyList<PriceStep>? StepsOf(string text)
    {
        List<PriceStep> steps = [];
        foreach (var step in Parts(text, ','))
        {
            if (step.Split(':') is not [var number, var price]
                || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pieces)
                || !TryCents(price, out var cents))
            {
                return null;
            }

            steps.Add(new() { Number = pieces, PriceCents = cents });
        }

        return steps;
    }

    /// <summary>Attributes from a JSON array of objects with key and value and nothing else; null for anything else.</summary>
    public static IReadOnlyList<Attribute>? AttributesOf(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(text, Strict);
            var items = json.RootElement.EnumerateArray().ToList();
            return items.Exists(i => i.GetPropertyCount() != 2) ? null
                : [.. items.Select(i => new Attribute { Key = Member(i, "key"), Value = Member(i, "value") })];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }

        static string Member(JsonElement item, string name) => item.GetProperty(name).GetString() ?? throw new JsonException();
    }

    /// <summary>Texts by lines.</summary>
    public static IReadOnlyList<string> LinesOf(string text) => Parts(text, '\n');

    private static string[] Parts(string text, char separator) =>
        text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(string Column, string Value)> Losses(
        Dictionary<string, string> before, Dictionary<string, string> after) =>
        from column in Columns
        let had = before.GetValueOrDefault(column, "")
        let has = after.GetValueOrDefault(column, "")
        from value in Elements(column, had) is { } elements ? elements.Except(Elements(column, has)!)
            : has.Length == 0 && had.Length > 0 ? [had] : []
        select (column, value);

    /// <summary>What the elements of a list are told by; null for a column that has none.</summary>
    private static IEnumerable<string>? Elements(string column, string text) => column switch
    {
        "pictures" => LinesOf(text),
        "tags" or "after_sales" => Parts(text, ','),
        "price_steps" => Parts(text, ',').Select(s => s.Split(':')[0]),
        "attributes" => AttributesOf(text)!.Select(a => a.Key),
        _ => null,
    };

    private static Dictionary<string, string> GoodsFields(GoodsTerms terms, GoodsParts parts) => new()
    {
        ["name"] = terms.Name,
        ["sub_name"] = terms.SubName,
        ["characteristic"] = terms.Characteristic,
        ["category_id"] = Text(terms.CategoryId),
        ["store_id"] = Text(terms.StoreId),
        ["freight_id"] = Text(terms.FreightId),
        ["sort"] = Text(terms.Sort),
        ["tags"] = terms.Tags,
        ["bar_code"] = terms.BarCode,
        ["unit"] = terms.Unit,
        ["min_buy_number"] = Text(terms.MinBuyNumber),
        ["weight_grams"] = Text(terms.WeightGrams),
        ["volume_ml"] = Text(terms.VolumeMl),
        ["recommended"] = Text(terms.Recommended),
        ["hidden"] = Text(terms.Hidden),
        ["bargain"] = Text(terms.Bargain),
        ["group_buy"] = Text(terms.GroupBuy),
        ["flash_sale"] = Text(terms.FlashSale),
        ["sale_from"] = Text(terms.SaleFrom),
        ["sale_until"] = Text(terms.SaleUntil),
        ["off_sale_when_empty"] = Text(terms.OffSaleWhenEmpty),
        ["max_coupons"] = Text(terms.MaxCoupons),
        ["after_sales"] = string.Join(',', terms.AfterSales.SelectMany(a => AfterSales.Where(k => k.Value == a)).Select(a => a.Name)),
        ["video_id"] = terms.VideoId,
        ["purchase_notes"] = terms.PurchaseNotes,
        ["price_steps"] = string.Join(',', terms.PriceSteps.Select(s => $"{Text(s.Number)}:{Yuan(s.PriceCents)}")),
        ["picture"] = terms.Picture,
        ["pictures"] = string.Join('\n', parts.Pictures),
        ["attributes"] = parts.Attributes.Count == 0 ? "" : new JsonArray([.. parts.Attributes.Select(
            a => new JsonObject { ["key"] = a.Key, ["value"] = a.Value })]).ToJsonString(Readable),
        ["content"] = parts.Content,
    };

    private static Dictionary<string, string> SkuFields(SkuRow sku) => new()
    {
        ["code"] = sku.Code,
        ["weight_grams"] = Text(sku.WeightGrams),
        ["picture"] = sku.Picture,
    };

    private static void AddPrice(Dictionary<string, string> line, Price price)
    {
        line["price"] = Yuan(price.PriceCents);
        line["original_price"] = Yuan(price.OriginalCents);
        line["points"] = Text(price.Points);
        line["group_price"] = Yuan(price.GroupCents);
        line["bargain_price"] = Yuan(price.BargainCents);
    }

    private static string Written(Dictionary<string, string> line) => CsvText.Write(Columns.Select(c => line.GetValueOrDefault(c, "")));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool flag) => flag ? "1" : "0";

    private static string Text(Timestamp? instant) => instant is null ? "" : CatalogWire.Json(instant).Trim('"');

    private static string Yuan(long cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
