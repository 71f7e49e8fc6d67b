using Silo.Kernel;
using Silo.Lotteries.V1;

namespace Silo.WxApi;

/// <summary>Lotteries: the API calls them lucky infos.</summary>
internal static class WxLottery
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["luckyInfo"] = InfoAsync,
        ["luckyInfoV2"] = InfoAsync,
        ["luckyInfoJoin"] = JoinAsync,
        ["luckyInfoJoinMy"] = MineAsync,
        ["luckyInfoJoinLogs"] = LogsAsync,
    };

    private static async Task<WxAnswer> InfoAsync(WxCall call)
    {
        var lottery = (await new LotteriesService.LotteriesServiceClient(call.Anyone).DescribeLotteryAsync(
            new() { LotteryId = call.Id("id")!.Value })).Lottery;
        return WxAnswer.Of(new WxDetail(WxInfo.Of(lottery, call.Clock), [.. lottery.Terms.Prizes.Select(WxPrize.Of)]));
    }

    private static async Task<WxAnswer> JoinAsync(WxCall call)
    {
        var drawn = await new LotteriesService.LotteriesServiceClient(call.Shopper).DrawLotteryAsync(
            new() { LotteryId = call.Id("id")!.Value });
        return WxAnswer.Of(WxDraw.Of(drawn.Draw, call.Clock));
    }

    private static async Task<WxAnswer> MineAsync(WxCall call)
    {
        var mine = await new LotteriesService.LotteriesServiceClient(call.Shopper).GetMyDrawAsync(
            new() { LotteryId = call.Id("id")!.Value });
        return WxAnswer.Of(WxDraw.Of(mine.Draw, call.Clock));
    }

    private static async Task<WxAnswer> LogsAsync(WxCall call)
    {
        var client = new LotteriesService.LotteriesServiceClient(call.Anyone);
        var request = new ListDrawsRequest { LotteryId = call.Id("lid")!.Value, UserId = call.Id("uid") ?? 0 };
        var asked = call.Page();
        var (draws, total) = await asked.ReadAsync<Draw>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListDrawsAsync(request);
            return (answer.Draws, answer.TotalCount);
        });
        return WxAnswer.Page(draws.ConvertAll(d => WxDraw.Of(d, call.Clock)), total, asked.Size);
    }

    /// <summary>A lottery and its wheel.</summary>
    private sealed record WxDetail(WxInfo Info, IReadOnlyList<WxPrize> LuckyGoods);

    /// <summary>A lottery as the wire has it.</summary>
    private sealed record WxInfo
    {
        public required long Id { get; init; }

        public required string Title { get; init; }

        public required string? Content { get; init; }

        public required string? DateBegin { get; init; }

        public required string? DateEnd { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        /// <summary>How often one user may draw, in all.</summary>
        public required int TimesPerUser { get; init; }

        /// <summary>Draws so far.</summary>
        public required long NumberJoin { get; init; }

        /// <summary>Points that a draw costs.</summary>
        public required long Score { get; init; }

        public static WxInfo Of(Lottery lottery, ShopClock clock) => new()
        {
            Id = lottery.Id,
            Title = lottery.Terms.Title,
            Content = WxScalars.NullIfEmpty(lottery.Terms.Content),
            DateBegin = clock.Time(lottery.Terms.StartsAt),
            DateEnd = clock.Time(lottery.Terms.EndsAt),
            Status = lottery.Enabled ? 0 : 1,
            StatusStr = lottery.Enabled ? "正常" : "禁用",
            TimesPerUser = lottery.Terms.TimesPerUser,
            NumberJoin = lottery.Draws,
            Score = lottery.Terms.PointsCost,
        };
    }

    /// <summary>A place on the wheel.</summary>
    /// <param name="Id">The prize.</param>
    /// <param name="GoodsId">The goods; -1 for a loss, 0 for what is neither.</param>
    /// <param name="Title">Its name, by which a draw names it.</param>
    /// <param name="Pic">Its picture.</param>
    private sealed record WxPrize(long Id, long GoodsId, string Title, string? Pic)
    {
        public static WxPrize Of(LotteryPrize prize) =>
            new(prize.Id, GoodsIdOf(prize), prize.Title, WxScalars.NullIfEmpty(prize.PictureUrl));

        public static long GoodsIdOf(LotteryPrize prize) => prize.Kind == PrizeKind.None ? -1 : prize.GoodsId;
    }

    /// <summary>A draw as the wire has it.</summary>
    private sealed record WxDraw
    {
        public required long Id { get; init; }

        /// <summary>The lottery.</summary>
        public required long Lid { get; init; }

        /// <summary>Who drew, where it is shown.</summary>
        public required long? Uid { get; init; }

        public required string? Nick { get; init; }

        public required string? AvatarUrl { get; init; }

        public required long GoodsId { get; init; }

        public required string PrizeName { get; init; }

        public required string? DateAdd { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public static WxDraw Of(Draw draw, ShopClock clock)
        {
            var (status, label) = draw.State switch
            {
                PrizeState.None => (0, "未中奖"),
                PrizeState.Pending => (1, "待发放"),
                _ => (2, "已发放"),
            };
            return new()
            {
                Id = draw.Id,
                Lid = draw.LotteryId,
                Uid = draw.UserId == 0 ? null : draw.UserId,
                Nick = WxScalars.NullIfEmpty(draw.Nick),
                AvatarUrl = WxScalars.NullIfEmpty(draw.AvatarUrl),
                GoodsId = WxPrize.GoodsIdOf(draw.Prize),
                PrizeName = draw.Prize.Title,
                DateAdd = clock.Time(draw.DrawnAt),
                Status = status,
                StatusStr = label,
            };
        }
    }
}
