using Grpc.Core;
using Silo.Edge;
using Silo.Kernel;
using Silo.Points.V1;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The shopper's rpcs.</summary>
internal sealed class PointsGrpc(
    HotGrains<long, SignInCommand, SignInOutcome> signIns,
    SignInTermsReads terms,
    PointsRulesReads rules,
    PointsReads reads,
    VouchersWrites vouchers,
    ShopClock clock)
    : PointsService.PointsServiceBase
{
    public override async Task<DescribeSignInResponse> DescribeSignIn(DescribeSignInRequest request, ServerCallContext context)
    {
        var current = await terms.GetAsync(context.CancellationToken);
        return new() { Terms = PointsWire.Terms(current.Terms), Version = current.Version };
    }

    public override async Task<SignInResponse> SignIn(SignInRequest request, ServerCallContext context) => new()
    {
        SignIn = PointsWire.SignIn(await SendAsync(context, new SignTodayCommand
        {
            RequestId = request.RequestId,
            RequestHash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
        })),
    };

    public override async Task<MakeUpSignInResponse> MakeUpSignIn(MakeUpSignInRequest request, ServerCallContext context) => new()
    {
        SignIn = PointsWire.SignIn(await SendAsync(context, new MakeUpCommand
        {
            RequestId = request.RequestId,
            RequestHash = RequestHash.Of(request),
            Day = request.Day,
        })),
    };

    public override async Task<BuyMakeUpCardsResponse> BuyMakeUpCards(BuyMakeUpCardsRequest request, ServerCallContext context) => new()
    {
        Cards = (await SendAsync(context, new BuyCardsCommand
        {
            RequestId = request.RequestId,
            RequestHash = RequestHash.Of(request),
            Count = request.Count,
        })).Cards,
    };

    public override async Task<GetMySignInResponse> GetMySignIn(GetMySignInRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        var today = clock.DayOf(clock.NowMs).DayNumber;
        var cycle = (await terms.GetAsync(context.CancellationToken)).Terms.Cycle;
        var state = await reads.StateAsync(userId);
        var row = state.Has(today) ? await reads.DayAsync(userId, today, context.CancellationToken) : null;
        return new()
        {
            Today = row is null ? null : PointsWire.SignIn(row),
            Streak = SignInRules.StreakOf(state, cycle, today),
            DaysInCycle = SignInRules.DaysInCycle(state, cycle, today),
            Days = state.Days,
            Cards = state.Cards,
        };
    }

    public override async Task<ListMySignInsResponse> ListMySignIns(ListMySignInsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.DaysAsync(
            context.Caller().Id,
            Bound(request.FromDay),
            Bound(request.ToDay),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListMySignInsResponse { TotalCount = total };
        response.SignIns.AddRange(page.Select(PointsWire.SignIn));
        return response;
    }

    public override async Task<ListPointsRulesResponse> ListPointsRules(ListPointsRulesRequest request, ServerCallContext context)
    {
        var (page, total) = await rules.ListAsync(
            PointsWire.Event(request.Event), withDisabled: false, new Paging(request.Page, request.PageSize), context.CancellationToken);
        return new() { Rules = { page.Select(PointsWire.Rule) }, TotalCount = total };
    }

    public override async Task<ExchangeVoucherResponse> ExchangeVoucher(ExchangeVoucherRequest request, ServerCallContext context) => new()
    {
        Points = (await vouchers.ExchangeAsync(
            context.Caller().Id, request.Number, request.RequestId, RequestHash.Of(request), context.CancellationToken)).OrRefuse(),
    };

    /// <summary>A day that bounds a list; null where none is given.</summary>
    public static int? Bound(string day) =>
        day.Length == 0 ? null : SignInRules.DayOf(day) ?? throw new RefusalException(PointsRefusals.DayInvalid);

    private async Task<SignInOutcome> SendAsync(ServerCallContext context, SignInCommand command)
    {
        var outcome = await signIns.RunAsync(context.Caller().Id, command);
        outcome.Refusal?.Throw();
        return outcome;
    }
}
