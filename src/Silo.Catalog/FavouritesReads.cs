using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>A favourite, and the terms of its goods as they are stored; null where it is of another type.</summary>
internal sealed record FavouriteGoods(FavouriteRow Row, string? Terms);

/// <summary>Shoppers' favourites.</summary>
internal sealed class FavouritesReads(IUnits units)
{
    public Task<bool> IsFavouriteAsync(long userId, int type, long goodsId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<FavouriteRow>().AnyAsync(f => f.UserId == userId && f.Type == type && f.GoodsId == goodsId, cancellation), cancellation);

    /// <summary>A page of those whose goods have a text in their name, or with no text of all types, the newest first.</summary>
    public Task<(List<FavouriteGoods> Page, long Total)> ListAsync(
        long userId, string nameContains, Paging paging, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(nameContains);
        return units.ReadAsync(
            r => (
                from favourite in r.Query<FavouriteRow>()
                join goods in r.Query<GoodsRow>()
                    on favourite.Type == FavouriteRow.OfGoods ? favourite.GoodsId : 0 equals goods.Id into found
                from goods in found.DefaultIfEmpty()
                where favourite.UserId == userId && (name == "" || goods!.SearchName.Contains(name))
                orderby favourite.Id descending
                select new FavouriteGoods(favourite, goods!.Terms)).PageAsync(paging, cancellation),
            cancellation);
    }
}
