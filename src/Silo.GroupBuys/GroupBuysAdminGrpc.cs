using Google.Protobuf;
using Grpc.Core;
using Silo.Edge;
using Silo.GroupBuys.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The operator's rpcs.</summary>
internal sealed class GroupBuysAdminGrpc(
    HotGrains<long, GroupCommand, GroupOutcome> groups,
    GroupReads reads,
    OperatorWrites writes,
    CampaignWrites campaigns,
    ShopClock clock)
    : GroupBuysAdminService.GroupBuysAdminServiceBase
{
    public override async Task<CreateCampaignResponse> CreateCampaign(CreateCampaignRequest request, ServerCallContext context) =>
        new()
        {
            Campaign = await WriteAsync(
                context,
                request,
                unit => campaigns.CreateAsync(unit, GroupBuysWire.Terms(request.Terms), context.CancellationToken)),
        };

    public override async Task<UpdateCampaignResponse> UpdateCampaign(UpdateCampaignRequest request, ServerCallContext context) =>
        new()
        {
            Campaign = await WriteAsync(
                context,
                request,
                unit => campaigns.UpdateAsync(
                    unit,
                    request.CampaignId,
                    GroupBuysWire.Terms(request.Terms),
                    request.ExpectedVersion,
                    context.CancellationToken)),
        };

    public override async Task<SetCampaignEnabledResponse> SetCampaignEnabled(
        SetCampaignEnabledRequest request, ServerCallContext context) => new()
        {
            Campaign = await WriteAsync(
                context,
                request,
                unit => CampaignWrites.ChangeAsync(
                    unit,
                    request.CampaignId,
                    row => row.Enabled = request.Enabled,
                    alsoOver: false,
                    context.CancellationToken)),
        };

    public override async Task<EndCampaignResponse> EndCampaign(EndCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await WriteAsync(
            context, request, unit => CampaignWrites.EndAsync(unit, request.CampaignId, context.CancellationToken)),
    };

    public override async Task<GetCampaignResponse> GetCampaign(GetCampaignRequest request, ServerCallContext context)
    {
        var campaign = await reads.CampaignAsync(request.CampaignId, context.CancellationToken)
            ?? throw new RefusalException(GroupBuysRefusals.CampaignUnknown);
        return new() { Campaign = await CountedAsync(GroupBuysWire.Campaign(campaign, default), context.CancellationToken) };
    }

    public override async Task<SearchCampaignsResponse> SearchCampaigns(SearchCampaignsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.CampaignsAsync(
            request.GoodsId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var counts = await reads.CountsAsync([.. page.Select(c => c.Id)], context.CancellationToken);
        var response = new SearchCampaignsResponse { TotalCount = total };
        response.Campaigns.AddRange(page.Select(c => GroupBuysWire.Campaign(c, counts.GetValueOrDefault(c.Id))));
        return response;
    }

    public override async Task<GetGroupResponse> GetGroup(GetGroupRequest request, ServerCallContext context)
    {
        var state = await ExistingAsync(request.GroupId);
        var names = await reads.NamesAsync([.. GroupBuysWire.MemberIds(state)], context.CancellationToken);
        var response = new GetGroupResponse { Group = GroupBuysWire.Group(new(request.GroupId, state), names, clock.NowMs) };
        response.Members.AddRange(GroupBuysWire.Members(state, names));
        return response;
    }

    public override async Task<SearchGroupsResponse> SearchGroups(SearchGroupsRequest request, ServerCallContext context)
    {
        var (groups, total) = await reads.GroupsAsync(
            new()
            {
                GoodsId = request.GoodsId,
                CampaignId = request.CampaignId,
                Statuses = GroupBuysWire.Statuses(request.States),
            },
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var (names, now) = (
            await reads.NamesAsync([.. groups.Select(g => g.State.LeaderId).Distinct()], context.CancellationToken), clock.NowMs);
        var response = new SearchGroupsResponse { TotalCount = total };
        response.Groups.AddRange(groups.Select(g => GroupBuysWire.Group(g, names, now)));
        return response;
    }

    public override async Task<ListSeatsResponse> ListSeats(ListSeatsRequest request, ServerCallContext context)
    {
        await ExistingAsync(request.GroupId);
        var (seats, total) = await reads.SeatsAsync(
            request.GroupId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var (response, now) = (new ListSeatsResponse { TotalCount = total }, clock.NowMs);
        response.Seats.AddRange(seats.Select(s => GroupBuysWire.Seat(s, now)));
        return response;
    }

    public override async Task<EndGroupResponse> EndGroup(EndGroupRequest request, ServerCallContext context)
    {
        var outcome = await groups.RunAsync(request.GroupId, new EndCommand
        {
            OperatorId = context.Caller().Id,
            Rpc = context.Method.TrimStart('/'),
            Reason = request.Reason,
            RequestId = request.RequestId,
            RequestHash = RequestHash.Of(request),
        }).WaitAsync(context.CancellationToken);
        outcome.Refusal?.Throw();
        var view = new GroupView(request.GroupId, await reads.StateAsync(request.GroupId));
        var names = await reads.NamesAsync([view.State.LeaderId], context.CancellationToken);
        return new() { Group = GroupBuysWire.Group(view, names, clock.NowMs) };
    }

    /// <summary>An operator's write of a campaign, answered with the counts of now.</summary>
    private async Task<Campaign> WriteAsync(
        ServerCallContext context, IMessage request, Func<Unit, Task<Result<OperatorChange<CampaignRow>>>> write) =>
        await CountedAsync(
            await writes.RunAsync(context, request, write, row => GroupBuysWire.Campaign(row, default)), context.CancellationToken);

    private async Task<GroupBuyState> ExistingAsync(long groupId)
    {
        var state = await reads.StateAsync(groupId);
        if (!state.Exists)
        {
            GroupBuysRefusals.Unknown.Throw();
        }

        return state;
    }

    /// <summary>The campaign with the counts of now, which the audit log does not have.</summary>
    private async Task<Campaign> CountedAsync(Campaign campaign, CancellationToken cancellation)
    {
        var counts = await reads.CountsAsync([campaign.Id], cancellation);
        (campaign.GroupsOpen, campaign.GroupsCompleted, campaign.GroupsAreCapped) = counts.GetValueOrDefault(campaign.Id);
        return campaign;
    }
}
