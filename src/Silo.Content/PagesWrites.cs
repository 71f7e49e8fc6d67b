using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes pages.</summary>
internal sealed class PagesWrites(PagesReads reads)
    : ContentEditor<PageRow, PageTerms, Page>(reads)
{
    public override ContentKind Kind => ContentKind.Page;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Pages];

    protected override int MaxRows => 1_000;

    public override Result<PageTerms> Check(PageTerms terms)
    {
        if (!ContentRules.IsKey(terms.Key, dashes: true))
        {
            return ContentRefusals.PageKeyInvalid;
        }

        var html = ShownHtml.Clean(terms.Content);
        return html.IsAccepted ? new PageTerms(terms) { Content = html.Value } : html.Refusal;
    }

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
}
