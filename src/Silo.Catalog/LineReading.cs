using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>Reads the fields of a line, and notes for each column the first thing that is wrong with it.</summary>
internal abstract class LineReading(GoodsFile.Record line)
{
    protected const long MaxId = 9_007_199_254_740_991;

    private readonly Dictionary<string, string> faults = new(StringComparer.Ordinal);

    /// <summary>What is wrong, in the order of columns; what is wrong with the line itself first.</summary>
    public IEnumerable<LineFault> Faults => faults.OrderBy(f => Array.IndexOf(GoodsCsv.Columns, f.Key))
        .Select(f => new LineFault { Line = line.Line, Column = f.Key, Fault = f.Value });

    public bool IsGood => faults.Count == 0;

    /// <summary>The line of the file.</summary>
    public int Line => line.Line;

    /// <summary>Whether the line says how many pieces are in stock.</summary>
    public bool GivesStock => Given("stock") is not null;

    public void Fault(string column, string fault) => faults.TryAdd(column, fault);

    /// <summary>Checks a message by the rules of its fields, whose faults are told for their columns.</summary>
    protected void Check(IMessage message)
    {
        foreach (var (field, fault) in FieldFaults.Of(message))
        {
            Fault(ColumnOf(field), fault);
        }
    }

    /// <summary>The column of a field: what it is called in its message, save for amounts.</summary>
    private static string ColumnOf(string field) =>
        field.Split('.').First(part => part is not ("terms" or "parts" or "price")).Split('[')[0] switch
        {
            "price_cents" => "price",
            "original_cents" => "original_price",
            "group_cents" => "group_price",
            "bargain_cents" => "bargain_price",
            "value_ids" => "combination",
            var column => column,
        };

    /// <summary>What a column has; null where the file has no such column or the field is empty.</summary>
    protected string? Given(string column) => line.Fields.GetValueOrDefault(column)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A text, which may be emptied.</summary>
    protected string Text(string column, string otherwise) => line.Fields.GetValueOrDefault(column) ?? otherwise;

    /// <summary>A number that is a text, which may be emptied.</summary>
    protected string Code(string column, string otherwise)
    {
        var text = Text(column, otherwise);
        if (CsvText.IsRounded(text))
        {
            Fault(column, "has lost its digits in a spreadsheet; format the column as text before they are typed");
        }

        return text;
    }

    protected long Number(string column, long otherwise)
    {
        if (Given(column) is not { } text)
        {
            return otherwise;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxId)
        {
            Fault(column, "must be a whole number, at least 0");
        }

        return number;
    }

    protected int Small(string column, int otherwise) => (int)Math.Min(Number(column, otherwise), int.MaxValue);

    protected bool? Flag(string column)
    {
        if (Given(column) is not { } text)
        {
            return null;
        }

        var flag = GoodsCsv.Flag(text);
        if (flag is null)
        {
            Fault(column, "must be 0 or 1");
        }

        return flag;
    }

    protected long Cents(string column, long otherwise)
    {
        if (Given(column) is not { } text)
        {
            return otherwise;
        }

        if (!GoodsCsv.TryCents(text, out var cents))
        {
            Fault(column, "must be an amount from 0 to 1000000 with at most two decimals");
        }

        return cents;
    }

    /// <summary>Prices, of which the first is required; what the file does not have stays as it was.</summary>
    protected Price Prices(Price before)
    {
        if (Given("price") is null)
        {
            Fault("price", "is required");
        }

        return new()
        {
            PriceCents = Cents("price", 0),
            OriginalCents = Cents("original_price", before.OriginalCents),
            Points = Number("points", before.Points),
            GroupCents = Cents("group_price", before.GroupCents),
            BargainCents = Cents("bargain_price", before.BargainCents),
        };
    }

    /// <summary>An instant, which may be emptied.</summary>
    protected Timestamp? Instant(string column, Timestamp? otherwise) =>
        Other(column, otherwise, text => text.Length == 0 ? null : GoodsCsv.Instant(text) ?? Wrong<Timestamp>(column, "must be an instant such as 2026-01-31T16:00:00Z"));

    /// <summary>A list, which may be emptied.</summary>
    protected IReadOnlyList<T> List<T>(
        string column, IReadOnlyList<T> otherwise, Func<string, IReadOnlyList<T>?> read, string form = "") =>
        Other(column, otherwise, text => read(text) ?? Wrong<IReadOnlyList<T>>(column, form) ?? []);

    /// <summary>Faults every field that a line of its kind does not have.</summary>
    protected void Only(Func<string, bool> has, string fault)
    {
        foreach (var column in line.Fields.Keys.Where(column => !has(column) && Given(column) is not null))
        {
            Fault(column, fault);
        }
    }

    private T Other<T>(string column, T otherwise, Func<string, T> read) =>
        line.Fields.TryGetValue(column, out var text) ? read(text.Trim()) : otherwise;

    private T? Wrong<T>(string column, string fault)
        where T : class
    {
        Fault(column, fault);
        return null;
    }
}
