using Silo.Coupons;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>The module's decisions as tables: every boundary, and two faults at once where the precedence matters.</summary>
public sealed class CouponRulesTests
{
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.Utc);
    private const long Start = 1_000;
    private const long End = 2_000;

    /// <summary>enabled, total, claimed, limit, mine, now, expected reason.</summary>
    public static TheoryData<bool, long, long, int, int, long, string?> Claims => new()
    {
        // within the window
        { true, 10, 0, 1, 0, Start, null },
        { true, 10, 9, 1, 0, 1_500, null },
        { true, 10, 9, 3, 2, End - 1, null },
        // the window: start inclusive, end exclusive
        { true, 10, 0, 1, 0, Start - 1, "COUPON_NOT_OPEN" },
        { true, 10, 0, 1, 0, End, "COUPON_ENDED" },
        // disabled
        { false, 10, 0, 1, 0, 1_500, "COUPON_NOT_OPEN" },
        // stock
        { true, 10, 10, 1, 0, 1_500, "COUPON_SOLD_OUT" },
        { true, 1, 1, 1, 0, 1_500, "COUPON_SOLD_OUT" },
        // limit
        { true, 10, 1, 1, 1, 1_500, "COUPON_LIMIT_REACHED" },
        { true, 10, 3, 3, 3, 1_500, "COUPON_LIMIT_REACHED" },
        { true, 10, 3, 2, 3, 1_500, "COUPON_LIMIT_REACHED" },
        // two faults at once
        { false, 10, 10, 1, 1, End, "COUPON_NOT_OPEN" },
        { true, 10, 10, 1, 1, End, "COUPON_ENDED" },
        { true, 10, 10, 1, 1, 1_500, "COUPON_SOLD_OUT" },
        { true, 10, 10, 1, 1, Start - 1, "COUPON_NOT_OPEN" },
    };

    [Theory]
    [MemberData(nameof(Claims))]
    public void ClaimRefusal_EachState_GivesTheFirstReason(
        bool enabled, long total, long claimed, int limit, int mine, long now, string? expected)
    {
        var state = State(total, claimed, limit) with { Enabled = enabled };

        Assert.Equal(expected, CouponRules.ClaimRefusal(state, new(), Claimant(mine), now, Clock)?.Reason);
    }

    [Fact]
    public void Claim_CouponNeverCreated_IsUnknownBeforeAnythingElse()
    {
        var (refusal, repeat) = CouponRules.Claim(
            new CouponState(), Command("r", 1), new([Accepted("r", 2)], 0, 0), 1_500, Clock);

        Assert.Equal("COUPON_UNKNOWN", refusal?.Reason);
        Assert.Null(repeat);
    }

    [Theory]
    [InlineData(End)]
    [InlineData(1_500)]
    public void Claim_RepeatWithTheSameBody_GetsTheFirstClaimAlsoWhenSoldOutOrEnded(long now)
    {
        var first = Accepted("r", 7);

        var (refusal, repeat) = CouponRules.Claim(State(1, 1, 1), Command("r", 7), new([first], 0, 0), now, Clock);

        Assert.Null(refusal);
        Assert.Equal(first, repeat);
    }

    [Fact]
    public void Claim_RepeatWithAnotherBody_IsRefusedBeforeTheStock()
    {
        var (refusal, _) = CouponRules.Claim(State(1, 1, 1), Command("r", 8), new([Accepted("r", 7)], 0, 0), End, Clock);

        Assert.Equal("REQUEST_ID_REUSED", refusal?.Reason);
    }

    [Fact]
    public void Claim_WithoutRequestId_IsNeverARepeat()
    {
        var (refusal, repeat) = CouponRules.Claim(State(5, 1, 5), Command("", 0), new([Accepted("", 0)], 0, 0), 1_500, Clock);

        Assert.Null(refusal);
        Assert.Null(repeat);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void AfterGiving_CountsTheUserCouponAndTheUserOnce(bool first, long claimants)
    {
        var next = CouponRules.AfterGiving(State(10, 4, 9), first);

        Assert.Equal(5, next.Claimed);
        Assert.Equal(5, next.StockLeft);
        Assert.Equal(claimants, next.Claimants);
    }

    [Theory]
    [InlineData(Start, End, null)]
    [InlineData(End, End, "COUPON_WINDOW_EMPTY")]
    [InlineData(End, Start, "COUPON_WINDOW_EMPTY")]
    public void Create_Window_MustNotBeEmpty(long from, long until, string? expected)
    {
        var result = CouponRules.Create(Terms(10, 1) with { ClaimableFrom = from, ClaimableUntil = until }, 5, Clock);

        Assert.Equal(expected, result.Refusal?.Reason);
        if (result.IsAccepted)
        {
            Assert.Equal((1, true, 5L, 5L), (result.Value.Version, result.Value.Enabled, result.Value.CreatedAt, result.Value.UpdatedAt));
        }
    }

    /// <summary>exists, expected version, window end, new total, expected reason; the coupon has version 1 and 4 claims.</summary>
    public static TheoryData<bool, int, long, long, string?> Updates => new()
    {
        { true, 0, End, 10, null },
        { true, 1, End, 4, null },
        { false, 1, End, 10, "COUPON_UNKNOWN" },
        { true, 2, End, 10, "COUPON_VERSION_STALE" },
        { true, 1, Start, 10, "COUPON_WINDOW_EMPTY" },
        { true, 1, End, 3, "COUPON_STOCK_BELOW_CLAIMED" },
        // two faults at once
        { false, 2, Start, 3, "COUPON_UNKNOWN" },
        { true, 2, Start, 3, "COUPON_VERSION_STALE" },
        { true, 1, Start, 3, "COUPON_WINDOW_EMPTY" },
    };

    [Theory]
    [MemberData(nameof(Updates))]
    public void Update_EachState_GivesTheFirstReason(
        bool exists, int expectedVersion, long until, long total, string? expected)
    {
        var state = exists ? State(10, 4, 1) : new CouponState();

        var result = CouponRules.Update(state, Terms(total, 1) with { ClaimableUntil = until }, expectedVersion, 9, Clock);

        Assert.Equal(expected, result.Refusal?.Reason);
        if (result.IsAccepted)
        {
            Assert.Equal((2, 4L, total - 4, 9L), (result.Value.Version, result.Value.Claimed, result.Value.StockLeft, result.Value.UpdatedAt));
        }
    }

    [Fact]
    public void SetEnabled_KeepsTheVersionOfTheTerms()
    {
        var result = CouponRules.SetEnabled(State(10, 4, 1), enabled: false, now: 9);

        Assert.True(result.IsAccepted);
        Assert.Equal((1, false), (result.Value.Version, result.Value.Enabled));
        Assert.Equal("COUPON_UNKNOWN", CouponRules.SetEnabled(new CouponState(), true, 9).Refusal?.Reason);
    }

    private static ClaimCommand Command(string requestId, long hash) => new() { RequestId = requestId, RequestHash = hash };

    private static Claimant Claimant(int userCoupons) => new([.. Enumerable.Repeat(Accepted("", 0), userCoupons)], 0, 0);

    private static AcceptedClaim Accepted(string requestId, long hash) => new(42, 1, requestId, hash, 1_200);

    private static CouponTerms Terms(long total, int limit) => new()
    {
        Name = "n",
        AmountCents = 100,
        StockTotal = total,
        LimitPerUser = limit,
        ClaimableFrom = Start,
        ClaimableUntil = End,
    };

    private static CouponState State(long total, long claimed, int limit) =>
        new() { Version = 1, Enabled = true, Terms = Terms(total, limit), Claimed = claimed };
}
