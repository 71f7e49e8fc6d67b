using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads categories.</summary>
internal sealed class CategoriesReads : ContentReads<CategoryRow, Category>
{
    private readonly TaggedCache<int, List<Category>> shown;

    public CategoriesReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => shown = new(invalidation, ContentCacheTags.Cms, 1, async _ =>
            [.. (await TreeAsync(CancellationToken.None)).Where(c => c.IsShown).Select(c => c.Category)]);

    /// <summary>Those that shoppers see, in the order of the tree, from memory.</summary>
    public Task<List<Category>> ShownAsync(CancellationToken cancellation) => shown.GetAsync(0, cancellation);

    /// <summary>All of them in the order of the tree, and whether each is shown to shoppers.</summary>
    public Task<List<(Category Category, bool IsShown)>> TreeAsync(CancellationToken cancellation) =>
        Units.ReadAsync(r => TreeAsync(r, cancellation), cancellation);

    /// <summary>A category and those below it.</summary>
    /// <param name="id">The category; null where the filter names none.</param>
    /// <param name="onlyShown">Whether to count only those that shoppers see.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async Task<IReadOnlyList<long>?> WithinAsync(long? id, bool onlyShown, CancellationToken cancellation)
    {
        if (id is not > 0)
        {
            return null;
        }

        // Not from memory: of two tags that were invalidated together one is heard of first.
        var tree = (await TreeAsync(cancellation)).Where(c => c.IsShown || !onlyShown);
        return ContentRules.Within([.. tree.Select(c => (c.Category.Id, c.Category.Level))], id.Value);
    }

    /// <summary>What operators look for; there are few categories, and only all together are a tree.</summary>
    public async Task<List<Category>> SearchAsync(SearchCategoriesRequest request, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(request.NameContains);
        return [.. (await TreeAsync(cancellation)).Select(c => c.Category).Where(c =>
            (request.Publication == Publication.Unspecified || c.Published == (request.Publication == Publication.Published))
            && (request.Type == "" || c.Terms.Type == request.Type)
            && SearchText.Normalise(c.Terms.Name).Contains(name, StringComparison.Ordinal))];
    }

    public override async Task<List<Category>> WireAsync(
        IReads reads, IReadOnlyList<CategoryRow> rows, bool texts, CancellationToken cancellation)
    {
        var levels = (await TreeAsync(reads, cancellation)).ToDictionary(c => c.Category.Id, c => c.Category.Level);
        return [.. rows.Select(r => ContentWire.Category(r, levels.GetValueOrDefault(r.Id)))];
    }

    private static async Task<List<(Category Category, bool IsShown)>> TreeAsync(IReads reads, CancellationToken cancellation)
    {
        var rows = await reads.Query<CategoryRow>().ToDictionaryAsync(c => c.Id, cancellation);
        return [.. ContentRules.Tree([.. rows.Values.Select(r => r.Node)])
            .Select(place => (ContentWire.Category(rows[place.Id], place.Level), place.IsShown))];
    }
}
