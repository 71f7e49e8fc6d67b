namespace Silo.Storage;

/// <summary>What a transaction has changed that caches may hold.</summary>
internal sealed class Invalidations
{
    private readonly HashSet<string> tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<long>> keys = new(StringComparer.Ordinal);

    /// <summary>The tags under which everything has changed.</summary>
    public IReadOnlyCollection<string> Tags => tags;

    /// <summary>The keys that have changed, by tag.</summary>
    public IReadOnlyDictionary<string, HashSet<long>> Keys => keys;

    public bool IsEmpty => tags.Count == 0 && keys.Count == 0;

    /// <summary>Everything under a tag; false where it was added before.</summary>
    public bool Add(string tag) => tags.Add(tag);

    /// <summary>Keys of a tag; those that were not added before.</summary>
    public long[] Add(string tag, IEnumerable<long> added)
    {
        if (!keys.TryGetValue(tag, out var known))
        {
            keys[tag] = known = [];
        }

        return [.. added.Where(known.Add)];
    }

    public void Add(Invalidations other)
    {
        tags.UnionWith(other.tags);
        foreach (var (tag, added) in other.keys)
        {
            Add(tag, added);
        }
    }
}
