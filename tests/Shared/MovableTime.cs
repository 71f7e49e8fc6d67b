namespace Silo.Testing;

/// <summary>
/// A clock that a test moves. It runs on with the machine's, or stands still where it is made with an instant. Timers go by
/// the machine's.
/// </summary>
internal sealed class MovableTime : TimeProvider
{
    private readonly bool stands;
    private long milliseconds;

    /// <summary>The machine's time, moved ahead.</summary>
    public MovableTime()
    {
    }

    /// <summary>A clock that stands where it is set.</summary>
    public MovableTime(DateTimeOffset now)
    {
        stands = true;
        milliseconds = now.ToUnixTimeMilliseconds();
    }

    public override DateTimeOffset GetUtcNow() => stands
        ? DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref milliseconds))
        : System.GetUtcNow().AddMilliseconds(Interlocked.Read(ref milliseconds));

    public void Advance(long ms) => Interlocked.Add(ref milliseconds, ms);

    public void AddDays(int days) => Advance(days * 24L * 60 * 60 * 1000);

    /// <summary>Sets a clock that stands.</summary>
    public void Set(long unixMs)
    {
        if (!stands)
        {
            throw new InvalidOperationException("The machine's time is only moved.");
        }

        Interlocked.Exchange(ref milliseconds, unixMs);
    }
}
