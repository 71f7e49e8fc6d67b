using System.Text;
using CsvHelper;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Reads a file of goods and writes all of it in one unit, or nothing. A fault of any line ends the unit,
/// and all faults are told.
/// </summary>
internal sealed class GoodsImport
{
    private const int MostBytes = 8 * 1024 * 1024;
    private const int MostLines = 5_000;
    private const int MostFaults = 1_000;

    /// <summary>Puts a file together, and gives the first message, which says what is to become of it.</summary>
    public static async Task<(string File, ImportGoodsRequest First)> ReceiveAsync(
        IAsyncStreamReader<ImportGoodsRequest> stream, CancellationToken cancellation)
    {
        var (file, bytes, first) = (new StringBuilder(), 0L, (ImportGoodsRequest?)null);
        while (await stream.MoveNext(cancellation))
        {
            first ??= stream.Current;
            bytes += Encoding.UTF8.GetByteCount(stream.Current.Csv);
            if (bytes > MostBytes)
            {
                CatalogRefusals.ImportTooLarge.Throw();
            }

            file.Append(stream.Current.Csv);
        }

        return (file.ToString(), first ?? new());
    }

    public static async Task<ImportGoodsResponse> RunAsync(
        OperatorWrites writes, string file, ImportGoodsRequest first, ServerCallContext context)
    {
        var (lines, faults) = Parse(file);
        // What makes two requests the same is the whole file.
        var whole = new ImportGoodsRequest { Csv = file, DryRun = first.DryRun, Reason = first.Reason, RequestId = first.RequestId };
        var report = new ImportGoodsResponse();
        try
        {
            return await writes.RunAsync<ImportGoodsResponse>(context, whole, first.RequestId, first.Reason, async unit =>
            {
                report = new();
                report.Faults.AddRange(faults);
                await WriteAsync(unit, lines, report, new(context.Caller().Id, first.Reason), context.CancellationToken);
                return report.Faults.Count > 0 || first.DryRun || lines.Count == 0
                    ? CatalogRefusals.ImportWithoutEffect
                    : new OperatorChange<ImportGoodsResponse>("goods", null, report);
            });
        }
        catch (RefusalException refused) when (refused.Refusal == CatalogRefusals.ImportWithoutEffect)
        {
            return report;
        }
    }

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
            return ([], [.. faults.Take(MostFaults)]);
        }

        while (csv.Read())
        {
            // The reader is on the last line of the record.
            var began = csv.Parser.RawRow - csv.Parser.RawRecord.AsSpan().TrimEnd("\r\n").Count('\n');
            if (lines.Count == MostLines)
            {
                CatalogRefusals.ImportTooLarge.Throw();
            }

            var fields = csv.Parser.Record!;
            if (fields.Length != names.Length)
            {
                faults.Add(Fault(began, "", $"has {fields.Length} fields, the header has {names.Length}"));
            }
            else if (fields.Any(f => f.Length > 0))
            {
                lines.Add(new(began, names.Zip(fields).ToDictionary(p => p.First, p => p.Second.Trim())));
            }
        }

        return (lines, [.. faults.Take(MostFaults)]);
    }

    private static LineFault Fault(int line, string column, string fault) => new() { Line = line, Column = column, Fault = fault };

    private static string Short(string text) => text.Length > 50 ? text[..50] : text;

    internal static async Task WriteAsync(
        Unit unit, List<Record> lines, ImportGoodsResponse report, Writer writer, CancellationToken cancellation)
    {
        await GoodsWrites.BeginAsync(unit, cancellation);
        var known = await Known.ReadAsync(unit, cancellation);
        var readings = lines.ConvertAll(l => new GoodsReading(l));
        long[] all = [.. readings.Select(r => r.GoodsId).Where(id => id != 0).Distinct()];
        // All stocks before any goods, and each in one order: see GoodsWrites.
        var stocks = await unit.LockAsync<StockRow>(all, wait: true, cancellation);
        var (rows, seen) = (new Rows(), new HashSet<long>());
        var goods = await unit.LockAsync<GoodsRow>(all, wait: true, cancellation);
        foreach (var chunk in readings.Chunk(500))
        {
            var before = await BeforeAsync(
                unit, [.. chunk.Select(r => goods.GetValueOrDefault(r.GoodsId)).OfType<GoodsRow>()], stocks, cancellation);
            foreach (var reading in chunk.Where(_ => report.Faults.Count < MostFaults))
            {
                reading.Check(known, isTwice: reading.GoodsId != 0 && !seen.Add(reading.GoodsId));
                Add(unit, rows, reading, before.GetValueOrDefault(reading.GoodsId), writer);
                report.Faults.AddRange(reading.Faults.Take(MostFaults - report.Faults.Count));
                (report.Created, report.Changed) = reading.GoodsId == 0
                    ? (report.Created + 1, report.Changed)
                    : (report.Created, report.Changed + 1);
            }
        }

        if (report.Faults.Count > 0)
        {
            (report.Created, report.Changed) = (0, 0);
            return;
        }

        await unit.WriteAsync(rows);
        // Of new ones nothing is in memory but lists, which are forgotten whatever goods are named.
        await GoodsWrites.ChangedAsync(unit, [.. all.Append(0)], cancellation);
    }

    /// <summary>Goods that the file changes; they and their stocks are locked.</summary>
    private static async Task<Dictionary<long, Present>> BeforeAsync(
        Unit unit, IReadOnlyList<GoodsRow> goods, IReadOnlyDictionary<long, StockRow> stocks, CancellationToken cancellation)
    {
        var ids = goods.Select(g => g.Id).Distinct().ToArray();
        var parts = await unit.Query<PartsRow>().Where(p => ids.Contains(p.GoodsId)).ToDictionaryAsync(p => p.GoodsId, cancellation);
        var plain = await unit.Query<SkuRow>().Where(s => ids.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancellation);
        return goods.DistinctBy(g => g.Id).ToDictionary(g => g.Id, g => new Present(
            g, CatalogWire.Read<GoodsParts>(parts[g.Id].Parts).Content, plain.GetValueOrDefault(g.Id), stocks.GetValueOrDefault(g.Id)));
    }

    private static void Add(Unit unit, Rows rows, GoodsReading reading, Present? before, Writer writer)
    {
        if (reading.GoodsId != 0 && before is null)
        {
            reading.Fault("id", CatalogRefusals.GoodsUnknown.Message);
        }

        var (terms, price) = reading.Read(before?.Goods);
        if (reading.Faults.Count > 0)
        {
            return;
        }

        var row = before?.Goods ?? GoodsWrites.New(unit);
        row.Published = reading.Published ?? row.Published;
        GoodsWrites.Fill(row, terms, price, row.PropertyIds, unit.NowMs);
        rows.Put(row);
        rows.Put(GoodsWrites.SearchOf(row.Id, terms, before?.Content ?? ""));
        if (before is null)
        {
            rows.Append(new PartsRow { GoodsId = row.Id, Parts = CatalogWire.Json(new GoodsParts()) });
            rows.Append(new CountersRow { GoodsId = row.Id });
        }

        if (before is null or { Sku: not null })
        {
            rows.Put(new SkuRow
            {
                Id = row.Id,
                GoodsId = row.Id,
                Pairs = "",
                PriceCents = price.PriceCents,
                OriginalCents = price.OriginalCents,
                Points = price.Points,
                GroupCents = price.GroupCents,
                BargainCents = price.BargainCents,
            });
            var (had, has) = (before?.Stock?.Stock ?? 0, reading.Stock ?? before?.Stock?.Stock ?? 0);
            rows.Put(new StockRow { SkuId = row.Id, GoodsId = row.Id, Stock = has });
            if (had != has)
            {
                rows.Append(StockWrites.Change(unit, row.Id, row.Id, had, has, writer));
            }
        }
    }

    /// <summary>Goods as they are before a line changes them.</summary>
    /// <param name="Goods">The goods.</param>
    /// <param name="Content">Their introduction.</param>
    /// <param name="Sku">What is sold, where there are no combinations.</param>
    /// <param name="Stock">Its stock.</param>
    private sealed record Present(GoodsRow Goods, string Content, SkuRow? Sku, StockRow? Stock);

    /// <summary>A line of a file, by the names of its columns.</summary>
    internal sealed record Record(int Line, IReadOnlyDictionary<string, string> Fields);

    /// <summary>What lines may name.</summary>
    internal sealed record Known(IReadOnlySet<long> Categories, IReadOnlySet<long> Stores, IReadOnlySet<long> Freights)
    {
        public static async Task<Known> ReadAsync(IReads reads, CancellationToken cancellation) => new(
            await reads.Query<CategoryRow>().Select(c => c.Id).ToHashSetAsync(cancellation),
            await reads.Query<StoreRow>().Select(s => s.Id).ToHashSetAsync(cancellation),
            await reads.Query<FreightRow>().Select(f => f.Id).ToHashSetAsync(cancellation));
    }
}
