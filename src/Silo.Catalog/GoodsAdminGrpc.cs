using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of goods.</summary>
internal sealed class GoodsAdminGrpc(
    OperatorWrites writes,
    GoodsWrites goods,
    GoodsListReads lists,
    OffersReads offers,
    CatalogReads caches,
    IUnits units,
    ShopClock clock)
    : GoodsAdminService.GoodsAdminServiceBase
{
    public override async Task<CreateGoodsResponse> CreateGoods(CreateGoodsRequest request, ServerCallContext context) => new()
    {
        Detail = await writes.RunAsync<GoodsDetail>(context, request, async unit =>
        {
            var draft = new GoodsDraft(request.Terms, request.Parts ?? new(), request.Price, request.Stock, request.Skus);
            var created = await goods.CreateAsync(unit, draft, WriterOf(context, request.Reason), context.CancellationToken);
            return created.IsAccepted
                ? new OperatorChange<GoodsDetail>(SubjectOf(created.Value.Goods.Id), null, created.Value)
                : created.Refusal;
        }),
    };

    public override async Task<UpdateGoodsResponse> UpdateGoods(UpdateGoodsRequest request, ServerCallContext context) => new()
    {
        Detail = await writes.RunAsync<GoodsDetail>(context, request, async unit =>
        {
            var draft = new GoodsDraft(request.Terms, request.Parts ?? new(), request.Price, request.Stock, request.Skus);
            var changed = await goods.UpdateAsync(
                unit, request.GoodsId, request.ExpectedVersion, draft, WriterOf(context, request.Reason), context.CancellationToken);
            return changed.IsAccepted
                ? new OperatorChange<GoodsDetail>(SubjectOf(request.GoodsId), changed.Value.Before, changed.Value.After)
                : changed.Refusal;
        }),
    };

    public override async Task<SetGoodsPublishedResponse> SetGoodsPublished(
        SetGoodsPublishedRequest request, ServerCallContext context) => new()
        {
            Goods = await writes.RunAsync<Goods>(context, request, async unit =>
            {
                await GoodsWrites.BeginAsync(unit, context.CancellationToken);
                await GoodsWrites.ChangedAsync(unit, [request.GoodsId], context.CancellationToken);
                if (await unit.Set<GoodsRow>().SingleOrDefaultAsync(g => g.Id == request.GoodsId, context.CancellationToken) is not { } row)
                {
                    return CatalogRefusals.GoodsUnknown;
                }

                var before = WithPrice(row);
                (row.Published, row.UpdatedAt) = (request.Published, unit.NowMs);
                row.Version++;
                return new OperatorChange<Goods>(SubjectOf(row.Id), before, WithPrice(row));
            }),
        };

    public override Task<OrderGoodsResponse> OrderGoods(OrderGoodsRequest request, ServerCallContext context) =>
        writes.RunAsync<OrderGoodsResponse>(context, request, async unit =>
        {
            await GoodsWrites.BeginAsync(unit, context.CancellationToken);
            var places = request.Places.GroupBy(p => p.Id).ToDictionary(g => g.Key, g => g.Last().Sort);
            var ids = places.Keys.ToArray();
            await GoodsWrites.ChangedAsync(unit, ids, context.CancellationToken);
            var rows = await unit.Set<GoodsRow>().Where(g => ids.Contains(g.Id)).OrderBy(g => g.Id)
                .ToListAsync(context.CancellationToken);
            if (rows.Count < ids.Length)
            {
                return CatalogRefusals.GoodsUnknown;
            }

            var (before, after) = (new OrderGoodsResponse(), new OrderGoodsResponse());
            before.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
            foreach (var row in rows)
            {
                (row.Sort, row.UpdatedAt) = (places[row.Id], unit.NowMs);
                row.Version++;
            }

            after.Places.AddRange(rows.Select(r => new Place { Id = r.Id, Sort = r.Sort }));
            return new OperatorChange<OrderGoodsResponse>("goods", before, after);
        });

    public override async Task<DeleteGoodsResponse> DeleteGoods(DeleteGoodsRequest request, ServerCallContext context) => new()
    {
        Detail = await writes.RunAsync<GoodsDetail>(context, request, async unit =>
        {
            var deleted = await GoodsWrites.DeleteAsync(unit, request.GoodsId, context.CancellationToken);
            return deleted.IsAccepted
                ? new OperatorChange<GoodsDetail>(SubjectOf(request.GoodsId), deleted.Value, deleted.Value)
                : deleted.Refusal;
        }),
    };

    public override async Task<GetGoodsResponse> GetGoods(GetGoodsRequest request, ServerCallContext context)
    {
        var detail = await units.ReadAsync(
            r => GoodsReads.DetailAsync(r, request.GoodsId, context.CancellationToken), context.CancellationToken);
        if (detail is null)
        {
            CatalogRefusals.GoodsUnknown.Throw();
        }

        return new() { Detail = detail };
    }

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

    public override async Task<CreatePropertyResponse> CreateProperty(CreatePropertyRequest request, ServerCallContext context) => new()
    {
        Property = await writes.RunAsync<Property>(
            context, request, unit => PropertiesWrites.CreateAsync(unit, request, context.CancellationToken)),
    };

    public override async Task<UpdatePropertyResponse> UpdateProperty(UpdatePropertyRequest request, ServerCallContext context) => new()
    {
        Property = await writes.RunAsync<Property>(
            context, request, unit => PropertiesWrites.UpdateAsync(unit, request, context.CancellationToken)),
    };

    public override async Task<DeletePropertyResponse> DeleteProperty(DeletePropertyRequest request, ServerCallContext context) => new()
    {
        Property = await writes.RunAsync<Property>(
            context, request, unit => PropertiesWrites.DeleteAsync(unit, request.PropertyId, context.CancellationToken)),
    };

    public override async Task<SearchPropertiesResponse> SearchProperties(SearchPropertiesRequest request, ServerCallContext context)
    {
        var (page, total) = await units.ReadAsync(
            r => PropertiesWrites.SearchAsync(
                r, SearchText.Normalise(request.NameContains), new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new SearchPropertiesResponse { TotalCount = total };
        response.Properties.AddRange(page);
        return response;
    }

    public override async Task<ChangeStockResponse> ChangeStock(ChangeStockRequest request, ServerCallContext context)
    {
        var change = await writes.RunAsync<StockChange>(context, request, async unit =>
        {
            var changed = await StockWrites.ChangeAsync(
                unit, request.SkuId, request.Operation, request.Number, WriterOf(context, request.Reason), context.CancellationToken);
            if (!changed.IsAccepted)
            {
                return changed.Refusal;
            }

            var after = CatalogWire.Change(changed.Value);
            return new OperatorChange<StockChange>($"sku:{request.SkuId}", null, after);
        });
        return new() { Change = change };
    }

    public override async Task<ListStockChangesResponse> ListStockChanges(ListStockChangesRequest request, ServerCallContext context)
    {
        var (page, total) = await units.ReadAsync(
            r => GoodsReads.ChangesAsync(
                r, request.GoodsId, request.SkuId, new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new ListStockChangesResponse { TotalCount = total };
        response.Changes.AddRange(page.Select(CatalogWire.Change));
        return response;
    }

    public override async Task<ImportGoodsResponse> ImportGoods(
        IAsyncStreamReader<ImportGoodsRequest> requestStream, ServerCallContext context)
    {
        var (file, first) = await GoodsImport.ReceiveAsync(requestStream, context.CancellationToken);
        return await GoodsImport.RunAsync(writes, goods, file, first, context);
    }

    public override async Task ExportGoods(
        ExportGoodsRequest request, IServerStreamWriter<ExportGoodsResponse> responseStream, ServerCallContext context)
    {
        var categories = request.CategoryId == 0 ? null
            : (await caches.CategoriesAsync(context.CancellationToken)).WithDescendants(request.CategoryId);
        await foreach (var piece in GoodsExport.RunAsync(units, categories, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Csv = piece }, context.CancellationToken);
        }
    }

    private static Writer WriterOf(ServerCallContext context, string reason) => new(context.Caller().Id, reason);

    private static string SubjectOf(long goodsId) => $"goods:{goodsId}";

    private static Goods WithPrice(GoodsRow row)
    {
        var goods = CatalogWire.Goods(row);
        goods.Price = CatalogWire.Price(row);
        return goods;
    }
}
