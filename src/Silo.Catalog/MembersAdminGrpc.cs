using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The operator's rpcs of levels and member prices.</summary>
internal sealed class MembersAdminGrpc(OperatorWrites writes, IUnits units, IUsers users)
    : MembersAdminService.MembersAdminServiceBase
{
    private const int Most = 50;

    public override async Task<CreateLevelResponse> CreateLevel(CreateLevelRequest request, ServerCallContext context) => new()
    {
        Level = await writes.RunAsync<Level>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await unit.Query<LevelRow>().CountAsync(context.CancellationToken) >= Most)
            {
                return CatalogRefusals.LevelsFull;
            }

            var row = new LevelRow { Id = unit.NewId(), Name = request.Name, Rebate = request.Rebate, Version = 1 };
            unit.Set<LevelRow>().Add(row);
            return new OperatorChange<Level>($"level:{row.Id}", null, CatalogWire.Level(row));
        }),
    };

    public override async Task<UpdateLevelResponse> UpdateLevel(UpdateLevelRequest request, ServerCallContext context) => new()
    {
        Level = await writes.RunAsync<Level>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, request.LevelId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.LevelUnknown;
            }

            if (request.ExpectedVersion != 0 && request.ExpectedVersion != row.Version)
            {
                return CatalogRefusals.LevelVersionStale;
            }

            var before = CatalogWire.Level(row);
            (row.Name, row.Rebate) = (request.Name, request.Rebate);
            row.Version++;
            return new OperatorChange<Level>($"level:{row.Id}", before, CatalogWire.Level(row));
        }),
    };

    public override async Task<DeleteLevelResponse> DeleteLevel(DeleteLevelRequest request, ServerCallContext context) => new()
    {
        Level = await writes.RunAsync<Level>(context, request, "", request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, request.LevelId, context.CancellationToken) is not { } row)
            {
                return CatalogRefusals.LevelUnknown;
            }

            if (await unit.Query<MemberRow>().AnyAsync(m => m.LevelId == row.Id, context.CancellationToken))
            {
                return CatalogRefusals.LevelInUse;
            }

            await unit.Set<MemberPriceRow>().Where(p => p.LevelId == row.Id).ExecuteDeleteAsync(context.CancellationToken);
            unit.Set<LevelRow>().Remove(row);
            var was = CatalogWire.Level(row);
            return new OperatorChange<Level>($"level:{row.Id}", was, was);
        }),
    };

    public override async Task<SearchLevelsResponse> SearchLevels(SearchLevelsRequest request, ServerCallContext context)
    {
        var (page, total) = await units.ReadAsync(
            r => r.Query<LevelRow>().OrderBy(l => l.Id)
                .PageAsync(new Paging(request.Page, request.PageSize), context.CancellationToken),
            context.CancellationToken);
        var response = new SearchLevelsResponse { TotalCount = total };
        response.Levels.AddRange(page.Select(CatalogWire.Level));
        return response;
    }

    public override Task<SetMemberLevelResponse> SetMemberLevel(SetMemberLevelRequest request, ServerCallContext context) =>
        writes.RunAsync<SetMemberLevelResponse>(context, request, "", request.Reason, async unit =>
        {
            await GoodsWrites.BeginAsync(unit, context.CancellationToken);
            if ((await users.ExistingAsync(unit, [request.UserId], context.CancellationToken)).Count == 0)
            {
                return UserRefusals.Unknown;
            }

            if (request.LevelId != 0 && await FindAsync(unit, request.LevelId, context.CancellationToken) is null)
            {
                return CatalogRefusals.LevelUnknown;
            }

            var row = await unit.Set<MemberRow>().SingleOrDefaultAsync(m => m.UserId == request.UserId, context.CancellationToken);
            var before = new SetMemberLevelResponse { LevelId = row?.LevelId ?? 0 };
            if (row is null && request.LevelId != 0)
            {
                unit.Set<MemberRow>().Add(new() { UserId = request.UserId, LevelId = request.LevelId });
            }
            else if (row is not null && request.LevelId == 0)
            {
                unit.Set<MemberRow>().Remove(row);
            }
            else if (row is not null)
            {
                row.LevelId = request.LevelId;
            }

            await unit.TouchAsync(CatalogCaches.Members, [request.UserId], context.CancellationToken);
            return new OperatorChange<SetMemberLevelResponse>(
                $"user:{request.UserId}", before, new SetMemberLevelResponse { LevelId = request.LevelId });
        });

    public override Task<SetMemberPriceResponse> SetMemberPrice(SetMemberPriceRequest request, ServerCallContext context) =>
        writes.RunAsync<SetMemberPriceResponse>(context, request, "", request.Reason, async unit =>
        {
            await GoodsWrites.BeginAsync(unit, context.CancellationToken);
            if (await FindAsync(unit, request.LevelId, context.CancellationToken) is null)
            {
                return CatalogRefusals.LevelUnknown;
            }

            var goods = await unit.Query<SkuRow>().Where(s => s.Id == request.SkuId).Select(s => s.GoodsId)
                .SingleOrDefaultAsync(context.CancellationToken);
            if (goods == 0)
            {
                return CatalogRefusals.SkuUnknown;
            }

            var row = await unit.Set<MemberPriceRow>().SingleOrDefaultAsync(
                p => p.SkuId == request.SkuId && p.LevelId == request.LevelId, context.CancellationToken);
            var before = Answer(request.SkuId, row?.PriceCents);
            long? cents = request.HasPriceCents ? request.PriceCents : null;
            if (row is not null && cents is null)
            {
                unit.Set<MemberPriceRow>().Remove(row);
            }
            else if (row is not null)
            {
                row.PriceCents = cents!.Value;
            }
            else if (cents is { } price)
            {
                unit.Set<MemberPriceRow>().Add(
                    new() { SkuId = request.SkuId, LevelId = request.LevelId, GoodsId = goods, PriceCents = price });
            }

            await unit.TouchAsync(CatalogCaches.Offers, [goods], context.CancellationToken);
            return new OperatorChange<SetMemberPriceResponse>($"sku:{request.SkuId}", before, Answer(request.SkuId, cents));
        });

    private static SetMemberPriceResponse Answer(long skuId, long? cents)
    {
        var answer = new SetMemberPriceResponse { SkuId = skuId };
        if (cents is { } price)
        {
            answer.PriceCents = price;
        }

        return answer;
    }

    private static Task<LevelRow?> FindAsync(Unit unit, long id, CancellationToken cancellation) =>
        unit.Set<LevelRow>().SingleOrDefaultAsync(l => l.Id == id, cancellation);
}
