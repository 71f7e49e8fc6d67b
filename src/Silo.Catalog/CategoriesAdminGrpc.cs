using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of categories.</summary>
internal sealed class CategoriesAdminGrpc(OperatorWrites writes, CategoriesReads reads)
    : CategoriesAdminService.CategoriesAdminServiceBase
{
    public override async Task<CreateCategoryResponse> CreateCategory(CreateCategoryRequest request, ServerCallContext context) =>
        new() { Category = await writes.RunAsync(context, request, CategoriesWrites.CreateAsync) };

    public override async Task<UpdateCategoryResponse> UpdateCategory(UpdateCategoryRequest request, ServerCallContext context) =>
        new() { Category = await writes.RunAsync(context, request, CategoriesWrites.UpdateAsync) };

    public override async Task<SetCategoryEnabledResponse> SetCategoryEnabled(
        SetCategoryEnabledRequest request, ServerCallContext context) =>
        new() { Category = await writes.RunAsync(context, request, CategoriesWrites.SetEnabledAsync) };

    public override Task<OrderCategoriesResponse> OrderCategories(OrderCategoriesRequest request, ServerCallContext context) =>
        writes.RunAsync(context, request, CategoriesWrites.OrderAsync);

    public override async Task<DeleteCategoryResponse> DeleteCategory(DeleteCategoryRequest request, ServerCallContext context) =>
        new() { Category = await writes.RunAsync(context, request, CategoriesWrites.DeleteAsync) };

    public override async Task<SearchCategoriesResponse> SearchCategories(SearchCategoriesRequest request, ServerCallContext context)
    {
        var found = await reads.SearchAsync(request.NameContains, context.CancellationToken);
        var paging = new Paging(request.Page, request.PageSize);
        var response = new SearchCategoriesResponse { TotalCount = found.Count };
        response.Categories.AddRange(found.Skip(paging.Skip).Take(paging.Take));
        return response;
    }

    public override async Task<GetCategoryResponse> GetCategory(GetCategoryRequest request, ServerCallContext context) => new()
    {
        Category = await reads.FindAsync(request.CategoryId, context.CancellationToken)
            ?? throw new RefusalException(CatalogRefusals.CategoryUnknown),
    };
}
