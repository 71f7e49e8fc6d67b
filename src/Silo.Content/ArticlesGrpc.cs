using Grpc.Core;
using Silo.Content.V1;

namespace Silo.Content;

/// <summary>The shopper's rpcs for articles.</summary>
internal sealed class ArticlesGrpc(ArticlesReads reads, ArticleViews views) : ArticlesService.ArticlesServiceBase
{
    public override Task<ListArticlesResponse> ListArticles(ListArticlesRequest request, ServerCallContext context) =>
        reads.ListAsync(request, context.CancellationToken);

    public override async Task<DescribeArticleResponse> DescribeArticle(DescribeArticleRequest request, ServerCallContext context)
    {
        var article = await reads.PublishedAsync(request.ArticleId, context.CancellationToken);
        views.Count(article.Id);
        return new() { Article = article };
    }
}
