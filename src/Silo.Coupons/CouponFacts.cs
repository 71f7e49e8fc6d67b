using System.Collections.ObjectModel;
using Silo.Storage;
using Silo.Wallets;

namespace Silo.Coupons;

/// <summary>What the decisions of a batch need beside the coupon's state; grows as the batch decides.</summary>
internal sealed class CouponFacts
{
    public required long Now { get; init; }

    /// <summary>The user coupons of each user of the batch. The arrays are shared with what the grain remembers: never written.</summary>
    public Dictionary<long, AcceptedClaim[]> UserCouponsByUser { get; } = [];

    /// <summary>Users who are only taken to have no user coupons.</summary>
    public HashSet<long> Guessed { get; } = [];

    public IReadOnlyDictionary<long, int> Streaks { get; set; } = ReadOnlyDictionary<long, int>.Empty;

    /// <summary>The wallets of those in <see cref="Charged"/>; null where nothing of the batch costs points.</summary>
    public LedgerDraft? Ledger { get; set; }

    /// <summary>Who may be charged, and so has a wallet in <see cref="Ledger"/>.</summary>
    public IReadOnlySet<long> Charged { get; set; } = ReadOnlySet<long>.Empty;

    /// <summary>The points of those who only ask.</summary>
    public IReadOnlyDictionary<long, long> PointsSeen { get; set; } = ReadOnlyDictionary<long, long>.Empty;

    /// <summary>The operator writes with a request id of the batch; null where the facts are a guess, which is of claims alone.</summary>
    public OperatorLog? Log { get; set; }

    /// <summary>The allocations of the batch that are made.</summary>
    public HashSet<long> Allocations { get; } = [];

    /// <summary>The card numbers of the batch that exist.</summary>
    public HashSet<string> CardNumbers { get; } = new(StringComparer.Ordinal);

    /// <summary>The goods of the batch's new targets that are in the catalogue.</summary>
    public IReadOnlySet<long> Goods { get; set; } = ReadOnlySet<long>.Empty;

    public AcceptedClaim[] UserCouponsOf(long userId) => UserCouponsByUser.GetValueOrDefault(userId, []);

    public void Add(long userId, AcceptedClaim claim) => UserCouponsByUser[userId] = [.. UserCouponsOf(userId), claim];

    public long PointsOf(long userId) => Charged.Contains(userId) && !Ledger!.HeldElsewhere.Contains(userId)
        ? Ledger.PointsOf(userId)
        : PointsSeen.GetValueOrDefault(userId);
}
