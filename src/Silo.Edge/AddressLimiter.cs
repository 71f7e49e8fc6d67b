using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;

namespace Silo.Edge;

/// <summary>
/// A token bucket per client address, for a bounded number of addresses. Addresses that are idle long enough to be
/// full again are forgotten; while even so too many are known, the strangers among them share one bucket.
/// </summary>
internal sealed class AddressLimiter(EdgeOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<UInt128, Bucket> buckets = new();
    private readonly Bucket strangers = new();
    private readonly Lock sweeping = new();
    private int count;
    private long nextSweep;

    /// <summary>Takes one call from the address's bucket.</summary>
    public bool TryTake(IPAddress address)
    {
        if (options.CallsPerSecond == 0 || IPAddress.IsLoopback(address))
        {
            return true;
        }

        return BucketOf(KeyOf(address)).TryTake(time, options.CallsPerSecond, options.CallBurst);
    }

    /// <summary>An address as a number; IPv6 by its first 64 bits, which one household has.</summary>
    internal static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 1UL << 32);
    }

    private Bucket BucketOf(UInt128 key)
    {
        if (buckets.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref count) >= options.TrackedAddresses && !Sweep())
        {
            return strangers;
        }

        var bucket = new Bucket();
        if (!buckets.TryAdd(key, bucket))
        {
            return buckets.GetValueOrDefault(key, strangers);
        }

        Interlocked.Increment(ref count);
        return bucket;
    }

    /// <summary>Forgets full buckets, at most once a second; whether there is room now.</summary>
    private bool Sweep()
    {
        lock (sweeping)
        {
            if (count >= options.TrackedAddresses && time.GetTimestamp() >= nextSweep)
            {
                nextSweep = time.GetTimestamp() + time.TimestampFrequency;
                foreach (var (key, bucket) in buckets)
                {
                    if (bucket.IsFull(time, options.CallsPerSecond, options.CallBurst) && buckets.TryRemove(key, out _))
                    {
                        Interlocked.Decrement(ref count);
                    }
                }
            }

            return count < options.TrackedAddresses;
        }
    }

    private sealed class Bucket
    {
        private double taken;
        private long at;

        public bool TryTake(TimeProvider time, int perSecond, int burst)
        {
            lock (this)
            {
                Drain(time, perSecond);
                if (taken + 1 > burst)
                {
                    return false;
                }

                taken++;
                return true;
            }
        }

        public bool IsFull(TimeProvider time, int perSecond, int burst)
        {
            lock (this)
            {
                Drain(time, perSecond);
                return taken < Math.Min(1, burst);
            }
        }

        private void Drain(TimeProvider time, int perSecond)
        {
            var now = time.GetTimestamp();
            taken = Math.Max(0, taken - (time.GetElapsedTime(at, now).TotalSeconds * perSecond));
            at = now;
        }
    }
}
