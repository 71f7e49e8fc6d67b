using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes categories.</summary>
internal sealed class CategoriesWrites(CategoriesReads reads)
    : ContentEditor<CategoryRow, CategoryTerms, Category>(reads)
{
    public override ContentKind Kind => ContentKind.Category;

    protected override IReadOnlyList<string> CacheTags => ContentCacheTags.OfCms;

    protected override int MaxRows => 1_000;

    public override Result<CategoryTerms> Check(CategoryTerms terms) =>
        ContentRules.IsUrl(terms.IconUrl) ? terms : ContentRefusals.UrlInvalid;

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
}
