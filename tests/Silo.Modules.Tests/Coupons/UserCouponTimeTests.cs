using System.Globalization;
using Silo.Coupons;
using Silo.Kernel;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>From when and until when a user coupon is usable, and what it is called at each moment.</summary>
public sealed class UserCouponTimeTests
{
    private const long Day = 24L * 60 * 60 * 1000;

    /// <summary>zone, claim, days after, usable from.</summary>
    public static TheoryData<string, string, int, string> Starts => new()
    {
        // The day of the claim is the shop's: 15:59Z is still the 31st in Shanghai, 16:00Z is not.
        { "Asia/Shanghai", "2026-01-31T15:59:59.999Z", 1, "2026-01-31T16:00:00Z" },
        { "Asia/Shanghai", "2026-01-31T16:00:00Z", 1, "2026-02-01T16:00:00Z" },
        // month ends and leap days
        { "UTC", "2026-01-31T10:00:00Z", 1, "2026-02-01T00:00:00Z" },
        { "UTC", "2026-02-28T10:00:00Z", 1, "2026-03-01T00:00:00Z" },
        { "UTC", "2028-02-28T10:00:00Z", 1, "2028-02-29T00:00:00Z" },
        { "UTC", "2028-02-29T23:59:59.999Z", 1, "2028-03-01T00:00:00Z" },
        { "UTC", "2028-02-29T00:00:00Z", 365, "2029-02-28T00:00:00Z" },
        { "UTC", "2026-12-31T23:59:59.999Z", 1, "2027-01-01T00:00:00Z" },
        // days of 23 and of 25 hours
        { "Europe/Berlin", "2026-03-28T12:00:00Z", 2, "2026-03-29T22:00:00Z" },
        { "Europe/Berlin", "2026-10-24T12:00:00Z", 2, "2026-10-25T23:00:00Z" },
        // Havana skips the midnight of 2026-03-08, and has that of 2026-11-01 twice.
        { "America/Havana", "2026-03-07T12:00:00Z", 1, "2026-03-08T05:00:00Z" },
        { "America/Havana", "2026-10-31T12:00:00Z", 1, "2026-11-01T04:00:00Z" },
        { "America/Havana", "2026-11-01T04:30:00Z", 1, "2026-11-02T05:00:00Z" },
        { "America/Havana", "2026-11-01T05:30:00Z", 1, "2026-11-02T05:00:00Z" },
        // São Paulo skipped the midnight of 2018-11-04, and had the hour before that of 2018-02-18 twice.
        { "America/Sao_Paulo", "2018-11-03T12:00:00Z", 1, "2018-11-04T03:00:00Z" },
        { "America/Sao_Paulo", "2018-02-18T02:30:00Z", 1, "2018-02-18T03:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public void UsableFrom_SomeDaysAfter_IsTheStartOfTheShopsDay(string zone, string claimed, int days, string expected)
    {
        var clock = Clock(zone);

        var from = CouponRules.UsableFrom(Terms with { UsableAfterDays = days }, Ms(claimed), clock);

        Assert.Equal(Ms(expected), from);
        // It is the first millisecond of that day.
        Assert.Equal(clock.DayOf(Ms(claimed)).AddDays(days), clock.DayOf(from));
        Assert.Equal(clock.DayOf(from).AddDays(-1), clock.DayOf(from - 1));
    }

    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Havana")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Africa/Cairo")]
    [InlineData("Asia/Beirut")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("America/St_Johns")]
    public void StartOf_EveryDayOfManyYears_IsItsFirstMillisecond(string zone)
    {
        var clock = Clock(zone);
        for (var day = new DateOnly(1999, 12, 31); day.Year < 2040; day = day.AddDays(1))
        {
            var start = clock.StartOf(day);
            Assert.True(clock.DayOf(start) == day, $"{zone} {day:O} starts at {start}");
            Assert.True(clock.DayOf(start - 1) < day, $"{zone} {day:O} starts before {start}");
        }
    }

    /// <summary>usable from, claimed at, expected.</summary>
    [Theory]
    [InlineData(0, 500, 500)]
    [InlineData(499, 500, 500)]
    [InlineData(500, 500, 500)]
    [InlineData(501, 500, 501)]
    [InlineData(-5, 500, 500)]
    public void UsableFrom_AnInstant_IsNeverBeforeTheClaim(long from, long claimed, long expected) =>
        Assert.Equal(expected, CouponRules.UsableFrom(Terms with { UsableFrom = from }, claimed, Clock("UTC")));

    [Theory]
    [InlineData(0, 900, 500, 900)]
    [InlineData(1, 900, 500, 500 + Day)]
    [InlineData(3650, 900, 500, 500 + (3650 * Day))]
    public void UsableUntil_DaysGoBeforeAnInstant(int days, long until, long claimed, long expected) =>
        Assert.Equal(expected, CouponRules.UsableUntil(Terms with { UsableDays = days, UsableUntil = until }, claimed));

    [Fact]
    public void UserCouponTerms_WithoutAnEndOfTheirOwn_EndWithTheWindow()
    {
        Assert.Equal(700, UserCouponTerms.Of(new() { ClaimableUntil = 700 }).UsableUntil);
        Assert.Equal(600, UserCouponTerms.Of(new() { ClaimableUntil = 700, UsableUntil = 600 }).UsableUntil);
    }

    /// <summary>mark, now, expected; usable until 1,000.</summary>
    [Theory]
    [InlineData(null, 999, 1)]
    [InlineData(null, 1_000, 2)]
    [InlineData(null, 1_001, 2)]
    [InlineData(1, 999, 3)]
    [InlineData(1, 1_000, 3)]
    [InlineData(2, 999, 3)]
    [InlineData(2, 1_000, 3)]
    [InlineData(3, 999, 4)]
    [InlineData(3, 1_000, 4)]
    [InlineData(4, 999, 5)]
    [InlineData(4, 1_000, 5)]
    public void StatusOf_EachMark_GoesBeforeTheClock(int? mark, long now, int expected) =>
        Assert.Equal((UserCouponStatus)expected, CouponRules.StatusOf((UserCouponMark?)mark, 1_000, now));

    private static UserCouponTerms Terms => new() { Name = "n", Type = "", UsableUntil = long.MaxValue };

    private static ShopClock Clock(string zone) => new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static long Ms(string instant) =>
        DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
