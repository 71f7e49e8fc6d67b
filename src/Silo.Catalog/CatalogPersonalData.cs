using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// What the module holds of shoppers: favourites and the level, which go, and reviews, which stay without a face and without pictures:
/// they are about the goods.
/// </summary>
internal sealed class CatalogPersonalData : IPersonalData
{
    public string Name => "catalog";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var favourites = await reads.Query<FavouriteRow>().Where(f => f.UserId == userId).OrderBy(f => f.Id).ToListAsync(cancellation);
        var level = await reads.Query<MemberRow>().SingleOrDefaultAsync(m => m.UserId == userId, cancellation);
        var reviews = await reads.Query<ReviewRow>().Where(r => r.UserId == userId).OrderBy(r => r.Id).ToListAsync(cancellation);
        return new JsonObject
        {
            ["favourites"] = new JsonArray([.. favourites.Select(f => new JsonObject
            {
                ["type"] = f.Type,
                ["goodsId"] = f.GoodsId,
                ["extraJson"] = f.ExtraJson,
                ["at"] = f.At,
            })]),
            ["levelId"] = level?.LevelId ?? 0,
            ["levelSince"] = level?.Since ?? 0,
            ["levelExpiresAt"] = level?.ExpiresAt ?? 0,
            ["reviews"] = new JsonArray([.. reviews.Select(r => new JsonObject
            {
                ["goodsId"] = r.GoodsId,
                ["orderId"] = r.OrderId,
                ["rating"] = r.Rating,
                ["remark"] = r.Remark,
                ["pictures"] = r.Pictures,
                ["nick"] = r.Nick,
                ["avatar"] = r.Avatar,
                ["at"] = r.At,
            })]),
        };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        await unit.Set<FavouriteRow>().Where(f => f.UserId == userId).ExecuteDeleteAsync(cancellation);
        await unit.Set<MemberRow>().Where(m => m.UserId == userId).ExecuteDeleteAsync(cancellation);
        await unit.InvalidateAsync(CatalogCacheTags.Members, [userId], cancellation);
        await unit.Set<ReviewRow>().Where(r => r.UserId == userId).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.Nick, "").SetProperty(x => x.Avatar, "")
                .SetProperty(x => x.Province, "").SetProperty(x => x.City, "").SetProperty(x => x.Pictures, ""),
            cancellation);
        await AuditForgetting.ForgetAsync<Review>(unit, ReviewsAdminService.Descriptor.FullName, userId, Forget, cancellation);
    }

    private static void Forget(Review review)
    {
        (review.Remark, review.Reviewer) = ("", new() { UserId = review.Reviewer.UserId });
        review.Pictures.Clear();
    }
}
