using System.Buffers.Binary;
using System.Text;
using Orleans.Storage;

namespace Silo.Storage;

/// <summary>Names one grain's stored state, as the Orleans ADO.NET provider keys it.</summary>
public readonly record struct StateKey
{
    private static readonly OrleansDefaultHasher Hasher = new();

    /// <summary>The state of a grain with an integer key.</summary>
    /// <param name="stateName"><c>silo.area.name</c>; the row is keyed by it and not by the grain class.</param>
    /// <param name="id">The grain's key.</param>
    public StateKey(string stateName, long id)
    {
        (StateName, Id) = (stateName, id);
        var bytes = new byte[8];
        // The provider reverses the little-endian bytes, which leaves the big-endian ones.
        BinaryPrimitives.WriteInt64BigEndian(bytes, id);
        (NameHash, IdHash) = (HashOf(stateName), Hasher.Hash(bytes));
    }

    /// <summary>The state of a grain with a text key.</summary>
    /// <param name="stateName"><c>silo.area.name</c>.</param>
    /// <param name="text">
    /// The grain's key. It begins with a letter beyond f: the official provider reads a key as a hexadecimal number
    /// where it can, so that <c>ab12</c> and <c>0ab12</c> would silently share a row.
    /// </param>
    public StateKey(string stateName, string text)
    {
        if (text.Length is 0 or > 512 || text[0] is not (>= 'g' and <= 'z' or >= 'G' and <= 'Z'))
        {
            throw new ArgumentException("A text key begins with a letter beyond f.", nameof(text));
        }

        (StateName, Text) = (stateName, text);
        var bytes = Encoding.UTF8.GetBytes(text);
        Array.Reverse(bytes);
        (NameHash, IdHash) = (HashOf(stateName), Hasher.Hash(bytes));
    }

    /// <summary>The name of the state.</summary>
    public string StateName { get; }

    /// <summary>The integer key; 0 where the key is a text.</summary>
    public long Id { get; }

    /// <summary>The text key, or null.</summary>
    public string? Text { get; }

    internal int IdHash { get; }

    internal int NameHash { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{StateName}/{(Text is null ? Id : Text)}";

    private static int HashOf(string stateName) => Hasher.Hash(Encoding.UTF8.GetBytes(stateName));
}
