using Grpc.Core;
using Silo.Edge;
using Silo.Kernel;
using Silo.Lotteries.V1;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>The operator's rpcs.</summary>
internal sealed class LotteriesAdminGrpc(
    HotGrains<long, LotteryCommand, LotteryOutcome> lotteries,
    LotteriesReads reads,
    LotteriesWrites saves,
    OperatorWrites writes,
    IdSource ids,
    ShopClock clock)
    : LotteriesAdminService.LotteriesAdminServiceBase
{
    public override async Task<CreateLotteryResponse> CreateLottery(CreateLotteryRequest request, ServerCallContext context)
    {
        var command = Command(context, LotteryChange.Create, request.RequestId, request.Reason, RequestHash.Of(request)) with
        {
            Terms = LotteriesWire.Terms(request.Terms),
        };
        if (await FirstAnswerAsync(command, context.CancellationToken) is { } first)
        {
            return new() { Lottery = first };
        }

        LotteryRules.SavingRefusal(new(), command.Terms, 0, clock.NowMs)?.Throw();
        // The id is of no use where another one at the same moment has the request id; the grain answers that one's lottery.
        return new() { Lottery = await SaveAsync(ids.Next(), new(), command) };
    }

    public override async Task<UpdateLotteryResponse> UpdateLottery(UpdateLotteryRequest request, ServerCallContext context)
    {
        var command = Command(context, LotteryChange.Update, request.RequestId, request.Reason, RequestHash.Of(request)) with
        {
            Terms = LotteriesWire.Terms(request.Terms),
            ExpectedVersion = request.ExpectedVersion,
        };
        var present = await ExistingAsync(request.LotteryId);
        if (await FirstAnswerAsync(command, context.CancellationToken) is { } first)
        {
            return new() { Lottery = first };
        }

        // Refused here, because what the grain alone looks at could be accepted by then, without a look at its goods.
        LotteryRules.SavingRefusal(present, command.Terms, request.ExpectedVersion, clock.NowMs)?.Throw();
        return new() { Lottery = await SaveAsync(request.LotteryId, present.Terms, command) };
    }

    public override async Task<SetLotteryEnabledResponse> SetLotteryEnabled(
        SetLotteryEnabledRequest request, ServerCallContext context) => new()
        {
            Lottery = await ChangeAsync(
                request.LotteryId,
                Command(context, LotteryChange.SetEnabled, request.RequestId, request.Reason, RequestHash.Of(request)) with
                {
                    Enabled = request.Enabled,
                }),
        };

    public override async Task<EndLotteryResponse> EndLottery(EndLotteryRequest request, ServerCallContext context) => new()
    {
        Lottery = await ChangeAsync(
            request.LotteryId,
            Command(context, LotteryChange.End, request.RequestId, request.Reason, RequestHash.Of(request))),
    };

    public override async Task<GetLotteryResponse> GetLottery(GetLotteryRequest request, ServerCallContext context) =>
        new() { Lottery = LotteriesWire.Lottery(request.LotteryId, await ExistingAsync(request.LotteryId)) };

    public override async Task<SearchLotteriesResponse> SearchLotteries(SearchLotteriesRequest request, ServerCallContext context)
    {
        var (found, total) = await reads.SearchAsync(
            SearchText.Normalise(request.TitleContains), new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new SearchLotteriesResponse { TotalCount = total };
        response.Lotteries.AddRange(found.Select(l => LotteriesWire.Lottery(l.Id, l.State)));
        return response;
    }

    public override async Task<ListLotteryDrawsResponse> ListLotteryDraws(ListLotteryDrawsRequest request, ServerCallContext context)
    {
        var state = await ExistingAsync(request.LotteryId);
        var paging = new Paging(request.Page, request.PageSize);
        var isWhole = request is { UserId: 0, PrizeId: 0, PendingOnly: false };
        var (draws, total, isCapped) = isWhole
            ? (await reads.LatestAsync(request.LotteryId, state.Draws, paging, context.CancellationToken), state.Draws, false)
            : await reads.FilteredAsync(
                new(request.LotteryId, request.UserId, request.PrizeId, request.PendingOnly), paging, context.CancellationToken);
        var response = new ListLotteryDrawsResponse { TotalCount = total, TotalIsCapped = isCapped };
        response.Draws.AddRange(draws.Select(LotteriesWire.Draw));
        return response;
    }

    public override async Task<DeliverPrizeResponse> DeliverPrize(DeliverPrizeRequest request, ServerCallContext context) => new()
    {
        Draw = await writes.RunAsync(
            context,
            request,
            unit => PrizesWrites.DeliverAsync(
                unit,
                request.DrawId,
                new(request.Address, request.Carrier, request.TrackingNumber),
                context.CancellationToken),
            LotteriesWire.Audited),
    };

    public override async Task<GetLotteryStatisticsResponse> GetLotteryStatistics(
        GetLotteryStatisticsRequest request, ServerCallContext context)
    {
        var state = await ExistingAsync(request.LotteryId);
        var response = new GetLotteryStatisticsResponse
        {
            Draws = state.Draws,
            Drawers = state.Drawers,
            PointsCharged = state.PointsCharged,
        };
        response.Prizes.AddRange((await reads.WonAsync(request.LotteryId, state, context.CancellationToken)).Select(
            prize => new PrizeStatistics { PrizeId = prize.PrizeId, Won = prize.Won, Delivered = prize.Delivered }));
        return response;
    }

    private static LotteryChangeCommand Command(
        ServerCallContext context, LotteryChange change, string requestId, string reason, long hash) => new()
        {
            OperatorId = context.Caller().Id,
            Rpc = context.Method.TrimStart('/'),
            Reason = reason,
            RequestId = requestId,
            RequestHash = hash,
            Change = change,
        };

    private async Task<LotteryState> ExistingAsync(long lotteryId)
    {
        var state = await reads.StateAsync(lotteryId);
        if (!state.Exists)
        {
            LotteriesRefusals.Unknown.Throw();
        }

        return state;
    }

    private async Task<Lottery> SaveAsync(long lotteryId, LotteryTerms present, LotteryChangeCommand command) =>
        LotteriesWire.Read((await saves.SaveAsync(lotteryId, present, command)).OrRefuse());

    private async Task<Lottery> ChangeAsync(long lotteryId, LotteryChangeCommand command)
    {
        var outcome = await lotteries.RunAsync(lotteryId, command);
        outcome.Refusal?.Throw();
        return LotteriesWire.Read(outcome.Lottery);
    }

    private async Task<Lottery?> FirstAnswerAsync(LotteryChangeCommand command, CancellationToken cancellation) =>
        await saves.FirstAnswerAsync(command, cancellation) is { } first ? LotteriesWire.Read(first.OrRefuse()) : null;
}
