using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;

namespace Silo.Edge;

/// <summary>Tells whether two requests under one request id are the same request.</summary>
public static class RequestHash
{
    private const string RequestIdField = "request_id";

    /// <summary>
    /// The first eight bytes of the SHA-256 of the request without its request id. The same content gives the same
    /// hash on every node and for every order of map entries; the request is not changed.
    /// </summary>
    public static long Of(IMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var bytes = new byte[request.CalculateSize()];
        using (var output = new CodedOutputStream(bytes) { Deterministic = true })
        {
            request.WriteTo(output);
        }

        var length = Without(bytes, request.Descriptor.FindFieldByName(RequestIdField)?.FieldNumber ?? 0);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, length), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>Moves the bytes together without those of one top-level field; returns what is left.</summary>
    private static int Without(byte[] bytes, int field)
    {
        if (field == 0)
        {
            return bytes.Length;
        }

        using var input = new CodedInputStream(bytes);
        var (start, length) = (0, 0);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            input.SkipLastField();
            var end = (int)input.Position;
            if (WireFormat.GetTagFieldNumber(tag) != field)
            {
                bytes.AsSpan(start, end - start).CopyTo(bytes.AsSpan(length));
                length += end - start;
            }

            start = end;
        }

        return length;
    }
}
