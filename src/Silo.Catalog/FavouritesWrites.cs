using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Writes shoppers' favourites.</summary>
internal sealed class FavouritesWrites(IUnits units)
{
    private const int Max = 1_000;

    /// <summary>Adds goods and says the favourite's id; the known one where they are a favourite already.</summary>
    public Task<Result<long>> AddAsync(long userId, long goodsId, CancellationToken cancellation) => units.RunAsync<long>(
        async unit =>
        {
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

            var added = unit.NewId();
            if (await unit.ExecuteAsync(
                $"""
                INSERT INTO catalog_favourites (id, user_id, goods_id, at) VALUES ({added}, {userId}, {goodsId}, {unit.NowMs})
                ON CONFLICT (user_id, goods_id) DO NOTHING
                """,
                cancellation) == 1)
            {
                await CountAsync(unit, goodsId, 1, cancellation);
                return added;
            }

            return await unit.Query<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == goodsId)
                .Select(f => f.Id).SingleAsync(cancellation);
        },
        cancellation);

    /// <summary>Deletes one by its id, by its goods, or by both; it need not be there.</summary>
    public Task DeleteAsync(long userId, long favouriteId, long goodsId, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            var goods = await unit.Query<FavouriteRow>()
                .Where(f => f.UserId == userId && (favouriteId == 0 || f.Id == favouriteId) && (goodsId == 0 || f.GoodsId == goodsId))
                .Select(f => f.GoodsId).SingleOrDefaultAsync(cancellation);
            if (goods != 0 && await unit.Set<FavouriteRow>().Where(f => f.UserId == userId && f.GoodsId == goods)
                .ExecuteDeleteAsync(cancellation) == 1)
            {
                await CountAsync(unit, goods, -1, cancellation);
            }
        },
        cancellation);

    private static async Task CountAsync(Unit unit, long goodsId, int change, CancellationToken cancellation)
    {
        await unit.Set<CountersRow>().Where(c => c.GoodsId == goodsId)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Favourites, c => c.Favourites + change), cancellation);
        await unit.InvalidateAsync(CatalogCacheTags.Offers, [goodsId], cancellation);
    }
}
