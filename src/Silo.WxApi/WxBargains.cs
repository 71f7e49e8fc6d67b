using Silo.Bargains.V1;
using Silo.Catalog.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Bargains: a set is what the API calls a campaign, a join a bargain.</summary>
internal static class WxBargains
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["kanjiaList"] = ListAsync,
        ["kanjiaSet"] = async call => await SetsAsync(call) is [var newest, ..] ? WxAnswer.Of(newest) : WxAnswer.NoData,
        ["kanjiaSetV2"] = async call => WxAnswer.List(await SetsAsync(call)),
        ["kanjiaJoin"] = JoinAsync,
        ["kanjiaDetail"] = DetailAsync,
        ["kanjiaHelp"] = HelpAsync,
        ["kanjiaHelpDetail"] = MyHelpAsync,
        ["kanjiaMyJoinInfo"] = MineAsync,
        ["kanjiaClear"] = ClearAsync,
    };

    private const int MaxGoods = 100;

    private static async Task<WxAnswer> ListAsync(WxCall call)
    {
        var client = new BargainsService.BargainsServiceClient(call.Anyone);
        var page = call.Page();
        var (campaigns, total) = await page.ReadAsync<Campaign>(async (number, size) =>
        {
            var answer = await client.ListCampaignsAsync(new() { Page = number, PageSize = size });
            return (answer.Campaigns, answer.TotalCount);
        });
        return campaigns.Count == 0 ? WxAnswer.NoData : WxAnswer.Of(new
        {
            Result = campaigns.ConvertAll(c => WxSet.Of(c, call.Clock)),
            GoodsMap = await GoodsAsync(call, [.. campaigns.Select(c => c.Terms.GoodsId).Distinct()]),
            TotalRow = total,
            TotalPage = page.TotalPages(total),
        });
    }

    /// <summary>The goods by their ids as texts; those that are off sale too, since their bargains are listed.</summary>
    private static async Task<Dictionary<string, WxGoodsInfo>> GoodsAsync(WxCall call, long[] ids)
    {
        var client = new GoodsService.GoodsServiceClient(call.Anyone);
        List<Goods> goods = [];
        foreach (var chunk in ids.Chunk(MaxGoods))
        {
            foreach (var hidden in new[] { false, true })
            {
                var filter = new GoodsFilter { State = GoodsState.Any, Hidden = hidden };
                filter.GoodsIds.Add(chunk);
                goods.AddRange((await client.ListGoodsAsync(new() { Filter = filter, PageSize = MaxGoods })).Goods);
            }
        }

        return goods.DistinctBy(g => g.Id).ToDictionary(g => $"{g.Id}", g => WxGoodsInfo.Of(g, call));
    }

    private static async Task<List<WxSet>> SetsAsync(WxCall call)
    {
        var request = new ListCampaignsRequest();
        request.GoodsIds.Add((call.Numbers("goodsId") ?? []).Where(id => id > 0));
        if (request.GoodsIds.Count is 0 or > MaxGoods)
        {
            throw new WxFault(WxAnswer.Malformed("goodsId"));
        }

        var client = new BargainsService.BargainsServiceClient(call.Anyone);
        var (campaigns, _) = await WxPage.Whole.ReadAsync<Campaign>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListCampaignsAsync(request);
            return (answer.Campaigns, answer.TotalCount);
        });
        return campaigns.ConvertAll(c => WxSet.Of(c, call.Clock));
    }

    private static async Task<WxAnswer> JoinAsync(WxCall call)
    {
        var bargain = (await new BargainsService.BargainsServiceClient(call.Shopper).StartBargainAsync(
            new() { CampaignId = call.Id("kjid")!.Value })).Bargain;
        return WxAnswer.Of(new
        {
            CurPrice = WxScalars.Yuan(bargain.PriceCents),
            bargain.GoodsId,
            KjId = bargain.CampaignId,
            MinPrice = WxScalars.Yuan(bargain.FloorCents),
            Uid = bargain.InitiatorId,
        });
    }

    private static async Task<WxAnswer> DetailAsync(WxCall call)
    {
        var (campaign, joiner) = (call.Id("kjid")!.Value, call.Id("joiner"));
        if (joiner is null)
        {
            // Nobody is named where nobody is logged in: there is no bargain.
            return WxAnswer.NoData;
        }

        var client = new BargainsService.BargainsServiceClient(call.Anyone);
        var answer = await client.DescribeBargainAsync(new() { CampaignId = campaign, InitiatorId = joiner.Value });
        var (helps, _) = await WxPage.Whole.ReadAsync<BargainHelp>(async (page, size) =>
        {
            var part = await client.ListHelpsAsync(
                new() { CampaignId = campaign, InitiatorId = joiner.Value, Page = page, PageSize = size });
            return (part.Helps, part.TotalCount);
        });
        return WxAnswer.Of(new
        {
            KanjiaInfo = WxJoin.Of(answer.Bargain, call.Clock),
            Joiner = new { answer.Nick, answer.AvatarUrl },
            Helps = helps.ConvertAll(h => new
            {
                Uid = h.HelperId,
                h.GoodsId,
                CutPrice = WxScalars.Yuan(h.CutCents),
                h.Remark,
                h.Nick,
                h.AvatarUrl,
                DateAdd = call.Clock.Time(h.HelpedAt),
            }),
        });
    }

    private static async Task<WxAnswer> HelpAsync(WxCall call)
    {
        var answer = await new BargainsService.BargainsServiceClient(call.Shopper).HelpBargainAsync(new()
        {
            CampaignId = call.Id("kjid")!.Value,
            InitiatorId = call.Id("joinerUser")!.Value,
            Remark = call.TextOrEmpty("remark"),
        });
        // Clients tell a cut of now from an earlier one by the date.
        return WxAnswer.Of(WxHelp.Of(answer.Help, answer.Repeated ? call.Clock.Time(answer.Help.HelpedAt) : null));
    }

    private static async Task<WxAnswer> MyHelpAsync(WxCall call)
    {
        var help = (await new BargainsService.BargainsServiceClient(call.Shopper).DescribeMyHelpAsync(
            new() { CampaignId = call.Id("kjid")!.Value, InitiatorId = call.Id("joinerUser")!.Value })).Help;
        return WxAnswer.Of(WxHelp.Of(help, call.Clock.Time(help.HelpedAt)));
    }

    private static async Task<WxAnswer> MineAsync(WxCall call)
    {
        var answer = await new BargainsService.BargainsServiceClient(call.Shopper).DescribeMyBargainAsync(
            new() { CampaignId = call.Id("kjid")!.Value });
        return WxAnswer.Of(WxJoin.Of(answer.Bargain, call.Clock));
    }

    private static async Task<WxAnswer> ClearAsync(WxCall call)
    {
        await new BargainsService.BargainsServiceClient(call.Shopper).ClearBargainAsync(
            new() { CampaignId = call.Id("kjid")!.Value });
        return WxAnswer.Success;
    }

    /// <summary>One helper's cut.</summary>
    private sealed record WxHelp(long Uid, long GoodsId, decimal CutPrice, string Remark, string? DateAdd)
    {
        public static WxHelp Of(BargainHelp help, string? dateAdd) =>
            new(help.HelperId, help.GoodsId, WxScalars.Yuan(help.CutCents), help.Remark, dateAdd);
    }

    /// <summary>A campaign as the wire has it.</summary>
    private sealed record WxSet
    {
        public required long Id { get; init; }

        public required long GoodsId { get; init; }

        /// <summary>Where bargains start.</summary>
        public required decimal OriginalPrice { get; init; }

        /// <summary>The floor.</summary>
        public required decimal MinPrice { get; init; }

        public required decimal HelpPriceMin { get; init; }

        public required decimal HelpPriceMax { get; init; }

        /// <summary>Quantity in all.</summary>
        public required long Number { get; init; }

        /// <summary>Quantity in paid orders.</summary>
        public required long NumberBuy { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateEnd { get; init; }

        /// <summary>Only open ones are listed.</summary>
        public int Status { get; init; }

        public string StatusStr { get; init; } = "正常";

        public static WxSet Of(Campaign campaign, ShopClock clock) => new()
        {
            Id = campaign.Id,
            GoodsId = campaign.Terms.GoodsId,
            OriginalPrice = WxScalars.Yuan(campaign.Terms.StartCents),
            MinPrice = WxScalars.Yuan(campaign.Terms.FloorCents),
            HelpPriceMin = WxScalars.Yuan(campaign.Terms.CutMinCents),
            HelpPriceMax = WxScalars.Yuan(campaign.Terms.CutMaxCents),
            Number = campaign.Terms.StockTotal,
            NumberBuy = campaign.Sold,
            DateAdd = clock.Time(campaign.CreatedAt),
            DateEnd = clock.Time(campaign.Terms.EndsAt),
        };
    }

    /// <summary>A bargain as the wire has it.</summary>
    private sealed record WxJoin
    {
        public required long KjId { get; init; }

        public required long GoodsId { get; init; }

        /// <summary>Who started it.</summary>
        public required long Uid { get; init; }

        public required decimal CurPrice { get; init; }

        public required decimal MinPrice { get; init; }

        public required long HelpNumber { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public static WxJoin Of(Bargain bargain, ShopClock clock)
        {
            var (status, label) = bargain.State switch
            {
                BargainState.AtFloor => (2, "完成"),
                BargainState.Expired => (1, "无效"),
                _ => (0, "进行中"),
            };
            return new()
            {
                KjId = bargain.CampaignId,
                GoodsId = bargain.GoodsId,
                Uid = bargain.InitiatorId,
                CurPrice = WxScalars.Yuan(bargain.PriceCents),
                MinPrice = WxScalars.Yuan(bargain.FloorCents),
                HelpNumber = bargain.Helps,
                Status = status,
                StatusStr = label,
                DateAdd = clock.Time(bargain.StartedAt),
                DateUpdate = clock.Time(bargain.UpdatedAt),
            };
        }
    }
}
