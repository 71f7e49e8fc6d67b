using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Writes properties and values, which all goods of the shop share. Their ids are of one sequence and of one width, because
/// public clients look for a pair inside a text of pairs.
/// </summary>
internal static class PropertiesWrites
{
    /// <summary>As many as a shop has.</summary>
    public const int MaxProperties = 2_000;

    private const long FirstId = 1_000_000;
    private const string Sequence = "properties";

    public static async Task<Result<OperatorChange<Property>>> CreateAsync(
        Unit unit, CreatePropertyRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Query<PropertyRow>().CountAsync(cancellation) >= MaxProperties)
        {
            return CatalogRefusals.PropertiesFull;
        }

        var id = await TakeIdsAsync(unit, 1 + request.Values.Count, cancellation);
        var row = new PropertyRow
        {
            Id = id,
            Name = request.Name,
            SearchName = SearchText.Normalise(request.Name),
            Sort = request.Sort,
            CreatedAt = unit.NowMs,
        };
        var values = request.Values.Select((v, i) => New(id + 1 + i, id, v, i)).ToList();
        unit.Set<PropertyRow>().Add(row);
        unit.Set<ValueRow>().AddRange(values);
        return new OperatorChange<Property>($"property:{id}", null, CatalogWire.Property(row, values));
    }

    public static async Task<Result<OperatorChange<Property>>> UpdateAsync(
        Unit unit, UpdatePropertyRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Set<PropertyRow>().SingleOrDefaultAsync(p => p.Id == request.PropertyId, cancellation) is not { } row)
        {
            return CatalogRefusals.PropertyUnknown;
        }

        var left = await unit.Set<ValueRow>().Where(v => v.PropertyId == row.Id).ToDictionaryAsync(v => v.Id, cancellation);
        var before = CatalogWire.Property(row, left.Values);
        var added = request.Values.Count(v => v.Id == 0);
        var next = added == 0 ? 0 : await TakeIdsAsync(unit, added, cancellation);
        List<ValueRow> values = [];
        foreach (var (terms, sort) in request.Values.Select((v, i) => (v, i)))
        {
            if (terms.Id == 0)
            {
                values.Add(New(next++, row.Id, terms, sort));
                unit.Set<ValueRow>().Add(values[^1]);
            }
            else if (left.Remove(terms.Id, out var known))
            {
                (known.Name, known.Remark, known.Sort) = (terms.Name, terms.Remark, sort);
                values.Add(known);
            }
            else
            {
                return CatalogRefusals.PropertyValueUnknown;
            }
        }

        foreach (var value in left.Values)
        {
            if (await IsUsedAsync(unit, $":{value.Id},", cancellation))
            {
                return CatalogRefusals.PropertyInUse;
            }

            unit.Set<ValueRow>().Remove(value);
        }

        (row.Name, row.SearchName, row.Sort) = (request.Name, SearchText.Normalise(request.Name), request.Sort);
        return new OperatorChange<Property>($"property:{row.Id}", before, CatalogWire.Property(row, values));
    }

    public static async Task<Result<OperatorChange<Property>>> DeleteAsync(
        Unit unit, DeletePropertyRequest request, CancellationToken cancellation)
    {
        var id = request.PropertyId;
        await GoodsWrites.InvalidateAsync(unit, cancellation);
        if (await unit.Set<PropertyRow>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } row)
        {
            return CatalogRefusals.PropertyUnknown;
        }

        if (await IsUsedAsync(unit, $"{id}:", cancellation))
        {
            return CatalogRefusals.PropertyInUse;
        }

        var values = await unit.Set<ValueRow>().Where(v => v.PropertyId == id).ToListAsync(cancellation);
        unit.Set<PropertyRow>().Remove(row);
        unit.Set<ValueRow>().RemoveRange(values);
        var was = CatalogWire.Property(row, values);
        return new OperatorChange<Property>($"property:{id}", was, was);
    }

    private static ValueRow New(long id, long propertyId, PropertyValueTerms terms, int sort) =>
        new() { Id = id, PropertyId = propertyId, Name = terms.Name, Remark = terms.Remark, Sort = sort };

    private static Task<bool> IsUsedAsync(Unit unit, string part, CancellationToken cancellation) =>
        unit.Query<SkuRow>().AnyAsync(s => s.Pairs.Contains(part), cancellation);

    /// <summary>The first of so many ids in a row.</summary>
    public static async Task<long> TakeIdsAsync(Unit unit, int count, CancellationToken cancellation)
    {
        await unit.ExecuteAsync(
            $"""
            INSERT INTO catalog_sequences (name, next) VALUES ({Sequence}, {FirstId + count})
            ON CONFLICT (name) DO UPDATE SET next = catalog_sequences.next + {count}
            """,
            cancellation);
        return await unit.Query<SequenceRow>().Where(s => s.Name == Sequence).Select(s => s.Next).SingleAsync(cancellation) - count;
    }
}
