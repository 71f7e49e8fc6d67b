using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;

namespace Silo.Catalog;

/// <summary>Reads a file of goods as far as that needs nothing but the file; faults are told with their lines.</summary>
internal static class GoodsFile
{
    /// <summary>Faults that are told.</summary>
    public const int MaxFaults = 1_000;

    private const int MaxBytes = 8 * 1024 * 1024;
    private const int MaxLines = 5_000;

    /// <summary>Puts a file together into one request, whose first message says what is to become of it.</summary>
    public static async Task<ImportGoodsRequest> ReceiveAsync(
        IAsyncStreamReader<ImportGoodsRequest> stream, CancellationToken cancellation)
    {
        var (text, file, bytes, first) = (new StringBuilder(), new MemoryStream(), 0L, (ImportGoodsRequest?)null);
        while (await stream.MoveNext(cancellation))
        {
            var chunk = stream.Current;
            first ??= chunk;
            bytes += Encoding.UTF8.GetByteCount(chunk.Csv) + chunk.File.Length;
            if (bytes > MaxBytes)
            {
                CatalogRefusals.ImportTooLarge.Throw();
            }

            text.Append(chunk.Csv);
            chunk.File.WriteTo(file);
        }

        return new()
        {
            Csv = text.ToString(),
            File = ByteString.CopyFrom(file.GetBuffer(), 0, (int)file.Length),
            DryRun = first?.DryRun ?? false,
            Reason = first?.Reason ?? "",
            RequestId = first?.RequestId ?? "",
        };
    }

    /// <summary>Reads a file into lines, with their content cleaned.</summary>
    public static (List<Record> Lines, List<LineFault> Faults) Parse(ImportGoodsRequest request) =>
        CsvText.Decode(request.File.Span) is { } file
            ? Parse(request.Csv + file)
            : ([], [Fault(1, "", "the file may be UTF-8, GBK or neither; save it as UTF-8 with a byte order mark")]);

    /// <inheritdoc cref="Parse(ImportGoodsRequest)"/>
    public static (List<Record> Lines, List<LineFault> Faults) Parse(string file)
    {
        List<Record> lines = [];
        List<LineFault> faults = [];
        string[]? names = null;
        var read = 0;
        foreach (var record in CsvText.Read(file))
        {
            if (faults.Count >= MaxFaults)
            {
                break;
            }

            if (names is null)
            {
                names = [.. record.Fields.Select(h => h.Trim().ToLowerInvariant())];
                faults.AddRange(FaultsOfHeader(record, names));
                if (faults.Count > 0)
                {
                    return ([], [.. faults.Take(MaxFaults)]);
                }
            }
            else if (++read > MaxLines)
            {
                CatalogRefusals.ImportTooLarge.Throw();
            }
            else if (record.Faults.Count > 0)
            {
                faults.AddRange(record.Faults.Select(f => Fault(record.Line, names.ElementAtOrDefault(f.Field) ?? "", f.Fault)));
            }
            else if (record.Fields.Count != names.Length)
            {
                faults.Add(Fault(record.Line, "", $"has {record.Fields.Count} fields, the header has {names.Length}"));
            }
            else if (Swallowing(record.Fields, names) is { } column)
            {
                faults.Add(Fault(record.Line, column, "has whole lines of the file in it: a quote is opened and not closed"));
            }
            else if (record.Fields.Any(f => f.Length > 0))
            {
                var columns = names.Zip(record.Fields).ToDictionary(p => p.First, p => p.Second);
                var unclean = Clean(columns).Select(f => Fault(record.Line, f.Column, f.Fault)).ToList();
                faults.AddRange(unclean);
                if (unclean.Count == 0)
                {
                    lines.Add(new(record.Line, columns) { Content = columns.GetValueOrDefault("content") });
                }
            }
        }

        return names is null ? ([], [Fault(1, "", "the file is empty")]) : (lines, [.. faults.Take(MaxFaults)]);
    }

    /// <summary>Goods with their combinations, wherever these are in the file.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="faults">Where faults are noted.</param>
    /// <param name="isWhole">Whether these are all lines; else the goods of a combination may be in one with a fault.</param>
    public static List<GoodsReading> Group(List<Record> lines, List<LineFault> faults, bool isWhole)
    {
        var goods = lines.Where(l => !l.IsCombination).Select(l => new GoodsReading(l)).ToList();
        var (byId, byName) = (goods.ToLookup(g => g.GoodsId), goods.ToLookup(g => g.Name));
        foreach (var sku in lines.Where(l => l.IsCombination).Select(l => new SkuReading(l)))
        {
            GoodsReading[] named = sku.GoodsId != 0 ? [.. byId[sku.GoodsId].Take(1)]
                : sku.GoodsName.Length > 0 ? [.. byName[sku.GoodsName]] : [];
            if (named is [var owner])
            {
                owner.Add(sku);
            }
            else if (sku.GoodsId == 0 && sku.GoodsName.Length == 0)
            {
                sku.Fault("id", "a combination names its goods, by their id or, where they are new, their name");
            }
            else if (named.Length > 1 || isWhole)
            {
                sku.Fault(sku.GoodsId != 0 ? "id" : "name", $"{(named.Length > 1 ? "several goods" : "no goods")} of the file have it");
            }

            faults.AddRange(named.Length == 1 ? [] : sku.Faults);
        }

        return goods;
    }

    private static IEnumerable<LineFault> FaultsOfHeader(CsvRecord header, string[] names) =>
        header.Faults.Count > 0 ? [.. header.Faults.Select(f => Fault(header.Line, Short(names[f.Field]), f.Fault))] :
        [
            .. names.Where(n => !GoodsCsv.Columns.Contains(n)).Select(n => Fault(header.Line, Short(n), "no such column")),
            .. names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => Fault(header.Line, Short(g.Key), "the column is there twice")),
            .. GoodsCsv.Required.Except(names).Select(n => Fault(header.Line, n, "the column is missing")),
        ];

    /// <summary>
    /// The column of a field that has lines of the file in it, because a quote is opened in one and closed in another: cut at
    /// its line ends, the record begins and ends with a line of as many fields, with numbers where they belong.
    /// </summary>
    private static string? Swallowing(IReadOnlyList<string> fields, string[] names)
    {
        var (price, category) = (Array.IndexOf(names, "price"), Array.IndexOf(names, "category_id"));
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].AsSpan().ContainsAny('\r', '\n'))
            {
                var lines = fields[i].ReplaceLineEndings("\n").Split('\n');
                if (IsLine([.. fields.Take(i), .. lines[0].Split(',')]) && IsLine([.. lines[^1].Split(','), .. fields.Skip(i + 1)]))
                {
                    return names[i];
                }
            }
        }

        return null;

        bool IsLine(string[] cut) => cut.Length == names.Length
            && GoodsCsv.TryCents(cut[price].Trim(), out _) && cut[category].Trim().All(char.IsAsciiDigit);
    }

    /// <summary>Cleans what clients show as HTML; tells what cannot be cleaned.</summary>
    private static IEnumerable<(string Column, string Fault)> Clean(Dictionary<string, string> columns)
    {
        foreach (var name in GoodsCsv.Html.Where(columns.ContainsKey))
        {
            var clean = ShownHtml.Clean(columns[name]);
            if (clean.IsAccepted)
            {
                columns[name] = clean.Value!;
            }
            else
            {
                yield return (name, clean.Refusal.Message);
            }
        }
    }

    private static LineFault Fault(int line, string column, string fault) => new() { Line = line, Column = column, Fault = fault };

    private static string Short(string text) => text.Length > 50 ? text[..50] : text;

    /// <summary>A line of a file, by the names of its columns.</summary>
    internal sealed record Record(int Line, IReadOnlyDictionary<string, string> Fields)
    {
        /// <summary>The sanitized content; null where the file has no such column.</summary>
        public string? Content { get; init; }

        /// <summary>Whether the line is of a combination.</summary>
        public bool IsCombination => Has("combination") || Has("pairs");

        private bool Has(string column) => !string.IsNullOrWhiteSpace(Fields.GetValueOrDefault(column));
    }
}
