using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The shopper's rpcs.</summary>
internal sealed class CouponsGrpc(
    HotGrains<long, CouponCommand, CouponOutcome> coupons,
    CouponsReads reads,
    CouponsWrites writes,
    LiveValues<long, CouponStock> watch,
    ShopClock clock)
    : CouponsService.CouponsServiceBase
{
    public override async Task<ListCouponsResponse> ListCoupons(ListCouponsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (offered, total) = await reads.ListAsync(
            rows => rows.Where(c => c.Enabled && !c.Hidden && c.ClaimableUntil > now
                && (request.Type == "" || c.Type == request.Type)
                && (request.RefId == 0 || c.RefId == request.RefId)
                && (request.CouponIds.Count == 0 || request.CouponIds.Contains(c.Id))),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var used = await reads.UsedAsync([.. offered.Select(c => c.Id)], context.CancellationToken);
        var response = new ListCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(offered.Select(c => CouponsWire.PublicCoupon(c.Id, c.State, used.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<DescribeCouponResponse> DescribeCoupon(DescribeCouponRequest request, ServerCallContext context)
    {
        var state = await reads.StateAsync(request.CouponId);
        if (!state.Exists)
        {
            CouponsRefusals.Unknown.Throw();
        }

        var used = await reads.UsedAsync([request.CouponId], context.CancellationToken);
        return new() { Coupon = CouponsWire.PublicCoupon(request.CouponId, state, used.GetValueOrDefault(request.CouponId)) };
    }

    public override Task<ClaimCouponResponse> ClaimCoupon(ClaimCouponRequest request, ServerCallContext context) =>
        request.Password.Length > 0 ? ClaimByPasswordAsync(request, context)
        : request.CouponId > 0 ? ClaimAsync(request.CouponId, request, context)
        : throw new RefusalException(CouponsRefusals.NotNamed);

    public override async Task<ExchangeCardResponse> ExchangeCard(ExchangeCardRequest request, ServerCallContext context)
    {
        var userCoupon = (await writes.ExchangeAsync(
            context.Caller().Id, context.ClientAddress(), request.Number, request.Password, context.CancellationToken)).OrRefuse();
        return new() { UserCoupon = CouponsWire.UserCoupon(userCoupon, clock.NowMs, clock) };
    }

    public override async Task<SendUserCouponResponse> SendUserCoupon(SendUserCouponRequest request, ServerCallContext context)
    {
        var userCoupon = (await writes.SendAsync(
            context.Caller().Id, request.UserCouponId, request.ToUserId, context.CancellationToken)).OrRefuse();
        return new() { UserCoupon = CouponsWire.UserCoupon(userCoupon, clock.NowMs, clock) };
    }

    public override async Task<CountMyCouponsResponse> CountMyCoupons(CountMyCouponsRequest request, ServerCallContext context)
    {
        var (claimable, mine) = await reads.CountAsync(context.Caller().Id, clock.NowMs, context.CancellationToken);
        return new()
        {
            Claimable = claimable,
            Usable = mine.GetValueOrDefault(UserCouponStatus.Usable),
            Ended = mine.GetValueOrDefault(UserCouponStatus.Expired) + mine.GetValueOrDefault(UserCouponStatus.Void),
            Used = mine.GetValueOrDefault(UserCouponStatus.Used),
        };
    }

    public override async Task<ListMyCouponsResponse> ListMyCoupons(ListMyCouponsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (mine, total) = await reads.UserCouponsAsync(
            context.Caller().Id,
            new UserCouponQuery(
                [.. request.States.Select(s => (UserCouponStatus)s)],
                request.Type,
                request.RefId,
                request.SpendCents),
            now,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListMyCouponsResponse { TotalCount = total };
        response.UserCoupons.AddRange(mine.Select(u => CouponsWire.UserCoupon(u, now, clock)));
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
                CouponsRefusals.Unknown.Throw();
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
        var outcome = await coupons.RunAsync(couponId, command);
        outcome.Refusal?.Throw();
        if (request.DryRun)
        {
            return new();
        }

        var terms = outcome.Terms is { } present
            ? UserCouponTerms.Of(present)
            : await reads.TermsAsync(couponId, outcome.Version, context.CancellationToken);
        return new() { UserCoupon = CouponsWire.Claimed(couponId, outcome, terms, clock.NowMs, clock) };
    }

    /// <summary>
    /// A password can be guessed, so its attempts are counted, and only what is known to be no wrong guess is taken back.
    /// </summary>
    private async Task<ClaimCouponResponse> ClaimByPasswordAsync(ClaimCouponRequest request, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        (await writes.TakePasswordAttemptAsync(context.Caller().Id, context.ClientAddress(), cancellation))?.Throw();
        var couponId = request.CouponId > 0
            ? request.CouponId
            : await reads.ByPasswordAsync(
                request.Password, context.Caller().Id, request.RequestId, clock.NowMs, cancellation);
        try
        {
            var claimed = couponId > 0
                ? await ClaimAsync(couponId, request, context)
                : throw new RefusalException(CouponsRefusals.Unknown);
            await writes.GiveBackPasswordAttemptAsync(context.Caller().Id);
            return claimed;
        }
        catch (RefusalException refused) when (couponId == 0 || CouponsRefusals.MayHideAWrongPassword(refused.Refusal))
        {
            await writes.BookWrongPasswordAsync(context.ClientAddress());
            throw;
        }
        catch (Exception exception) when (exception is RefusalException or StorageBusyException or StorageUnavailableException)
        {
            // Not where the caller left: whoever leaves at once could look afterwards whether the guess was right.
            await writes.GiveBackPasswordAttemptAsync(context.Caller().Id);
            throw;
        }
    }
}
