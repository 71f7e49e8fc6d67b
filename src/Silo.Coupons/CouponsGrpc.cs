using System.Globalization;
using Grpc.Core;
using Silo.Accounts;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The shopper's rpcs.</summary>
internal sealed class CouponsGrpc(
    Coalescer<long, CouponCommand, CouponOutcome> claims,
    CouponReads reads,
    PieceMoves moves,
    LiveValues<long, CouponStock> watch,
    IUnits units,
    IAttempts attempts,
    ShopClock clock)
    : CouponsService.CouponsServiceBase
{
    private const int WrongPasswords = 20;

    public override async Task<ListCouponsResponse> ListCoupons(ListCouponsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (coupons, total) = await reads.ListAsync(
            rows => rows.Where(c => c.Enabled && !c.Hidden && c.ClaimableUntil > now
                && (request.Type == "" || c.Type == request.Type)
                && (request.RefId == 0 || c.RefId == request.RefId)
                && (request.CouponIds.Count == 0 || request.CouponIds.Contains(c.Id))),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var used = await reads.UsedAsync([.. coupons.Select(c => c.Id)], context.CancellationToken);
        var response = new ListCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(coupons.Select(c => CouponWire.PublicCoupon(c.Id, c.State, used.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<DescribeCouponResponse> DescribeCoupon(DescribeCouponRequest request, ServerCallContext context)
    {
        var state = await reads.StateAsync(request.CouponId);
        if (!state.Exists)
        {
            CouponRefusals.Unknown.Throw();
        }

        var used = await reads.UsedAsync([request.CouponId], context.CancellationToken);
        return new() { Coupon = CouponWire.PublicCoupon(request.CouponId, state, used.GetValueOrDefault(request.CouponId)) };
    }

    public override Task<ClaimCouponResponse> ClaimCoupon(ClaimCouponRequest request, ServerCallContext context) =>
        request.Password.Length > 0 ? ClaimByPasswordAsync(request, context)
        : request.CouponId > 0 ? ClaimAsync(request.CouponId, request, context)
        : throw new RefusalException(CouponRefusals.NotNamed);

    public override async Task<ExchangeCardResponse> ExchangeCard(ExchangeCardRequest request, ServerCallContext context)
    {
        var piece = (await moves.ExchangeAsync(
            context.Caller().Id, request.Number, request.Password, context.CancellationToken)).OrRefuse();
        return new() { UserCoupon = CouponWire.Piece(piece, clock.NowMs, clock) };
    }

    public override async Task<SendUserCouponResponse> SendUserCoupon(SendUserCouponRequest request, ServerCallContext context)
    {
        var piece = (await moves.SendAsync(
            context.Caller().Id, request.UserCouponId, request.ToUserId, context.CancellationToken)).OrRefuse();
        return new() { UserCoupon = CouponWire.Piece(piece, clock.NowMs, clock) };
    }

    public override async Task<CountMyCouponsResponse> CountMyCoupons(CountMyCouponsRequest request, ServerCallContext context)
    {
        var (claimable, pieces) = await reads.CountAsync(context.Caller().Id, clock.NowMs, context.CancellationToken);
        return new()
        {
            Claimable = claimable,
            Usable = pieces.GetValueOrDefault(PieceStatus.Usable),
            Ended = pieces.GetValueOrDefault(PieceStatus.Expired) + pieces.GetValueOrDefault(PieceStatus.Void),
            Used = pieces.GetValueOrDefault(PieceStatus.Used),
        };
    }

    public override async Task<ListMyCouponsResponse> ListMyCoupons(ListMyCouponsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (pieces, total) = await reads.PiecesAsync(
            context.Caller().Id,
            new PieceQuery(
                [.. request.States.Select(s => (PieceStatus)s)],
                request.Type,
                request.RefId,
                request.SpendCents),
            now,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListMyCouponsResponse { TotalCount = total };
        response.UserCoupons.AddRange(pieces.Select(p => CouponWire.Piece(p, now, clock)));
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

    private async Task<ClaimCouponResponse> ClaimAsync(long couponId, ClaimCouponRequest request, ServerCallContext context)
    {
        var command = new ClaimCommand
        {
            UserId = context.Caller().Id,
            RequestId = request.RequestId,
            RequestHash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
            Password = request.Password,
            DryRun = request.DryRun,
        };
        // Not cut off by the call's token: the message to the grain has its own limit, and a timer a call costs as much
        // as the decision.
        var outcome = await claims.SubmitPatientlyAsync(couponId, command, o => o.Refusal, clock.Time);
        outcome.Refusal?.Throw();
        if (request.DryRun)
        {
            return new();
        }

        var terms = outcome.Terms is { } present
            ? PieceTerms.Of(present)
            : await reads.TermsAsync(couponId, outcome.Version, context.CancellationToken);
        return new()
        {
            UserCoupon = CouponWire.Piece(
                couponId, outcome.PieceId, outcome.ClaimedAt, outcome.DrawnCents, PieceOrigin.Claim, terms, clock.NowMs, clock),
        };
    }

    /// <summary>
    /// A password can be guessed, so its attempts are counted, and only what is known to be no wrong guess is taken back.
    /// </summary>
    private async Task<ClaimCouponResponse> ClaimByPasswordAsync(ClaimCouponRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var key = string.Create(CultureInfo.InvariantCulture, $"coupon:{context.Caller().Id}");
        (await units.RunAsync<bool>(
            async unit => await attempts.TakeAsync(unit, key, WrongPasswords, cancellation) ? true : AttemptRefusals.TooMany,
            cancellation)).OrRefuse();
        var couponId = request.CouponId > 0
            ? request.CouponId
            : await reads.ByPasswordAsync(
                request.Password, context.Caller().Id, request.RequestId, clock.NowMs, cancellation);
        if (couponId == 0)
        {
            CouponRefusals.Unknown.Throw();
        }

        try
        {
            var claimed = await ClaimAsync(couponId, request, context);
            await GiveBackAsync(key);
            return claimed;
        }
        catch (RefusalException refused) when (!CouponRefusals.MayHideAWrongPassword(refused.Refusal))
        {
            await GiveBackAsync(key);
            throw;
        }
    }

    private Task GiveBackAsync(string key) => units.RunAsync<int>(
        async unit => await attempts.GiveBackAsync(unit, key, CancellationToken.None), CancellationToken.None);
}
