using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes freight templates.</summary>
internal static class FreightWrites
{
    private const int Max = 1_000;

    public static async Task<Result<OperatorChange<Freight>>> CreateAsync(
        Unit unit, CreateFreightRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (!CatalogRules.IsValid(request.Terms))
        {
            return CatalogRefusals.FreightInvalid;
        }

        if (await unit.Query<FreightRow>().CountAsync(cancellation) >= Max)
        {
            return CatalogRefusals.FreightsFull;
        }

        var row = new FreightRow
        {
            Id = unit.NewId(),
            Version = 1,
            Terms = CatalogWire.Json(request.Terms),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<FreightRow>().Add(row);
        return new OperatorChange<Freight>($"freight:{row.Id}", null, CatalogWire.Freight(row));
    }

    public static async Task<Result<OperatorChange<Freight>>> UpdateAsync(
        Unit unit, UpdateFreightRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (!CatalogRules.IsValid(request.Terms))
        {
            return CatalogRefusals.FreightInvalid;
        }

        if (await FindAsync(unit, request.FreightId, cancellation) is not { } row)
        {
            return CatalogRefusals.FreightUnknown;
        }

        if (request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version)
        {
            return CatalogRefusals.FreightVersionStale;
        }

        var before = CatalogWire.Freight(row);
        if (CatalogRules.MeasureOf(request.Terms) is { } refusal && refusal != CatalogRules.MeasureOf(before.Terms)
            && await WithoutMeasureAsync(unit, row.Id, request.Terms.Unit, cancellation) is ({ Count: > 0 } first, var count))
        {
            return CatalogRefusals.WithGoods(refusal, count, first);
        }

        (row.Terms, row.UpdatedAt) = (CatalogWire.Json(request.Terms), unit.NowMs);
        row.Version++;
        return new OperatorChange<Freight>($"freight:{row.Id}", before, CatalogWire.Freight(row));
    }

    public static async Task<Result<OperatorChange<Freight>>> DeleteAsync(
        Unit unit, DeleteFreightRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.FreightId, cancellation) is not { } row)
        {
            return CatalogRefusals.FreightUnknown;
        }

        if (await unit.Query<GoodsRow>().AnyAsync(g => g.FreightId != 0 && g.FreightId == row.Id, cancellation))
        {
            return CatalogRefusals.FreightInUse;
        }

        unit.Set<FreightRow>().Remove(row);
        var was = CatalogWire.Freight(row);
        return new OperatorChange<Freight>($"freight:{row.Id}", was, was);
    }

    /// <summary>The goods of a template that have not what a unit counts: the first of them, and how many there are.</summary>
    private static async Task<(List<(long Id, string Name)> First, long Count)> WithoutMeasureAsync(
        Unit unit, long freightId, FreightUnit counted, CancellationToken cancellation)
    {
        // A number that is 0 is not in the JSON, and a quote within one of its texts is escaped there.
        var member = counted == FreightUnit.Weight ? "\"weightGrams\":" : "\"volumeMl\":";
        var goods = unit.Query<GoodsRow>().Where(g => g.FreightId != 0 && g.FreightId == freightId && !g.Terms.Contains(member));
        if (counted == FreightUnit.Weight)
        {
            goods = goods.Where(g => unit.Query<SkuRow>().Any(s => s.GoodsId == g.Id && s.WeightGrams == 0));
        }

        var (rows, count) = await goods.OrderBy(g => g.Id).PageAsync(new Paging(1, GoodsUses.MaxNamed), cancellation);
        return (rows.ConvertAll(g => (g.Id, CatalogWire.Goods(g).Terms.Name)), count);
    }

    private static Task<FreightRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<FreightRow>().SingleOrDefaultAsync(f => f.Id == id, cancellation);
}
