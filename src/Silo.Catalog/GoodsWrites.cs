using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>What an operator says of goods, all of it.</summary>
internal sealed record GoodsDraft(
    GoodsTerms Terms, GoodsParts Parts, Price Price, long Stock, IReadOnlyList<SkuTerms> Skus);

/// <summary>Who writes, and why; for the journal of stocks.</summary>
internal sealed record Writer(long OperatorId, string Reason);

/// <summary>
/// Writes goods with their combinations, stocks and search text in one unit. Every write begins with
/// <see cref="BeginAsync"/>, and with it waits for the one before.
/// </summary>
/// <remarks>
/// Rows are locked in one order, which orders keep too: <see cref="CatalogCacheTags.Writes"/>, stocks by their ids, goods by
/// their ids, all else.
/// </remarks>
internal static class GoodsWrites
{
    /// <summary>Waits for the operator's write before; what is read from here on stays true until the unit ends.</summary>
    public static Task BeginAsync(Unit unit, CancellationToken cancellation) =>
        unit.InvalidateAsync(CatalogCacheTags.Writes, cancellation);

    /// <summary>Begins a write of what is in many pages, and has all of them read anew.</summary>
    public static async Task InvalidateAsync(Unit unit, CancellationToken cancellation)
    {
        await BeginAsync(unit, cancellation);
        await unit.InvalidateAsync(CatalogCacheTags.Whole, cancellation);
    }

    /// <summary>Has the pages of goods and all lists read anew.</summary>
    public static Task ChangedAsync(Unit unit, IReadOnlyCollection<long> goods, CancellationToken cancellation) =>
        unit.InvalidateAsync(CatalogCacheTags.Goods, goods, cancellation);

    public static async Task<Result<OperatorChange<GoodsDetail>>> CreateAsync(
        Unit unit, GoodsDraft draft, Writer writer, CancellationToken cancellation)
    {
        await BeginAsync(unit, cancellation);
        if (WindowRefusal(draft.Terms) is { } refusal)
        {
            return refusal;
        }

        var checkedDraft = await CheckAsync(unit, draft, cancellation);
        if (!checkedDraft.IsAccepted)
        {
            return checkedDraft.Refusal;
        }

        var row = New(unit);
        await WriteAsync(unit, row, isNew: true, draft, checkedDraft.Value, writer, cancellation);
        return Change(row.Id, null, (await GoodsReads.DetailAsync(unit, row.Id, cancellation))!);
    }

    public static async Task<Result<OperatorChange<GoodsDetail>>> UpdateAsync(
        Unit unit, long goodsId, int expectedVersion, GoodsDraft draft, Writer writer, CancellationToken cancellation)
    {
        await BeginAsync(unit, cancellation);
        if (WindowRefusal(draft.Terms) is { } refusal)
        {
            return refusal;
        }

        if (await GoodsReads.DetailAsync(unit, goodsId, cancellation) is not { } before)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        if (expectedVersion != 0 && expectedVersion != before.Goods.Version)
        {
            return CatalogRefusals.GoodsVersionStale;
        }

        var checkedDraft = await CheckAsync(unit, draft, cancellation);
        if (!checkedDraft.IsAccepted)
        {
            return checkedDraft.Refusal;
        }

        var row = await unit.Set<GoodsRow>().SingleAsync(g => g.Id == goodsId, cancellation);
        await WriteAsync(unit, row, isNew: false, draft, checkedDraft.Value, writer, cancellation);
        return Change(goodsId, before, (await GoodsReads.DetailAsync(unit, goodsId, cancellation))!);
    }

    public static async Task<Result<OperatorChange<Goods>>> SetPublishedAsync(
        Unit unit, SetGoodsPublishedRequest request, CancellationToken cancellation)
    {
        await BeginAsync(unit, cancellation);
        await ChangedAsync(unit, [request.GoodsId], cancellation);
        if (await unit.Set<GoodsRow>().SingleOrDefaultAsync(g => g.Id == request.GoodsId, cancellation) is not { } row)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        var before = CatalogWire.PricedGoods(row);
        (row.Published, row.UpdatedAt) = (request.Published, unit.NowMs);
        row.Version++;
        return new OperatorChange<Goods>(SubjectOf(row.Id), before, CatalogWire.PricedGoods(row));
    }

    public static async Task<Result<OperatorChange<OrderGoodsResponse>>> OrderAsync(
        Unit unit, OrderGoodsRequest request, CancellationToken cancellation)
    {
        await BeginAsync(unit, cancellation);
        var places = request.Places.GroupBy(p => p.Id).ToDictionary(g => g.Key, g => g.Last().Sort);
        var ids = places.Keys.ToArray();
        await ChangedAsync(unit, ids, cancellation);
        var rows = await unit.Set<GoodsRow>().Where(g => ids.Contains(g.Id)).OrderBy(g => g.Id).ToListAsync(cancellation);
        if (rows.Count < ids.Length)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        var (before, after) = (new OrderGoodsResponse(), new OrderGoodsResponse());
        before.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
        foreach (var row in rows)
        {
            (row.Sort, row.UpdatedAt) = (places[row.Id], unit.NowMs);
            row.Version++;
        }

        after.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
        return new OperatorChange<OrderGoodsResponse>("goods", before, after);
    }

    /// <summary>Deletes goods that are off sale and that nothing needs; what orders and reviews say of them stays.</summary>
    public static async Task<Result<OperatorChange<GoodsDetail>>> DeleteAsync(
        Unit unit, DeleteGoodsRequest request, IEnumerable<IGoodsUse> uses, CancellationToken cancellation)
    {
        var goodsId = request.GoodsId;
        await BeginAsync(unit, cancellation);
        if (await GoodsReads.DetailAsync(unit, goodsId, cancellation) is not { } before)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        if (before.Goods.Published)
        {
            return CatalogRefusals.GoodsOnSale;
        }

        await unit.LockAsync<StockRow>([.. before.Skus.Select(s => s.Id)], wait: true, cancellation);
        // From here on nobody begins to need the goods: who would waits, and finds them gone.
        await unit.LockAsync<GoodsRow>([goodsId], wait: true, cancellation);
        if (await InUseAsync(unit, goodsId, uses, cancellation) is { } inUse)
        {
            return inUse;
        }

        await unit.Set<StockRow>().Where(s => s.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<SkuRow>().Where(s => s.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<MemberPriceRow>().Where(p => p.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<FavouriteRow>().Where(f => f.Type == FavouriteRow.OfGoods && f.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<CountersRow>().Where(c => c.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<ViewsRow>().Where(v => v.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<SearchRow>().Where(s => s.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<PartsRow>().Where(p => p.GoodsId == goodsId).ExecuteDeleteAsync(cancellation);
        await unit.Set<GoodsRow>().Where(g => g.Id == goodsId).ExecuteDeleteAsync(cancellation);
        await ChangedAsync(unit, [goodsId], cancellation);
        return Change(goodsId, before, before);
    }

    /// <summary>Why goods cannot be deleted, naming what needs them; null where nothing does.</summary>
    private static async Task<Refusal?> InUseAsync(
        Unit unit, long goodsId, IEnumerable<IGoodsUse> uses, CancellationToken cancellation)
    {
        var (count, first) = (0L, new List<GoodsUser>());
        foreach (var use in uses)
        {
            var found = await use.OfAsync(unit, goodsId, cancellation);
            count += found.Count;
            first.AddRange(found.First);
        }

        return count == 0 ? null : CatalogRefusals.GoodsInUse(count, [.. first.Take(GoodsUses.MaxNamed)]);
    }

    /// <summary>Why a sale cannot be in its window; null where it can.</summary>
    public static Refusal? WindowRefusal(GoodsTerms terms) =>
        (terms.FlashSale && (terms.SaleFrom is null || terms.SaleUntil is null))
        || (terms is { SaleFrom: { } from, SaleUntil: { } until } && WireTime.Milliseconds(from) >= WireTime.Milliseconds(until))
            ? CatalogRefusals.SaleWindowEmpty
            : null;

    /// <summary>What the audit log calls goods.</summary>
    public static string SubjectOf(long goodsId) => $"goods:{goodsId}";

    private static OperatorChange<GoodsDetail> Change(long goodsId, GoodsDetail? before, GoodsDetail after) =>
        new(SubjectOf(goodsId), before, after);

    /// <summary>Checks what the draft names; gives the pairs of its combinations and their properties.</summary>
    private static async Task<Result<CheckedSkus>> CheckAsync(Unit unit, GoodsDraft draft, CancellationToken cancellation)
    {
        var terms = draft.Terms;
        if (!await unit.Query<CategoryRow>().AnyAsync(c => c.Id == terms.CategoryId, cancellation))
        {
            return CatalogRefusals.CategoryUnknown;
        }

        if (terms.StoreId != 0 && !await unit.Query<StoreRow>().AnyAsync(s => s.Id == terms.StoreId, cancellation))
        {
            return CatalogRefusals.StoreUnknown;
        }

        if (terms.FreightId != 0)
        {
            if (await unit.Query<FreightRow>().SingleOrDefaultAsync(f => f.Id == terms.FreightId, cancellation) is not { } freight)
            {
                return CatalogRefusals.FreightUnknown;
            }

            if (CatalogRules.MeasureRefusal(
                CatalogWire.Read<FreightTerms>(freight.Terms), terms, draft.Skus.Select(s => s.WeightGrams)) is { } unmeasured)
            {
                return unmeasured;
            }
        }

        if (draft.Skus.Count == 0)
        {
            return new CheckedSkus([""], []);
        }

        var ids = draft.Skus.SelectMany(s => s.ValueIds).Distinct().ToArray();
        var values = await unit.Query<ValueRow>().Where(v => ids.Contains(v.Id))
            .ToDictionaryAsync(v => v.Id, v => v.PropertyId, cancellation);
        if (values.Count < ids.Length)
        {
            return CatalogRefusals.PropertyValueUnknown;
        }

        var propertyIds = values.Values.Distinct().ToArray();
        var properties = await unit.Query<PropertyRow>().Where(p => propertyIds.Contains(p.Id))
            .OrderBy(p => p.Sort).ThenBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellation);
        return CatalogRules.Combine([.. draft.Skus.Select(s => s.ValueIds)], values, properties) is { } pairs
            ? new CheckedSkus(pairs, properties)
            : CatalogRefusals.SkusInvalid;
    }

    /// <summary>A draft whose HTML does nothing but show itself; made before the unit, because cleaning takes its time.</summary>
    public static Result<GoodsDraft> Cleaned(GoodsDraft draft)
    {
        var (content, notes) = (ShownHtml.Clean(draft.Parts.Content), ShownHtml.Clean(draft.Terms.PurchaseNotes));
        return !content.IsAccepted ? content.Refusal
            : !notes.IsAccepted ? notes.Refusal
            : draft with
            {
                Parts = new(draft.Parts) { Content = content.Value },
                Terms = new(draft.Terms) { PurchaseNotes = notes.Value },
            };
    }

    /// <summary>Fills a row with what an operator says; the combinations are written beside.</summary>
    public static void Fill(GoodsRow row, GoodsTerms terms, Price price, string propertyIds, long nowMs)
    {
        (row.CategoryId, row.StoreId, row.FreightId, row.Sort) = (terms.CategoryId, terms.StoreId, terms.FreightId, terms.Sort);
        (row.SearchName, row.SearchTags) = (SearchText.Normalise(terms.Name), SearchText.Normalise(terms.Tags));
        (row.BarCode, row.Recommended, row.Hidden) = (terms.BarCode.Trim(), terms.Recommended, terms.Hidden);
        (row.Bargain, row.GroupBuy, row.FlashSale) = (terms.Bargain, terms.GroupBuy, terms.FlashSale);
        row.OffSaleWhenEmpty = terms.OffSaleWhenEmpty;
        (row.PriceCents, row.OriginalCents, row.Points) = (price.PriceCents, price.OriginalCents, price.Points);
        (row.GroupCents, row.BargainCents) = (price.GroupCents, price.BargainCents);
        row.PropertyIds = propertyIds;
        row.Terms = CatalogWire.Json(terms);
        row.Version++;
        row.UpdatedAt = nowMs;
    }

    /// <summary>A new row, to be filled.</summary>
    public static GoodsRow New(Unit unit) => new()
    {
        Id = unit.NewId(),
        SearchName = "",
        SearchTags = "",
        BarCode = "",
        PropertyIds = "",
        Terms = "",
        CreatedAt = unit.NowMs,
    };

    /// <summary>Goods as they are searched.</summary>
    /// <param name="goodsId">The goods.</param>
    /// <param name="terms">What lists show.</param>
    /// <param name="content">The introduction, sanitised.</param>
    public static SearchRow SearchOf(long goodsId, GoodsTerms terms, string content)
    {
        var text = CatalogSearchRules.TextOf(
            terms.Name, terms.SubName, terms.Tags, terms.Characteristic, terms.BarCode, PlainText(content));
        return new()
        {
            GoodsId = goodsId,
            Name = SearchText.Normalise(terms.Name),
            Text = text,
            Tokens = CatalogSearchRules.TokensOf(text),
        };
    }

    private static async Task WriteAsync(
        Unit unit, GoodsRow row, bool isNew, GoodsDraft draft, CheckedSkus skus, Writer writer, CancellationToken cancellation)
    {
        Fill(
            row, draft.Terms, draft.Price, string.Join(',', skus.Properties.Select(p => p.ToString(CultureInfo.InvariantCulture))),
            unit.NowMs);
        var stored = new PartsRow { GoodsId = row.Id, Parts = CatalogWire.Json(draft.Parts) };
        var search = SearchOf(row.Id, draft.Terms, draft.Parts.Content);
        if (isNew)
        {
            unit.Set<GoodsRow>().Add(row);
            unit.Set<CountersRow>().Add(new() { GoodsId = row.Id });
            unit.Set<PartsRow>().Add(stored);
            unit.Set<SearchRow>().Add(search);
        }
        else
        {
            unit.Set<PartsRow>().Update(stored);
            unit.Set<SearchRow>().Update(search);
        }

        await WriteSkusAsync(unit, row.Id, draft, skus.Pairs, writer, cancellation);
    }

    private static async Task WriteSkusAsync(
        Unit unit, long goodsId, GoodsDraft draft, IReadOnlyList<string> pairs, Writer writer, CancellationToken cancellation)
    {
        var left = await unit.Set<SkuRow>().Where(s => s.GoodsId == goodsId).ToDictionaryAsync(s => s.Pairs, cancellation);
        for (var i = 0; i < pairs.Count; i++)
        {
            var terms = draft.Skus.Count == 0 ? null : draft.Skus[i];
            if (!left.Remove(pairs[i], out var sku))
            {
                sku = new() { Id = terms is null ? goodsId : unit.NewId(), GoodsId = goodsId, Pairs = pairs[i] };
                unit.Set<SkuRow>().Add(sku);
                var stock = terms?.Stock ?? draft.Stock;
                unit.Set<StockRow>().Add(new() { SkuId = sku.Id, GoodsId = goodsId, Stock = stock });
                Journal(unit, sku, 0, stock, writer);
            }

            var price = terms?.Price ?? draft.Price;
            sku.Sort = i;
            (sku.PriceCents, sku.OriginalCents, sku.Points) = (price.PriceCents, price.OriginalCents, price.Points);
            (sku.GroupCents, sku.BargainCents) = (price.GroupCents, price.BargainCents);
            (sku.Picture, sku.Code, sku.WeightGrams) = (terms?.Picture ?? "", terms?.Code ?? "", terms?.WeightGrams ?? 0);
        }

        var stocks = await unit.LockAsync<StockRow>([.. left.Values.Select(s => s.Id)], wait: true, cancellation);
        foreach (var sku in left.Values.OrderBy(s => s.Id))
        {
            var stock = stocks[sku.Id].Stock;
            await unit.Set<StockRow>().Where(s => s.SkuId == sku.Id).ExecuteDeleteAsync(cancellation);
            await unit.Set<MemberPriceRow>().Where(p => p.SkuId == sku.Id).ExecuteDeleteAsync(cancellation);
            unit.Set<SkuRow>().Remove(sku);
            Journal(unit, sku, stock, 0, writer);
        }

        await unit.SaveAsync(cancellation);
        await ChangedAsync(unit, [goodsId], cancellation);
    }

    private static void Journal(Unit unit, SkuRow sku, long before, long after, Writer writer)
    {
        if (before != after)
        {
            unit.Set<StockChangeRow>().Add(StockWrites.Change(unit, sku.GoodsId, sku.Id, before, after, writer));
        }
    }

    /// <summary>The text of an introduction, for searching; its markup is well-formed, since the sanitizer wrote it.</summary>
    private static string PlainText(string html)
    {
        var text = new System.Text.StringBuilder(html.Length);
        var inside = false;
        foreach (var c in html)
        {
            inside = c == '<' || (inside && c != '>');
            text.Append(inside || c == '>' ? ' ' : c);
        }

        return System.Net.WebUtility.HtmlDecode(text.ToString());
    }

    private sealed record CheckedSkus(IReadOnlyList<string> Pairs, IReadOnlyList<long> Properties);
}
