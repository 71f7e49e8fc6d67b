using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes shoppers' favourites.</summary>
internal sealed class FavouritesWrites(IUnits units, FavouriteCounter counter)
{
    private const int Max = 1_000;

    /// <summary>
    /// Adds goods, or what a client keeps under another type, and says the favourite's id; of what is a favourite already only
    /// the client's JSON changes, where one is given.
    /// </summary>
    public async Task<Result<long>> AddAsync(long userId, int type, long goodsId, string extraJson, CancellationToken cancellation)
    {
        if (extraJson.Length > 0 && JsonText.ReadObject(extraJson) is null)
        {
            return CatalogRefusals.FavouriteExtraInvalid;
        }

        var isNew = false;
        var favourite = await units.RunAsync<long>(
            async unit =>
            {
                // Counted and added one after the other, so that many at once never exceed the limit.
                await unit.TakeTurnAsync($"favourites:{userId}", cancellation);
                if (await unit.Set<FavouriteRow>().SingleOrDefaultAsync(
                    f => f.UserId == userId && f.Type == type && f.GoodsId == goodsId, cancellation) is { } known)
                {
                    known.ExtraJson = extraJson.Length > 0 ? extraJson : known.ExtraJson;
                    return known.Id;
                }

                // Kept until the commit, since a deletion takes the favourites with the goods.
                if (type == FavouriteRow.OfGoods && (await unit.LockSharedAsync<GoodsRow>([goodsId], cancellation)).Count == 0)
                {
                    return CatalogRefusals.GoodsUnknown;
                }

                if (await unit.Query<FavouriteRow>().CountAsync(f => f.UserId == userId, cancellation) >= Max)
                {
                    return CatalogRefusals.FavouritesFull;
                }

                var added = new FavouriteRow
                {
                    Id = unit.NewId(),
                    UserId = userId,
                    Type = type,
                    GoodsId = goodsId,
                    ExtraJson = extraJson,
                    At = unit.NowMs,
                };
                unit.Set<FavouriteRow>().Add(added);
                isNew = type == FavouriteRow.OfGoods;
                return added.Id;
            },
            cancellation);
        if (isNew)
        {
            counter.Count(goodsId);
        }

        return favourite;
    }

    /// <summary>Deletes one by its id, by its type and goods, or by both; it need not be there.</summary>
    public async Task DeleteAsync(long userId, long favouriteId, int type, long goodsId, CancellationToken cancellation)
    {
        var uncounted = await units.RunAsync<long>(
            async unit =>
            {
                var favourite = await unit.Query<FavouriteRow>()
                    .Where(f => f.UserId == userId && (favouriteId == 0 || f.Id == favouriteId)
                        && (goodsId == 0 || (f.GoodsId == goodsId && f.Type == type)))
                    .Select(f => new { f.Id, f.Type, f.GoodsId }).SingleOrDefaultAsync(cancellation);
                if (favourite is null)
                {
                    return 0;
                }

                await unit.Set<FavouriteRow>().Where(f => f.Id == favourite.Id).ExecuteDeleteAsync(cancellation);
                return favourite.Type == FavouriteRow.OfGoods ? favourite.GoodsId : 0;
            },
            cancellation);
        if (uncounted.Value != 0)
        {
            counter.Count(uncounted.Value);
        }
    }
}
