using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Categories as operators see them, from the database.</summary>
internal sealed class CategoriesReads(IUnits units)
{
    public async Task<Category?> FindAsync(long id, CancellationToken cancellation) => await units.ReadAsync(
        r => r.Query<CategoryRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation), cancellation) is { } row
        ? CatalogWire.Category(row)
        : null;

    /// <summary>The categories with a text in their name, in the order of the tree.</summary>
    public async Task<List<Category>> SearchAsync(string nameContains, CancellationToken cancellation)
    {
        var (tree, name) = (
            await units.ReadAsync(r => CategoryTree.ReadAsync(r, cancellation), cancellation), SearchText.Normalise(nameContains));
        return [.. tree.All.Where(c => SearchText.Normalise(c.Terms.Name).Contains(name, StringComparison.Ordinal))];
    }
}
