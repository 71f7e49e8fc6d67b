using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes what operators do with reviews.</summary>
internal static class ReviewsWrites
{
    private const int Good = (int)Rating.Good;

    public static Task<Result<OperatorChange<Review>>> SetHiddenAsync(
        Unit unit, SetReviewHiddenRequest request, CancellationToken cancellation) => ChangeAsync(
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
                    cancellation);
                await unit.InvalidateAsync(CatalogCacheTags.Offers, [row.GoodsId], cancellation);
            },
            cancellation);

    public static Task<Result<OperatorChange<Review>>> ReplyAsync(
        Unit unit, ReplyToReviewRequest request, CancellationToken cancellation) => ChangeAsync(
            unit,
            request.ReviewId,
            row =>
            {
                row.Reply = request.Text;
                return Task.CompletedTask;
            },
            cancellation);

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
