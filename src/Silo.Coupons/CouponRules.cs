using Silo.Kernel;

namespace Silo.Coupons;

/// <summary>A claim that was accepted: what a repeat with the same request id is answered from.</summary>
/// <param name="PieceId">The piece.</param>
/// <param name="Version">The terms under which it was claimed.</param>
/// <param name="RequestId">The request id.</param>
/// <param name="RequestHash">Hash of the request.</param>
/// <param name="ClaimedAt">When, in unix milliseconds.</param>
internal sealed record AcceptedClaim(long PieceId, int Version, string RequestId, long RequestHash, long ClaimedAt);

/// <summary>The room's decisions. Pure: the state, the command, the user's accepted claims and the time go in.</summary>
internal static class CouponRules
{
    /// <summary>
    /// Decides a claim. A repeat is looked up before any other rule, so that the first answer is given also when the
    /// coupon has ended or sold out since. An accepted new claim is neither a refusal nor a repeat.
    /// </summary>
    public static (Refusal? Refusal, AcceptedClaim? Repeat) Claim(
        CouponState state, IReadOnlyList<AcceptedClaim> mine, string requestId, long requestHash, long now)
    {
        if (!state.Exists)
        {
            return (CouponRefusals.Unknown, null);
        }

        foreach (var claim in mine)
        {
            if (requestId.Length > 0 && claim.RequestId == requestId)
            {
                return claim.RequestHash == requestHash ? (null, claim) : (Refusals.RequestIdReused, null);
            }
        }

        return (ClaimRefusal(state, mine.Count, now), null);
    }

    /// <summary>Why a new claim is refused, or null.</summary>
    public static Refusal? ClaimRefusal(CouponState state, int claimedByUser, long now) =>
        !state.Enabled || now < state.Terms.ClaimableFrom ? CouponRefusals.NotOpen
        : now >= state.Terms.ClaimableUntil ? CouponRefusals.Ended
        : state.StockLeft <= 0 ? CouponRefusals.SoldOut
        : claimedByUser >= state.Terms.LimitPerUser ? CouponRefusals.LimitReached
        : null;

    /// <summary>The state after an accepted claim.</summary>
    public static CouponState AfterClaim(CouponState state, bool firstOfUser) =>
        state with { Claimed = state.Claimed + 1, Claimants = state.Claimants + (firstOfUser ? 1 : 0) };

    /// <summary>Decides a creation.</summary>
    public static Result<CouponState> Create(CouponTerms terms, long now) => TermsRefusal(terms) is { } refusal
        ? refusal
        : new CouponState { Version = 1, Terms = terms, Enabled = true, CreatedAt = now, UpdatedAt = now };

    /// <summary>Decides a change of terms.</summary>
    public static Result<CouponState> Update(CouponState state, CouponTerms terms, int expectedVersion, long now) =>
        !state.Exists ? CouponRefusals.Unknown
        : expectedVersion != 0 && expectedVersion != state.Version ? CouponRefusals.VersionStale
        : TermsRefusal(terms) is { } refusal ? refusal
        : terms.StockTotal < state.Claimed ? CouponRefusals.StockBelowClaimed
        : state with { Version = state.Version + 1, Terms = terms, UpdatedAt = now };

    /// <summary>Decides whether claims are accepted.</summary>
    public static Result<CouponState> SetEnabled(CouponState state, bool enabled, long now) =>
        !state.Exists ? CouponRefusals.Unknown : state with { Enabled = enabled, UpdatedAt = now };

    /// <summary>Whether a piece can be used, in the terms under which it was claimed.</summary>
    public static bool IsUsable(long validUntil, long now) => now < validUntil;

    private static Refusal? TermsRefusal(CouponTerms terms) =>
        terms.ClaimableUntil <= terms.ClaimableFrom ? CouponRefusals.WindowEmpty : null;
}
