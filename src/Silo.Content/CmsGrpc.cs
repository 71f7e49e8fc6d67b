using Google.Protobuf;
using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Content;

/// <summary>The shopper's rpcs for categories, pages and tags.</summary>
internal sealed class CmsGrpc : CmsService.CmsServiceBase
{
    private readonly CmsReads reads;
    private readonly VersionedCache<string, Page> pages;

    public CmsGrpc(CmsReads reads, PageEditor editor, Versions versions)
    {
        this.reads = reads;
        pages = new(versions, PageEditor.Topic, 100, key => editor.PublishedAsync(key, CancellationToken.None));
    }

    public override async Task<ListCategoriesResponse> ListCategories(ListCategoriesRequest request, ServerCallContext context)
    {
        var shown = await reads.CategoriesAsync(context.CancellationToken);
        var response = new ListCategoriesResponse { TotalCount = shown.Count };
        response.Categories.AddRange(shown.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<DescribeCategoryResponse> DescribeCategory(
        DescribeCategoryRequest request, ServerCallContext context) => new()
        {
            Category = (await reads.CategoriesAsync(context.CancellationToken)).FirstOrDefault(c => c.Id == request.CategoryId)
                ?? throw new RefusalException(ContentRefusals.Unknown),
        };

    public override async Task<DescribePageResponse> DescribePage(DescribePageRequest request, ServerCallContext context) =>
        new() { Page = await pages.GetAsync(request.Key, context.CancellationToken) };

    public override async Task<ListTagsResponse> ListTags(ListTagsRequest request, ServerCallContext context)
    {
        var tags = await reads.TagsAsync(context.CancellationToken);
        var response = new ListTagsResponse { TotalCount = tags.Count };
        response.Tags.AddRange(tags.Page(request.Page, request.PageSize));
        return response;
    }
}

/// <summary>What shoppers see of articles, categories and tags, from memory while nothing of it has changed.</summary>
internal sealed class CmsReads
{
    private readonly VersionedCache<int, List<Category>> categories;
    private readonly VersionedCache<int, List<Tag>> tags;
    /// <summary>By the bytes of the request: as messages, one that says no and one that says nothing are equal.</summary>
    private readonly VersionedCache<ByteString, ListArticlesResponse> lists;
    private readonly VersionedCache<long, Article> articles;
    private readonly VersionedCache<long, long> views;
    private readonly CategoryEditor categoryEditor;
    private readonly ArticlesWrites editor;

    public CmsReads(CategoryEditor categoryEditor, TagEditor tagEditor, ArticlesWrites editor, Versions versions)
    {
        (this.categoryEditor, this.editor) = (categoryEditor, editor);
        categories = new(versions, CmsTopics.Cms, 1, async _ =>
            [.. (await categoryEditor.TreeAsync(CancellationToken.None)).Where(c => c.IsShown).Select(c => c.Category)]);
        tags = new(versions, CmsTopics.Cms, 1, async _ => (await tagEditor.SearchAsync(
            (_, rows) => TagEditor.InOrder(rows), Publication.Published, new Paging(1, ContentRules.MaxTags), CancellationToken.None)).Page);
        lists = new(versions, CmsTopics.Views, 200, bytes => ListAsync(ListArticlesRequest.Parser.ParseFrom(bytes)));
        articles = new(versions, CmsTopics.Cms, 200, ReadAsync);
        views = new(versions, CmsTopics.Views, 10_000, id => editor.ViewsAsync(id, CancellationToken.None));
    }

    public Task<List<Category>> CategoriesAsync(CancellationToken cancellation) => categories.GetAsync(0, cancellation);

    public Task<List<Tag>> TagsAsync(CancellationToken cancellation) => tags.GetAsync(0, cancellation);

    public Task<ListArticlesResponse> ArticlesAsync(ListArticlesRequest request, CancellationToken cancellation) =>
        lists.GetAsync(request.ToByteString(), cancellation);

    /// <summary>A published article with its text and the views that are written.</summary>
    public async Task<Article> ArticleAsync(long id, CancellationToken cancellation) => new(await articles.GetAsync(id, cancellation))
    {
        Views = await views.GetAsync(id, cancellation),
    };

    private async Task<ListArticlesResponse> ListAsync(ListArticlesRequest request)
    {
        IReadOnlyList<long>? within = null;
        if (request.Filter?.CategoryId is > 0 and var category)
        {
            // Not from the cache beside: of two topics that were touched together one is heard of first.
            var tree = await categoryEditor.TreeAsync(CancellationToken.None);
            within = ContentRules.Within([.. tree.Where(c => c.IsShown).Select(c => (c.Category.Id, c.Category.Level))], category);
        }

        var (page, total) = await editor.SearchAsync(
            (r, rows) => ArticlesWrites.Choose(r, rows, request.Filter ?? new(), within, request.Order),
            Publication.Published,
            new Paging(request.Page, request.PageSize),
            CancellationToken.None);
        var response = new ListArticlesResponse { TotalCount = total };
        response.Articles.AddRange(page);
        return response;
    }

    private async Task<Article> ReadAsync(long id)
    {
        var article = await editor.GetAsync(id, CancellationToken.None);
        return article.Published ? article : throw new RefusalException(ContentRefusals.Unknown);
    }
}
