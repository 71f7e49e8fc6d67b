using Grpc.Core;
using Silo.Accounts;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The operator's rpcs.</summary>
internal sealed class CouponsAdminGrpc(
    HotGrains<long, CouponCommand, CouponOutcome> coupons,
    CouponsReads reads,
    OperatorWrites writes,
    IdSource ids,
    ShopClock clock)
    : CouponsAdminService.CouponsAdminServiceBase
{
    public override async Task<CreateCouponResponse> CreateCoupon(CreateCouponRequest request, ServerCallContext context) => new()
    {
        // The id is of no use where it is a repeat, which is answered with the first coupon.
        Coupon = await ChangeAsync(
            ids.Next(),
            Change(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
            {
                Create = true,
                Terms = CouponsWire.Terms(request.Terms),
            },
            context.CancellationToken),
    };

    public override async Task<UpdateCouponResponse> UpdateCoupon(UpdateCouponRequest request, ServerCallContext context) => new()
    {
        Coupon = await ChangeAsync(
            request.CouponId,
            Change(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
            {
                Terms = CouponsWire.Terms(request.Terms),
                ExpectedVersion = request.ExpectedVersion,
            },
            context.CancellationToken),
    };

    public override async Task<SetCouponEnabledResponse> SetCouponEnabled(
        SetCouponEnabledRequest request, ServerCallContext context) => new()
        {
            Coupon = await ChangeAsync(
                request.CouponId,
                Change(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
                {
                    Enabled = request.Enabled,
                },
                context.CancellationToken),
        };

    public override async Task<GetCouponResponse> GetCoupon(GetCouponRequest request, ServerCallContext context)
    {
        var state = await ExistingAsync(request.CouponId);
        var used = await reads.UsedAsync([request.CouponId], context.CancellationToken);
        return new() { Coupon = CouponsWire.Coupon(request.CouponId, state, used.GetValueOrDefault(request.CouponId)) };
    }

    public override async Task<SearchCouponsResponse> SearchCoupons(SearchCouponsRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var (found, total) = await reads.ListAsync(
            rows => rows.Where(c => (name == "" || c.SearchName.Contains(name))
                && (request.Type == "" || c.Type == request.Type)),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var used = await reads.UsedAsync([.. found.Select(c => c.Id)], context.CancellationToken);
        var response = new SearchCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(found.Select(c => CouponsWire.Coupon(c.Id, c.State, used.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<IssueCouponResponse> IssueCoupon(IssueCouponRequest request, ServerCallContext context)
    {
        if (!await reads.AreUsersAsync([.. request.UserIds], context.CancellationToken))
        {
            UsersRefusals.Unknown.Throw();
        }

        var outcome = await SendAsync(
            request.CouponId,
            new IssueCommand
            {
                OperatorId = context.Caller().Id,
                Rpc = RpcOf(context),
                Reason = request.Reason,
                RequestId = request.RequestId,
                RequestHash = RequestHash.Of(request),
                Users = [.. request.UserIds],
                AsManyAsLeft = request.AsManyAsLeft,
            });
        return new() { Issued = outcome.Count };
    }

    public override async Task<ImportCardsResponse> ImportCards(ImportCardsRequest request, ServerCallContext context)
    {
        var outcome = await SendAsync(
            request.CouponId,
            new ImportCardsCommand
            {
                OperatorId = context.Caller().Id,
                Rpc = RpcOf(context),
                Reason = request.Reason,
                RequestId = request.RequestId,
                RequestHash = RequestHash.Of(request),
                Numbers = [.. request.Cards.Select(c => CodeText.Normalise(c.Number))],
                Hashes = [.. request.Cards.Select(c => CouponsWrites.HashOf(c.Number, c.Password))],
            });
        return new() { Imported = outcome.Count };
    }

    public override async Task<ListClaimsResponse> ListClaims(ListClaimsRequest request, ServerCallContext context)
    {
        await ExistingAsync(request.CouponId);
        var (given, total) = await reads.ClaimsAsync(
            request.CouponId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var (response, now) = (new ListClaimsResponse { TotalCount = total }, clock.NowMs);
        response.Claims.AddRange(given.Select(u => new Claim { UserId = u.Row.UserId, UserCoupon = CouponsWire.UserCoupon(u, now, clock) }));
        return response;
    }

    public override async Task<VoidUserCouponResponse> VoidUserCoupon(VoidUserCouponRequest request, ServerCallContext context) => new()
    {
        UserCoupon = await writes.RunAsync(
            context,
            request,
            unit => CouponsWrites.VoidAsync(unit, request.UserCouponId, context.CancellationToken),
            userCoupon => CouponsWire.UserCoupon(userCoupon, clock.NowMs, clock)),
    };

    private static string RpcOf(ServerCallContext context) => context.Method.TrimStart('/');

    private static ChangeCommand Change(ServerCallContext context, string requestId, string reason, long hash) => new()
    {
        OperatorId = context.Caller().Id,
        Rpc = RpcOf(context),
        Reason = reason,
        RequestId = requestId,
        RequestHash = hash,
    };

    private async Task<CouponState> ExistingAsync(long couponId)
    {
        var state = await reads.StateAsync(couponId);
        if (!state.Exists)
        {
            CouponsRefusals.Unknown.Throw();
        }

        return state;
    }

    private async Task<CouponOutcome> SendAsync(long id, CouponCommand command)
    {
        var outcome = await coupons.RunAsync(id, command);
        outcome.Refusal?.Throw();
        return outcome;
    }

    private async Task<Coupon> ChangeAsync(long id, ChangeCommand command, CancellationToken cancellation)
    {
        var outcome = await SendAsync(id, command);
        var used = await reads.UsedAsync([outcome.CouponId], cancellation);
        return CouponsWire.Coupon(outcome.CouponId, outcome.Coupon!, used.GetValueOrDefault(outcome.CouponId));
    }
}
