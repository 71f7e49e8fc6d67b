using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>The shopper's rpcs.</summary>
internal sealed class CouponsGrpc(
    Coalescer<long, CouponCommand, CouponOutcome> claims, CouponReads reads, CouponWatch watch, ShopClock clock)
    : CouponsService.CouponsServiceBase
{
    public override async Task<ListCouponsResponse> ListCoupons(ListCouponsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (coupons, total) = await reads.ListAsync(
            rows => rows.Where(c => c.Enabled && !c.Hidden && c.ClaimableUntil > now
                && (request.Type == "" || c.Type == request.Type)),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(coupons.Select(c => CouponWire.Coupon(c.Id, c.State)));
        return response;
    }

    public override async Task<ClaimCouponResponse> ClaimCoupon(ClaimCouponRequest request, ServerCallContext context)
    {
        var command = new ClaimCommand
        {
            UserId = context.Caller().Id,
            RequestId = request.RequestId,
            RequestHash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
        };
        // Not cut off by the call's token: the message to the grain has its own limit, and a timer a call costs as much
        // as the decision.
        var outcome = await claims.SubmitAsync(request.CouponId, command);
        outcome.Refusal?.Throw();
        var terms = outcome.Terms is { } present
            ? CouponWire.PieceTerms(present)
            : await reads.TermsAsync(request.CouponId, outcome.Version, context.CancellationToken);
        return new()
        {
            Piece = CouponWire.Piece(request.CouponId, outcome.PieceId, outcome.ClaimedAt, terms, clock.NowMs),
        };
    }

    public override async Task<ListMyCouponsResponse> ListMyCoupons(ListMyCouponsRequest request, ServerCallContext context)
    {
        var (now, userId) = (clock.NowMs, context.Caller().Id);
        var usable = request.States.Count == 0 || request.States.Contains(PieceState.Usable);
        var expired = request.States.Count == 0 || request.States.Contains(PieceState.Expired);
        var (pieces, total) = await reads.PiecesAsync(
            userId, now, usable, expired, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListMyCouponsResponse { TotalCount = total };
        response.Pieces.AddRange(pieces.Select(p => CouponWire.Piece(
            p.Piece.CouponId, p.Piece.Id, p.Piece.ClaimedAt, CouponWire.PieceTerms(p.Terms), now)));
        return response;
    }

    public override async Task WatchCouponStock(
        WatchCouponStockRequest request,
        IServerStreamWriter<WatchCouponStockResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var stock in watch.WatchAsync(request.CouponId, context.CancellationToken))
        {
            if (stock is null)
            {
                CouponRefusals.Unknown.Throw();
            }

            await responseStream.WriteAsync(
                new() { StockLeft = stock!.Left, Claimed = stock.Claimed }, context.CancellationToken);
        }
    }
}
