using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The shopper's rpcs for categories, pages and tags.</summary>
internal sealed class CmsGrpc(CategoriesReads categories, PagesReads pages, TagsReads tags) : CmsService.CmsServiceBase
{
    public override async Task<ListCategoriesResponse> ListCategories(ListCategoriesRequest request, ServerCallContext context)
    {
        var shown = await categories.ShownAsync(context.CancellationToken);
        var response = new ListCategoriesResponse { TotalCount = shown.Count };
        response.Categories.AddRange(shown.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<DescribeCategoryResponse> DescribeCategory(
        DescribeCategoryRequest request, ServerCallContext context) => new()
        {
            Category = (await categories.ShownAsync(context.CancellationToken)).FirstOrDefault(c => c.Id == request.CategoryId)
                ?? throw new RefusalException(ContentRefusals.Unknown),
        };

    public override async Task<DescribePageResponse> DescribePage(DescribePageRequest request, ServerCallContext context) =>
        new() { Page = await pages.PublishedAsync(request.Key, context.CancellationToken) };

    public override async Task<ListTagsResponse> ListTags(ListTagsRequest request, ServerCallContext context)
    {
        var published = await tags.PublishedAsync(context.CancellationToken);
        var response = new ListTagsResponse { TotalCount = published.Count };
        response.Tags.AddRange(published.Page(request.Page, request.PageSize));
        return response;
    }
}
