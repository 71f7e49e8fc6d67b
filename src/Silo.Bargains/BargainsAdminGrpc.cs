using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
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
        Campaign = await writes.RunAsync<V1.Campaign>(context, request, async unit =>
        {
            var created = await campaignWrites.CreateAsync(unit, BargainsWire.Terms(request.Terms), context.CancellationToken);
            return created.IsAccepted
                ? new OperatorChange<V1.Campaign>(
                    Subject(created.Value.Id), null, BargainsWire.Campaign(created.Value, new() { Total = created.Value.Terms.StockTotal }))
                : created.Refusal;
        }),
    };

    public override async Task<UpdateCampaignResponse> UpdateCampaign(UpdateCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await ChangeAsync(
            context,
            request,
            request.CampaignId,
            (unit, row) => CampaignWrites.UpdateAsync(
                unit, row, BargainsWire.Terms(request.Terms), request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<SetCampaignEnabledResponse> SetCampaignEnabled(
        SetCampaignEnabledRequest request, ServerCallContext context) => new()
        {
            Campaign = await ChangeAsync(
                context, request, request.CampaignId, async (unit, row) =>
                {
                    row.Enabled = request.Enabled;
                    row.UpdatedAt = unit.NowMs;
                    await CampaignReads.TouchAsync(unit, context.CancellationToken);
                    return await OfAsync(unit, row, context.CancellationToken);
                }),
        };

    public override async Task<EndCampaignResponse> EndCampaign(EndCampaignRequest request, ServerCallContext context) => new()
    {
        Campaign = await ChangeAsync(
            context, request, request.CampaignId, async (unit, row) =>
            {
                if (row.EndedAt == 0)
                {
                    (row.EndedAt, row.UpdatedAt) = (unit.NowMs, unit.NowMs);
                    await CampaignReads.TouchAsync(unit, context.CancellationToken);
                }

                return await OfAsync(unit, row, context.CancellationToken);
            }),
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

    private static string Subject(long campaignId) => $"bargain-campaign:{campaignId}";

    private static async Task<Result<Campaign>> OfAsync(Unit unit, CampaignRow row, CancellationToken cancellation) =>
        CampaignReads.Of(row, await unit.Query<StockRow>().SingleAsync(s => s.CampaignId == row.Id, cancellation));

    private Task<V1.Campaign> ChangeAsync(
        ServerCallContext context,
        IMessage request,
        long campaignId,
        Func<Unit, CampaignRow, Task<Result<Campaign>>> change) =>
        writes.RunAsync<V1.Campaign>(context, request, async unit =>
        {
            var cancellation = context.CancellationToken;
            if (await CampaignWrites.HoldAsync(unit, campaignId, cancellation) is not { } row)
            {
                return BargainsRefusals.CampaignUnknown;
            }

            async Task<StockRow> StockAsync() =>
                await unit.Query<StockRow>().SingleAsync(s => s.CampaignId == campaignId, cancellation);

            var stock = await StockAsync();
            var before = BargainsWire.Campaign(CampaignReads.Of(row, stock), stock);
            var changed = await change(unit, row);
            return changed.IsAccepted
                ? new OperatorChange<V1.Campaign>(Subject(campaignId), before, BargainsWire.Campaign(changed.Value, await StockAsync()))
                : changed.Refusal;
        });

    private async Task<Campaign> ExistingAsync(long id, CancellationToken cancellation) =>
        await campaigns.FindAsync(id, cancellation) ?? throw new RefusalException(BargainsRefusals.CampaignUnknown);
}
