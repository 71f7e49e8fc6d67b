using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes articles.</summary>
internal sealed class ArticlesWrites(ArticlesReads reads)
    : ContentEditor<ArticleRow, ArticleTerms, Article>(reads)
{
    public override ContentKind Kind => ContentKind.Article;

    protected override IReadOnlyList<string> CacheTags => ContentCacheTags.OfCms;

    protected override int MaxRows => 100_000;

    public override Result<ArticleTerms> Check(ArticleTerms terms)
    {
        if (!ContentRules.IsUrl(terms.PictureUrl))
        {
            return ContentRefusals.UrlInvalid;
        }

        var html = ShownHtml.Clean(terms.Content);
        if (!html.IsAccepted)
        {
            return html.Refusal;
        }

        if (ContentRules.TagNames(terms.Tags) is not { } names)
        {
            return ContentRefusals.TagInvalid;
        }

        var cleaned = new ArticleTerms(terms) { Content = html.Value };
        cleaned.Tags.Clear();
        cleaned.Tags.AddRange(names);
        return cleaned;
    }

    protected override async Task<Refusal?> ApplyAsync(Unit unit, ArticleRow row, ArticleTerms terms, CancellationToken cancellation)
    {
        if (terms.CategoryId != 0 && !await unit.Query<CategoryRow>().AnyAsync(c => c.Id == terms.CategoryId, cancellation))
        {
            return ContentRefusals.CategoryUnknown;
        }

        if (await TagAsync(unit, row.Id, terms.Tags, cancellation) is { } refusal)
        {
            return refusal;
        }

        row.Rename(terms.Title);
        (row.CategoryId, row.PictureUrl, row.Summary) = (terms.CategoryId, terms.PictureUrl, terms.Summary);
        (row.Keywords, row.SearchKeywords) = (terms.Keywords, SearchText.Normalise(terms.Keywords));
        (row.Author, row.Source, row.Recommended, row.Sort) = (terms.Author, terms.Source, terms.Recommended, terms.Sort);
        await WriteTextAsync(unit, row.Id, terms.Content, cancellation);
        return null;
    }

    protected override async Task<Refusal?> ReleaseAsync(Unit unit, ArticleRow row, CancellationToken cancellation)
    {
        await unit.Set<ArticleTagRow>().Where(t => t.ArticleId == row.Id).ExecuteDeleteAsync(cancellation);
        return null;
    }

    /// <summary>Replaces an article's tags; those that the shop has not yet are made.</summary>
    private static async Task<Refusal?> TagAsync(
        Unit unit, long articleId, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var searched = names.Select(SearchText.Normalise).ToArray();
        var known = await unit.Query<TagRow>().Where(t => searched.Contains(t.SearchName))
            .ToDictionaryAsync(t => t.SearchName, t => t.Id, cancellation);
        if (known.Count < searched.Length
            && await unit.Query<TagRow>().CountAsync(cancellation) + searched.Length - known.Count > ContentRules.MaxTags)
        {
            return ContentRefusals.Full;
        }

        await unit.Set<ArticleTagRow>().Where(t => t.ArticleId == articleId).ExecuteDeleteAsync(cancellation);
        foreach (var (place, name) in names.Index())
        {
            if (!known.TryGetValue(searched[place], out var tagId))
            {
                var tag = new TagRow { Id = unit.NewId(), Published = true, CreatedAt = unit.NowMs, UpdatedAt = unit.NowMs };
                tag.Rename(name);
                unit.Set<TagRow>().Add(tag);
                tagId = tag.Id;
            }

            unit.Set<ArticleTagRow>().Add(new ArticleTagRow { ArticleId = articleId, TagId = tagId, Place = place });
        }

        return null;
    }
}
