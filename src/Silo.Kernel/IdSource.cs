namespace Silo.Kernel;

/// <summary>
/// Makes the ids of rows: positive, below 2^53 (public clients read them as JSON numbers), ordered by time to the
/// second, unique over nodes and restarts. An id is <c>seconds since 2020-01-01 (31 bits) | slot (6) | sequence (16)</c>.
/// </summary>
/// <remarks>
/// A slot belongs to one node at a time. A node may use the seconds of a slot only up to a horizon that it has made
/// durable beforehand, and whoever takes a slot starts behind the durable horizon, so a killed node can never meet
/// its own earlier ids. A burst beyond 65,536 ids in a second borrows from the following seconds up to the horizon.
/// </remarks>
public sealed class IdSource(TimeProvider clock)
{
    /// <summary>The number of slots, hence of nodes at one time.</summary>
    public const int Slots = 64;

    private const int SequenceBits = 16;
    private const int SlotBits = 6;
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock gate = new();
    private int slot = -1;
    private long second;
    private long horizon;
    private int sequence;

    /// <summary>The current second on the scale of the ids.</summary>
    public long CurrentSecond => (long)(clock.GetUtcNow() - Epoch).TotalSeconds;

    /// <summary>The second of the newest id, or the start of the slot's lease.</summary>
    public long LastSecond
    {
        get
        {
            lock (gate)
            {
                return second;
            }
        }
    }

    /// <summary>The last second whose ids may be used.</summary>
    public long Horizon
    {
        get
        {
            lock (gate)
            {
                return horizon;
            }
        }
    }

    /// <summary>The lowest id of the second of an instant.</summary>
    public static long FirstOf(DateTimeOffset instant) => (long)(instant - Epoch).TotalSeconds << (SlotBits + SequenceBits);

    /// <summary>The second in which an id was made, or which it borrowed.</summary>
    public static DateTimeOffset InstantOf(long id) => Epoch.AddSeconds(id >> (SlotBits + SequenceBits));

    /// <summary>Begins to use a slot, from <paramref name="firstSecond"/> to <paramref name="lastSecond"/>.</summary>
    public void Take(int newSlot, long firstSecond, long lastSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(newSlot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(newSlot, Slots);
        lock (gate)
        {
            (slot, second, horizon, sequence) = (newSlot, firstSecond, lastSecond, 0);
        }
    }

    /// <summary>Moves the horizon of the slot in use; the new one is durable already.</summary>
    public void Extend(long lastSecond)
    {
        lock (gate)
        {
            horizon = Math.Max(horizon, lastSecond);
        }
    }

    /// <summary>Makes the next id.</summary>
    /// <exception cref="IdsExhaustedException">The durable horizon is reached: the lease could not be extended.</exception>
    public long Next()
    {
        lock (gate)
        {
            var now = CurrentSecond;
            if (now > second)
            {
                (second, sequence) = (now, 0);
            }
            else if (sequence >= 1 << SequenceBits)
            {
                (second, sequence) = (second + 1, 0);
            }

            if (slot < 0 || second > horizon)
            {
                throw new IdsExhaustedException();
            }

            return (((second << SlotBits) | (uint)slot) << SequenceBits) | (uint)sequence++;
        }
    }
}

/// <summary>No id can be made now: the node's slot could not be extended. The work may be retried.</summary>
public sealed class IdsExhaustedException() : Exception("The node has no ids left; its slot could not be extended.");
