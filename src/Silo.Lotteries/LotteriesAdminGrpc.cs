using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Lotteries.V1;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>The operator's rpcs.</summary>
internal sealed class LotteriesAdminGrpc(
    IGrainFactory grains,
    LotteriesReads reads,
    LotteryAllotments allotments,
    ICatalog catalog,
    IUnits units,
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
        try
        {
            return new() { Lottery = await SaveAsync(ids.Next(), new(), command) };
        }
        catch (StorageUnavailableException) when (command.RequestId.Length > 0)
        {
            // Of two at once with one request id, each with a lottery id of its own, the second is rolled back.
            return new()
            {
                Lottery = await FirstAnswerAsync(command, context.CancellationToken)
                    ?? throw new StorageUnavailableException("The lottery could not be created."),
            };
        }
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
        var (lotteries, total) = await reads.SearchAsync(
            SearchText.Normalise(request.TitleContains), new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new SearchLotteriesResponse { TotalCount = total };
        response.Lotteries.AddRange(lotteries.Select(l => LotteriesWire.Lottery(l.Id, l.State)));
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
        Draw = await writes.RunAsync<Draw>(
            context, request, unit => DeliverAsync(unit, request, context.CancellationToken)),
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

    private static async Task<Result<OperatorChange<Draw>>> DeliverAsync(
        Unit unit, DeliverPrizeRequest request, CancellationToken cancellation)
    {
        // Its winner may be about to say where he wants it.
        await unit.LockAsync<DrawRow>([request.DrawId], wait: true, cancellation);
        if (await LotteriesReads.DrawAsync(unit, request.DrawId, cancellation) is not { } before)
        {
            return LotteriesRefusals.DrawUnknown;
        }

        if (!before.Draw.IsGoods)
        {
            return LotteriesRefusals.NotDeliverable;
        }

        var row = await unit.Set<DeliveryRow>().SingleOrDefaultAsync(d => d.DrawId == request.DrawId, cancellation);
        if (row is null)
        {
            row = new DeliveryRow { DrawId = request.DrawId, LotteryId = before.Draw.LotteryId };
            unit.Set<DeliveryRow>().Add(row);
        }

        (row.Address, row.Carrier, row.TrackingNumber, row.At) =
            (request.Address, request.Carrier, request.TrackingNumber, unit.NowMs);
        return new OperatorChange<Draw>(
            $"draw:{LotteryAllotments.Text(request.DrawId)}", Audited(before), Audited(before with { Delivery = row }));
    }

    /// <summary>As the audit log, which is not erased, may keep it.</summary>
    private static Draw Audited(FullDraw draw)
    {
        var wire = LotteriesWire.Draw(draw);
        if (wire.Delivery is not null)
        {
            (wire.Delivery.Address, wire.Delivery.TrackingNumber) = ("", "");
        }

        wire.Address = null;

        return wire;
    }

    private async Task<LotteryState> ExistingAsync(long lotteryId)
    {
        var state = await reads.StateAsync(lotteryId);
        if (!state.Exists)
        {
            LotteriesRefusals.Unknown.Throw();
        }

        return state;
    }

    /// <summary>Takes what new terms need from coupons, changes the lottery, and gives back what it did not use.</summary>
    private async Task<Lottery> SaveAsync(long lotteryId, LotteryTerms present, LotteryChangeCommand command)
    {
        await KnowGoodsAsync(present, command.Terms);
        var takes = (await allotments.TakeAsync(present, command.Terms)).OrRefuse();
        try
        {
            return await ChangeAsync(lotteryId, command with { Takes = takes });
        }
        finally
        {
            // Also after success: a repeat at the same moment has used those of the first one. What is unknown here is
            // looked at again by the work that was left with the taking.
            await allotments.ReturnUnusedAsync(takes);
        }
    }

    /// <summary>Refuses goods that are not in the catalogue, unless the lottery has them already.</summary>
    private async Task KnowGoodsAsync(LotteryTerms present, LotteryTerms terms)
    {
        var named = terms.Prizes.Select(p => p.GoodsId).Where(id => id > 0)
            .Except(present.Prizes.Select(p => p.GoodsId)).ToArray();
        var known = await units.ReadAsync(r => catalog.ExistingAsync(r, named, CancellationToken.None), CancellationToken.None);
        if (known.Count < named.Length)
        {
            CatalogRefusals.GoodsUnknown.Throw();
        }
    }

    private async Task<Lottery> ChangeAsync(long lotteryId, LotteryChangeCommand command)
    {
        var outcome = await grains.GetGrain<ILotteryGrain>(lotteryId).ChangeAsync(command);
        outcome.Refusal?.Throw();
        return JsonParser.Default.Parse<Lottery>(outcome.Lottery);
    }

    private async Task<Lottery?> FirstAnswerAsync(LotteryChangeCommand command, CancellationToken cancellation)
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

        return JsonParser.Default.Parse<Lottery>(entry.After);
    }
}
