using Grpc.Core;
using Silo.Edge;
using Silo.GroupBuys.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The shopper's rpcs.</summary>
internal sealed class GroupBuysGrpc(GroupReads reads, GroupWrites writes, LiveValues<long, GroupProgress> watch, ShopClock clock)
    : GroupBuysService.GroupBuysServiceBase
{
    private static readonly GroupStatus[] OpenAndCompleted = [GroupStatus.Open, GroupStatus.Completed];

    public override async Task<DescribeCampaignResponse> DescribeCampaign(
        DescribeCampaignRequest request, ServerCallContext context)
    {
        var campaign = await reads.NewestAsync(request.GoodsId, context.CancellationToken)
            ?? throw new RefusalException(GroupBuysRefusals.CampaignUnknown);
        var counts = await reads.CountsAsync([campaign.Id], context.CancellationToken);
        return new() { Campaign = GroupBuysWire.Campaign(campaign, counts.GetValueOrDefault(campaign.Id)) };
    }

    public override async Task<ListCampaignsResponse> ListCampaigns(ListCampaignsRequest request, ServerCallContext context)
    {
        var campaigns = await reads.NewestAsync([.. request.GoodsIds.Distinct()], context.CancellationToken);
        var paging = new Paging(request.Page, request.PageSize);
        var page = campaigns.Skip(paging.Skip).Take(paging.Take).ToList();
        var counts = page.Count == 0 ? [] : await reads.CountsAsync([.. page.Select(c => c.Id)], context.CancellationToken);
        var response = new ListCampaignsResponse { TotalCount = campaigns.Count };
        response.Campaigns.AddRange(page.Select(c => GroupBuysWire.Campaign(c, counts.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<OpenGroupResponse> OpenGroup(OpenGroupRequest request, ServerCallContext context)
    {
        var id = (await writes.OpenAsync(
            context.Caller().Id,
            request.GoodsId,
            request.RequestId,
            request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
            context.CancellationToken)).OrRefuse();
        return new() { Group = await GroupAsync(new(id, await reads.StateAsync(id)), context.CancellationToken) };
    }

    public override async Task<ListGroupsResponse> ListGroups(ListGroupsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (groups, total) = await reads.GroupsAsync(
            new()
            {
                GoodsId = request.GoodsId,
                Statuses = request.States.Count == 0 ? OpenAndCompleted : GroupBuysWire.Statuses(request.States),
                PublicAt = now,
            },
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var names = await reads.NamesAsync([.. groups.Select(g => g.State.LeaderId).Distinct()], context.CancellationToken);
        var response = new ListGroupsResponse
        {
            TotalCount = Math.Min(total, GroupReads.MaxCounted),
            TotalIsCapped = total > GroupReads.MaxCounted,
        };
        response.Groups.AddRange(groups.Select(g => GroupBuysWire.Group(g, names, now)));
        return response;
    }

    public override async Task<DescribeGroupResponse> DescribeGroup(DescribeGroupRequest request, ServerCallContext context)
    {
        var state = await reads.StateAsync(request.GroupId);
        if (!state.IsShownTo(UserOf(context)))
        {
            GroupBuysRefusals.Unknown.Throw();
        }

        var names = await reads.NamesAsync([.. GroupBuysWire.MemberIds(state)], context.CancellationToken);
        var response = new DescribeGroupResponse { Group = GroupBuysWire.Group(new(request.GroupId, state), names, clock.NowMs) };
        response.Members.AddRange(GroupBuysWire.Members(state, names));
        if (await reads.CampaignAsync(state.CampaignId, context.CancellationToken) is { } campaign)
        {
            var counts = await reads.CountsAsync([campaign.Id], context.CancellationToken);
            response.Campaign = GroupBuysWire.Campaign(campaign, counts.GetValueOrDefault(campaign.Id));
        }

        return response;
    }

    public override async Task<ListMySeatsResponse> ListMySeats(ListMySeatsRequest request, ServerCallContext context)
    {
        var now = clock.NowMs;
        var (seats, total) = await reads.MineAsync(
            new(
                context.Caller().Id,
                request.GoodsId,
                request.OrderId,
                request.CampaignId,
                request.GroupId,
                GroupBuysWire.Statuses(request.States)),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var names = await reads.NamesAsync([.. seats.Select(s => s.Group.State.LeaderId).Distinct()], context.CancellationToken);
        var response = new ListMySeatsResponse { TotalCount = total };
        response.Seats.AddRange(seats.Select(s => new MySeat
        {
            Seat = GroupBuysWire.Seat(s.Seat, now),
            Group = GroupBuysWire.Group(s.Group, names, now),
        }));
        return response;
    }

    public override async Task WatchGroup(
        WatchGroupRequest request, IServerStreamWriter<WatchGroupResponse> responseStream, ServerCallContext context)
    {
        // Before a grain is touched: what callers make up wakes none.
        if (!(await reads.StateAsync(request.GroupId)).IsShownTo(UserOf(context)))
        {
            GroupBuysRefusals.Unknown.Throw();
        }

        await foreach (var progress in watch.WatchAsync(request.GroupId, context.CancellationToken))
        {
            await responseStream.WriteAsync(GroupBuysWire.Progress(progress!), context.CancellationToken);
            if (progress!.Status != GroupStatus.Open)
            {
                return;
            }
        }
    }

    private static long UserOf(ServerCallContext context) => context.Caller() is { Kind: CallerKind.User } user ? user.Id : 0;

    private async Task<Group> GroupAsync(GroupView view, CancellationToken cancellation)
    {
        var names = await reads.NamesAsync([view.State.LeaderId], cancellation);
        return GroupBuysWire.Group(view, names, clock.NowMs);
    }
}
