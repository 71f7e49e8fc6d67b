using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes tags.</summary>
internal sealed class TagsWrites(TagsReads reads)
    : ContentEditor<TagRow, TagTerms, Tag>(reads)
{
    public override ContentKind Kind => ContentKind.Tag;

    protected override IReadOnlyList<string> CacheTags => ContentCacheTags.OfCms;

    protected override int MaxRows => ContentRules.MaxTags;

    public override Result<TagTerms> Check(TagTerms terms) => ContentRules.TagName(terms.Name) is { } name
        ? new TagTerms(terms) { Name = name }
        : ContentRefusals.TagInvalid;

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
}
