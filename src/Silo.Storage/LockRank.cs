using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Silo.Storage;

/// <summary>
/// The one order in which rows are locked, of all modules: whoever locks rows of two ranks locks those of the lower one
/// first, and rows of one rank by their ids, ascending. A table whose rows are only appended needs no rank.
/// </summary>
public enum LockRank
{
    /// <summary>A payment.</summary>
    Payment = 1,

    /// <summary>An order.</summary>
    Order,

    /// <summary>How many unpaid orders a shopper has.</summary>
    OpenOrderCount,

    /// <summary>A shopper in one campaign: a group's member, a bargain's helper.</summary>
    CampaignUser,

    /// <summary>What a campaign has left, and the campaign itself.</summary>
    CampaignStock,

    /// <summary>A shopper's own rows: account, profile, addresses.</summary>
    Shopper,

    /// <summary>A shopper's money and points.</summary>
    Wallet,

    /// <summary>What a shopper's coupon is marked as.</summary>
    UserCouponMark,

    /// <summary>The stock of one combination of goods.</summary>
    SkuStock,

    /// <summary>Goods, with their counters.</summary>
    Goods,

    /// <summary>Every table without a rank of its own: after all others, by name.</summary>
    Unranked,
}

/// <summary>Names the ranks of tables in the model.</summary>
public static class LockRanks
{
    private const string Annotation = "Silo:LockRank";

    /// <summary>Gives the rows of a table their place in the order of locks.</summary>
    public static EntityTypeBuilder<T> HasLockRank<T>(this EntityTypeBuilder<T> entity, LockRank rank)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(entity);
        return entity.HasAnnotation(Annotation, (int)rank);
    }

    internal static LockRank RankOf(IReadOnlyEntityType entity) =>
        entity.FindAnnotation(Annotation)?.Value is int rank ? (LockRank)rank : LockRank.Unranked;
}

/// <summary>
/// Watches one transaction's locks. In tests (<see cref="IsStrict"/>) a lock out of order is an exception; in production
/// the database's own detection of deadlocks is what is left.
/// </summary>
internal sealed class LockOrder
{
    private LockRank highest;

    /// <summary>Whether a lock out of order throws. Set by tests, for the whole process.</summary>
    public static bool IsStrict { get; set; }

    /// <summary>A row of the rank is locked now.</summary>
    /// <exception cref="InvalidOperationException">A row of a higher rank is locked already.</exception>
    public void Take(LockRank rank, string table)
    {
        if (rank < highest && IsStrict)
        {
            throw new InvalidOperationException($"{table} ({rank}) is locked after a row of rank {highest}.");
        }

        highest = rank > highest ? rank : highest;
    }
}
