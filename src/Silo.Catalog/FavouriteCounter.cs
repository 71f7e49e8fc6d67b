using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// Keeps how many shoppers favour goods. What changed is counted anew every few seconds: of goods that many favour at one
/// moment one row would be everybody's. After a node died in between, the next favourite of the goods sets it right.
/// </summary>
internal sealed class FavouriteCounter(IUnits units, TimeProvider time, ILogger<FavouriteCounter> logger)
    : WriteBehindCounter(time, logger)
{
    protected override Task WriteAsync(IReadOnlyDictionary<long, int> sums, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            long[] goods = [.. sums.Keys];
            await unit.LockAsync<CountersRow>(goods, wait: true, cancellation);
            await unit.Set<CountersRow>().Where(c => goods.Contains(c.GoodsId)).ExecuteUpdateAsync(
                set => set.SetProperty(
                    c => c.Favourites, c => unit.Query<FavouriteRow>().LongCount(f => f.Type == FavouriteRow.OfGoods && f.GoodsId == c.GoodsId)),
                cancellation);
            await unit.InvalidateAsync(CatalogCacheTags.Offers, goods, cancellation);
        },
        cancellation);
}
