using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Properties and their values.</summary>
internal sealed class PropertiesReads(IUnits units)
{
    /// <summary>A page of those with a text in their name, in their order.</summary>
    public Task<(List<Property> Page, long Total)> SearchAsync(
        string nameContains, Paging paging, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(nameContains);
        return units.ReadAsync(
            async reads =>
            {
                var (page, total) = await reads.Query<PropertyRow>().Where(p => name == "" || p.SearchName.Contains(name))
                    .OrderBy(p => p.Sort).ThenBy(p => p.Id).PageAsync(paging, cancellation);
                var ids = page.ConvertAll(p => p.Id);
                var values = (await reads.Query<ValueRow>().Where(v => ids.Contains(v.PropertyId)).ToListAsync(cancellation))
                    .ToLookup(v => v.PropertyId);
                return (page.ConvertAll(p => CatalogWire.Property(p, values[p.Id])), total);
            },
            cancellation);
    }
}
