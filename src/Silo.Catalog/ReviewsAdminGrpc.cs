using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of reviews.</summary>
internal sealed class ReviewsAdminGrpc(OperatorWrites writes, ReviewsReads reads) : ReviewsAdminService.ReviewsAdminServiceBase
{
    public override async Task<SearchReviewsResponse> SearchReviews(SearchReviewsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchReviewsResponse { TotalCount = total };
        response.Reviews.AddRange(page.Select(CatalogWire.Review));
        return response;
    }

    public override async Task<SetReviewHiddenResponse> SetReviewHidden(SetReviewHiddenRequest request, ServerCallContext context) =>
        new() { Review = await writes.RunAsync(context, request, ReviewsWrites.SetHiddenAsync) };

    public override async Task<ReplyToReviewResponse> ReplyToReview(ReplyToReviewRequest request, ServerCallContext context) =>
        new() { Review = await writes.RunAsync(context, request, ReviewsWrites.ReplyAsync) };
}
