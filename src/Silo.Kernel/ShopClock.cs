namespace Silo.Kernel;

/// <summary>The shop's clock: instants as unix milliseconds, days in the shop's time zone.</summary>
public sealed class ShopClock(TimeProvider time, TimeZoneInfo zone)
{
    /// <summary>The shop's time zone.</summary>
    public TimeZoneInfo Zone { get; } = zone;

    /// <summary>Where the time comes from; for timers and delays.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Now, in unix milliseconds.</summary>
    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The shop's day at an instant given in unix milliseconds.</summary>
    public DateOnly DayOf(long unixMs) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), Zone).DateTime);

    /// <summary>When a day of the shop begins, in unix milliseconds; where midnight is skipped, with the first hour there is.</summary>
    public long StartOf(DateOnly day)
    {
        var start = day.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(start))
        {
            start = start.AddMinutes(15);
        }

        // Of a midnight that comes twice the first one begins the day.
        var offset = Zone.IsAmbiguousTime(start) ? Zone.GetAmbiguousTimeOffsets(start).Max() : Zone.GetUtcOffset(start);
        return new DateTimeOffset(start, offset).ToUnixTimeMilliseconds();
    }
}
