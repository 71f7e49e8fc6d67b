using Google.Protobuf.WellKnownTypes;

namespace Silo.Edge;

/// <summary>Between unix milliseconds, as modules keep times, and the instants of messages.</summary>
public static class WireTime
{
    /// <summary>The instant of a time.</summary>
    public static Timestamp Instant(long unixMs)
    {
        var seconds = Math.DivRem(unixMs, 1000, out var milliseconds);
        return milliseconds < 0
            ? new() { Seconds = seconds - 1, Nanos = (int)(milliseconds + 1000) * 1_000_000 }
            : new() { Seconds = seconds, Nanos = (int)milliseconds * 1_000_000 };
    }

    /// <summary>The instant of a time, which is 0 where there is none.</summary>
    public static Timestamp? InstantOrNull(long unixMs) => unixMs == 0 ? null : Instant(unixMs);

    /// <summary>The time of an instant, towards the past.</summary>
    public static long Milliseconds(Timestamp instant) => (instant.Seconds * 1000) + (instant.Nanos / 1_000_000);

    /// <summary>The time of an instant, if there is one.</summary>
    public static long? MillisecondsOrNull(Timestamp? instant) => instant is null ? null : Milliseconds(instant);
}
