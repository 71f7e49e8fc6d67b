using System.Globalization;
using Silo.Catalog.V1;

namespace Silo.Catalog;

/// <summary>Reads the fields of a line, and notes what cannot be read.</summary>
internal sealed class GoodsReading
{
    private const long MostId = 9_007_199_254_740_991;
    private readonly GoodsImport.Record line;

    public GoodsReading(GoodsImport.Record line)
    {
        this.line = line;
        GoodsId = Number("id", MostId, 0);
    }

    public List<LineFault> Faults { get; } = [];

    /// <summary>Pieces in stock; null where the file does not say.</summary>
    public long? Stock { get; private set; }

    /// <summary>Whether the goods are on sale; null where the file does not say.</summary>
    public bool? Published { get; private set; }

    /// <summary>The goods that are changed; 0 for new ones.</summary>
    public long GoodsId { get; }

    /// <summary>Checks what the line names.</summary>
    public void Check(GoodsImport.Known known, bool isTwice)
    {
        if (isTwice)
        {
            Fault("id", "the goods are there twice");
        }

        Named("category_id", known.Categories, CatalogRefusals.CategoryUnknown);
        Named("store_id", known.Stores, CatalogRefusals.StoreUnknown);
        Named("freight_id", known.Freights, CatalogRefusals.FreightUnknown);
    }

    /// <summary>The goods as they are to be: what the file does not have stays as it was.</summary>
    public (GoodsTerms Terms, Price Price) Read(GoodsRow? before)
    {
        var terms = before is null ? new() : CatalogWire.Goods(before).Terms;
        var price = before is null ? new() : CatalogWire.Price(before);
        terms.Name = Text("name", 100, terms.Name, required: true);
        terms.SubName = Text("sub_name", 100, terms.SubName);
        terms.Characteristic = Text("characteristic", 200, terms.Characteristic);
        terms.CategoryId = Number("category_id", MostId, 0);
        terms.StoreId = Number("store_id", MostId, terms.StoreId);
        terms.FreightId = Number("freight_id", MostId, terms.FreightId);
        terms.Sort = (int)Number("sort", 1_000_000, terms.Sort);
        terms.Tags = Text("tags", 200, terms.Tags);
        terms.BarCode = Text("bar_code", 50, terms.BarCode);
        terms.Unit = Text("unit", 20, terms.Unit);
        terms.WeightGrams = Number("weight_grams", 100_000_000, terms.WeightGrams);
        terms.Recommended = Flag("recommended") ?? terms.Recommended;
        terms.Hidden = Flag("hidden") ?? terms.Hidden;
        terms.Picture = Text("picture", 500, terms.Picture);
        price.PriceCents = Cents("price", price.PriceCents, required: true);
        price.OriginalCents = Cents("original_price", price.OriginalCents);
        price.Points = Number("points", 1_000_000_000, price.Points);
        Stock = Given("stock") is null ? null : Number("stock", CatalogRules.MostStock, 0);
        Published = Flag("published");
        return (terms, price);
    }

    public void Fault(string column, string fault) => Faults.Add(new() { Line = line.Line, Column = column, Fault = fault });

    private void Named(string column, IReadOnlySet<long> known, Kernel.Refusal refusal)
    {
        var faults = Faults.Count;
        var id = Number(column, MostId, 0);
        if (Faults.Count > faults)
        {
            // It is read again with the rest of the line, and told then.
            Faults.RemoveAt(faults);
        }
        else if (!known.Contains(id) && (id != 0 || column == "category_id"))
        {
            Fault(column, refusal.Message);
        }
    }

    private string? Given(string column) => line.Fields.TryGetValue(column, out var text) && text.Length > 0 ? text : null;

    private string Text(string column, int most, string otherwise, bool required = false)
    {
        if (!line.Fields.TryGetValue(column, out var text))
        {
            return otherwise;
        }

        if ((required && text.Length == 0) || text.Length > most)
        {
            Fault(column, text.Length == 0 ? "is required" : $"has more than {most} characters");
        }

        return text;
    }

    private long Number(string column, long most, long otherwise)
    {
        if (Given(column) is not { } text)
        {
            return otherwise;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > most)
        {
            Fault(column, $"must be a number from 0 to {most}");
        }

        return number;
    }

    private long Cents(string column, long otherwise, bool required = false)
    {
        if (Given(column) is not { } text)
        {
            if (required)
            {
                Fault(column, "is required");
            }

            return otherwise;
        }

        if (!GoodsCsv.TryCents(text, out var cents))
        {
            Fault(column, "must be an amount from 0 to 1000000 with at most two decimals");
        }

        return cents;
    }

    private bool? Flag(string column)
    {
        if (Given(column) is not { } text)
        {
            return null;
        }

        if (GoodsCsv.Flag(text) is not { } flag)
        {
            Fault(column, "must be 0 or 1");
            return null;
        }

        return flag;
    }

}
