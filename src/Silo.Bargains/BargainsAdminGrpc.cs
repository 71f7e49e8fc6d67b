using Google.Protobuf;
using Grpc.Core;
using Silo.Bargains.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>The operator's rpcs.</summary>
internal sealed class BargainsAdminGrpc(
    CampaignWrites campaignWrites, CampaignReads campaigns, BargainReads reads, OperatorWrites writes, ShopClock clock)
    : BargainsAdminService.BargainsAdminServiceBase
{
    public override async Task<CreateCampaignResponse> CreateCampaign(CreateCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await RunAsync(context, request, unit =>
            campaignWrites.CreateAsync(unit, BargainsWire.Terms(request.Terms), context.CancellationToken)),
    };

    public override async Task<UpdateCampaignResponse> UpdateCampaign(UpdateCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await RunAsync(context, request, unit => campaignWrites.UpdateAsync(
            unit, request.CampaignId, BargainsWire.Terms(request.Terms), request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<SetCampaignEnabledResponse> SetCampaignEnabled(
        SetCampaignEnabledRequest request, ServerCallContext context) => new()
        {
            Campaign = await RunAsync(context, request, unit =>
                CampaignWrites.SetEnabledAsync(unit, request.CampaignId, request.Enabled, context.CancellationToken)),
        };

    public override async Task<EndCampaignResponse> EndCampaign(EndCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await RunAsync(context, request, unit =>
            CampaignWrites.EndAsync(unit, request.CampaignId, context.CancellationToken)),
    };

    public override async Task<GetCampaignResponse> GetCampaign(GetCampaignRequest request, ServerCallContext context)
    {
        var campaign = await ExistingAsync(request.CampaignId, context.CancellationToken);
        var stocks = await campaigns.StocksAsync([campaign.Id], context.CancellationToken);
        var progress = await reads.ProgressAsync(campaign.Id, context.CancellationToken);
        return new()
        {
            Campaign = BargainsWire.Campaign(campaign, stocks[campaign.Id]),
            Progress = new()
            {
                Bargains = progress.Bargains,
                AtFloor = progress.AtFloor,
                Cleared = progress.Cleared,
                Helps = progress.Helps,
            },
        };
    }

    public override async Task<SearchCampaignsResponse> SearchCampaigns(SearchCampaignsRequest request, ServerCallContext context)
    {
        var (page, total) = await campaigns.PageAsync(
            rows => rows.Where(c => request.GoodsId == 0 || c.GoodsId == request.GoodsId),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var stocks = await campaigns.StocksAsync([.. page.Select(c => c.Id)], context.CancellationToken);
        var response = new SearchCampaignsResponse { TotalCount = total };
        response.Campaigns.AddRange(page.Select(c => BargainsWire.Campaign(c, stocks[c.Id])));
        return response;
    }

    public override async Task<ListBargainsResponse> ListBargains(ListBargainsRequest request, ServerCallContext context)
    {
        var campaign = await ExistingAsync(request.CampaignId, context.CancellationToken);
        var now = clock.NowMs;
        var isOver = campaign.EndedAt > 0 && now >= campaign.EndedAt;
        var (page, total) = await reads.BargainsAsync(
            campaign.Id,
            rows => request.State switch
            {
                V1.BargainState.Unspecified => rows,
                V1.BargainState.Cleared => rows.Where(b => b.ClearedAt > 0),
                V1.BargainState.AtFloor => rows.Where(b => b.ClearedAt == 0 && b.PriceCents == b.FloorCents),
                V1.BargainState.Expired => rows.Where(
                    b => b.ClearedAt == 0 && b.PriceCents > b.FloorCents && (isOver || b.EndsAt <= now)),
                _ => rows.Where(b => b.ClearedAt == 0 && b.PriceCents > b.FloorCents && !isOver && b.EndsAt > now),
            },
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new ListBargainsResponse { TotalCount = total };
        response.Bargains.AddRange(page.Select(b => BargainsWire.Bargain(b, campaign, now)));
        return response;
    }

    public override async Task<ListHelpsOfBargainResponse> ListHelpsOfBargain(
        ListHelpsOfBargainRequest request, ServerCallContext context)
    {
        var bargain = await reads.RowAsync(request.BargainId, context.CancellationToken)
            ?? throw new RefusalException(BargainsRefusals.Unknown);
        var (helps, total) = await reads.HelpsAsync(
            bargain.Id, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListHelpsOfBargainResponse { TotalCount = total };
        response.Helps.AddRange(helps.Select(h => BargainsWire.Help(h.Row, h.Helper, bargain.GoodsId)));
        return response;
    }

    private Task<V1.Campaign> RunAsync(
        ServerCallContext context, IMessage request, Func<Unit, Task<Result<OperatorChange<StockedCampaign>>>> work) =>
        writes.RunAsync(context, request, work, stocked => BargainsWire.Campaign(stocked.Campaign, stocked.Stock));

    private async Task<Campaign> ExistingAsync(long id, CancellationToken cancellation) =>
        await campaigns.FindAsync(id, cancellation) ?? throw new RefusalException(BargainsRefusals.CampaignUnknown);
}
