using System.Diagnostics.CodeAnalysis;

namespace Silo.Storage;

/// <summary>
/// Remembers what was used lately, for one grain: between <paramref name="capacity"/> and twice as many entries. An entry
/// that is not used while as many others are goes.
/// </summary>
/// <param name="capacity">How many entries make a generation.</param>
public sealed class LruCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private Dictionary<TKey, TValue> young = [];
    private Dictionary<TKey, TValue> old = [];

    /// <summary>Finds an entry, and counts as using it.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value))
        {
            return true;
        }

        if (!old.TryGetValue(key, out value))
        {
            return false;
        }

        Set(key, value);
        return true;
    }

    /// <summary>Remembers an entry.</summary>
    public void Set(TKey key, TValue value)
    {
        young[key] = value;
        if (young.Count >= capacity)
        {
            (old, young) = (young, old);
            young.Clear();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => (young, old) = ([], []);
}
