using Silo.Wallets;

namespace Silo.Coupons;

/// <summary>What the decisions of a batch need beside the coupon's state; grows as the batch decides.</summary>
internal sealed class CouponFacts
{
    public required long Now { get; init; }

    /// <summary>The user-coupons of each user of the batch. The arrays are shared with what the grain remembers: never written.</summary>
    public Dictionary<long, AcceptedClaim[]> UserCouponsByUser { get; } = [];

    /// <summary>Users who are only taken to have no user-coupons.</summary>
    public HashSet<long> Guessed { get; } = [];

    public IReadOnlyDictionary<long, int> Streaks { get; set; } = new Dictionary<long, int>();

    /// <summary>The locked wallets, those of <see cref="Locked"/>; null where nothing of the batch costs points.</summary>
    public LedgerDraft? Ledger { get; set; }

    public IReadOnlyCollection<long> Locked { get; set; } = [];

    /// <summary>The points of those who only ask.</summary>
    public IReadOnlyDictionary<long, long> PointsSeen { get; set; } = new Dictionary<long, long>();

    /// <summary>The operator writes with a request id of the batch, by operator, rpc and request id.</summary>
    public Dictionary<(long Operator, string Rpc, string RequestId), (long Hash, string After)> Changes { get; } = [];

    /// <summary>The allotments of the batch that are made.</summary>
    public HashSet<long> Allotments { get; } = [];

    /// <summary>The card numbers of the batch that exist.</summary>
    public HashSet<string> CardNumbers { get; } = new(StringComparer.Ordinal);

    public AcceptedClaim[] UserCouponsOf(long userId) => UserCouponsByUser.GetValueOrDefault(userId, []);

    public void Add(long userId, AcceptedClaim userCoupon) => UserCouponsByUser[userId] = [.. UserCouponsOf(userId), userCoupon];

    public long PointsOf(long userId) => Locked.Contains(userId) && !Ledger!.HeldElsewhere.Contains(userId)
        ? Ledger.PointsOf(userId)
        : PointsSeen.GetValueOrDefault(userId);
}
