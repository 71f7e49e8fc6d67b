using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Articles for operators, and the one query that finds them.</summary>
internal sealed class ArticlesWrites(OperatorWrites writes, IUnits units)
    : ContentEditor<ArticleRow, ArticleTerms, Article>(writes, units)
{
    private readonly IUnits units = units;

    public override ContentKind Kind => ContentKind.Article;

    protected override IReadOnlyList<string> Topics => CmsTopics.All;

    protected override int MaxRows => 100_000;

    public override Result<ArticleTerms> Check(ArticleTerms terms)
    {
        if (!ContentRules.IsUrl(terms.PictureUrl))
        {
            return ContentRefusals.UrlInvalid;
        }

        var html = ContentHtml.Clean(terms.Content);
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

    /// <summary>The views that are written.</summary>
    public Task<long> ViewsAsync(long id, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<ArticleRow>().Where(a => a.Id == id).Select(a => a.Views).SingleOrDefaultAsync(cancellation), cancellation);

    /// <summary>The articles of a filter, in an order that leaves nothing open.</summary>
    /// <param name="reads">Where tags are looked up.</param>
    /// <param name="rows">What to choose from.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="within">The ids of the filter's category and of those in it; null without one.</param>
    /// <param name="order">In which order.</param>
    public static IQueryable<ArticleRow> Choose(
        IReads reads, IQueryable<ArticleRow> rows, ArticleFilter filter, IReadOnlyList<long>? within, ArticleOrder order)
    {
        var (title, keywords) = (SearchText.Normalise(filter.TitleContains), SearchText.Normalise(filter.KeywordsContain));
        var tag = SearchText.Normalise(filter.TagContains);
        var named = reads.Query<TagRow>().Where(t => t.SearchName.Contains(tag));
        var tagged = reads.Query<ArticleTagRow>().Where(t => named.Any(n => n.Id == t.TagId));
        rows = within is null ? rows : rows.Where(a => within.Contains(a.CategoryId));
        rows = filter.ArticleId == 0 ? rows : rows.Where(a => a.Id == filter.ArticleId);
        rows = title == "" ? rows : rows.Where(a => a.SearchName.Contains(title));
        rows = keywords == "" ? rows : rows.Where(a => a.SearchKeywords.Contains(keywords));
        rows = tag == "" ? rows : rows.Where(a => tagged.Any(t => t.ArticleId == a.Id));
        rows = filter.HasRecommended ? rows.Where(a => a.Recommended == filter.Recommended) : rows;
        rows = WireTime.MillisecondsOrNull(filter.CreatedFrom) is { } createdFrom ? rows.Where(a => a.CreatedAt >= createdFrom) : rows;
        rows = WireTime.MillisecondsOrNull(filter.CreatedUntil) is { } createdUntil ? rows.Where(a => a.CreatedAt < createdUntil) : rows;
        rows = WireTime.MillisecondsOrNull(filter.UpdatedFrom) is { } updatedFrom ? rows.Where(a => a.UpdatedAt >= updatedFrom) : rows;
        rows = WireTime.MillisecondsOrNull(filter.UpdatedUntil) is { } updatedUntil ? rows.Where(a => a.UpdatedAt < updatedUntil) : rows;
        return order switch
        {
            ArticleOrder.AddedUp => rows.OrderBy(a => a.Id),
            ArticleOrder.AddedDown => rows.OrderByDescending(a => a.Id),
            ArticleOrder.ViewsUp => rows.OrderBy(a => a.Views).ThenBy(a => a.Id),
            ArticleOrder.ViewsDown => rows.OrderByDescending(a => a.Views).ThenByDescending(a => a.Id),
            ArticleOrder.SortDown => rows.OrderByDescending(a => a.Sort).ThenByDescending(a => a.Id),
            _ => rows.OrderBy(a => a.Sort).ThenByDescending(a => a.Id),
        };
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

    protected override async Task<List<Article>> WireAsync(
        IReads reads, IReadOnlyList<ArticleRow> rows, bool texts, CancellationToken cancellation)
    {
        var ids = rows.Select(r => r.Id).ToArray();
        var tags = (await reads.Query<ArticleTagRow>().Where(t => ids.Contains(t.ArticleId))
                .Join(reads.Query<TagRow>(), t => t.TagId, g => g.Id, (t, g) => new { t.ArticleId, t.Place, g.Name })
                .ToListAsync(cancellation))
            .OrderBy(t => t.Place).ToLookup(t => t.ArticleId, t => t.Name);
        var htmls = await TextsAsync(reads, rows, texts, cancellation);
        return [.. rows.Select(r => ContentWire.Article(r, tags[r.Id], htmls.GetValueOrDefault(r.Id, "")))];
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
