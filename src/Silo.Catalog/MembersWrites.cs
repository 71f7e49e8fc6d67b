using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes which level shoppers have, and what members of a level pay.</summary>
internal sealed class MembersWrites(IUsers users)
{
    public async Task<Result<OperatorChange<SetMemberLevelResponse>>> SetLevelAsync(
        Unit unit, SetMemberLevelRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.BeginAsync(unit, cancellation);
        var expiresAt = request.ExpiresAt is null ? 0 : WireTime.Milliseconds(request.ExpiresAt);
        if (request.ExpiresAt is not null && (request.LevelId == 0 || expiresAt <= unit.NowMs))
        {
            return CatalogRefusals.LevelExpiryInvalid;
        }

        if ((await users.ExistingAsync(unit, [request.UserId], cancellation)).Count == 0)
        {
            return UsersRefusals.Unknown;
        }

        if (request.LevelId != 0 && await LevelsWrites.FindAsync(unit, request.LevelId, cancellation) is null)
        {
            return CatalogRefusals.LevelUnknown;
        }

        var row = await unit.Set<MemberRow>().SingleOrDefaultAsync(m => m.UserId == request.UserId, cancellation);
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

        await unit.InvalidateAsync(CatalogCacheTags.Members, [request.UserId], cancellation);
        return new OperatorChange<SetMemberLevelResponse>($"user:{request.UserId}", before, Has(row));
    }

    public static async Task<Result<OperatorChange<SetMemberPriceResponse>>> SetPriceAsync(
        Unit unit, SetMemberPriceRequest request, CancellationToken cancellation)
    {
        await GoodsWrites.BeginAsync(unit, cancellation);
        if (await LevelsWrites.FindAsync(unit, request.LevelId, cancellation) is null)
        {
            return CatalogRefusals.LevelUnknown;
        }

        var goods = await unit.Query<SkuRow>().Where(s => s.Id == request.SkuId).Select(s => s.GoodsId)
            .SingleOrDefaultAsync(cancellation);
        if (goods == 0)
        {
            return CatalogRefusals.SkuUnknown;
        }

        var row = await unit.Set<MemberPriceRow>().SingleOrDefaultAsync(
            p => p.SkuId == request.SkuId && p.LevelId == request.LevelId, cancellation);
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

        await unit.InvalidateAsync(CatalogCacheTags.Offers, [goods], cancellation);
        return new OperatorChange<SetMemberPriceResponse>($"sku:{request.SkuId}", before, Answer(request.SkuId, cents));
    }

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
}
