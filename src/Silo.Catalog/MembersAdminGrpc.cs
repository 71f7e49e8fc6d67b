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
    private const int MaxLevels = 50;

    public override async Task<CreateLevelResponse> CreateLevel(CreateLevelRequest request, ServerCallContext context) => new()
    {
        Level = await writes.RunAsync<Level>(context, request, request.RequestId, request.Reason, async unit =>
        {
            await GoodsWrites.TouchAsync(unit, context.CancellationToken);
            if (await unit.Query<LevelRow>().CountAsync(context.CancellationToken) >= MaxLevels)
            {
                return CatalogRefusals.LevelsFull;
            }

            var row = new LevelRow
            {
                Id = unit.NewId(),
                Name = request.Name,
                Rebate = request.Rebate,
                Number = request.Number,
                Sort = request.Sort,
                Version = 1,
                CreatedAt = unit.NowMs,
                UpdatedAt = unit.NowMs,
            };
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
            (row.Name, row.Rebate, row.Number, row.Sort) = (request.Name, request.Rebate, request.Number, request.Sort);
            row.Version++;
            row.UpdatedAt = unit.NowMs;
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

            var now = unit.NowMs;
            if (await unit.Query<MemberRow>().AnyAsync(
                m => m.LevelId == row.Id && (m.ExpiresAt == 0 || m.ExpiresAt > now), context.CancellationToken))
            {
                return CatalogRefusals.LevelInUse;
            }

            await unit.Set<MemberRow>().Where(m => m.LevelId == row.Id).ExecuteDeleteAsync(context.CancellationToken);
            await unit.Set<MemberPriceRow>().Where(p => p.LevelId == row.Id).ExecuteDeleteAsync(context.CancellationToken);
            unit.Set<LevelRow>().Remove(row);
            var was = CatalogWire.Level(row);
            return new OperatorChange<Level>($"level:{row.Id}", was, was);
        }),
    };

    public override async Task<SearchLevelsResponse> SearchLevels(SearchLevelsRequest request, ServerCallContext context)
    {
        var (page, total) = await units.ReadAsync(
            r => r.Query<LevelRow>().OrderBy(l => l.Sort).ThenBy(l => l.Id)
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
            var expiresAt = WireTime.MillisecondsOrNull(request.ExpiresAt) ?? 0;
            if (request.ExpiresAt is not null && (request.LevelId == 0 || expiresAt <= unit.NowMs))
            {
                return CatalogRefusals.LevelExpiryInvalid;
            }

            if ((await users.ExistingAsync(unit, [request.UserId], context.CancellationToken)).Count == 0)
            {
                return UserRefusals.Unknown;
            }

            if (request.LevelId != 0 && await FindAsync(unit, request.LevelId, context.CancellationToken) is null)
            {
                return CatalogRefusals.LevelUnknown;
            }

            var row = await unit.Set<MemberRow>().SingleOrDefaultAsync(m => m.UserId == request.UserId, context.CancellationToken);
            var before = Has(row);
            if (request.LevelId == 0)
            {
                if (row is not null)
                {
                    unit.Set<MemberRow>().Remove(row);
                    row = null;
                }
            }
            else
            {
                row ??= unit.Set<MemberRow>().Add(new() { UserId = request.UserId }).Entity;
                if (row.LevelId != request.LevelId || CatalogRules.HasEnded(row.ExpiresAt, unit.NowMs))
                {
                    (row.LevelId, row.Since) = (request.LevelId, unit.NowMs);
                }

                row.ExpiresAt = expiresAt;
            }

            await unit.TouchAsync(CatalogCaches.Members, [request.UserId], context.CancellationToken);
            return new OperatorChange<SetMemberLevelResponse>($"user:{request.UserId}", before, Has(row));
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

    private static SetMemberLevelResponse Has(MemberRow? row) => new()
    {
        LevelId = row?.LevelId ?? 0,
        Since = WireTime.InstantOrNull(row?.Since ?? 0),
        ExpiresAt = WireTime.InstantOrNull(row?.ExpiresAt ?? 0),
    };

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
