using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The shopper's rpcs of categories.</summary>
internal sealed class CategoriesGrpc(CatalogReads caches) : CategoriesService.CategoriesServiceBase
{
    public override async Task<ListCategoriesResponse> ListCategories(ListCategoriesRequest request, ServerCallContext context)
    {
        var shown = (await caches.CategoriesAsync(context.CancellationToken)).Shown
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
        var tree = await caches.CategoriesAsync(context.CancellationToken);
        if (tree.Find(request.CategoryId) is not { } category || !tree.IsShown(category))
        {
            CatalogRefusals.CategoryUnknown.Throw();
            return null;
        }

        return new() { Category = category };
    }
}
