using Grpc.Core;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>The operator's rpcs for categories, pages and tags.</summary>
internal sealed class CmsAdminGrpc(CategoryEditor categories, PageEditor pages, TagEditor tags)
    : CmsAdminService.CmsAdminServiceBase
{
    public override async Task<CreateCategoryResponse> CreateCategory(CreateCategoryRequest request, ServerCallContext context) => new()
    {
        Category = await categories.CreateAsync(
            context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateCategoryResponse> UpdateCategory(UpdateCategoryRequest request, ServerCallContext context) => new()
    {
        Category = await categories.UpdateAsync(
            context, request, request.CategoryId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetCategoryResponse> GetCategory(GetCategoryRequest request, ServerCallContext context) =>
        new() { Category = await categories.GetAsync(request.CategoryId, context.CancellationToken) };

    public override async Task<SearchCategoriesResponse> SearchCategories(
        SearchCategoriesRequest request, ServerCallContext context)
    {
        // There are few of them, and only all together are a tree.
        var name = SearchText.Normalise(request.NameContains);
        var found = (await categories.TreeAsync(context.CancellationToken)).Select(c => c.Category).Where(c =>
            (request.Publication == Publication.Unspecified || c.Published == (request.Publication == Publication.Published))
            && (request.Type == "" || c.Terms.Type == request.Type)
            && SearchText.Normalise(c.Terms.Name).Contains(name, StringComparison.Ordinal)).ToList();
        var response = new SearchCategoriesResponse { TotalCount = found.Count };
        response.Categories.AddRange(found.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<CreatePageResponse> CreatePage(CreatePageRequest request, ServerCallContext context) => new()
    {
        Page = await pages.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdatePageResponse> UpdatePage(UpdatePageRequest request, ServerCallContext context) => new()
    {
        Page = await pages.UpdateAsync(
            context, request, request.PageId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetPageResponse> GetPage(GetPageRequest request, ServerCallContext context) =>
        new() { Page = await pages.GetAsync(request.PageId, context.CancellationToken) };

    public override async Task<SearchPagesResponse> SearchPages(SearchPagesRequest request, ServerCallContext context)
    {
        var title = SearchText.Normalise(request.TitleContains);
        var (page, total) = await pages.SearchAsync(
            (_, rows) => rows.Where(p => title == "" || p.SearchName.Contains(title)).OrderBy(p => p.Key),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchPagesResponse { TotalCount = total };
        response.Pages.AddRange(page);
        return response;
    }

    public override async Task<CreateTagResponse> CreateTag(CreateTagRequest request, ServerCallContext context) => new()
    {
        Tag = await tags.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateTagResponse> UpdateTag(UpdateTagRequest request, ServerCallContext context) => new()
    {
        Tag = await tags.UpdateAsync(
            context, request, request.TagId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetTagResponse> GetTag(GetTagRequest request, ServerCallContext context) =>
        new() { Tag = await tags.GetAsync(request.TagId, context.CancellationToken) };

    public override async Task<SearchTagsResponse> SearchTags(SearchTagsRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var (page, total) = await tags.SearchAsync(
            (_, rows) => TagEditor.InOrder(rows.Where(t => name == "" || t.SearchName.Contains(name))),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchTagsResponse { TotalCount = total };
        response.Tags.AddRange(page);
        return response;
    }
}
