using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes categories. Writes follow each other, so what one of them reads stays true.</summary>
internal static class CategoriesWrites
{
    private const int Max = 1_000;

    public static async Task<Result<OperatorChange<Category>>> CreateAsync(
        Unit unit, CreateCategoryRequest request, CancellationToken cancellation)
    {
        var terms = request.Terms;
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Query<CategoryRow>().CountAsync(cancellation) >= Max)
        {
            return CatalogRefusals.CategoriesFull;
        }

        var parent = terms.ParentId == 0 ? null : await FindAsync(unit, terms.ParentId, cancellation);
        if (terms.ParentId != 0 && parent is null)
        {
            return CatalogRefusals.CategoryUnknown;
        }

        if (parent?.Level >= CatalogRules.MaxLevels)
        {
            return CatalogRefusals.CategoryTooDeep;
        }

        var row = new CategoryRow
        {
            Id = unit.NewId(),
            ParentId = terms.ParentId,
            Level = (parent?.Level ?? 0) + 1,
            Sort = terms.Sort,
            Enabled = true,
            Version = 1,
            Terms = CatalogWire.Json(terms),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<CategoryRow>().Add(row);
        return new OperatorChange<Category>($"category:{row.Id}", null, CatalogWire.Category(row));
    }

    public static async Task<Result<OperatorChange<Category>>> UpdateAsync(
        Unit unit, UpdateCategoryRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        var rows = await unit.Set<CategoryRow>().ToDictionaryAsync(c => c.Id, cancellation);
        var parentId = request.Terms.ParentId;
        if (!rows.TryGetValue(request.CategoryId, out var row) || (parentId != 0 && !rows.ContainsKey(parentId)))
        {
            return CatalogRefusals.CategoryUnknown;
        }

        if (request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version)
        {
            return CatalogRefusals.CategoryVersionStale;
        }

        var children = rows.Values.ToLookup(c => c.ParentId);
        var below = Below(row.Id).ToList();
        if (parentId == row.Id || below.Any(c => c.Id == parentId))
        {
            return CatalogRefusals.CategoryCycle;
        }

        var moved = (parentId == 0 ? 1 : rows[parentId].Level + 1) - row.Level;
        if (below.Append(row).Max(c => c.Level) + moved > CatalogRules.MaxLevels)
        {
            return CatalogRefusals.CategoryTooDeep;
        }

        var before = CatalogWire.Category(row);
        foreach (var category in below.Append(row))
        {
            category.Level += moved;
        }

        (row.ParentId, row.Sort, row.Terms) = (parentId, request.Terms.Sort, CatalogWire.Json(request.Terms));
        return Changed(unit, row, before);

        IEnumerable<CategoryRow> Below(long id) => children[id].SelectMany(c => Below(c.Id).Prepend(c));
    }

    public static async Task<Result<OperatorChange<Category>>> SetEnabledAsync(
        Unit unit, SetCategoryEnabledRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.CategoryId, cancellation) is not { } row)
        {
            return CatalogRefusals.CategoryUnknown;
        }

        var before = CatalogWire.Category(row);
        row.Enabled = request.Enabled;
        return Changed(unit, row, before);
    }

    public static async Task<Result<OperatorChange<OrderCategoriesResponse>>> OrderAsync(
        Unit unit, OrderCategoriesRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        var places = request.Places.GroupBy(p => p.Id).ToDictionary(g => g.Key, g => g.Last().Sort);
        var ids = places.Keys.ToArray();
        var rows = await unit.Set<CategoryRow>().Where(c => ids.Contains(c.Id)).OrderBy(c => c.Id).ToListAsync(cancellation);
        if (rows.Count < ids.Length)
        {
            return CatalogRefusals.CategoryUnknown;
        }

        var (before, after) = (new OrderCategoriesResponse(), new OrderCategoriesResponse());
        before.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
        foreach (var row in rows)
        {
            (row.Sort, row.UpdatedAt) = (places[row.Id], unit.NowMs);
            row.Version++;
        }

        after.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
        return new OperatorChange<OrderCategoriesResponse>("categories", before, after);
    }

    public static async Task<Result<OperatorChange<Category>>> DeleteAsync(
        Unit unit, DeleteCategoryRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await FindAsync(unit, request.CategoryId, cancellation) is not { } row)
        {
            return CatalogRefusals.CategoryUnknown;
        }

        if (await unit.Query<CategoryRow>().AnyAsync(c => c.ParentId == row.Id, cancellation)
            || await unit.Query<GoodsRow>().AnyAsync(g => g.CategoryId == row.Id, cancellation))
        {
            return CatalogRefusals.CategoryNotEmpty;
        }

        unit.Set<CategoryRow>().Remove(row);
        var was = CatalogWire.Category(row);
        return new OperatorChange<Category>($"category:{row.Id}", was, was);
    }

    private static Task<CategoryRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<CategoryRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation);

    private static OperatorChange<Category> Changed(Unit unit, CategoryRow row, Category before)
    {
        row.Version++;
        row.UpdatedAt = unit.NowMs;
        return new($"category:{row.Id}", before, CatalogWire.Category(row));
    }
}
