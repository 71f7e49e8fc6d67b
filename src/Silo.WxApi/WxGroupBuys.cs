using Silo.Catalog.V1;
using Silo.GroupBuys.V1;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Group-buys: a setting is what the API calls a campaign. Misspelt names are the wire's.</summary>
internal static class WxGroupBuys
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["pingtuanSet"] = SetAsync,
        ["pingtuanSets"] = SetsAsync,
        ["pingtuanOpen"] = OpenAsync,
        ["pingtuanList"] = OpenGroupsAsync,
        ["pingtuanListV2"] = GroupsAsync,
        ["pingtuanJoinUsers"] = JoinersAsync,
        ["pingtuanMyJoined"] = MineAsync,
        ["pingtuanTuanInfo"] = InfoAsync,
    };

    /// <summary>States of a group, as the wire numbers and names them.</summary>
    private static readonly (GroupState State, int Status, string Label)[] States =
    [
        (GroupState.Open, 0, "进行中"),
        (GroupState.Failed, 1, "无效"),
        (GroupState.Completed, 2, "完成"),
    ];

    private static async Task<WxAnswer> SetAsync(WxCall call) => WxAnswer.Of(WxSet.Of(
        (await Anyone(call).DescribeCampaignAsync(new() { GoodsId = call.Id("goodsId")!.Value })).Campaign, call.Clock));

    private static async Task<WxAnswer> SetsAsync(WxCall call)
    {
        var goods = (call.Numbers("goodsId") ?? []).Distinct().ToList();
        List<Campaign> campaigns = [];
        foreach (var some in goods.Chunk(100).Take(WxPage.Max / 100))
        {
            if (some.Any(id => id < 1))
            {
                return WxAnswer.Malformed("goodsId");
            }

            var request = new ListCampaignsRequest { PageSize = some.Length };
            request.GoodsIds.Add(some);
            campaigns.AddRange((await Anyone(call).ListCampaignsAsync(request)).Campaigns);
        }

        return WxAnswer.List(campaigns.ConvertAll(c => WxSet.Of(c, call.Clock)));
    }

    private static async Task<WxAnswer> OpenAsync(WxCall call)
    {
        var group = (await new GroupBuysService.GroupBuysServiceClient(call.Shopper).OpenGroupAsync(
            new() { GoodsId = call.Id("goodsId")!.Value })).Group;
        return WxAnswer.Of(new
        {
            group.Id,
            group.GoodsId,
            PingtuanId = group.CampaignId,
            DateEnd = call.Clock.Time(group.EndsAt),
        });
    }

    private static async Task<WxAnswer> OpenGroupsAsync(WxCall call) =>
        WxAnswer.List((await ListAsync(call, WxPage.Whole, [GroupState.Open])).Items);

    private static async Task<WxAnswer> GroupsAsync(WxCall call)
    {
        GroupState[] states = [];
        if (call.Int("status") is { } status)
        {
            states = [.. States.Where(s => s.Status == status).Select(s => s.State)];
            if (states.Length == 0)
            {
                return WxAnswer.Malformed("status");
            }
        }

        var (groups, total) = await ListAsync(call, call.Page(), states);
        return WxAnswer.Page(groups, total, call.Page().Size);
    }

    private static async Task<(List<WxGroup> Items, long Total)> ListAsync(WxCall call, WxPage wanted, GroupState[] states)
    {
        var request = new ListGroupsRequest { GoodsId = call.Id("goodsId")!.Value };
        request.States.Add(states);
        var client = Anyone(call);
        var (groups, total) = await wanted.ReadAsync<Group>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListGroupsAsync(request);
            return (answer.Groups, answer.TotalCount);
        });
        return (groups.ConvertAll(g => WxGroup.Of(g, call.Clock)), total);
    }

    /// <summary>The members while the group is open; clients take no data for "over".</summary>
    private static async Task<WxAnswer> JoinersAsync(WxCall call)
    {
        var answer = await Anyone(call).DescribeGroupAsync(new() { GroupId = call.Id("tuanId")!.Value });
        return answer.Group.State == GroupState.Open
            ? WxAnswer.List([.. answer.Members.Select(m => WxJoiner.Of(m, call.Clock))])
            : WxAnswer.NoData;
    }

    private static async Task<WxAnswer> MineAsync(WxCall call)
    {
        var request = new ListMySeatsRequest
        {
            GoodsId = call.Id("goodsId") ?? 0,
            OrderId = call.Id("orderId") ?? 0,
            CampaignId = call.Id("pingtuanId") ?? 0,
            GroupId = call.Id("tuanId") ?? 0,
        };
        request.States.Add(SeatState.Taken);
        var client = new GroupBuysService.GroupBuysServiceClient(call.Shopper);
        var (seats, total) = await call.Page().ReadAsync<MySeat>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListMySeatsAsync(request);
            return (answer.Seats, answer.TotalCount);
        });
        var goods = await GoodsAsync(call, [.. seats.Select(s => s.Group.GoodsId).Distinct()]);
        return WxAnswer.Page(
            seats.ConvertAll(s => new WxJoined(
                s.Seat.OrderId,
                WxGroup.Of(s.Group, call.Clock),
                goods.GetValueOrDefault(s.Group.GoodsId),
                goods.GetValueOrDefault(s.Group.GoodsId),
                s.Seat.OrderId,
                s.Seat.UserId,
                call.Clock.Time(s.Seat.TakenAt))),
            total,
            call.Page().Size);
    }

    private static async Task<WxAnswer> InfoAsync(WxCall call)
    {
        var answer = await Anyone(call).DescribeGroupAsync(new() { GroupId = call.Id("tuanId")!.Value });
        return WxAnswer.Of(new
        {
            TuanInfo = WxGroup.Of(answer.Group, call.Clock),
            Setting = WxSet.Of(answer.Campaign, call.Clock),
            Joiners = answer.Members.Select(m => WxJoiner.Of(m, call.Clock)).ToList(),
        });
    }

    private static GroupBuysService.GroupBuysServiceClient Anyone(WxCall call) => new(call.Anyone);

    private static async Task<Dictionary<long, WxGoodsInfo>> GoodsAsync(WxCall call, long[] ids)
    {
        Dictionary<long, WxGoodsInfo> goods = [];
        foreach (var some in ids.Chunk(100))
        {
            var request = new ListGoodsRequest { Filter = new() { State = GoodsState.Any }, PageSize = some.Length };
            request.Filter.GoodsIds.Add(some);
            foreach (var one in (await new GoodsService.GoodsServiceClient(call.Anyone).ListGoodsAsync(request)).Goods)
            {
                goods[one.Id] = WxGoodsInfo.Of(one, call);
            }
        }

        return goods;
    }

    /// <summary>How a shopper is shown to others.</summary>
    private sealed record WxShown(string? Nick, string? AvatarUrl)
    {
        public static WxShown Of(GroupUser user) => new(WxScalars.NullIfEmpty(user.Nick), WxScalars.NullIfEmpty(user.AvatarUrl));
    }

    /// <summary>The group-buy setting of goods.</summary>
    private sealed record WxSet
    {
        public required long Id { get; init; }

        public required long GoodsId { get; init; }

        public required int NumberPersion { get; init; }

        /// <summary>Orders that complete a group: one of each member.</summary>
        public required int NumberOrder { get; init; }

        public required long NumberDoing { get; init; }

        public required long NumberSucccess { get; init; }

        public required int TimeoutHours { get; init; }

        public required int RefundType { get; init; }

        public required string RefundTypeStr { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateEnd { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public static WxSet Of(Campaign campaign, ShopClock clock)
        {
            var (terms, toChannel) = (campaign.Terms, campaign.Terms.Refund == GroupRefund.Channel);
            return new()
            {
                Id = campaign.Id,
                GoodsId = terms.GoodsId,
                NumberPersion = terms.Size,
                NumberOrder = terms.Size,
                NumberDoing = campaign.GroupsOpen,
                NumberSucccess = campaign.GroupsCompleted,
                TimeoutHours = terms.Hours,
                RefundType = toChannel ? 1 : 0,
                RefundTypeStr = toChannel ? "原路退回" : "用户钱包余额",
                DateAdd = clock.Time(campaign.CreatedAt),
                DateEnd = clock.Time(terms.OpenUntil),
                Status = campaign.Enabled ? 0 : 1,
                StatusStr = campaign.Enabled ? "正常" : "禁用",
            };
        }
    }

    /// <summary>A group.</summary>
    private sealed record WxGroup
    {
        public required long Id { get; init; }

        public required long GoodsId { get; init; }

        public required long PingtuanId { get; init; }

        public required long Uid { get; init; }

        /// <summary>The leader.</summary>
        public required WxShown ApiExtUser { get; init; }

        /// <summary>Members, the leader and virtual ones included.</summary>
        public required int HelpNumber { get; init; }

        /// <summary>How many of them are virtual.</summary>
        public required int HelpNumberVirtual { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateEnd { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public static WxGroup Of(Group group, ShopClock clock)
        {
            var (_, status, label) = States.First(s => s.State == group.State);
            return new()
            {
                Id = group.Id,
                GoodsId = group.GoodsId,
                PingtuanId = group.CampaignId,
                Uid = group.Leader.UserId,
                ApiExtUser = WxShown.Of(group.Leader),
                HelpNumber = group.Taken + group.VirtualMembers,
                HelpNumberVirtual = group.VirtualMembers,
                DateAdd = clock.Time(group.OpenedAt),
                DateEnd = clock.Time(group.EndsAt),
                Status = status,
                StatusStr = label,
            };
        }
    }

    /// <summary>A member; a virtual one has no id.</summary>
    private sealed record WxJoiner(WxShown ApiExtUserHelp, long? UidHelp, string? DateAdd, bool? Virtual)
    {
        public static WxJoiner Of(GroupMember member, ShopClock clock) => new(
            member.Virtual ? new("虚拟成员", null) : WxShown.Of(member.User),
            member.Virtual ? null : member.User.UserId,
            clock.Time(member.TakenAt),
            member.Virtual ? true : null);
    }

    /// <summary>A seat of the shopper's own.</summary>
    private sealed record WxJoined(
        long Id, WxGroup TuanInfo, WxGoodsInfo? Goods, WxGoodsInfo? GoodsInfo, long OrderId, long UidHelp, string? DateAdd);
}
