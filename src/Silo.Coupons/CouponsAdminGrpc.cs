using Grpc.Core;
using Silo.Accounts;
using Silo.Coupons.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The operator's rpcs.</summary>
internal sealed class CouponsAdminGrpc(
    IGrainFactory grains, CouponReads reads, IUnits units, IUsers users, OperatorWrites writes, IdSource ids, ShopClock clock)
    : CouponsAdminService.CouponsAdminServiceBase
{
    public override async Task<CreateCouponResponse> CreateCoupon(CreateCouponRequest request, ServerCallContext context)
    {
        var command = Change(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
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
            Change(context, request.RequestId, request.Reason, RequestHash.Of(request)) with
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
        return new() { Coupon = CouponWire.Coupon(request.CouponId, state, used.GetValueOrDefault(request.CouponId)) };
    }

    public override async Task<SearchCouponsResponse> SearchCoupons(SearchCouponsRequest request, ServerCallContext context)
    {
        var name = SearchText.Normalise(request.NameContains);
        var (coupons, total) = await reads.ListAsync(
            rows => rows.Where(c => (name == "" || c.SearchName.Contains(name))
                && (request.Type == "" || c.Type == request.Type)),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var used = await reads.UsedAsync([.. coupons.Select(c => c.Id)], context.CancellationToken);
        var response = new SearchCouponsResponse { TotalCount = total };
        response.Coupons.AddRange(coupons.Select(c => CouponWire.Coupon(c.Id, c.State, used.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<IssueCouponResponse> IssueCoupon(IssueCouponRequest request, ServerCallContext context)
    {
        var named = request.UserIds.Distinct().ToArray();
        var known = await units.ReadAsync(r => users.ExistingAsync(r, named, context.CancellationToken), context.CancellationToken);
        if (known.Count < named.Length)
        {
            UserRefusals.Unknown.Throw();
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
            },
            context.CancellationToken);
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
                Numbers = [.. request.Cards.Select(c => c.Number)],
                Hashes = [.. request.Cards.Select(c => PieceMoves.HashOf(c.Number, c.Password))],
            },
            context.CancellationToken);
        return new() { Imported = outcome.Count };
    }

    public override async Task<ListClaimsResponse> ListClaims(ListClaimsRequest request, ServerCallContext context)
    {
        await ExistingAsync(request.CouponId);
        var (pieces, total) = await reads.ClaimsAsync(
            request.CouponId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var (response, now) = (new ListClaimsResponse { TotalCount = total }, clock.NowMs);
        response.Claims.AddRange(pieces.Select(p => new Claim { UserId = p.Piece.UserId, UserCoupon = CouponWire.Piece(p, now, clock) }));
        return response;
    }

    public override async Task<VoidUserCouponResponse> VoidUserCoupon(VoidUserCouponRequest request, ServerCallContext context) => new()
    {
        UserCoupon = await writes.RunAsync<UserCoupon>(
            context, request, request.RequestId, request.Reason, unit => VoidAsync(unit, request.UserCouponId, context.CancellationToken)),
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

    private async Task<Result<OperatorChange<UserCoupon>>> VoidAsync(Unit unit, long pieceId, CancellationToken cancellation)
    {
        if ((await CouponReads.PiecesAsync(unit, [pieceId], null, cancellation)).SingleOrDefault() is not { } piece)
        {
            return CouponRefusals.PieceUnknown;
        }

        if (!PieceMoves.IsUsable(piece, unit.NowMs)
            || !await PieceMoves.MarkAsync(unit, piece.Piece, PieceMark.Void, 0, cancellation))
        {
            return CouponRefusals.PieceNotUsable;
        }

        var after = (await CouponReads.PiecesAsync(unit, [pieceId], null, cancellation)).Single();
        return new OperatorChange<UserCoupon>(
            $"user_coupon:{pieceId}", CouponWire.Piece(piece, unit.NowMs, clock), CouponWire.Piece(after, unit.NowMs, clock));
    }

    private async Task<CouponState> ExistingAsync(long couponId)
    {
        var state = await reads.StateAsync(couponId);
        if (!state.Exists)
        {
            CouponRefusals.Unknown.Throw();
        }

        return state;
    }

    private async Task<CouponOutcome> SendAsync(long id, CouponCommand command, CancellationToken cancellation)
    {
        var outcome = await grains.GetGrain<ICouponGrain>(id).ChangeAsync(command).WaitAsync(cancellation);
        outcome.Refusal?.Throw();
        return outcome;
    }

    private async Task<Coupon> ChangeAsync(long id, ChangeCommand command, CancellationToken cancellation)
    {
        var outcome = await SendAsync(id, command, cancellation);
        var used = await reads.UsedAsync([outcome.CouponId], cancellation);
        return CouponWire.Coupon(outcome.CouponId, outcome.Coupon!, used.GetValueOrDefault(outcome.CouponId));
    }

    private async Task<Coupon?> FirstAnswerAsync(ChangeCommand command, CancellationToken cancellation)
    {
        if (command.RequestId.Length == 0
            || await reads.AuditAsync(command.OperatorId, command.Rpc, command.RequestId, cancellation) is not { } entry)
        {
            return null;
        }

        if (entry.RequestHash != command.RequestHash)
        {
            Refusals.RequestIdReused.Throw();
        }

        var first = CouponJson.Read(entry.After).AnswerTo(command.Terms?.Password ?? "");
        return CouponWire.Coupon(first.CouponId, first.Coupon!, 0);
    }
}
