using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>What articles, categories and tags are cached under.</summary>
internal static class CmsTopics
{
    /// <summary>What operators change.</summary>
    public const string Cms = "content.cms";

    /// <summary>What changes with every write of views too: lists of articles, which are cheap, and not their texts.</summary>
    public const string Views = "content.views";

    public static readonly IReadOnlyList<string> All = [Cms, Views];
}

/// <summary>Categories for operators.</summary>
internal sealed class CategoryEditor(OperatorWrites writes, IUnits units)
    : ContentEditor<CategoryRow, CategoryTerms, Category>(writes, units)
{
    public const int MaxCategories = 1_000;
    private readonly IUnits units = units;

    public override ContentKind Kind => ContentKind.Category;

    protected override IReadOnlyList<string> Topics => CmsTopics.All;

    protected override int MaxRows => MaxCategories;

    public override Result<CategoryTerms> Check(CategoryTerms terms) =>
        ContentRules.IsUrl(terms.IconUrl) ? terms : ContentRefusals.UrlInvalid;

    /// <summary>All of them in the order of the tree, and whether each is shown to shoppers.</summary>
    public Task<List<(Category Category, bool IsShown)>> TreeAsync(CancellationToken cancellation) =>
        units.ReadAsync(r => TreeAsync(r, cancellation), cancellation);

    public static async Task<List<(Category Category, bool IsShown)>> TreeAsync(IReads reads, CancellationToken cancellation)
    {
        var rows = await reads.Query<CategoryRow>().ToDictionaryAsync(c => c.Id, cancellation);
        return [.. ContentRules.Tree([.. rows.Values.Select(r => r.Node)])
            .Select(place => (ContentWire.Category(rows[place.Id], place.Level), place.IsShown))];
    }

    protected override async Task<Refusal?> ApplyAsync(
        Unit unit, CategoryRow row, CategoryTerms terms, CancellationToken cancellation)
    {
        if (terms.ParentId != 0)
        {
            var nodes = (await unit.Query<CategoryRow>().ToListAsync(cancellation)).ConvertAll(c => c.Node);
            if (nodes.All(n => n.Id != terms.ParentId))
            {
                return ContentRefusals.CategoryUnknown;
            }

            if (ContentRules.IsCycle(nodes, row.Id, terms.ParentId))
            {
                return ContentRefusals.CategoryCycle;
            }
        }

        row.Rename(terms.Name);
        (row.ParentId, row.Type, row.Key) = (terms.ParentId, terms.Type, terms.Key);
        (row.IconUrl, row.Sort) = (terms.IconUrl, terms.Sort);
        return null;
    }

    protected override async Task<Refusal?> ReleaseAsync(Unit unit, CategoryRow row, CancellationToken cancellation) =>
        await unit.Query<CategoryRow>().AnyAsync(c => c.ParentId == row.Id, cancellation)
            || await unit.Query<ArticleRow>().AnyAsync(a => a.CategoryId == row.Id, cancellation)
            ? ContentRefusals.CategoryInUse
            : null;

    protected override async Task<List<Category>> WireAsync(
        IReads reads, IReadOnlyList<CategoryRow> rows, bool texts, CancellationToken cancellation)
    {
        var levels = (await TreeAsync(reads, cancellation)).ToDictionary(c => c.Category.Id, c => c.Category.Level);
        return [.. rows.Select(r => ContentWire.Category(r, levels.GetValueOrDefault(r.Id)))];
    }
}

/// <summary>Pages for operators.</summary>
internal sealed class PageEditor(OperatorWrites writes, IUnits units) : ContentEditor<PageRow, PageTerms, Page>(writes, units)
{
    public const string Topic = "content.pages";
    private readonly IUnits units = units;

    public override ContentKind Kind => ContentKind.Page;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => 1_000;

    public override Result<PageTerms> Check(PageTerms terms)
    {
        if (!ContentRules.IsKey(terms.Key, dashes: true))
        {
            return ContentRefusals.PageKeyInvalid;
        }

        var html = ContentHtml.Clean(terms.Content);
        return html.IsAccepted ? new PageTerms(terms) { Content = html.Value } : html.Refusal;
    }

    /// <summary>The published one with this key.</summary>
    public Task<Page> PublishedAsync(string key, CancellationToken cancellation) => units.ReadAsync(
        async r => await r.Query<PageRow>().SingleOrDefaultAsync(p => p.Key == key && p.Published, cancellation) is { } row
            ? (await WireAsync(r, [row], texts: true, cancellation))[0]
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    protected override async Task<Refusal?> ApplyAsync(Unit unit, PageRow row, PageTerms terms, CancellationToken cancellation)
    {
        if (await unit.Query<PageRow>().AnyAsync(p => p.Key == terms.Key && p.Id != row.Id, cancellation))
        {
            return ContentRefusals.KeyTaken;
        }

        row.Rename(terms.Title);
        row.Key = terms.Key;
        await WriteTextAsync(unit, row.Id, terms.Content, cancellation);
        return null;
    }

    protected override async Task<List<Page>> WireAsync(
        IReads reads, IReadOnlyList<PageRow> rows, bool texts, CancellationToken cancellation)
    {
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Page(r, htmls.GetValueOrDefault(r.Id, "")))];
    }
}

/// <summary>Tags for operators.</summary>
internal sealed class TagEditor(OperatorWrites writes, IUnits units) : ContentEditor<TagRow, TagTerms, Tag>(writes, units)
{
    public override ContentKind Kind => ContentKind.Tag;

    protected override IReadOnlyList<string> Topics => CmsTopics.All;

    protected override int MaxRows => ContentRules.MaxTags;

    public override Result<TagTerms> Check(TagTerms terms) => ContentRules.TagName(terms.Name) is { } name
        ? new TagTerms(terms) { Name = name }
        : ContentRefusals.TagInvalid;

    public static IQueryable<TagRow> InOrder(IQueryable<TagRow> rows) => rows.OrderBy(t => t.Sort).ThenBy(t => t.Id);

    protected override async Task<Refusal?> ApplyAsync(Unit unit, TagRow row, TagTerms terms, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(terms.Name);
        if (await unit.Query<TagRow>().AnyAsync(t => t.SearchName == name && t.Id != row.Id, cancellation))
        {
            return ContentRefusals.KeyTaken;
        }

        row.Rename(terms.Name);
        row.Sort = terms.Sort;
        return null;
    }

    protected override async Task<Refusal?> ReleaseAsync(Unit unit, TagRow row, CancellationToken cancellation)
    {
        await unit.Set<ArticleTagRow>().Where(t => t.TagId == row.Id).ExecuteDeleteAsync(cancellation);
        return null;
    }

    protected override async Task<List<Tag>> WireAsync(
        IReads reads, IReadOnlyList<TagRow> rows, bool texts, CancellationToken cancellation)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var published = reads.Query<ArticleRow>().Where(a => a.Published);
        var counts = await reads.Query<ArticleTagRow>()
            .Where(t => ids.Contains(t.TagId) && published.Any(a => a.Id == t.ArticleId))
            .GroupBy(t => t.TagId).Select(g => new { g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        return [.. rows.Select(r => ContentWire.Tag(r, counts.GetValueOrDefault(r.Id)))];
    }
}
