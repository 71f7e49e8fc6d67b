using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Silo.Kernel;

namespace Silo.WxApi;

/// <summary>Numbers and times as the wire has them.</summary>
internal static class WxScalars
{
    /// <summary>Hundredths of the shop's currency as a number with two decimals: 1200 becomes 12.00.</summary>
    public static decimal Yuan(long cents) => cents * 0.01m;

    /// <summary>An instant as <c>yyyy-MM-dd HH:mm:ss</c> in the shop's time zone; null when there is none.</summary>
    public static string? Time(this ShopClock clock, Timestamp? instant) => instant is null
        ? null
        : TimeZoneInfo.ConvertTime(instant.ToDateTimeOffset(), clock.Zone)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A text, or null where it is empty: what is not there is absent on the wire.</summary>
    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>An instant in unix milliseconds.</summary>
    public static long Milliseconds(Timestamp instant) => (instant.Seconds * 1000) + (instant.Nanos / 1_000_000);

    /// <summary>When a day begins in the shop.</summary>
    public static Timestamp StartOf(this ShopClock clock, DateOnly day, int daysLater) =>
        Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(clock.StartOf(day.AddDays(daysLater))));

    /// <summary>Attributes of the shop's own by their names; of several of one name the last.</summary>
    public static IReadOnlyDictionary<string, string> Map(IEnumerable<Silo.Catalog.V1.Attribute> attributes) =>
        attributes.GroupBy(a => a.Key).ToDictionary(g => g.Key, g => g.Last().Value);
}
