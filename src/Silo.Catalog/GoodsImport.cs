using System.Text;
using CsvHelper;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Reads a file of goods and writes all of it in one unit, or nothing. A fault of any line ends the unit,
/// and all faults are told.
/// </summary>
internal sealed class GoodsImport
{
    private const int MaxCombinations = 200;
    private const int MaxBytes = 8 * 1024 * 1024;
    private const int MaxLines = 5_000;
    private const int MaxFaults = 1_000;

    private readonly ImportGoodsRequest request;
    private readonly List<Record> lines;
    private readonly List<LineFault> faults;

    /// <summary>Reads the file: what costs time is done before anybody waits for the unit.</summary>
    public GoodsImport(ImportGoodsRequest request)
    {
        this.request = request;
        (lines, faults) = Parse(request.Csv);
    }

    /// <summary>What the last run came to, also where it had no effect.</summary>
    public ImportGoodsResponse Report { get; private set; } = new();

    /// <summary>Puts a file together into one request, whose first message says what is to become of it.</summary>
    public static async Task<ImportGoodsRequest> ReceiveAsync(
        IAsyncStreamReader<ImportGoodsRequest> stream, CancellationToken cancellation)
    {
        var (file, bytes, first) = (new StringBuilder(), 0L, (ImportGoodsRequest?)null);
        while (await stream.MoveNext(cancellation))
        {
            first ??= stream.Current;
            bytes += Encoding.UTF8.GetByteCount(stream.Current.Csv);
            if (bytes > MaxBytes)
            {
                throw new RefusalException(CatalogRefusals.ImportTooLarge);
            }

            file.Append(stream.Current.Csv);
        }

        return new()
        {
            Csv = file.ToString(),
            DryRun = first?.DryRun ?? false,
            Reason = first?.Reason ?? "",
            RequestId = first?.RequestId ?? "",
        };
    }

    /// <summary>
    /// Writes the file; refuses with <see cref="CatalogRefusals.ImportWithoutEffect"/> where nothing is to be written, see
    /// <see cref="Report"/>.
    /// </summary>
    public async Task<Result<OperatorChange<ImportGoodsResponse>>> RunAsync(Unit unit, Writer writer, CancellationToken cancellation)
    {
        Report = new();
        Report.Faults.AddRange(faults);
        await WriteAsync(new(unit, writer), lines, Report, cancellation);
        return Report.Faults.Count > 0 || request.DryRun || lines.Count == 0
            ? CatalogRefusals.ImportWithoutEffect
            : new OperatorChange<ImportGoodsResponse>("goods", null, Report);
    }

    /// <summary>Reads a file into lines, with their content cleaned.</summary>
    internal static (List<Record> Lines, List<LineFault> Faults) Parse(string file)
    {
        using var text = new StringReader(file.TrimStart(GoodsCsv.ByteOrderMark));
        using var csv = new CsvReader(text, GoodsCsv.Read);
        List<Record> lines = [];
        if (!csv.Read() || !csv.ReadHeader() || csv.HeaderRecord is not { } header)
        {
            return ([], [Fault(1, "", "the file is empty")]);
        }

        var names = Array.ConvertAll(header, h => h.Trim().ToLowerInvariant());
        List<LineFault> faults =
        [
            .. names.Where(n => !GoodsCsv.Columns.Contains(n)).Select(n => Fault(1, Short(n), "no such column")),
            .. names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => Fault(1, Short(g.Key), "the column is there twice")),
            .. GoodsCsv.Required.Except(names).Select(n => Fault(1, n, "the column is missing")),
        ];
        if (faults.Count > 0)
        {
            return ([], [.. faults.Take(MaxFaults)]);
        }

        while (csv.Read())
        {
            // The reader is on the last line of the record.
            var began = csv.Parser.RawRow - csv.Parser.RawRecord.AsSpan().TrimEnd("\r\n").Count('\n');
            if (lines.Count == MaxLines)
            {
                throw new RefusalException(CatalogRefusals.ImportTooLarge);
            }

            var fields = csv.Parser.Record!;
            if (fields.Length != names.Length)
            {
                faults.Add(Fault(began, "", $"has {fields.Length} fields, the header has {names.Length}"));
            }
            else if (fields.Any(f => f.Length > 0))
            {
                var columns = names.Zip(fields).ToDictionary(p => p.First, p => p.Second);
                var before = faults.Count;
                foreach (var name in GoodsCsv.Html.Where(columns.ContainsKey))
                {
                    var clean = ShownHtml.Clean(columns[name]);
                    if (clean.IsAccepted)
                    {
                        columns[name] = clean.Value!;
                    }
                    else
                    {
                        faults.Add(Fault(began, name, clean.Refusal.Message));
                    }
                }

                if (faults.Count == before)
                {
                    lines.Add(new(began, columns) { Content = columns.GetValueOrDefault("content") });
                }
            }
        }

        return (lines, [.. faults.Take(MaxFaults)]);
    }

    private static LineFault Fault(int line, string column, string fault) => new() { Line = line, Column = column, Fault = fault };

    private static string Short(string text) => text.Length > 50 ? text[..50] : text;

    /// <summary>Goods with their combinations, whose lines come after theirs.</summary>
    private static List<GoodsReading> Group(List<Record> lines, List<LineFault> faults)
    {
        List<(Record Goods, List<Record> Combinations)> groups = [];
        foreach (var line in lines)
        {
            if (!line.IsCombination)
            {
                groups.Add((line, []));
            }
            else if (groups.Count > 0)
            {
                groups[^1].Combinations.Add(line);
            }
            else
            {
                faults.Add(Fault(line.Line, "combination", "there are no goods above it"));
            }
        }

        return groups.ConvertAll(g => new GoodsReading(g.Goods, g.Combinations));
    }

    internal static async Task WriteAsync(Pen pen, List<Record> lines, ImportGoodsResponse report, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(pen.Unit, cancellation);
        List<LineFault> faults = [];
        var readings = Group(lines, faults);
        var known = await Known.ReadAsync(pen.Unit, [.. readings.SelectMany(r => r.Combinations)], cancellation);
        var (seen, written) = (new HashSet<long>(), 0);
        long[] all = [.. readings.Select(r => r.GoodsId).Where(id => id != 0).Distinct()];
        var skus = (await pen.Unit.Query<SkuRow>().Where(s => all.Contains(s.GoodsId)).ToListAsync(cancellation)).ToLookup(s => s.GoodsId);
        // All stocks before any goods, and each in one order: see GoodsWrites.
        var stocked = readings.Where(r => r.GivesStock || r.Combinations.Count > 0).SelectMany(r => skus[r.GoodsId]).Select(s => s.Id);
        var stocks = await pen.Unit.LockAsync<StockRow>([.. stocked], wait: true, cancellation);
        var goods = await pen.Unit.LockAsync<GoodsRow>(all, wait: true, cancellation);
        foreach (var chunk in readings.Chunk(100).TakeWhile(_ => faults.Count < MaxFaults))
        {
            var before = await BeforeAsync(
                pen.Unit, [.. chunk.Select(r => goods.GetValueOrDefault(r.GoodsId)).OfType<GoodsRow>()], skus, stocks, cancellation);
            foreach (var reading in chunk)
            {
                if (reading.GoodsId != 0 && !seen.Add(reading.GoodsId))
                {
                    reading.Fault("id", "the goods are there twice");
                }

                written += await AddAsync(pen, reading, before.GetValueOrDefault(reading.GoodsId), known, cancellation) ? 1 : 0;
                faults.AddRange(reading.AllFaults);
            }
        }

        report.Faults.AddRange(faults.OrderBy(f => f.Line).Take(MaxFaults - report.Faults.Count));
        if (report.Faults.Count == 0)
        {
            await pen.Unit.WriteAsync(pen.Rows);
            report.Created = readings.Count(r => r.GoodsId == 0);
            report.Changed = written - report.Created;
        }
    }

    /// <summary>Goods that the file changes, of which the stocks that it sets are locked.</summary>
    private static async Task<Dictionary<long, Present>> BeforeAsync(
        Unit unit, IReadOnlyList<GoodsRow> goods, ILookup<long, SkuRow> skus, IReadOnlyDictionary<long, StockRow> stocks, CancellationToken cancellation)
    {
        var ids = goods.Select(g => g.Id).Distinct().ToArray();
        var parts = await unit.Query<PartsRow>().Where(p => ids.Contains(p.GoodsId)).ToDictionaryAsync(p => p.GoodsId, cancellation);
        return goods.DistinctBy(g => g.Id).ToDictionary(g => g.Id, g => new Present(
            g,
            CatalogWire.Read<GoodsParts>(parts[g.Id].Parts),
            skus[g.Id].ToDictionary(s => s.Pairs),
            skus[g.Id].ToDictionary(s => s.Id, s => stocks.GetValueOrDefault(s.Id)?.Stock ?? 0)));
    }

    /// <summary>Notes faults, or what is to be written; false where that is nothing.</summary>
    private static async Task<bool> AddAsync(Pen pen, GoodsReading reading, Present? before, Known known, CancellationToken cancellation)
    {
        if (reading.GoodsId != 0 && before is null)
        {
            reading.Fault("id", CatalogRefusals.GoodsUnknown.Message);
        }

        var (goods, published) = reading.Read(before?.Goods, before?.Parts ?? new(), known);
        var combinations = Combinations(reading, before, known);
        var grams = combinations.Count > 0 ? combinations.Select(c => c.Terms.WeightGrams) : before?.Skus.Values.Select(s => s.WeightGrams) ?? [];
        if (known.FreightTerms.TryGetValue(goods.Terms.FreightId, out var freight)
            && CatalogRules.MeasureRefusal(freight, goods.Terms, grams) is { } unmeasured)
        {
            reading.Fault(freight.Unit == FreightUnit.Weight ? "weight_grams" : "volume_ml", unmeasured.Message);
        }

        // What is there was sanitized when it was written.
        goods.Parts.Content = reading.Content ?? goods.Parts.Content;
        if (!reading.IsAllGood || (before is not null && IsAsBefore(before, reading, goods, published, combinations)))
        {
            return false;
        }

        var (unit, rows) = (pen.Unit, pen.Rows);
        var row = before?.Goods ?? GoodsWrites.New(unit);
        row.Published = published ?? row.Published;
        var properties = combinations.Count == 0 ? row.PropertyIds
            : string.Join(',', known.Properties.InOrder(combinations[0].Values.Select(v => known.PropertyOf[v])));
        GoodsWrites.Fill(row, goods.Terms, goods.Price, properties, unit.NowMs);
        rows.Put(row);
        rows.Put(GoodsWrites.SearchOf(row.Id, goods.Terms, goods.Parts.Content));
        rows.Put(new PartsRow { GoodsId = row.Id, Parts = CatalogWire.Json(goods.Parts) });
        if (before is null)
        {
            rows.Append(new CountersRow { GoodsId = row.Id });
        }

        if (combinations.Count > 0)
        {
            await RemoveAsync(pen, before, [.. combinations.Select(c => c.Pairs)], cancellation);
            for (var i = 0; i < combinations.Count; i++)
            {
                AddSku(pen, row.Id, before, combinations[i].Pairs, i, combinations[i].Terms, combinations[i].GivesStock);
            }
        }
        else if (before is null || before.Skus.ContainsKey(""))
        {
            AddSku(pen, row.Id, before, "", 0, new() { Price = goods.Price, Stock = goods.Stock }, reading.GivesStock);
        }

        return true;
    }

    /// <summary>Whether the file says of goods what is so already.</summary>
    private static bool IsAsBefore(
        Present before,
        GoodsReading reading,
        CreateGoodsRequest goods,
        bool? published,
        List<(string Pairs, SkuTerms Terms, IReadOnlyList<long> Values, bool GivesStock)> combinations) =>
        (published ?? before.Goods.Published) == before.Goods.Published
        && goods.Terms.Equals(CatalogWire.Goods(before.Goods).Terms)
        && goods.Price.Equals(CatalogWire.Price(before.Goods))
        && goods.Parts.Equals(before.Parts)
        && (combinations.Count == 0
            ? !reading.GivesStock || before.Stocks.GetValueOrDefault(before.Goods.Id, goods.Stock) == goods.Stock
            : combinations.Count == before.Skus.Count
                && combinations.Index().All(c => IsAsBefore(before, c.Item.Pairs, c.Index, c.Item.Terms, c.Item.GivesStock)));

    private static bool IsAsBefore(Present before, string pairs, int sort, SkuTerms terms, bool givesStock) =>
        before.Skus.GetValueOrDefault(pairs) is { } sku
        && sku.Sort == sort
        && terms.Price.Equals(CatalogWire.Price(sku))
        && (terms.Picture, terms.Code, terms.WeightGrams) == (sku.Picture, sku.Code, sku.WeightGrams)
        && (!givesStock || terms.Stock == before.Stocks[sku.Id]);

    /// <summary>The combinations that the file has of goods, with their pairs; faults are noted.</summary>
    private static List<(string Pairs, SkuTerms Terms, IReadOnlyList<long> Values, bool GivesStock)> Combinations(
        GoodsReading reading, Present? before, Known known)
    {
        var lines = reading.Combinations;
        var values = lines.Select(known.Properties.ValuesOf).ToList();
        if (lines.Count > MaxCombinations)
        {
            reading.Fault("combination", $"there are more than {MaxCombinations}");
        }

        var pairs = new string[lines.Count];
        if (lines.Count > 0 && values.All(v => v.Count > 0))
        {
            var properties = known.Properties.InOrder(values.SelectMany(v => v).Select(v => known.PropertyOf[v]));
            if (CatalogRules.Combine(values, known.PropertyOf, properties) is { } combined)
            {
                pairs = [.. combined];
            }
            else
            {
                reading.Fault("combination", CatalogRefusals.SkusInvalid.Message);
            }
        }

        return [.. lines.Select((line, i) =>
        {
            var sku = before?.Skus.GetValueOrDefault(pairs[i] ?? "-");
            var stock = sku is null ? 0 : before!.Stocks[sku.Id];
            return (pairs[i], line.Read(sku, stock, values[i]), values[i], line.GivesStock);
        })];
    }

    /// <summary>Writes what is sold; its stock where it is new or the file sets it.</summary>
    private static void AddSku(Pen pen, long goodsId, Present? before, string pairs, int sort, SkuTerms terms, bool givesStock)
    {
        var present = before?.Skus.GetValueOrDefault(pairs);
        var id = present?.Id ?? (pairs.Length == 0 ? goodsId : pen.Unit.NewId());
        pen.Rows.Put(new SkuRow
        {
            Id = id,
            GoodsId = goodsId,
            Pairs = pairs,
            Sort = sort,
            PriceCents = terms.Price.PriceCents,
            OriginalCents = terms.Price.OriginalCents,
            Points = terms.Price.Points,
            GroupCents = terms.Price.GroupCents,
            BargainCents = terms.Price.BargainCents,
            Picture = terms.Picture,
            Code = terms.Code,
            WeightGrams = terms.WeightGrams,
        });
        if (present is null || givesStock)
        {
            pen.Rows.Put(new StockRow { SkuId = id, GoodsId = goodsId, Stock = terms.Stock });
            Journal(pen, goodsId, id, present is null ? 0 : before!.Stocks[id], terms.Stock);
        }
    }

    /// <summary>Removes what is not sold any more.</summary>
    private static async Task RemoveAsync(Pen pen, Present? before, HashSet<string> kept, CancellationToken cancellation)
    {
        var gone = before?.Skus.Values.Where(s => !kept.Contains(s.Pairs)).OrderBy(s => s.Id).ToArray() ?? [];
        if (gone.Length == 0)
        {
            return;
        }

        var ids = Array.ConvertAll(gone, s => s.Id);
        await pen.Unit.Set<StockRow>().Where(s => ids.Contains(s.SkuId)).ExecuteDeleteAsync(cancellation);
        await pen.Unit.Set<MemberPriceRow>().Where(p => ids.Contains(p.SkuId)).ExecuteDeleteAsync(cancellation);
        await pen.Unit.Set<SkuRow>().Where(s => ids.Contains(s.Id)).ExecuteDeleteAsync(cancellation);
        foreach (var sku in gone)
        {
            Journal(pen, sku.GoodsId, sku.Id, before!.Stocks[sku.Id], 0);
        }
    }

    private static void Journal(Pen pen, long goodsId, long skuId, long had, long has)
    {
        if (had != has)
        {
            pen.Rows.Append(StockWrites.Change(pen.Unit, goodsId, skuId, had, has, pen.Writer));
        }
    }

    /// <summary>What an import writes with.</summary>
    internal sealed record Pen(Unit Unit, Writer Writer)
    {
        /// <summary>What is written once all lines are known to be good.</summary>
        public Rows Rows { get; } = new();
    }

    /// <summary>Goods as they are before a line changes them.</summary>
    /// <param name="Goods">The goods.</param>
    /// <param name="Parts">What their page shows beside.</param>
    /// <param name="Skus">What is sold, by pairs.</param>
    /// <param name="Stocks">Of each, as locked; 0 where the file does not set them.</param>
    private sealed record Present(
        GoodsRow Goods, GoodsParts Parts, IReadOnlyDictionary<string, SkuRow> Skus, IReadOnlyDictionary<long, long> Stocks);

    /// <summary>A line of a file, by the names of its columns.</summary>
    internal sealed record Record(int Line, IReadOnlyDictionary<string, string> Fields)
    {
        /// <summary>The sanitized content; null where the file has no such column.</summary>
        public string? Content { get; init; }

        /// <summary>Whether the line is of a combination of the goods above it.</summary>
        public bool IsCombination => Has("combination") || Has("pairs");

        private bool Has(string column) => !string.IsNullOrWhiteSpace(Fields.GetValueOrDefault(column));
    }

    /// <summary>What lines may name.</summary>
    internal sealed record Known(
        IReadOnlySet<long> Categories,
        IReadOnlySet<long> Stores,
        IReadOnlyDictionary<long, FreightTerms> FreightTerms,
        FileProperties Properties)
    {
        public IReadOnlySet<long> Freights { get; } = FreightTerms.Keys.ToHashSet();

        /// <summary>The property of every value.</summary>
        public IReadOnlyDictionary<long, long> PropertyOf { get; } = Properties.PropertyOf;

        public static async Task<Known> ReadAsync(Unit unit, IReadOnlyList<SkuReading> combinations, CancellationToken cancellation) => new(
            await unit.Query<CategoryRow>().Select(c => c.Id).ToHashSetAsync(cancellation),
            await unit.Query<StoreRow>().Select(s => s.Id).ToHashSetAsync(cancellation),
            await unit.Query<FreightRow>().ToDictionaryAsync(f => f.Id, f => CatalogWire.Read<FreightTerms>(f.Terms), cancellation),
            await FileProperties.MakeAsync(unit, combinations, cancellation));
    }
}
