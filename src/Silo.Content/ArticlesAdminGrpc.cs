using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for articles.</summary>
internal sealed class ArticlesAdminGrpc(OperatorWrites writes, ArticlesWrites articles, ArticlesReads reads)
    : ArticlesAdminService.ArticlesAdminServiceBase
{
    public override async Task<CreateArticleResponse> CreateArticle(CreateArticleRequest request, ServerCallContext context) => new()
    {
        Article = await writes.RunAsync(
            context, request, articles.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateArticleResponse> UpdateArticle(UpdateArticleRequest request, ServerCallContext context) => new()
    {
        Article = await writes.RunAsync(
            context,
            request,
            articles.Update(request.ArticleId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetArticleResponse> GetArticle(GetArticleRequest request, ServerCallContext context) =>
        new() { Article = await reads.GetAsync(request.ArticleId, context.CancellationToken) };

    public override async Task<SearchArticlesResponse> SearchArticles(SearchArticlesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchArticlesResponse { TotalCount = total };
        response.Articles.AddRange(page);
        return response;
    }
}
