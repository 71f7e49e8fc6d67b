using Silo.Storage;

namespace Silo.Catalog;

/// <summary>
/// What a module needs goods for. Modules that do register one; the catalogue asks all of them before it deletes goods, behind
/// the lock of the goods. Who begins to need goods keeps them in the same transaction (<see cref="ICatalog.KeepAsync"/>,
/// <see cref="ICatalog.Keep"/>), so that of a deletion and a new use at once one comes through.
/// </summary>
public interface IGoodsUse
{
    /// <summary>What needs the goods now.</summary>
    /// <param name="unit">The unit of the deletion, which has locked the goods.</param>
    /// <param name="goodsId">The goods.</param>
    /// <param name="cancellation">Ends the reads.</param>
    Task<GoodsUses> OfAsync(Unit unit, long goodsId, CancellationToken cancellation);
}

/// <summary>What needs goods.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first of them, at most <see cref="MaxNamed"/>.</param>
public sealed record GoodsUses(long Count, IReadOnlyList<GoodsUser> First)
{
    /// <summary>So many are named.</summary>
    public const int MaxNamed = 5;
}

/// <summary>Something that needs goods.</summary>
/// <param name="Kind">As the audit log calls its kind, such as <c>lottery</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">What operators call it; empty where it has no name.</param>
public sealed record GoodsUser(string Kind, long Id, string Name);
