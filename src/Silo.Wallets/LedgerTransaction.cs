namespace Silo.Wallets;

/// <summary>
/// The accounts of the ledger. Below 100 they are a user's and guarded; from 100 on they are the shop's and only grow
/// by appending. The numbers are stored.
/// </summary>
public enum LedgerAccount : short
{
    /// <summary>A user's money that can be spent; never negative.</summary>
    Balance = 1,

    /// <summary>A user's money that is set aside; never negative.</summary>
    Frozen = 2,

    /// <summary>A user's commission that has not matured; never negative.</summary>
    Commission = 3,

    /// <summary>Money that was taken back from a user and is not paid yet; never positive.</summary>
    BalanceDebt = 4,

    /// <summary>A user's points that can be spent; never negative.</summary>
    Points = 5,

    /// <summary>Points that were taken back from a user and are not paid yet; never positive.</summary>
    PointsDebt = 6,

    /// <summary>The other side of operators' adjustments of money.</summary>
    ShopAdjustments = 100,

    /// <summary>The other side of points that are given.</summary>
    ShopPointsIssued = 101,

    /// <summary>The other side of points that are spent.</summary>
    ShopPointsRedeemed = 102,

    /// <summary>The other side of money that is given away to promote the shop.</summary>
    ShopPromotions = 110,
}

/// <summary>Why something moves. The numbers are stored.</summary>
public enum LedgerKind : short
{
    /// <summary>An operator's adjustment.</summary>
    Adjustment = 1,

    /// <summary>Points for a coupon.</summary>
    CouponPoints = 2,

    /// <summary>Points for a sign-in.</summary>
    SignIn = 20,

    /// <summary>Points for a registration.</summary>
    Registration = 21,

    /// <summary>Points for the registration of somebody whom the user invited.</summary>
    Invitation = 22,

    /// <summary>Points for a recharge.</summary>
    RechargePoints = 23,

    /// <summary>Points for a purchase.</summary>
    ConsumptionPoints = 24,

    /// <summary>Points for a review.</summary>
    ReviewPoints = 25,

    /// <summary>Points for a voucher.</summary>
    VoucherPoints = 26,

    /// <summary>Points for make-up cards.</summary>
    MakeUpCards = 27,

    /// <summary>Points taken back, because what they were granted for was.</summary>
    PointsTakenBack = 28,

    /// <summary>Points for a draw of a lottery.</summary>
    LotteryDraw = 40,

    /// <summary>A lottery's prize, in points or money.</summary>
    LotteryPrize = 41,
}

/// <summary>One line of a transaction.</summary>
/// <param name="UserId">Whose account; 0 for the shop's.</param>
/// <param name="Account">The account.</param>
/// <param name="Amount">Its change, in cents or points; not zero.</param>
public readonly record struct LedgerLine(long UserId, LedgerAccount Account, long Amount);

/// <summary>Lines that move together. They sum to zero, in cents and in points each.</summary>
public sealed record LedgerTransaction
{
    /// <summary>Why.</summary>
    public required LedgerKind Kind { get; init; }

    /// <summary>What for; unique with the kind, so that nothing is booked twice. At most 64 characters.</summary>
    public required string Reference { get; init; }

    /// <summary>The lines, 2 to 64, each account once.</summary>
    public required IReadOnlyList<LedgerLine> Lines { get; init; }

    /// <summary>A note for people, at most 200 characters.</summary>
    public string Remark { get; init; } = "";
}
