using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>A coupon that a user got: what limits count, and what a repeat is answered from.</summary>
/// <param name="UserCouponId">The user coupon.</param>
/// <param name="Version">The terms under which they got it.</param>
/// <param name="RequestId">The request id.</param>
/// <param name="RequestHash">Hash of the request.</param>
/// <param name="ClaimedAt">When, in unix milliseconds.</param>
/// <param name="DrawnCents">The face value, where it was drawn.</param>
/// <param name="Origin">How; what is not their own claim does not count against their limit.</param>
internal readonly record struct AcceptedClaim(
    long UserCouponId,
    int Version,
    string RequestId,
    long RequestHash,
    long ClaimedAt,
    long? DrawnCents = null,
    UserCouponOrigin Origin = UserCouponOrigin.Claim)
{
    public bool IsClaim => Origin == UserCouponOrigin.Claim;

    /// <summary>Whether it came from the stock, and not from a card or another shopper.</summary>
    public bool IsOfStock => Origin is UserCouponOrigin.Claim or UserCouponOrigin.Issue;

    public static AcceptedClaim Of(UserCouponRow row) =>
        new(row.Id, row.Version, row.RequestId, row.RequestHash, row.ClaimedAt, row.DrawnCents, row.Origin);
}

/// <summary>What is known of the user who claims.</summary>
/// <param name="UserCoupons">Their user coupons of the coupon.</param>
/// <param name="StreakDays">Days in a row that they have signed in.</param>
/// <param name="Points">Points that they can spend.</param>
internal readonly record struct Claimant(AcceptedClaim[] UserCoupons, int StreakDays, long Points);

/// <summary>The module's decisions. Pure: the state, the command, what is known of the user and the time go in.</summary>
internal static class CouponRules
{
    private const long DayMs = 24L * 60 * 60 * 1000;
    private const long WholePercent = 10_000;

    /// <summary>
    /// Decides a claim. A repeat is looked up before any other rule, so that the first answer is given also when the
    /// coupon has ended or sold out since. An accepted new claim is neither a refusal nor a repeat.
    /// </summary>
    public static (Refusal? Refusal, AcceptedClaim? Repeat) Claim(
        CouponState state, ClaimCommand command, Claimant claimant, long now, ShopClock clock)
    {
        if (!state.Exists)
        {
            return (CouponsRefusals.Unknown, null);
        }

        if (command.RequestId.Length > 0 && !command.DryRun)
        {
            foreach (var userCoupon in claimant.UserCoupons)
            {
                if (userCoupon.RequestId == command.RequestId)
                {
                    return userCoupon.RequestHash == command.RequestHash ? (null, userCoupon) : (Refusals.RequestIdReused, null);
                }
            }
        }

        return (ClaimRefusal(state, command, claimant, now, clock), null);
    }

    /// <summary>Why a new claim is refused, or null.</summary>
    public static Refusal? ClaimRefusal(CouponState state, ClaimCommand command, Claimant claimant, long now, ShopClock clock)
    {
        var terms = state.Terms;
        return terms.Password.Length > 0 && CodeText.Normalise(terms.Password) != CodeText.Normalise(command.Password) ? CouponsRefusals.PasswordWrong
            : OpenRefusal(state, now, clock) is { } closed ? closed
            : state.StockLeft <= 0 ? CouponsRefusals.SoldOut
            : claimant.UserCoupons.Count(p => p.IsClaim) >= terms.LimitPerUser ? CouponsRefusals.LimitReached
            : claimant.StreakDays < terms.StreakDays ? CouponsRefusals.StreakTooShort
            : claimant.Points < terms.PointsCost ? CouponsRefusals.PointsTooLow
            : terms.PriceCents > 0 && !command.IsPaid ? CouponsRefusals.PaymentNeeded(terms.PriceCents)
            : null;
    }

    /// <summary>How many user coupons came from the stock.</summary>
    public static int OfStock(AcceptedClaim[] userCoupons) => userCoupons.Count(p => p.IsOfStock);

    /// <summary>Why nothing of the coupon is given out now, or null. A user coupon that could never be used is not given out.</summary>
    public static Refusal? OpenRefusal(CouponState state, long now, ShopClock clock) =>
        !state.Enabled || now < state.Terms.ClaimableFrom ? CouponsRefusals.NotOpen
        : now >= state.Terms.ClaimableUntil ? CouponsRefusals.Ended
        : IsEverUsable(state.Terms, now, clock) ? null
        // What lasts from its claim lasts longer if it is claimed later.
        : state.Terms.UsableDays > 0 ? CouponsRefusals.NotOpen
        : CouponsRefusals.Ended;

    /// <summary>How many user coupons an operator's issue gives to so many users; none where it is not all of them and all is asked.</summary>
    public static Result<int> Issue(CouponState state, int users, bool asManyAsLeft) =>
        !state.Exists ? CouponsRefusals.Unknown
        : state.StockLeft <= 0 || (state.StockLeft < users && !asManyAsLeft) ? CouponsRefusals.SoldOut
        : (int)Math.Min(state.StockLeft, users);

    /// <summary>The state after some of the stock is set aside, for cards or for another module; less than none is given back.</summary>
    public static Result<CouponState> Allocate(CouponState state, long quantity) =>
        !state.Exists ? CouponsRefusals.Unknown
        : state.StockLeft < quantity ? CouponsRefusals.SoldOut
        : state with { Allocated = state.Allocated + quantity };

    /// <summary>The state after a user coupon went to a user.</summary>
    public static CouponState AfterGiving(CouponState state, bool firstOfUser) =>
        state with { Claimed = state.Claimed + 1, Claimants = state.Claimants + (firstOfUser ? 1 : 0) };

    /// <summary>The number of face values that can be drawn, one hundredth apart; 1 where it is fixed.</summary>
    public static int FaceValues(CouponTerms terms) => terms.IsDrawn ? (int)(terms.AmountMaxCents - terms.AmountCents) + 1 : 1;

    /// <summary>The drawn face value; null where it is fixed.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="drawn">Uniform in [0, <see cref="FaceValues"/>).</param>
    public static long? DrawnCents(CouponTerms terms, int drawn) => terms.IsDrawn ? terms.AmountCents + drawn : null;

    /// <summary>Decides a creation.</summary>
    public static Result<CouponState> Create(CouponTerms terms, long now, ShopClock clock) => TermsRefusal(terms, clock) is { } refusal
        ? refusal
        : new CouponState { Version = 1, Terms = terms, Enabled = true, CreatedAt = now, UpdatedAt = now };

    /// <summary>Decides a change of terms.</summary>
    public static Result<CouponState> Update(CouponState state, CouponTerms terms, int expectedVersion, long now, ShopClock clock) =>
        !state.Exists ? CouponsRefusals.Unknown
        : expectedVersion != 0 && expectedVersion != state.Version ? CouponsRefusals.VersionStale
        : TermsRefusal(terms, clock) is { } refusal ? refusal
        : terms.StockTotal < state.Claimed + state.Allocated ? CouponsRefusals.StockBelowClaimed
        : state with { Version = state.Version + 1, Terms = terms, UpdatedAt = now };

    /// <summary>Decides whether claims are accepted.</summary>
    public static Result<CouponState> SetEnabled(CouponState state, bool enabled, long now) =>
        !state.Exists ? CouponsRefusals.Unknown : state with { Enabled = enabled, UpdatedAt = now };

    /// <summary>From when a user coupon is usable.</summary>
    public static long UsableFrom(UserCouponTerms terms, long claimedAt, ShopClock clock) =>
        UsableFrom(terms.UsableAfterDays, terms.UsableFrom, claimedAt, clock);

    /// <summary>Until when a user coupon is usable, exclusive.</summary>
    public static long UsableUntil(UserCouponTerms terms, long claimedAt) =>
        terms.UsableDays > 0 ? claimedAt + (terms.UsableDays * DayMs) : terms.UsableUntil;

    /// <summary>The state of a user coupon.</summary>
    public static UserCouponStatus StatusOf(UserCouponMark? mark, long usableUntil, long now) => mark switch
    {
        UserCouponMark.Reserved or UserCouponMark.Used => UserCouponStatus.Used,
        UserCouponMark.Void => UserCouponStatus.Void,
        UserCouponMark.Sent => UserCouponStatus.Sent,
        _ => now < usableUntil ? UserCouponStatus.Usable : UserCouponStatus.Expired,
    };

    private static long UsableFrom(int afterDays, long from, long claimedAt, ShopClock clock) =>
        Math.Max(claimedAt, afterDays == 0 ? from : StartAfter(clock.DayOf(claimedAt), afterDays, clock));

    /// <summary>The calendar ends with the year 9999; so does what can be told.</summary>
    private static long StartAfter(DateOnly day, int days, ShopClock clock) =>
        day.DayNumber + days < DateOnly.MaxValue.DayNumber
            ? clock.StartOf(day.AddDays(days))
            : DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Whether a user coupon that is claimed at an instant is usable at any.</summary>
    private static bool IsEverUsable(CouponTerms terms, long claimedAt, ShopClock clock) =>
        UsableFrom(terms.UsableAfterDays, terms.UsableFrom, claimedAt, clock) < (
            terms.UsableDays > 0 ? claimedAt + (terms.UsableDays * DayMs)
            : terms.UsableUntil == 0 ? terms.ClaimableUntil
            : terms.UsableUntil);

    private static Refusal? TermsRefusal(CouponTerms terms, ShopClock clock) =>
        terms.ClaimableUntil <= terms.ClaimableFrom ? CouponsRefusals.WindowEmpty
        : (terms.AmountMaxCents != 0 && terms.AmountMaxCents < terms.AmountCents)
            || (terms.IsPercent && Math.Max(terms.AmountCents, terms.AmountMaxCents) > WholePercent) ? CouponsRefusals.ValueInvalid
        : IsNeverUsable(terms, clock) ? CouponsRefusals.UseWindowEmpty
        : terms.Password.Length > 0 && CodeText.Normalise(terms.Password).Length == 0 ? CouponsRefusals.PasswordBlank
        : null;

    /// <summary>
    /// Whether no user coupon could ever be used, whenever it is claimed: not the first one, where all end at one instant, nor
    /// the last one, where each lasts from its claim.
    /// </summary>
    private static bool IsNeverUsable(CouponTerms terms, ShopClock clock) =>
        (terms.UsableAfterDays > 0 && terms.UsableFrom > 0)
        || (terms.UsableDays > 0
            ? terms.UsableUntil > 0 || terms.UsableAfterDays > terms.UsableDays
                || (terms.UsableAfterDays == 0 && !IsEverUsable(terms, terms.ClaimableUntil - 1, clock))
            : !IsEverUsable(terms, terms.ClaimableFrom, clock));
}

/// <summary>What has become of a user coupon that is no longer simply its owner's. The numbers are stored.</summary>
internal enum UserCouponMark : short
{
    /// <summary>In an order that is not paid.</summary>
    Reserved = 1,

    /// <summary>In an order that is paid.</summary>
    Used = 2,

    /// <summary>Made void by an operator.</summary>
    Void = 3,

    /// <summary>Given to another shopper.</summary>
    Sent = 4,
}

/// <summary>The state of a user coupon as people see it; the numbers are the wire's.</summary>
internal enum UserCouponStatus
{
    Usable = 1,
    Expired = 2,
    Used = 3,
    Void = 4,
    Sent = 5,
}

/// <summary>How a user coupon came to its owner. The numbers are stored, and the wire's.</summary>
internal enum UserCouponOrigin : short
{
    Claim = 1,
    Issue = 2,
    Card = 3,
    Gift = 4,
    Prize = 5,
}

/// <summary>What a user coupon keeps of the terms under which it was claimed.</summary>
internal sealed record UserCouponTerms
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>Whether <see cref="AmountCents"/> are hundredths of a percent.</summary>
    public bool IsPercent { get; init; }

    /// <summary>The face value; the least where it was drawn.</summary>
    public long AmountCents { get; init; }

    public long ThresholdCents { get; init; }

    public int UsableAfterDays { get; init; }

    public long UsableFrom { get; init; }

    public int UsableDays { get; init; }

    public long UsableUntil { get; init; }

    public IReadOnlyList<CouponTarget> Targets { get; init; } = [];

    public long RefId { get; init; }

    public long ShopId { get; init; }

    public bool FreightOnly { get; init; }

    public static UserCouponTerms Of(CouponTerms terms) => new()
    {
        Name = terms.Name,
        Type = terms.Type,
        IsPercent = terms.IsPercent,
        AmountCents = terms.AmountCents,
        ThresholdCents = terms.ThresholdCents,
        UsableAfterDays = terms.UsableAfterDays,
        UsableFrom = terms.UsableFrom,
        UsableDays = terms.UsableDays,
        UsableUntil = terms.UsableUntil == 0 ? terms.ClaimableUntil : terms.UsableUntil,
        Targets = terms.Targets,
        RefId = terms.RefId,
        ShopId = terms.ShopId,
        FreightOnly = terms.FreightOnly,
    };
}
