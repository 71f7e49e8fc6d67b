using Grpc.Core;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of goods.</summary>
internal sealed class GoodsAdminGrpc(
    OperatorWrites writes,
    GoodsReads reads,
    GoodsListReads lists,
    OffersReads offers,
    PropertiesReads properties,
    GoodsExport export,
    IEnumerable<IGoodsUse> uses,
    ShopClock clock)
    : GoodsAdminService.GoodsAdminServiceBase
{
    public override async Task<CreateGoodsResponse> CreateGoods(CreateGoodsRequest request, ServerCallContext context)
    {
        var draft = GoodsWrites.Cleaned(CatalogWire.Draft(request)).OrRefuse();
        return new()
        {
            Detail = await writes.RunAsync(context, request, unit => GoodsWrites.CreateAsync(
                unit, draft, WriterOf(context, request.Reason), context.CancellationToken)),
        };
    }

    public override async Task<UpdateGoodsResponse> UpdateGoods(UpdateGoodsRequest request, ServerCallContext context)
    {
        var draft = GoodsWrites.Cleaned(CatalogWire.Draft(request)).OrRefuse();
        return new()
        {
            Detail = await writes.RunAsync(context, request, unit => GoodsWrites.UpdateAsync(
                unit,
                request.GoodsId,
                request.ExpectedVersion,
                draft,
                WriterOf(context, request.Reason),
                context.CancellationToken)),
        };
    }

    public override async Task<SetGoodsPublishedResponse> SetGoodsPublished(
        SetGoodsPublishedRequest request, ServerCallContext context) =>
        new() { Goods = await writes.RunAsync(context, request, GoodsWrites.SetPublishedAsync) };

    public override Task<OrderGoodsResponse> OrderGoods(OrderGoodsRequest request, ServerCallContext context) =>
        writes.RunAsync(context, request, GoodsWrites.OrderAsync);

    public override async Task<DeleteGoodsResponse> DeleteGoods(DeleteGoodsRequest request, ServerCallContext context) =>
        new()
        {
            Detail = await writes.RunAsync(
                context, request, unit => GoodsWrites.DeleteAsync(unit, request, uses, context.CancellationToken)),
        };

    public override async Task<GetGoodsResponse> GetGoods(GetGoodsRequest request, ServerCallContext context) => new()
    {
        Detail = await reads.DetailAsync(request.GoodsId, context.CancellationToken)
            ?? throw new RefusalException(CatalogRefusals.GoodsUnknown),
    };

    public override async Task<SearchGoodsResponse> SearchGoods(SearchGoodsRequest request, ServerCallContext context)
    {
        var (page, total, isCapped) = await lists.PageAsync(
            GoodsQuery.Of(request.Filter, request.Order, forOperator: true, clock.NowMs),
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchGoodsResponse { TotalCount = total, TotalIsCapped = isCapped };
        response.Goods.AddRange((await offers.GetAsync(page, context.CancellationToken)).Select(o => o.Goods));
        return response;
    }

    public override async Task<CreatePropertyResponse> CreateProperty(CreatePropertyRequest request, ServerCallContext context) =>
        new() { Property = await writes.RunAsync(context, request, PropertiesWrites.CreateAsync) };

    public override async Task<UpdatePropertyResponse> UpdateProperty(UpdatePropertyRequest request, ServerCallContext context) =>
        new() { Property = await writes.RunAsync(context, request, PropertiesWrites.UpdateAsync) };

    public override async Task<DeletePropertyResponse> DeleteProperty(DeletePropertyRequest request, ServerCallContext context) =>
        new() { Property = await writes.RunAsync(context, request, PropertiesWrites.DeleteAsync) };

    public override async Task<SearchPropertiesResponse> SearchProperties(SearchPropertiesRequest request, ServerCallContext context)
    {
        var (page, total) = await properties.SearchAsync(
            request.NameContains, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new SearchPropertiesResponse { TotalCount = total };
        response.Properties.AddRange(page);
        return response;
    }

    public override async Task<ChangeStockResponse> ChangeStock(ChangeStockRequest request, ServerCallContext context) => new()
    {
        Change = await writes.RunAsync(
            context,
            request,
            unit => StockWrites.ChangeAsync(
                unit, request.SkuId, request.Operation, request.Number, WriterOf(context, request.Reason), context.CancellationToken),
            CatalogWire.Change),
    };

    public override async Task<ListStockChangesResponse> ListStockChanges(ListStockChangesRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.ChangesAsync(
            request.GoodsId, request.SkuId, new Paging(request.Page, request.PageSize), context.CancellationToken);
        var response = new ListStockChangesResponse { TotalCount = total };
        response.Changes.AddRange(page.Select(CatalogWire.Change));
        return response;
    }

    public override async Task<ImportGoodsResponse> ImportGoods(
        IAsyncStreamReader<ImportGoodsRequest> requestStream, ServerCallContext context)
    {
        var request = await GoodsFile.ReceiveAsync(requestStream, context.CancellationToken);
        var import = new GoodsImport(request);
        try
        {
            return await writes.RunAsync(
                context, request, unit => import.RunAsync(unit, WriterOf(context, request.Reason), context.CancellationToken));
        }
        catch (RefusalException refused) when (refused.Refusal == CatalogRefusals.ImportWithoutEffect)
        {
            return import.Report;
        }
    }

    public override async Task ExportGoods(
        ExportGoodsRequest request, IServerStreamWriter<ExportGoodsResponse> responseStream, ServerCallContext context)
    {
        await foreach (var piece in export.RunAsync(request.CategoryId, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Csv = piece }, context.CancellationToken);
        }
    }

    private static Writer WriterOf(ServerCallContext context, string reason) => new(context.Caller().Id, reason);
}
