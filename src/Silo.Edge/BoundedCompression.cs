using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Silo.Edge;

/// <summary>
/// A compression whose messages are bounded unpacked too: the library compares what has arrived with its limit, and
/// unpacks that, which can be a thousand times as much.
/// </summary>
/// <param name="inner">Packs and unpacks.</param>
/// <param name="maxBytes">The most bytes of a message.</param>
internal sealed class BoundedCompression(ICompressionProvider inner, int maxBytes) : ICompressionProvider
{
    private const int Piece = 16 * 1024;

    public string EncodingName => inner.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        inner.CreateCompressionStream(stream, compressionLevel);

    /// <exception cref="RpcException">The message is too large, or not packed as it says.</exception>
    public Stream CreateDecompressionStream(Stream stream)
    {
        using var packed = inner.CreateDecompressionStream(stream);
        var message = new MemoryStream();
        var piece = new byte[Piece];
        try
        {
            while (packed.Read(piece) is > 0 and var read)
            {
                if (message.Length + read > maxBytes)
                {
                    throw new RpcException(new(
                        StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
                }

                message.Write(piece, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "The message cannot be unpacked."));
        }

        message.Position = 0;
        return message;
    }
}
