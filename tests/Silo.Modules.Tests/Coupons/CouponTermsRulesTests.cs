using Silo.Coupons;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: terms that contradict themselves are refused, those next to them are not, and no write of an operator gives
/// more than the stock. Method: tables of both sides of every boundary.
/// </summary>
public sealed class CouponTermsRulesTests
{
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.Utc);
    private const long Day = 24L * 60 * 60 * 1000;
    private const long From = 100 * Day;
    private const long Until = 110 * Day;

    /// <summary>percent, least, most, expected reason.</summary>
    public static TheoryData<bool, long, long, string?> Values => new()
    {
        { false, 1, 0, null },
        { false, 100_000_000, 0, null },
        { false, 500, 500, null },
        { false, 500, 501, null },
        { false, 500, 499, "COUPON_VALUE_INVALID" },
        { false, 500, 1, "COUPON_VALUE_INVALID" },
        { false, 10_001, 20_000, null },
        { true, 10_000, 0, null },
        { true, 10_001, 0, "COUPON_VALUE_INVALID" },
        { true, 1, 10_000, null },
        { true, 1, 10_001, "COUPON_VALUE_INVALID" },
        { true, 10_000, 10_000, null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Terms_FaceValue_IsWithinItsBounds(bool percent, long least, long most, string? expected) =>
        AssertTerms(Terms with { IsPercent = percent, AmountCents = least, AmountMaxCents = most }, expected);

    /// <summary>usable from, after days, until, days; expected reason. The window is the days 100 to 110.</summary>
    public static TheoryData<long, int, long, int, string?> UseWindows => new()
    {
        // until the end of the window
        { 0, 0, 0, 0, null },
        { Until - 1, 0, 0, 0, null },
        { Until, 0, 0, 0, "COUPON_USE_WINDOW_EMPTY" },
        { 0, 9, 0, 0, null },
        { 0, 10, 0, 0, "COUPON_USE_WINDOW_EMPTY" },
        // until an instant of its own
        { 0, 0, From + 1, 0, null },
        { 0, 0, From, 0, "COUPON_USE_WINDOW_EMPTY" },
        { 0, 0, From - 1, 0, "COUPON_USE_WINDOW_EMPTY" },
        { Until + Day, 0, Until + Day + 1, 0, null },
        { Until + Day, 0, Until + Day, 0, "COUPON_USE_WINDOW_EMPTY" },
        { 0, 365, From + (365 * Day) + 1, 0, null },
        { 0, 365, From + (365 * Day), 0, "COUPON_USE_WINDOW_EMPTY" },
        // for a number of days
        { 0, 0, 0, 1, null },
        { 0, 0, 0, 3650, null },
        { 0, 5, 0, 5, null },
        { 0, 6, 0, 5, "COUPON_USE_WINDOW_EMPTY" },
        { Until + (5 * Day) - 2, 0, 0, 5, null },
        { Until + (5 * Day) - 1, 0, 0, 5, "COUPON_USE_WINDOW_EMPTY" },
        // two things that exclude each other
        { From, 1, 0, 0, "COUPON_USE_WINDOW_EMPTY" },
        { From, 1, 0, 5, "COUPON_USE_WINDOW_EMPTY" },
        { 0, 0, Until, 5, "COUPON_USE_WINDOW_EMPTY" },
        // a start before the window changes nothing
        { 1, 0, 0, 0, null },
    };

    [Theory]
    [MemberData(nameof(UseWindows))]
    public void Terms_TimeOfUse_IsNotEmpty(long from, int afterDays, long until, int days, string? expected) => AssertTerms(
        Terms with { UsableFrom = from, UsableAfterDays = afterDays, UsableUntil = until, UsableDays = days }, expected);

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, "COUPON_USE_WINDOW_EMPTY")]
    public void Terms_UsableFromTheNextDay_AreOfTheShopsDays(int fromMs, string? expected)
    {
        // In this shop a day begins at 06:00 UTC.
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.CreateCustomTimeZone("west", TimeSpan.FromHours(-6), null, null));
        var dayBegins = From + (Day / 4);
        var terms = Terms with { ClaimableFrom = dayBegins + fromMs, ClaimableUntil = dayBegins + 1, UsableAfterDays = 1 };

        Assert.Equal(expected, CouponRules.Create(terms, 9, clock).Refusal?.Reason);
    }

    [Fact]
    public void Terms_AtTheEndOfTheCalendar_AreDecided()
    {
        var last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

        Assert.Equal(
            "COUPON_USE_WINDOW_EMPTY",
            CouponRules.Create(Terms with { ClaimableFrom = last - 1, ClaimableUntil = last, UsableAfterDays = 365 }, 9, Clock).Refusal?.Reason);
    }

    /// <summary>claimed after the start, usable from, after days, until, days; expected reason.</summary>
    public static TheoryData<long, long, int, long, int, string?> ClaimsOfUse => new()
    {
        { 0, 0, 0, 0, 0, null },
        // all user coupons end at one instant
        { Day - 1, 0, 0, From + Day, 0, null },
        { Day, 0, 0, From + Day, 0, "COUPON_ENDED" },
        { 9 * Day, 0, 0, From + Day, 0, "COUPON_ENDED" },
        // a later day begins too late
        { (8 * Day) + 1, 0, 1, 0, 0, null },
        { 9 * Day, 0, 1, 0, 0, "COUPON_ENDED" },
        // usable from an instant that the user coupon does not reach yet
        { Day, From + (5 * Day), 0, 0, 4, "COUPON_NOT_OPEN" },
        { Day + 1, From + (5 * Day), 0, 0, 4, null },
        { 9 * Day, 0, 0, 0, 1, null },
    };

    [Theory]
    [MemberData(nameof(ClaimsOfUse))]
    public void Open_AUserCouponThatCouldNeverBeUsed_IsNotGivenOut(
        long after, long from, int afterDays, long until, int days, string? expected)
    {
        var terms = Terms with { UsableFrom = from, UsableAfterDays = afterDays, UsableUntil = until, UsableDays = days };
        var state = State(3) with { Terms = terms };

        Assert.Null(CouponRules.Create(terms, 9, Clock).Refusal);
        Assert.Equal(expected, CouponRules.OpenRefusal(state, From + after, Clock)?.Reason);
        // Told before the stock and everything behind it.
        Assert.Equal(
            expected ?? "COUPON_SOLD_OUT",
            CouponRules.ClaimRefusal(state with { Claimed = 100 }, new(), new([], 0, 0), From + after, Clock)?.Reason);
    }

    [Fact]
    public void Terms_WithSeveralFaults_AreRefusedInOrder()
    {
        var stock = Terms with { StockTotal = 6 };
        var use = stock with { UsableFrom = Until };
        var value = use with { AmountMaxCents = 1 };
        var window = value with { ClaimableUntil = From };

        Assert.Equal("COUPON_STOCK_BELOW_CLAIMED", Update(stock));
        Assert.Equal("COUPON_USE_WINDOW_EMPTY", Update(use));
        Assert.Equal("COUPON_VALUE_INVALID", Update(value));
        Assert.Equal("COUPON_WINDOW_EMPTY", Update(window));
        Assert.Equal("COUPON_VERSION_STALE", Update(window, expected: 2));
        Assert.Equal("COUPON_UNKNOWN", CouponRules.Update(new(), window, 2, 9, Clock).Refusal?.Reason);
    }

    [Theory]
    [InlineData(7, null)]
    [InlineData(6, "COUPON_STOCK_BELOW_CLAIMED")]
    public void Update_TheTotal_CoversWhatIsClaimedAndSetAside(long total, string? expected) =>
        Assert.Equal(expected, Update(Terms with { StockTotal = total }));

    /// <summary>left, users, as many as left; expected count or reason.</summary>
    public static TheoryData<long, int, bool, int, string?> Issues => new()
    {
        { 5, 5, false, 5, null },
        { 5, 6, false, 0, "COUPON_SOLD_OUT" },
        { 5, 6, true, 5, null },
        { 1, 5, true, 1, null },
        { 1, 5, false, 0, "COUPON_SOLD_OUT" },
        { 5, 1, true, 1, null },
        { 0, 1, true, 0, "COUPON_SOLD_OUT" },
        { 0, 1, false, 0, "COUPON_SOLD_OUT" },
        { -1, 1, true, 0, "COUPON_SOLD_OUT" },
        { 100_000_000, 1000, false, 1000, null },
    };

    [Theory]
    [MemberData(nameof(Issues))]
    public void Issue_NeverGivesMoreThanIsLeft(long left, int users, bool asManyAsLeft, int count, string? expected)
    {
        // Neither disabled nor out of its window: an operator may give it all the same.
        var result = CouponRules.Issue(State(left) with { Enabled = false }, users, asManyAsLeft);

        Assert.Equal((expected, count), (result.Refusal?.Reason, result.Value));
        Assert.Equal("COUPON_UNKNOWN", CouponRules.Issue(new(), users, asManyAsLeft).Refusal?.Reason);
    }

    [Theory]
    [InlineData(5, 5, null)]
    [InlineData(5, 6, "COUPON_SOLD_OUT")]
    [InlineData(0, 1, "COUPON_SOLD_OUT")]
    public void Allocate_SetsAsideWhatIsLeft(long left, int cards, string? expected)
    {
        var result = CouponRules.Allocate(State(left), cards);

        Assert.Equal(expected, result.Refusal?.Reason);
        Assert.Equal("COUPON_UNKNOWN", CouponRules.Allocate(new(), cards).Refusal?.Reason);
        if (result.IsAccepted)
        {
            Assert.Equal((left - cards, 4L + cards, 3L), (result.Value.StockLeft, result.Value.Allocated, result.Value.Claimed));
        }
    }

    /// <summary>least, most; number of values, first and last.</summary>
    public static TheoryData<long, long, int, long?, long?> Draws => new()
    {
        { 500, 0, 1, null, null },
        { 500, 500, 1, null, null },
        { 500, 501, 2, 500, 501 },
        { 1, 100_000_000, 100_000_000, 1, 100_000_000 },
    };

    [Theory]
    [MemberData(nameof(Draws))]
    public void DrawnCents_OverAllDraws_ReachesBothEnds(long least, long most, int values, long? first, long? last)
    {
        var terms = Terms with { AmountCents = least, AmountMaxCents = most };

        Assert.Equal(values, CouponRules.FaceValues(terms));
        Assert.Equal((first, last), (CouponRules.DrawnCents(terms, 0), CouponRules.DrawnCents(terms, values - 1)));
    }

    private static CouponTerms Terms => new()
    {
        Name = "n",
        AmountCents = 500,
        StockTotal = 10,
        LimitPerUser = 1,
        ClaimableFrom = From,
        ClaimableUntil = Until,
    };

    private static CouponState State(long left) =>
        new() { Version = 1, Enabled = true, Terms = Terms with { StockTotal = left + 7 }, Claimed = 3, Allocated = 4 };

    private static void AssertTerms(CouponTerms terms, string? expected)
    {
        Assert.Equal(expected, CouponRules.Create(terms, 9, Clock).Refusal?.Reason);
        Assert.Equal(expected, Update(terms));
    }

    private static string? Update(CouponTerms terms, int expected = 1) =>
        CouponRules.Update(State(3), terms, expected, 9, Clock).Refusal?.Reason;
}
