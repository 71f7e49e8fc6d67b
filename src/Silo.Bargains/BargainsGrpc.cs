using Grpc.Core;
using Silo.Bargains.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>The shopper's rpcs.</summary>
internal sealed class BargainsGrpc(
    HotGrains<BargainKey, BargainCommand, BargainOutcome> bargains,
    BargainReads reads,
    CampaignReads campaigns,
    LiveValues<BargainKey, BargainProgress> watch,
    ShopClock clock)
    : BargainsService.BargainsServiceBase
{
    public override async Task<ListCampaignsResponse> ListCampaigns(ListCampaignsRequest request, ServerCallContext context)
    {
        var paging = new Paging(request.Page, request.PageSize);
        var (page, total) = request.GoodsIds.Count == 0
            ? await campaigns.OpenAsync(clock.NowMs, paging, context.CancellationToken)
            : Page(await campaigns.OpenAsync(request.GoodsIds, clock.NowMs, context.CancellationToken), paging);
        var stocks = await campaigns.StocksAsync([.. page.Select(c => c.Id)], context.CancellationToken);
        var response = new ListCampaignsResponse { TotalCount = total };
        response.Campaigns.AddRange(page.Select(c => BargainsWire.Campaign(c, stocks[c.Id])));
        return response;
    }

    public override async Task<StartBargainResponse> StartBargain(StartBargainRequest request, ServerCallContext context)
    {
        var outcome = await SendAsync(
            new(request.CampaignId, context.Caller().Id), new StartCommand { RequestId = request.RequestId });
        return new() { Bargain = await ShownAsync(outcome.Bargain!, context.CancellationToken) };
    }

    public override async Task<DescribeBargainResponse> DescribeBargain(DescribeBargainRequest request, ServerCallContext context)
    {
        var bargain = await ExistingAsync(new(request.CampaignId, request.InitiatorId));
        var initiator = await reads.ShownAsync(request.InitiatorId, context.CancellationToken);
        return new()
        {
            Bargain = await ShownAsync(bargain, context.CancellationToken),
            Nick = initiator?.Nick ?? "",
            AvatarUrl = initiator?.AvatarUrl ?? "",
        };
    }

    public override async Task<ListHelpsResponse> ListHelps(ListHelpsRequest request, ServerCallContext context)
    {
        var bargain = await ExistingAsync(new(request.CampaignId, request.InitiatorId));
        var (helps, total) = await reads.HelpsAsync(
            bargain.Id, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListHelpsResponse { TotalCount = total };
        response.Helps.AddRange(helps.Select(h => BargainsWire.Help(h.Row, h.Helper, bargain.GoodsId)));
        return response;
    }

    public override async Task<HelpBargainResponse> HelpBargain(HelpBargainRequest request, ServerCallContext context)
    {
        var outcome = await SendAsync(
            new(request.CampaignId, request.InitiatorId),
            new HelpCommand
            {
                HelperId = context.Caller().Id,
                Remark = VisibleText.Plain(request.Remark),
                RequestId = request.RequestId,
                RequestHash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request),
            });
        return new() { Help = BargainsWire.Help(outcome.Help!), Repeated = outcome.Repeated };
    }

    public override async Task<DescribeMyHelpResponse> DescribeMyHelp(DescribeMyHelpRequest request, ServerCallContext context)
    {
        var bargain = await ExistingAsync(new(request.CampaignId, request.InitiatorId));
        return await reads.HelpAsync(bargain.Id, context.Caller().Id, context.CancellationToken) is { } help
            ? new() { Help = BargainsWire.Help(help, null, bargain.GoodsId) }
            : throw new RefusalException(BargainsRefusals.HelpUnknown);
    }

    public override async Task<DescribeMyBargainResponse> DescribeMyBargain(
        DescribeMyBargainRequest request, ServerCallContext context) => new()
        {
            Bargain = await ShownAsync(
                await ExistingAsync(new(request.CampaignId, context.Caller().Id)), context.CancellationToken),
        };

    public override async Task<ClearBargainResponse> ClearBargain(ClearBargainRequest request, ServerCallContext context)
    {
        await SendAsync(new(request.CampaignId, context.Caller().Id), new ClearCommand { RequestId = request.RequestId });
        return new();
    }

    public override async Task WatchBargain(
        WatchBargainRequest request, IServerStreamWriter<WatchBargainResponse> responseStream, ServerCallContext context)
    {
        // Before a grain is touched: what callers make up wakes none.
        var key = new BargainKey(request.CampaignId, request.InitiatorId);
        if ((await reads.StateAsync(key)).Starts == 0)
        {
            BargainsRefusals.Unknown.Throw();
        }

        await foreach (var progress in watch.WatchAsync(key, context.CancellationToken))
        {
            var campaign = await campaigns.FindAsync(request.CampaignId, context.CancellationToken);
            await responseStream.WriteAsync(BargainsWire.Progress(progress!, campaign!, clock.NowMs), context.CancellationToken);
        }
    }

    private static (List<Campaign> Page, long Total) Page(List<Campaign> all, Paging paging) =>
        ([.. all.Skip(paging.Skip).Take(paging.Take)], all.Count);

    private async Task<BargainOutcome> SendAsync(BargainKey key, BargainCommand command)
    {
        var outcome = await bargains.RunAsync(key, command);
        outcome.Refusal?.Throw();
        return outcome;
    }

    private async Task<BargainView> ExistingAsync(BargainKey key) =>
        await reads.FindAsync(key) ?? throw new RefusalException(BargainsRefusals.Unknown);

    private async Task<Bargain> ShownAsync(BargainView bargain, CancellationToken cancellation) =>
        BargainsWire.Bargain(bargain, (await campaigns.FindAsync(bargain.CampaignId, cancellation))!, clock.NowMs);
}
