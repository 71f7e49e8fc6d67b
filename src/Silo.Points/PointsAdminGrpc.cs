using Google.Protobuf;
using Grpc.Core;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Points.V1;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The operator's rpcs.</summary>
internal sealed class PointsAdminGrpc(
    HotGrains<long, SignInCommand, SignInOutcome> signIns,
    PointsRulesReads rules,
    PointsReads reads,
    OperatorWrites writes,
    ShopClock clock)
    : PointsAdminService.PointsAdminServiceBase
{
    private const int MaxDays = 366;

    public override Task<SetSignInTermsResponse> SetSignInTerms(SetSignInTermsRequest request, ServerCallContext context) =>
        writes.RunAsync(
            context,
            request,
            unit => SignInTermsWrites.SetAsync(
                unit, PointsWire.Terms(request.Terms), request.ExpectedVersion, context.CancellationToken),
            PointsWire.SetTerms);

    public override async Task<GrantMakeUpCardsResponse> GrantMakeUpCards(GrantMakeUpCardsRequest request, ServerCallContext context)
    {
        var userId = request.UserId;
        if (!await reads.IsUserAsync(userId, context.CancellationToken))
        {
            UsersRefusals.Unknown.Throw();
        }

        var outcome = await signIns.RunAsync(userId, new GrantCardsCommand
        {
            OperatorId = context.Caller().Id,
            Rpc = context.Method.TrimStart('/'),
            Reason = request.Reason,
            RequestId = request.RequestId,
            RequestHash = RequestHash.Of(request),
            Count = request.Count,
        });
        outcome.Refusal?.Throw();
        return new() { Cards = outcome.Cards };
    }

    public override async Task<ListCardMovesResponse> ListCardMoves(ListCardMovesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.CardMovesAsync(
            request.UserId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        return new() { Moves = { page.Select(PointsWire.CardMove) }, TotalCount = total };
    }

    public override async Task<ListSignInsResponse> ListSignIns(ListSignInsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.DaysAsync(
            request.UserId,
            PointsGrpc.Bound(request.FromDay),
            PointsGrpc.Bound(request.ToDay),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        return new()
        {
            SignIns = { page.Select(d => new UserSignIn { UserId = d.UserId, SignIn = PointsWire.SignIn(d) }) },
            TotalCount = total,
        };
    }

    public override async Task<CountSignInsResponse> CountSignIns(CountSignInsRequest request, ServerCallContext context)
    {
        var (from, to) = (PointsGrpc.Bound(request.FromDay)!.Value, PointsGrpc.Bound(request.ToDay)!.Value);
        if (to - from >= MaxDays)
        {
            PointsRefusals.DaysTooMany.Throw();
        }

        return new() { Days = { (await reads.CountAsync(from, to, context.CancellationToken)).Select(PointsWire.DayCount) } };
    }

    public override async Task<CreatePointsRuleResponse> CreatePointsRule(CreatePointsRuleRequest request, ServerCallContext context) => new()
    {
        Rule = await WriteRuleAsync(context, request, unit =>
            PointsRulesWrites.CreateAsync(unit, PointsWire.Terms(request.Terms), context.CancellationToken)),
    };

    public override async Task<UpdatePointsRuleResponse> UpdatePointsRule(UpdatePointsRuleRequest request, ServerCallContext context) => new()
    {
        Rule = await WriteRuleAsync(context, request, unit => PointsRulesWrites.UpdateAsync(
            unit, request.RuleId, PointsWire.Terms(request.Terms), request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<DeletePointsRuleResponse> DeletePointsRule(DeletePointsRuleRequest request, ServerCallContext context)
    {
        await WriteRuleAsync(context, request, unit =>
            PointsRulesWrites.DeleteAsync(unit, request.RuleId, context.CancellationToken));
        return new();
    }

    public override async Task<SearchPointsRulesResponse> SearchPointsRules(SearchPointsRulesRequest request, ServerCallContext context)
    {
        var (page, total) = await rules.ListAsync(
            PointsWire.Event(request.Event), withDisabled: true, new Paging(request.Page, request.PageSize), context.CancellationToken);
        return new() { Rules = { page.Select(PointsWire.Rule) }, TotalCount = total };
    }

    public override async Task<CreateVouchersResponse> CreateVouchers(CreateVouchersRequest request, ServerCallContext context) => new()
    {
        Batch = await writes.RunAsync(
            context, request, unit => VouchersWrites.CreateAsync(unit, PointsWire.Batch(request)), PointsWire.Batch),
    };

    public override async Task<ListVouchersResponse> ListVouchers(ListVouchersRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (page, total) = await reads.VouchersAsync(
            new VoucherQuery(request.BatchId, PointsWire.State(request.State), VouchersWrites.Normalise(request.Number)),
            now,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        return new() { Vouchers = { page.Select(v => PointsWire.Voucher(v, now)) }, TotalCount = total };
    }

    public override Task<VoidVouchersResponse> VoidVouchers(VoidVouchersRequest request, ServerCallContext context) =>
        writes.RunAsync(
            context,
            request,
            unit => VouchersWrites.VoidAsync(unit, request.BatchId, request.VoucherIds, context.CancellationToken),
            PointsWire.Voided);

    private Task<PointsRule> WriteRuleAsync(
        ServerCallContext context, IMessage request, Func<Unit, Task<Result<OperatorChange<PointsRuleRow>>>> write) =>
        writes.RunAsync(context, request, write, PointsWire.Rule);
}
