using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of categories.</summary>
internal sealed class CategoriesGrpc(CatalogReads reads) : CategoriesService.CategoriesServiceBase
{
    public override async Task<ListCategoriesResponse> ListCategories(ListCategoriesRequest request, ServerCallContext context)
    {
        var shown = (await reads.CategoriesAsync(context.CancellationToken)).Shown
            .Where(c => request.StoreId == 0 || c.Terms.StoreId == 0 || c.Terms.StoreId == request.StoreId)
            .OrderBy(c => c.Terms.Sort).ThenBy(c => c.Id).ToList();
        var paging = new Paging(request.Page, request.PageSize);
        var response = new ListCategoriesResponse { TotalCount = shown.Count };
        response.Categories.AddRange(shown.Skip(paging.Skip).Take(paging.Take));
        return response;
    }

    public override async Task<DescribeCategoryResponse> DescribeCategory(
        DescribeCategoryRequest request, ServerCallContext context)
    {
        var tree = await reads.CategoriesAsync(context.CancellationToken);
        return tree.Find(request.CategoryId) is { } category && tree.IsShown(category)
            ? new() { Category = category }
            : throw new RefusalException(CatalogRefusals.CategoryUnknown);
    }
}
