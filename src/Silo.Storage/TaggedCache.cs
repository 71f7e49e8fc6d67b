using System.Collections.Concurrent;

namespace Silo.Storage;

/// <summary>
/// Keeps what was read until its tag is invalidated, on whichever node. Calls that miss one key at once share one read;
/// what a read throws is thrown to all of them and not kept.
/// </summary>
/// <typeparam name="TKey">What names an entry.</typeparam>
/// <typeparam name="TValue">An entry; shared by its readers, so nobody changes it.</typeparam>
public sealed class TaggedCache<TKey, TValue>
    where TKey : notnull
{
    private readonly CacheInvalidation invalidation;
    private readonly string tag;
    private readonly int capacity;
    private readonly Func<TKey, Task<TValue>> read;
    private Func<TValue, bool> isNone = static _ => false;
    private Func<TKey, TValue, long> weigh = static (_, _) => 0;
    private long mostWeight = long.MaxValue;
    private Generation entries = new();
    private Generation nones = new();

    /// <summary>Makes one.</summary>
    /// <param name="invalidation">Knows of changes.</param>
    /// <param name="tag">What is invalidated when an entry changes, such as <c>content.banners</c>.</param>
    /// <param name="capacity">Most entries; when they are reached all are forgotten and read anew as they are asked for.</param>
    /// <param name="read">Reads an entry; not cut off when a caller leaves, since others may wait for it.</param>
    public TaggedCache(CacheInvalidation invalidation, string tag, int capacity, Func<TKey, Task<TValue>> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (this.invalidation, this.tag, this.capacity, this.read) = (invalidation, tag, capacity, read);
    }

    /// <summary>Also evicts entries when keys of a tag are invalidated (<see cref="Unit.InvalidateAsync(string, IReadOnlyCollection{long}, CancellationToken)"/>).</summary>
    /// <param name="keys">The tag of the keys.</param>
    /// <param name="keyOf">The entry of a key; null where each key is in any entry, and all are forgotten.</param>
    public TaggedCache<TKey, TValue> ForgetsBy(string keys, Func<long, TKey>? keyOf)
    {
        invalidation.Listen(keys, invalidated =>
        {
            if (invalidated is null || keyOf is null)
            {
                entries = new();
                nones = new();
                return;
            }

            foreach (var key in invalidated)
            {
                entries.TryRemove(keyOf(key), out _);
                nones.TryRemove(keyOf(key), out _);
            }
        });
        return this;
    }

    /// <summary>
    /// Has it keep apart what says that there is nothing, as many entries again: keys that callers make up push out nothing
    /// that is there.
    /// </summary>
    /// <param name="none">Whether an entry says that.</param>
    public TaggedCache<TKey, TValue> KeepsApart(Func<TValue, bool> none)
    {
        isNone = none;
        return this;
    }

    /// <summary>Has it forget all entries also when they have become too large, for entries whose sizes callers choose.</summary>
    /// <param name="most">Most that all entries together may weigh, in bytes.</param>
    /// <param name="size">About how much an entry weighs with its key, in bytes.</param>
    public TaggedCache<TKey, TValue> KeepsAtMost(long most, Func<TKey, TValue, long> size)
    {
        (mostWeight, weigh) = (most, size);
        return this;
    }

    /// <summary>The entry, from memory while nothing of its tag has changed.</summary>
    public Task<TValue> GetAsync(TKey key, CancellationToken cancellation)
    {
        if (invalidation.EpochOf(tag) is not { } epoch)
        {
            return read(key);
        }

        if (entries.TryGetValue(key, out var known) && known.Epoch == epoch && !known.IsFailed)
        {
            return Wait(known.Value, cancellation);
        }

        if (nones.TryGetValue(key, out var none) && none.Epoch == epoch && none.IsApart)
        {
            return none.Value;
        }

        if (entries.Count >= capacity)
        {
            entries = new();
        }

        // Of several at once one reads. The epoch is from before the read and the entry is in its place before it, so a
        // change during the read makes the entry old or has it forgotten.
        // Both are taken in this order, so that an entry which is forgotten by the one is never kept by the other.
        var (apart, all) = (nones, entries);
        Entry fresh = null!;
        fresh = new Entry(epoch, () => ReadAsync(key, fresh, all, apart));
        var kept = all.AddOrUpdate(
            key, fresh, (_, other) => other.Epoch == epoch && !other.IsFailed ? other : fresh);
        return Wait(kept.Value, cancellation);
    }

    private async Task<TValue> ReadAsync(
        TKey key, Entry entry, Generation all, Generation apart)
    {
        var value = await read(key);
        if (!isNone(value))
        {
            if (all.Weighing(weigh(key, value)) > mostWeight)
            {
                Interlocked.CompareExchange(ref entries, new(), all);
            }

            return value;
        }

        if (apart.Count >= capacity)
        {
            apart.Clear();
        }

        // It is in its new place before it leaves the old one, where a change during the read has it forgotten.
        apart[key] = entry;
        entry.IsApart = all.TryRemove(new(key, entry)) && ReferenceEquals(all, entries);
        if (!entry.IsApart)
        {
            apart.TryRemove(new(key, entry));
        }

        return value;
    }

    private static Task<TValue> Wait(Task<TValue> value, CancellationToken cancellation) =>
        value.IsCompleted ? value : value.WaitAsync(cancellation);

    /// <summary>Entries until all are forgotten, and what they have weighed together, with those that were replaced.</summary>
    private sealed class Generation : ConcurrentDictionary<TKey, Entry>
    {
        private long weight;

        /// <summary>Adds an entry's weight and returns that of all.</summary>
        public long Weighing(long more) => Interlocked.Add(ref weight, more);
    }

    private sealed class Entry(long epoch, Func<Task<TValue>> read)
    {
        private readonly Lazy<Task<TValue>> value = new(read);
        private volatile bool isApart;

        public long Epoch { get; } = epoch;

        /// <summary>Whether it says that there is nothing, and is kept apart.</summary>
        public bool IsApart
        {
            get => isApart;
            set => isApart = value;
        }

        public Task<TValue> Value => value.Value;

        public bool IsFailed => value.IsValueCreated && value.Value is { IsCompleted: true, IsCompletedSuccessfully: false };
    }
}
