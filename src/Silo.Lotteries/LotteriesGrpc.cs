using Grpc.Core;
using Silo.Edge;
using Silo.Lotteries.V1;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>The shopper's rpcs.</summary>
internal sealed class LotteriesGrpc(
    HotGrains<long, LotteryCommand, LotteryOutcome> lotteries,
    LotteriesReads reads,
    LiveValues<long, LotteryProgress> watch,
    PrizesWrites prizes)
    : LotteriesService.LotteriesServiceBase
{
    public override async Task<DescribeLotteryResponse> DescribeLottery(DescribeLotteryRequest request, ServerCallContext context) =>
        new() { Lottery = LotteriesWire.Lottery(request.LotteryId, await ExistingAsync(request.LotteryId)) };

    public override async Task<DrawLotteryResponse> DrawLottery(DrawLotteryRequest request, ServerCallContext context)
    {
        var command = new DrawCommand
        {
            UserId = context.Caller().Id,
            RequestId = request.RequestId,
            RequestHash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
        };
        var outcome = await lotteries.RunAsync(request.LotteryId, command);
        outcome.Refusal?.Throw();
        var prize = outcome.Prize ?? await reads.PrizeAsync(
            request.LotteryId, outcome.RuleVersion, outcome.PrizeId, context.CancellationToken);
        var row = new DrawRow
        {
            Id = outcome.DrawId,
            LotteryId = request.LotteryId,
            Position = outcome.Position,
            RuleVersion = outcome.RuleVersion,
            UserId = command.UserId,
            RequestId = command.RequestId,
            At = outcome.At,
            UserCouponId = outcome.UserCouponId,
        };
        return new() { Draw = LotteriesWire.OwnDraw(new(row, prize), outcome.Nonce) };
    }

    public override async Task<GetMyDrawResponse> GetMyDraw(GetMyDrawRequest request, ServerCallContext context)
    {
        var (state, user) = (await ExistingAsync(request.LotteryId), context.Caller().Id);
        var (mine, _) = await reads.OfUserAsync(request.LotteryId, user, new Paging(1, 1), context.CancellationToken);
        return mine.Count == 0
            ? throw new RefusalException(LotteriesRefusals.DrawUnknown)
            : new() { Draw = LotteriesWire.OwnDraw(mine[0], LotteryNumbers.Nonce(state.PseudonymKey, request.LotteryId, user)) };
    }

    public override async Task<ListDrawsResponse> ListDraws(ListDrawsRequest request, ServerCallContext context)
    {
        var state = await ExistingAsync(request.LotteryId);
        var paging = new Paging(request.Page, request.PageSize);
        var (page, total) = request.UserId == 0
            ? (await reads.LatestAsync(request.LotteryId, state.Draws, paging, context.CancellationToken), state.Draws)
            : await reads.OfUserAsync(request.LotteryId, request.UserId, paging, context.CancellationToken);
        var shown = await reads.ShownAsync(page, context.CancellationToken);
        var response = new ListDrawsResponse { TotalCount = total };
        response.Draws.AddRange(page.Select(
            d => LotteriesWire.ShownDraw(d, shown.GetValueOrDefault(d.Draw.UserId), isNamed: request.UserId != 0)));
        return response;
    }

    public override async Task<SetPrizeAddressResponse> SetPrizeAddress(SetPrizeAddressRequest request, ServerCallContext context)
    {
        var userId = context.Caller().Id;
        var draw = (await prizes.SetAddressAsync(
            userId,
            request.DrawId,
            request.AddressId,
            request.RequestId,
            request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
            context.CancellationToken)).OrRefuse();
        var state = await reads.StateAsync(draw.Draw.LotteryId);
        return new()
        {
            Draw = LotteriesWire.OwnDraw(draw, LotteryNumbers.Nonce(state.PseudonymKey, draw.Draw.LotteryId, userId)),
        };
    }

    public override async Task<RevealLotteryResponse> RevealLottery(RevealLotteryRequest request, ServerCallContext context)
    {
        var state = (await reads.ClosedAsync(request.LotteryId)).OrRefuse();
        var page = await reads.PositionsAsync(
            request.LotteryId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new RevealLotteryResponse
        {
            Seed = Convert.ToHexStringLower(state.Seed),
            SeedHash = LotteryNumbers.SeedHash(state.Seed),
            TotalCount = state.Draws,
        };
        response.Rules.AddRange((await reads.RulesAsync(page, context.CancellationToken)).Select(LotteriesWire.Rule));
        response.Draws.AddRange(page.Select(draw => LotteriesWire.Revealed(state, draw)));
        return response;
    }

    public override async Task<CheckDrawResponse> CheckDraw(CheckDrawRequest request, ServerCallContext context)
    {
        var state = (await reads.ClosedAsync(request.LotteryId)).OrRefuse();
        if (await reads.BeforeAsync(request.LotteryId, request.Position, context.CancellationToken) is not (var draw, var rule, var won))
        {
            throw new RefusalException(LotteriesRefusals.DrawUnknown);
        }

        var revealed = LotteriesWire.Revealed(state, draw);
        var total = LotteryRules.OddsTotal(rule.IsDeck, rule.Prizes, won);
        var number = LotteryNumbers.Number(
            state.Seed, request.LotteryId, rule.Version, draw.Position, revealed.Pseudonym, (ulong)total);
        var prize = rule.Prizes[LotteryRules.Pick(rule.IsDeck, rule.Prizes, won, (long)number.Value)].Id;
        var response = new CheckDrawResponse
        {
            Draw = revealed,
            Message = number.Message,
            Digest = number.Digest,
            OddsTotal = total,
            Number = (long)number.Value,
            PrizeId = prize,
            Matches = prize == draw.PrizeId,
        };
        response.WonBefore.AddRange(won);
        return response;
    }

    public override async Task WatchLottery(
        WatchLotteryRequest request, IServerStreamWriter<WatchLotteryResponse> responseStream, ServerCallContext context)
    {
        // Before a grain is touched: what callers make up wakes none.
        await ExistingAsync(request.LotteryId);
        await foreach (var progress in watch.WatchAsync(request.LotteryId, context.CancellationToken))
        {
            await responseStream.WriteAsync(LotteriesWire.Watched(progress!), context.CancellationToken);
        }
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
}
