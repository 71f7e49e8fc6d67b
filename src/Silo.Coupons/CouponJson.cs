using System.Text.Json;

namespace Silo.Coupons;

/// <summary>A coupon after an operator's write, as the audit log keeps it: whether it has a password, and not which.</summary>
internal sealed record CouponJson(long Id, CouponState State, int Count)
{
    private const string Hidden = "***";

    /// <summary>The first answer.</summary>
    /// <param name="password">The password that was answered, if there was one.</param>
    public CouponOutcome AnswerTo(string password) => new()
    {
        CouponId = Id,
        Coupon = State.Terms.Password.Length > 0 ? WithPassword(State, password) : State,
        Count = Count,
    };

    public static string Write(long id, CouponState state, int count) => JsonSerializer.Serialize(
        new CouponJson(id, state.Terms.Password.Length > 0 ? WithPassword(state, Hidden) : state, count));

    public static CouponJson Read(string json) => JsonSerializer.Deserialize<CouponJson>(json)
        ?? throw new InvalidOperationException("An audit entry holds no coupon.");

    private static CouponState WithPassword(CouponState state, string password) =>
        state with { Terms = state.Terms with { Password = password } };
}
