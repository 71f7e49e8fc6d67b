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
    private const int MaxLosses = 1_000;

    private readonly ImportGoodsRequest request;
    private readonly List<GoodsFile.Record> lines;
    private readonly List<LineFault> faults;

    /// <summary>Reads the file: what costs time is done before anybody waits for the unit.</summary>
    public GoodsImport(ImportGoodsRequest request)
    {
        this.request = request;
        (lines, faults) = GoodsFile.Parse(request);
    }

    /// <summary>What the last run came to, also where it had no effect.</summary>
    public ImportGoodsResponse Report { get; private set; } = new();

    /// <summary>
    /// Writes the file; refuses with <see cref="CatalogRefusals.ImportWithoutEffect"/> where nothing is to be written, see
    /// <see cref="Report"/>.
    /// </summary>
    public async Task<Result<OperatorChange<ImportGoodsResponse>>> RunAsync(Unit unit, Writer writer, CancellationToken cancellation)
    {
        Report = new();
        Report.Faults.AddRange(faults);
        var pen = new Pen(unit, writer, request.DryRun);
        await WriteAsync(pen, lines, Report, cancellation);
        return Report.Faults.Count > 0 || request.DryRun || lines.Count == 0
            ? CatalogRefusals.ImportWithoutEffect
            : new OperatorChange<ImportGoodsResponse>("goods", null, Report) { Parts = pen.Changes };
    }

    internal static async Task WriteAsync(Pen pen, List<GoodsFile.Record> lines, ImportGoodsResponse report, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(pen.Unit, cancellation);
        List<LineFault> faults = [];
        var readings = GoodsFile.Group(lines, faults, isWhole: report.Faults.Count == 0);
        var known = await Known.ReadAsync(pen.Unit, [.. readings.SelectMany(r => r.Combinations)], cancellation);
        var (seen, written) = (new HashSet<long>(), 0);
        long[] all = [.. readings.Select(r => r.GoodsId).Where(id => id != 0).Distinct()];
        var skus = (await pen.Unit.Query<SkuRow>().Where(s => all.Contains(s.GoodsId)).ToListAsync(cancellation)).ToLookup(s => s.GoodsId);
        // All stocks before any goods, and each in one order: see GoodsWrites.
        var stocked = readings.Where(r => r.GivesStock || r.Combinations.Count > 0).SelectMany(r => skus[r.GoodsId]).Select(s => s.Id);
        await pen.Unit.LockAsync<StockRow>([.. stocked], wait: true, cancellation);
        var goods = await pen.Unit.LockAsync<GoodsRow>(all, wait: true, cancellation);
        foreach (var chunk in readings.Chunk(100).TakeWhile(_ => faults.Count < GoodsFile.MaxFaults))
        {
            var before = await BeforeAsync(
                pen.Unit, [.. chunk.Select(r => goods.GetValueOrDefault(r.GoodsId)).OfType<GoodsRow>()], skus, known, cancellation);
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

        faults.AddRange(report.Faults);
        report.Faults.Clear();
        report.Faults.AddRange(faults.OrderBy(f => f.Line).Take(GoodsFile.MaxFaults));
        if (report.Faults.Count == 0)
        {
            await pen.Unit.WriteAsync(pen.Rows);
            report.Created = readings.Count(r => r.GoodsId == 0);
            report.Changed = written - report.Created;
            report.LossCount = pen.Losses.Count;
            report.Losses.AddRange(pen.Losses.OrderBy(l => l.Line).Take(MaxLosses));
        }
    }

    /// <summary>Goods that the file has, as they are; names their values.</summary>
    private static async Task<Dictionary<long, Present>> BeforeAsync(
        Unit unit, IReadOnlyList<GoodsRow> goods, ILookup<long, SkuRow> skus, Known known, CancellationToken cancellation)
    {
        var ids = goods.Select(g => g.Id).Distinct().ToArray();
        var parts = await unit.Query<PartsRow>().Where(p => ids.Contains(p.GoodsId)).ToDictionaryAsync(p => p.GoodsId, cancellation);
        var stocks = await unit.Query<StockRow>().Where(s => ids.Contains(s.GoodsId))
            .ToDictionaryAsync(s => s.SkuId, s => s.Stock, cancellation);
        var (_, names) = await GoodsReads.PropertiesAsync(unit, ids.SelectMany(id => skus[id]), cancellation);
        foreach (var (id, name) in names)
        {
            known.Names[id] = name;
        }

        return goods.DistinctBy(g => g.Id).ToDictionary(g => g.Id, g => new Present(
            g, CatalogWire.Read<GoodsParts>(parts[g.Id].Parts), skus[g.Id].OrderBy(s => s.Sort).ToDictionary(s => s.Pairs), stocks));
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
        var was = before is null ? null : Detail(row, before.Parts, before.Sold, known);
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
        else
        {
            pen.Lose(reading.Line, row.Id, 0, GoodsCsv.Losses(was!.Goods.Terms, before.Parts, goods));
        }

        var sold = before?.Sold ?? [];
        if (combinations.Count > 0)
        {
            await RemoveAsync(pen, reading, before, [.. combinations.Select(c => c.Pairs)], known, cancellation);
            sold = [.. combinations.Select((c, i) => AddSku(pen, row.Id, before, c.Pairs, i, c.Terms, c.Line))];
        }
        else if (before is null || before.Skus.ContainsKey(""))
        {
            sold = [AddSku(pen, row.Id, before, "", 0, new() { Price = goods.Price, Stock = goods.Stock }, reading)];
        }

        var now = Detail(row, goods.Parts, sold, known);
        if (was is not null && was.Parts.Content == now.Parts.Content)
        {
            // It may be most of the goods, and a file of prices has thousands of them.
            (was.Parts.Content, now.Parts.Content) = ("", "");
        }

        pen.Change(GoodsWrites.SubjectOf(row.Id), was, now);
        return true;
    }

    /// <summary>Goods as the audit log shows them.</summary>
    private static GoodsDetail Detail(GoodsRow row, GoodsParts parts, IEnumerable<(SkuRow Sku, long Stock)> sold, Known known)
    {
        var detail = new GoodsDetail { Goods = CatalogWire.PricedGoods(row), Parts = parts.Clone() };
        detail.Skus.AddRange(sold.Select(s => CatalogWire.Sku(s.Sku, s.Stock, GoodsReads.NamesOf(s.Sku.Pairs, known.Names))));
        detail.Goods.Stock = detail.Skus.Sum(s => s.Stock);
        return detail;
    }

    /// <summary>Whether the file says of goods what is so already.</summary>
    private static bool IsAsBefore(
        Present before,
        GoodsReading reading,
        CreateGoodsRequest goods,
        bool? published,
        List<Combination> combinations) =>
        (published ?? before.Goods.Published) == before.Goods.Published
        && goods.Terms.Equals(CatalogWire.Goods(before.Goods).Terms)
        && goods.Price.Equals(CatalogWire.Price(before.Goods))
        && goods.Parts.Equals(before.Parts)
        && (combinations.Count == 0
            ? !reading.GivesStock || before.Stocks.GetValueOrDefault(before.Goods.Id, goods.Stock) == goods.Stock
            : combinations.Count == before.Skus.Count
                && combinations.Index().All(c => IsAsBefore(before, c.Item.Pairs, c.Index, c.Item.Terms, c.Item.Line.GivesStock)));

    private static bool IsAsBefore(Present before, string pairs, int sort, SkuTerms terms, bool givesStock) =>
        before.Skus.GetValueOrDefault(pairs) is { } sku
        && sku.Sort == sort
        && terms.Price.Equals(CatalogWire.Price(sku))
        && (terms.Picture, terms.Code, terms.WeightGrams) == (sku.Picture, sku.Code, sku.WeightGrams)
        && (!givesStock || terms.Stock == before.Stocks[sku.Id]);

    /// <summary>The combinations that the file has of goods, with their pairs; faults are noted.</summary>
    private static List<Combination> Combinations(GoodsReading reading, Present? before, Known known)
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
            return new Combination(line, pairs[i], line.Read(sku, stock, values[i]), values[i]);
        })];
    }

    /// <summary>Writes what is sold; its stock where it is new or the file sets it.</summary>
    private static (SkuRow Sku, long Stock) AddSku(
        Pen pen, long goodsId, Present? before, string pairs, int sort, SkuTerms terms, LineReading line)
    {
        var present = before?.Skus.GetValueOrDefault(pairs);
        var sku = new SkuRow
        {
            Id = present?.Id ?? (pairs.Length == 0 ? goodsId : pen.Unit.NewId()),
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
        };
        pen.Rows.Put(sku);
        if (present is not null)
        {
            pen.Lose(line.Line, goodsId, sku.Id, GoodsCsv.Losses(present, sku));
        }

        if (present is not null && !line.GivesStock)
        {
            return (sku, before!.Stocks[sku.Id]);
        }

        pen.Rows.Put(new StockRow { SkuId = sku.Id, GoodsId = goodsId, Stock = terms.Stock });
        Journal(pen, goodsId, sku.Id, present is null ? 0 : before!.Stocks[sku.Id], terms.Stock);
        return (sku, terms.Stock);
    }

    /// <summary>Removes what is not sold any more.</summary>
    private static async Task RemoveAsync(
        Pen pen, GoodsReading reading, Present? before, HashSet<string> kept, Known known, CancellationToken cancellation)
    {
        var gone = before?.Skus.Values.Where(s => !kept.Contains(s.Pairs)).OrderBy(s => s.Id).ToArray() ?? [];
        if (gone.Length == 0)
        {
            return;
        }

        var ids = Array.ConvertAll(gone, s => s.Id);
        var prices = await pen.Unit.Query<MemberPriceRow>().Where(p => ids.Contains(p.SkuId)).GroupBy(p => p.SkuId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(p => p.Key, p => p.Count, cancellation);
        await pen.Unit.Set<StockRow>().Where(s => ids.Contains(s.SkuId)).ExecuteDeleteAsync(cancellation);
        await pen.Unit.Set<MemberPriceRow>().Where(p => ids.Contains(p.SkuId)).ExecuteDeleteAsync(cancellation);
        await pen.Unit.Set<SkuRow>().Where(s => ids.Contains(s.Id)).ExecuteDeleteAsync(cancellation);
        foreach (var sku in gone)
        {
            Journal(pen, sku.GoodsId, sku.Id, before!.Stocks[sku.Id], 0);
            pen.Losses.Add(new()
            {
                Line = reading.Line,
                GoodsId = sku.GoodsId,
                SkuId = sku.Id,
                Column = sku.Pairs.Length == 0 ? "stock" : "combination",
                Value = GoodsReads.NamesOf(sku.Pairs, known.Names).TrimEnd(','),
                Stock = before.Stocks[sku.Id],
                MemberPrices = prices.GetValueOrDefault(sku.Id),
            });
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
    internal sealed record Pen(Unit Unit, Writer Writer, bool IsDryRun)
    {
        private const int MaxLossLength = 200;

        /// <summary>Characters of introductions that are changed, before and after, since the audit log has both.</summary>
        private const long MaxContent = 16_000_000;

        private long content;

        /// <summary>What is written once all lines are known to be good.</summary>
        public Rows Rows { get; } = new();

        /// <summary>Each of the goods that are written, for the audit log.</summary>
        public List<SubjectChange> Changes { get; } = [];

        /// <summary>What goods lose.</summary>
        public List<LineLoss> Losses { get; } = [];

        /// <exception cref="RefusalException">The introductions that are changed are too many for one import.</exception>
        public void Change(string subject, GoodsDetail? before, GoodsDetail after)
        {
            content += (before?.Parts.Content.Length ?? 0) + after.Parts.Content.Length;
            if (content > MaxContent)
            {
                CatalogRefusals.ImportTooLarge.Throw();
            }

            if (!IsDryRun)
            {
                Changes.Add(new(subject, before, after));
            }
        }

        public void Lose(int line, long goodsId, long skuId, IEnumerable<(string Column, string Value)> losses) =>
            Losses.AddRange(losses.Select(l => new LineLoss
            {
                Line = line,
                GoodsId = goodsId,
                SkuId = skuId,
                Column = l.Column,
                Value = string.Concat(l.Value.EnumerateRunes().Take(MaxLossLength)),
            }));
    }

    /// <summary>A combination of a file.</summary>
    private sealed record Combination(SkuReading Line, string Pairs, SkuTerms Terms, IReadOnlyList<long> Values);

    /// <summary>Goods as they are before a line changes them.</summary>
    /// <param name="Goods">The goods.</param>
    /// <param name="Parts">What their page shows beside.</param>
    /// <param name="Skus">What is sold, by pairs.</param>
    /// <param name="Stocks">Of each, locked where the file sets it.</param>
    private sealed record Present(
        GoodsRow Goods, GoodsParts Parts, IReadOnlyDictionary<string, SkuRow> Skus, IReadOnlyDictionary<long, long> Stocks)
    {
        /// <summary>What is sold, with its stocks.</summary>
        public IEnumerable<(SkuRow Sku, long Stock)> Sold => Skus.Values.Select(s => (s, Stocks[s.Id]));
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

        /// <summary>The names of properties and values.</summary>
        public Dictionary<long, string> Names { get; } = Properties.Names;

        public static async Task<Known> ReadAsync(Unit unit, IReadOnlyList<SkuReading> combinations, CancellationToken cancellation) => new(
            await unit.Query<CategoryRow>().Select(c => c.Id).ToHashSetAsync(cancellation),
            await unit.Query<StoreRow>().Select(s => s.Id).ToHashSetAsync(cancellation),
            await unit.Query<FreightRow>().ToDictionaryAsync(f => f.Id, f => CatalogWire.Read<FreightTerms>(f.Terms), cancellation),
            await FileProperties.MakeAsync(unit, combinations, cancellation));
    }
}
