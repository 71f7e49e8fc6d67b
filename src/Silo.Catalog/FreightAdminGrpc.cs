using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of freight templates.</summary>
internal sealed class FreightAdminGrpc(OperatorWrites writes, IUnits units) : FreightAdminService.FreightAdminServiceBase
{
    private const int MaxTemplates = 1_000;

    public override async Task<CreateFreightResponse> CreateFreight(CreateFreightRequest request, ServerCallContext context) => new()
    {
        Freight = await writes.RunAsync<Freight>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (!CatalogRules.IsValid(request.Terms))
            {
                return CatalogRefusals.FreightInvalid;
            }

            if (await unit.Query<FreightRow>().CountAsync(context.CancellationToken) >= MaxTemplates)
            {
                return CatalogRefusals.FreightsFull;
            }

            var row = new FreightRow
            {
                Id = unit.NewId(),
                Version = 1,
                Terms = CatalogWire.Json(request.Terms),
                CreatedAt = unit.NowMs,
                UpdatedAt = unit.NowMs,
            };
            unit.Set<FreightRow>().Add(row);
            return new OperatorChange<Freight>($"freight:{row.Id}", null, CatalogWire.Freight(row));
        }),
    };

    public override async Task<UpdateFreightResponse> UpdateFreight(UpdateFreightRequest request, ServerCallContext context) => new()
    {
        Freight = await writes.RunAsync<Freight>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (!CatalogRules.IsValid(request.Terms))
            {
                return CatalogRefusals.FreightInvalid;
            }

            if (await FindAsync(unit, request.FreightId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.FreightUnknown;
            }

            if (request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version)
            {
                return CatalogRefusals.FreightVersionStale;
            }

            var before = CatalogWire.Freight(row);
            (row.Terms, row.UpdatedAt) = (CatalogWire.Json(request.Terms), unit.NowMs);
            row.Version++;
            return new OperatorChange<Freight>($"freight:{row.Id}", before, CatalogWire.Freight(row));
        }),
    };

    public override async Task<DeleteFreightResponse> DeleteFreight(DeleteFreightRequest request, ServerCallContext context) => new()
    {
        Freight = await writes.RunAsync<Freight>(context, request, "", request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, request.FreightId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.FreightUnknown;
            }

            if (await unit.Query<GoodsRow>().AnyAsync(g => g.FreightId != 0 && g.FreightId == row.Id, context.CancellationToken))
            {
                return CatalogRefusals.FreightInUse;
            }

            unit.Set<FreightRow>().Remove(row);
            var was = CatalogWire.Freight(row);
            return new OperatorChange<Freight>($"freight:{row.Id}", was, was);
        }),
    };

    public override async Task<SearchFreightsResponse> SearchFreights(SearchFreightsRequest request, ServerCallContext context)
    {
        var (page, total) = await units.ReadAsync(
            r => r.Query<FreightRow>().OrderByDescending(f => f.Id)
                .PageAsync(new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new SearchFreightsResponse { TotalCount = total };
        response.Freights.AddRange(page.Select(CatalogWire.Freight));
        return response;
    }

    private static Task<FreightRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<FreightRow>().SingleOrDefaultAsync(f => f.Id == id, cancellation);
}
