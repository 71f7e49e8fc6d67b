using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes stores.</summary>
internal static class StoresWrites
{
    private const int Max = 2_000;

    /// <summary>What an operator says of a store, with the texts that clients show as HTML cleaned.</summary>
    public static Result<StoreTerms> Cleaned(StoreTerms terms)
    {
        var (introduction, activity) = (ShownHtml.Clean(terms.Introduction), ShownHtml.Clean(terms.Activity));
        return !CatalogRules.AreOpeningHours(terms.OpeningHours) ? CatalogRefusals.OpeningHoursInvalid
            : !introduction.IsAccepted ? introduction.Refusal
            : !activity.IsAccepted ? activity.Refusal
            : new StoreTerms(terms) { Introduction = introduction.Value, Activity = activity.Value };
    }

    public static async Task<Result<OperatorChange<Store>>> CreateAsync(
        Unit unit, StoreTerms terms, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Query<StoreRow>().CountAsync(cancellation) >= Max)
        {
            return CatalogRefusals.StoresFull;
        }

        var row = new StoreRow
        {
            Id = unit.NewId(),
            Sort = terms.Sort,
            Open = true,
            Version = 1,
            Terms = CatalogWire.Json(terms),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<StoreRow>().Add(row);
        return new OperatorChange<Store>($"store:{row.Id}", null, CatalogWire.Store(row));
    }

    public static Task<Result<OperatorChange<Store>>> UpdateAsync(
        Unit unit, UpdateStoreRequest request, StoreTerms terms, CancellationToken cancellation) => ChangeAsync(
            unit,
            request.StoreId,
            request.ExpectedVersion,
            row => (row.Sort, row.Terms) = (terms.Sort, CatalogWire.Json(terms)),
            cancellation);

    public static Task<Result<OperatorChange<Store>>> SetOpenAsync(
        Unit unit, SetStoreOpenRequest request, CancellationToken cancellation) =>
        ChangeAsync(unit, request.StoreId, expectedVersion: 0, row => row.Open = request.Open, cancellation);

    public static async Task<Result<OperatorChange<Store>>> DeleteAsync(
        Unit unit, DeleteStoreRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.StoreId, cancellation) is not { } row)
        {
            return CatalogRefusals.StoreUnknown;
        }

        if (await unit.Query<GoodsRow>().AnyAsync(g => g.StoreId != 0 && g.StoreId == row.Id, cancellation))
        {
            return CatalogRefusals.StoreNotEmpty;
        }

        unit.Set<StoreRow>().Remove(row);
        var was = CatalogWire.Store(row);
        return new OperatorChange<Store>($"store:{row.Id}", was, was);
    }

    private static Task<StoreRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<StoreRow>().SingleOrDefaultAsync(s => s.Id == id, cancellation);

    private static async Task<Result<OperatorChange<Store>>> ChangeAsync(
        Unit unit, long storeId, int expectedVersion, Action<StoreRow> change, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, storeId, cancellation) is not { } row)
        {
            return CatalogRefusals.StoreUnknown;
        }

        if (expectedVersion != 0 && expectedVersion != row.Version)
        {
            return CatalogRefusals.StoreVersionStale;
        }

        var before = CatalogWire.Store(row);
        change(row);
        row.Version++;
        row.UpdatedAt = unit.NowMs;
        return new OperatorChange<Store>($"store:{row.Id}", before, CatalogWire.Store(row));
    }
}
