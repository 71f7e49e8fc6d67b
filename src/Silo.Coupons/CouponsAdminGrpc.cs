using Grpc.Core;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The operator's rpcs.</summary>
internal sealed class CouponsAdminGrpc(IGrainFactory grains, CouponReads reads, IdSource ids)
    : CouponsAdminService.CouponsAdminServiceBase
{
    public override async Task<CreateCouponResponse> CreateCoupon(CreateCouponRequest request, ServerCallContext context)
    {
        var command = Command(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
        {
            Create = true,
            Terms = CouponWire.Terms(request.Terms),
        };
        if (await FirstAnswerAsync(command, context.CancellationToken) is { } first)
        {
            return new() { Coupon = first };
        }

        var id = ids.Next();
        try
        {
            return new() { Coupon = await ChangeAsync(id, command, context.CancellationToken) };
        }
        catch (StorageUnavailableException) when (command.RequestId.Length > 0)
        {
            // Of two at once with one request id, each with a coupon id of its own, the second is rolled back.
            return new()
            {
                Coupon = await FirstAnswerAsync(command, context.CancellationToken)
                    ?? throw new StorageUnavailableException("The coupon could not be created."),
            };
        }
    }

    public override async Task<UpdateCouponResponse> UpdateCoupon(UpdateCouponRequest request, ServerCallContext context) => new()
    {
        Coupon = await ChangeAsync(
            request.CouponId,
            Command(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
            {
                Terms = CouponWire.Terms(request.Terms),
                ExpectedVersion = request.ExpectedVersion,
            },
            context.CancellationToken),
    };

    public override async Task<SetCouponEnabledResponse> SetCouponEnabled(
        SetCouponEnabledRequest request, ServerCallContext context) => new()
        {
            Coupon = await ChangeAsync(
                request.CouponId,
                Command(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
                {
                    Enabled = request.Enabled,
                },
                context.CancellationToken),
        };

    public override async Task<GetCouponResponse> GetCoupon(GetCouponRequest request, ServerCallContext context)
    {
        var state = await reads.StateAsync(request.CouponId);
        if (!state.Exists)
        {
            CouponRefusals.Unknown.Throw();
        }

        return new() { Coupon = CouponWire.Coupon(request.CouponId, state) };
    }

    public override async Task<SearchCouponsResponse> SearchCoupons(SearchCouponsRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var (coupons, total) = await reads.ListAsync(
            rows => rows.Where(c => (name == "" || c.SearchName.Contains(name))
                && (request.Type == "" || c.Type == request.Type)),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(coupons.Select(c => CouponWire.Coupon(c.Id, c.State)));
        return response;
    }

    private static ChangeCommand Command(ServerCallContext context, string requestId, string reason, long hash) => new()
    {
        OperatorId = context.Caller().Id,
        Rpc = context.Method.TrimStart('/'),
        Reason = reason,
        RequestId = requestId,
        RequestHash = hash,
    };

    private async Task<Coupon> ChangeAsync(long id, ChangeCommand command, CancellationToken cancellation)
    {
        var outcome = await grains.GetGrain<ICouponGrain>(id).ChangeAsync(command).WaitAsync(cancellation);
        outcome.Refusal?.Throw();
        return CouponWire.Coupon(id, outcome.Coupon!);
    }

    private async Task<Coupon?> FirstAnswerAsync(ChangeCommand command, CancellationToken cancellation)
    {
        if (command.RequestId.Length == 0 || await reads.AuditAsync(command, cancellation) is not { } entry)
        {
            return null;
        }

        if (entry.RequestHash != command.RequestHash)
        {
            Refusals.RequestIdReused.Throw();
        }

        var first = CouponJson.Read(entry.After);
        return CouponWire.Coupon(first.Id, first.State);
    }
}
