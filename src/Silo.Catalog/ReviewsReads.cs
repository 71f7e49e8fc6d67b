using Silo.Catalog.V1;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Reviews of goods.</summary>
internal sealed class ReviewsReads(IUnits units)
{
    /// <summary>A page of what shoppers see of goods, the newest first.</summary>
    public Task<(List<ReviewRow> Page, long Total)> ShownAsync(long goodsId, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(
            r => r.Query<ReviewRow>().Where(v => v.GoodsId == goodsId && !v.Hidden).OrderByDescending(v => v.Id)
                .PageAsync(paging, cancellation),
            cancellation);

    /// <summary>A page of what operators look for, the newest first.</summary>
    public Task<(List<ReviewRow> Page, long Total)> SearchAsync(SearchReviewsRequest request, CancellationToken cancellation)
    {
        var (rating, hidden, replied) = (
            (int)request.Rating, request.HasHidden ? request.Hidden : (bool?)null, request.HasReplied ? request.Replied : (bool?)null);
        return units.ReadAsync(
            r => r.Query<ReviewRow>()
                .Where(v => (request.GoodsId == 0 || v.GoodsId == request.GoodsId) && (rating == 0 || v.Rating == rating)
                    && (hidden == null || v.Hidden == hidden) && (replied == null || v.Reply != "" == replied))
                .OrderByDescending(v => v.Id).PageAsync(new Paging(request.Page, request.PageSize), cancellation),
            cancellation);
    }
}
