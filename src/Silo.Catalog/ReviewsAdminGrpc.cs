using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of reviews.</summary>
internal sealed class ReviewsAdminGrpc(OperatorWrites writes, IUnits units) : ReviewsAdminService.ReviewsAdminServiceBase
{
    private const int Good = (int)Rating.Good;

    public override async Task<SearchReviewsResponse> SearchReviews(SearchReviewsRequest request, ServerCallContext context)
    {
        var (rating, hidden, replied) = (
            (int)request.Rating, request.HasHidden ? request.Hidden : (bool?)null, request.HasReplied ? request.Replied : (bool?)null);
        var (page, total) = await units.ReadAsync(
            r => r.Query<ReviewRow>()
                .Where(v => (request.GoodsId == 0 || v.GoodsId == request.GoodsId) && (rating == 0 || v.Rating == rating)
                    && (hidden == null || v.Hidden == hidden) && (replied == null || v.Reply != "" == replied))
                .OrderByDescending(v => v.Id)
                .PageAsync(new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new SearchReviewsResponse { TotalCount = total };
        response.Reviews.AddRange(page.Select(CatalogWire.Review));
        return response;
    }

    public override async Task<SetReviewHiddenResponse> SetReviewHidden(SetReviewHiddenRequest request, ServerCallContext context) => new()
    {
        Review = await writes.RunAsync<Review>(context, request, unit => ChangeAsync(
            unit,
            request.ReviewId,
            async row =>
            {
                if (row.Hidden == request.Hidden)
                {
                    return;
                }

                row.Hidden = request.Hidden;
                var (one, good) = (request.Hidden ? -1 : 1, row.Rating != Good ? 0 : request.Hidden ? -1 : 1);
                await unit.Set<CountersRow>().Where(c => c.GoodsId == row.GoodsId).ExecuteUpdateAsync(
                    set => set.SetProperty(c => c.Reviews, c => c.Reviews + one)
                        .SetProperty(c => c.GoodReviews, c => c.GoodReviews + good),
                    context.CancellationToken);
                await unit.TouchAsync(CatalogTopics.Offers, [row.GoodsId], context.CancellationToken);
            },
            context.CancellationToken)),
    };

    public override async Task<ReplyToReviewResponse> ReplyToReview(ReplyToReviewRequest request, ServerCallContext context) => new()
    {
        Review = await writes.RunAsync<Review>(context, request, unit => ChangeAsync(
            unit,
            request.ReviewId,
            row =>
            {
                row.Reply = request.Text;
                return Task.CompletedTask;
            },
            context.CancellationToken)),
    };

    /// <summary>Changes a review behind a lock of its row, since counts follow what it was.</summary>
    private static async Task<Result<OperatorChange<Review>>> ChangeAsync(
        Unit unit, long id, Func<ReviewRow, Task> change, CancellationToken cancellation)
    {
        await unit.LockAsync<ReviewRow>([id], wait: true, cancellation);
        if (await unit.Set<ReviewRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } row)
        {
            return CatalogRefusals.ReviewUnknown;
        }

        var before = CatalogWire.Review(row);
        await change(row);
        return new OperatorChange<Review>($"review:{id}", before, CatalogWire.Review(row));
    }
}
