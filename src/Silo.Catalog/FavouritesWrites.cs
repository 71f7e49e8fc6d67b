using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes shoppers' favourites.</summary>
internal sealed class FavouritesWrites(IUnits units, FavouriteCounter counter)
{
    private const int Max = 1_000;

    /// <summary>Adds goods and says the favourite's id; the known one where they are a favourite already.</summary>
    public async Task<Result<long>> AddAsync(long userId, long goodsId, CancellationToken cancellation)
    {
        var isNew = false;
        var favourite = await units.RunAsync<long>(
            async unit =>
            {
                // Counted and added one after the other, so that many at once never exceed the limit.
                await unit.TakeTurnAsync($"favourites:{userId}", cancellation);
                if (await unit.Query<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == goodsId)
                    .Select(f => f.Id).SingleOrDefaultAsync(cancellation) is > 0 and var known)
                {
                    return known;
                }

                if (!await unit.Query<GoodsRow>().AnyAsync(g => g.Id == goodsId, cancellation))
                {
                    return CatalogRefusals.GoodsUnknown;
                }

                if (await unit.Query<FavouriteRow>().CountAsync(f => f.UserId == userId, cancellation) >= Max)
                {
                    return CatalogRefusals.FavouritesFull;
                }

                var added = new FavouriteRow { Id = unit.NewId(), UserId = userId, GoodsId = goodsId, At = unit.NowMs };
                unit.Set<FavouriteRow>().Add(added);
                isNew = true;
                return added.Id;
            },
            cancellation);
        if (isNew)
        {
            counter.Count(goodsId);
        }

        return favourite;
    }

    /// <summary>Deletes one by its id, by its goods, or by both; it need not be there.</summary>
    public async Task DeleteAsync(long userId, long favouriteId, long goodsId, CancellationToken cancellation)
    {
        var deleted = await units.RunAsync<long>(
            async unit =>
            {
                var goods = await unit.Query<FavouriteRow>()
                    .Where(f => f.UserId == userId && (favouriteId == 0 || f.Id == favouriteId) && (goodsId == 0 || f.GoodsId == goodsId))
                    .Select(f => f.GoodsId).SingleOrDefaultAsync(cancellation);
                await unit.Set<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == goods).ExecuteDeleteAsync(cancellation);
                return goods;
            },
            cancellation);
        if (deleted.Value != 0)
        {
            counter.Count(deleted.Value);
        }
    }
}
