using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for categories, pages and tags.</summary>
internal sealed class CmsAdminGrpc(
    OperatorWrites writes,
    CategoriesWrites categories,
    CategoriesReads categoriesReads,
    PagesWrites pages,
    PagesReads pagesReads,
    TagsWrites tags,
    TagsReads tagsReads)
    : CmsAdminService.CmsAdminServiceBase
{
    public override async Task<CreateCategoryResponse> CreateCategory(CreateCategoryRequest request, ServerCallContext context) => new()
    {
        Category = await writes.RunAsync(
            context, request, categories.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateCategoryResponse> UpdateCategory(UpdateCategoryRequest request, ServerCallContext context) => new()
    {
        Category = await writes.RunAsync(
            context,
            request,
            categories.Update(request.CategoryId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetCategoryResponse> GetCategory(GetCategoryRequest request, ServerCallContext context) =>
        new() { Category = await categoriesReads.GetAsync(request.CategoryId, context.CancellationToken) };

    public override async Task<SearchCategoriesResponse> SearchCategories(
        SearchCategoriesRequest request, ServerCallContext context)
    {
        var found = await categoriesReads.SearchAsync(request, context.CancellationToken);
        var response = new SearchCategoriesResponse { TotalCount = found.Count };
        response.Categories.AddRange(found.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<CreatePageResponse> CreatePage(CreatePageRequest request, ServerCallContext context) => new()
    {
        Page = await writes.RunAsync(
            context, request, pages.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdatePageResponse> UpdatePage(UpdatePageRequest request, ServerCallContext context) => new()
    {
        Page = await writes.RunAsync(
            context,
            request,
            pages.Update(request.PageId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetPageResponse> GetPage(GetPageRequest request, ServerCallContext context) =>
        new() { Page = await pagesReads.GetAsync(request.PageId, context.CancellationToken) };

    public override async Task<SearchPagesResponse> SearchPages(SearchPagesRequest request, ServerCallContext context)
    {
        var (page, total) = await pagesReads.SearchAsync(request, context.CancellationToken);
        var response = new SearchPagesResponse { TotalCount = total };
        response.Pages.AddRange(page);
        return response;
    }

    public override async Task<CreateTagResponse> CreateTag(CreateTagRequest request, ServerCallContext context) => new()
    {
        Tag = await writes.RunAsync(
            context, request, tags.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateTagResponse> UpdateTag(UpdateTagRequest request, ServerCallContext context) => new()
    {
        Tag = await writes.RunAsync(
            context,
            request,
            tags.Update(request.TagId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetTagResponse> GetTag(GetTagRequest request, ServerCallContext context) =>
        new() { Tag = await tagsReads.GetAsync(request.TagId, context.CancellationToken) };

    public override async Task<SearchTagsResponse> SearchTags(SearchTagsRequest request, ServerCallContext context)
    {
        var (page, total) = await tagsReads.SearchAsync(request, context.CancellationToken);
        var response = new SearchTagsResponse { TotalCount = total };
        response.Tags.AddRange(page);
        return response;
    }
}
