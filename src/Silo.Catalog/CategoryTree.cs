using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>All categories, in the order of the tree: each before its children, siblings by their order and then by id.</summary>
internal sealed class CategoryTree
{
    private readonly Dictionary<long, Category> byId;
    private readonly ILookup<long, Category> children;
    private readonly HashSet<long> hidden;

    public CategoryTree(IEnumerable<Category> categories)
    {
        byId = categories.ToDictionary(c => c.Id);
        children = byId.Values.OrderBy(c => c.Terms.Sort).ThenBy(c => c.Id).ToLookup(c => c.Terms.ParentId);
        All = [.. Below(0)];
        Shown = [.. All.Where(IsShown)];
        hidden = [.. All.Where(c => !IsShown(c)).Select(c => c.Id)];
    }

    public IReadOnlyList<Category> All { get; }

    /// <summary>Those that are enabled with all above them.</summary>
    public IReadOnlyList<Category> Shown { get; }

    /// <summary>Those that are disabled, or below one that is.</summary>
    public IReadOnlyCollection<long> Hidden => hidden;

    public static async Task<CategoryTree> ReadAsync(IReads reads, CancellationToken cancellation) =>
        new((await reads.Query<CategoryRow>().ToListAsync(cancellation)).Select(CatalogWire.Category));

    public Category? Find(long id) => byId.GetValueOrDefault(id);

    public bool IsShown(Category category) =>
        category.Enabled && (category.Terms.ParentId == 0 || (Find(category.Terms.ParentId) is { } parent && IsShown(parent)));

    /// <summary>Whether a category is disabled or below one that is; its goods are then neither shown nor sold.</summary>
    public bool IsHidden(long id) => hidden.Contains(id);

    /// <summary>A category and all below it.</summary>
    public long[] WithDescendants(long id) => [id, .. Below(id).Select(c => c.Id)];

    /// <summary>A category and all above it, itself first.</summary>
    public IReadOnlyList<long> Path(long id)
    {
        List<long> path = [];
        for (var category = Find(id); category is not null; category = Find(category.Terms.ParentId))
        {
            path.Add(category.Id);
        }

        return path;
    }

    private IEnumerable<Category> Below(long id) => children[id].SelectMany(c => Below(c.Id).Prepend(c));
}
