using System.Globalization;
using CsvHelper.Configuration;
using Silo.Catalog.V1;

namespace Silo.Catalog;

/// <summary>The format of files of goods: names of columns, and values from and to goods.</summary>
internal static class GoodsCsv
{
    public const char ByteOrderMark = '\uFEFF';

    /// <summary>All columns in their order; a file may leave out any but name, category_id and price.</summary>
    public static readonly string[] Columns =
    [
        "id", "name", "sub_name", "characteristic", "category_id", "store_id", "freight_id", "sort", "tags", "bar_code", "unit",
        "weight_grams", "price", "original_price", "points", "stock", "recommended", "hidden", "published", "picture",
    ];

    public static readonly string[] Required = ["name", "category_id", "price"];

    public static CsvConfiguration Written => new(CultureInfo.InvariantCulture) { NewLine = "\r\n" };

    /// <summary>Any kind of line end is read.</summary>
    public static CsvConfiguration Read => new(CultureInfo.InvariantCulture)
    {
        // Faults are told, not thrown.
        BadDataFound = null,
        MissingFieldFound = null,
        HeaderValidated = null,
        IgnoreBlankLines = true,
    };

    /// <summary>A line as it is exported.</summary>
    public static IEnumerable<string> Line(GoodsRow row, long stock)
    {
        var terms = CatalogWire.Read<GoodsTerms>(row.Terms);
        return
        [
            Text(row.Id), terms.Name, terms.SubName, terms.Characteristic, Text(row.CategoryId), Text(row.StoreId),
            Text(row.FreightId), Text(row.Sort), terms.Tags, terms.BarCode, terms.Unit, Text(terms.WeightGrams),
            Yuan(row.PriceCents), Yuan(row.OriginalCents), Text(row.Points), Text(stock), Text(row.Recommended), Text(row.Hidden),
            Text(row.Published), terms.Picture,
        ];
    }

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

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool flag) => flag ? "1" : "0";

    private static string Yuan(long cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
