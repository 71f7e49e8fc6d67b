using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Content.V1;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Counts views of articles.</summary>
internal sealed class ArticleViews(IUnits units, TimeProvider time, ILogger<ArticleViews> logger) : Tally(time, logger)
{
    protected override Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation) => units.RunAsync<bool>(
        async unit =>
        {
            // Before the articles, as every writer of articles does: of two of them one waits, and neither for ever.
            await unit.TouchAsync(CmsTopics.Views, cancellation);
            foreach (var alike in sums.GroupBy(s => s.Value, s => s.Key))
            {
                var ids = alike.ToArray();
                await unit.Set<ArticleRow>().Where(a => ids.Contains(a.Id))
                    .ExecuteUpdateAsync(set => set.SetProperty(a => a.Views, a => a.Views + alike.Key), cancellation);
            }

            return true;
        },
        cancellation);
}

/// <summary>The shopper's rpcs for articles.</summary>
internal sealed class ArticlesGrpc(CmsReads reads, ArticleViews views) : ArticlesService.ArticlesServiceBase
{
    public override Task<ListArticlesResponse> ListArticles(ListArticlesRequest request, ServerCallContext context) =>
        reads.ArticlesAsync(request, context.CancellationToken);

    public override async Task<DescribeArticleResponse> DescribeArticle(DescribeArticleRequest request, ServerCallContext context)
    {
        var article = await reads.ArticleAsync(request.ArticleId, context.CancellationToken);
        views.Count(article.Id);
        return new() { Article = article };
    }
}

/// <summary>The operator's rpcs for articles.</summary>
internal sealed class ArticlesAdminGrpc(ArticlesWrites editor, CategoryEditor categories)
    : ArticlesAdminService.ArticlesAdminServiceBase
{
    public override async Task<CreateArticleResponse> CreateArticle(CreateArticleRequest request, ServerCallContext context) => new()
    {
        Article = await editor.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateArticleResponse> UpdateArticle(UpdateArticleRequest request, ServerCallContext context) => new()
    {
        Article = await editor.UpdateAsync(
            context, request, request.ArticleId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetArticleResponse> GetArticle(GetArticleRequest request, ServerCallContext context) =>
        new() { Article = await editor.GetAsync(request.ArticleId, context.CancellationToken) };

    public override async Task<SearchArticlesResponse> SearchArticles(SearchArticlesRequest request, ServerCallContext context)
    {
        IReadOnlyList<long>? within = null;
        if (request.Filter?.CategoryId is > 0 and var category)
        {
            var tree = await categories.TreeAsync(context.CancellationToken);
            within = ContentRules.Within([.. tree.Select(c => (c.Category.Id, c.Category.Level))], category);
        }

        var (page, total) = await editor.SearchAsync(
            (r, rows) => ArticlesWrites.Choose(r, rows, request.Filter ?? new(), within, request.Order),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchArticlesResponse { TotalCount = total };
        response.Articles.AddRange(page);
        return response;
    }
}
