using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Silo.Probe.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>
/// Goal: a packed message counts as what it unpacks to, and is unpacked no further than that. Method: packed messages that
/// are small as they are sent, within the limit and far beyond it, on both protocols.
/// </summary>
public sealed class PackedMessageTests
{
    [Theory]
    [InlineData(false, "gzip", 900, StatusCode.OK)]
    [InlineData(true, "gzip", 900, StatusCode.OK)]
    [InlineData(false, "gzip", 512 * 1024 * 1024, StatusCode.ResourceExhausted)]
    [InlineData(true, "gzip", 512 * 1024 * 1024, StatusCode.ResourceExhausted)]
    [InlineData(false, "deflate", 900, StatusCode.OK)]
    [InlineData(true, "deflate", 900, StatusCode.OK)]
    [InlineData(false, "deflate", 512 * 1024 * 1024, StatusCode.ResourceExhausted)]
    [InlineData(true, "deflate", 512 * 1024 * 1024, StatusCode.ResourceExhausted)]
    [InlineData(false, "br", 900, StatusCode.Unimplemented)]
    [InlineData(true, "br", 900, StatusCode.Unimplemented)]
    public async Task Call_PackedMessage_IsBoundedByWhatItUnpacksTo(bool web, string packing, int length, StatusCode status)
    {
        await using var host = await ProbeHost.StartAsync();
        using var http = new HttpClient { BaseAddress = web ? host.Http1 : host.Http2 };
        using var call = new HttpRequestMessage(HttpMethod.Post, "/silo.probe.v1.ProbeService/Open")
        {
            Version = web ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Framed(packing, length)),
        };
        call.Content.Headers.ContentType = new(web ? "application/grpc-web+proto" : "application/grpc");
        call.Headers.Add("grpc-encoding", packing);
        call.Headers.Add("te", "trailers");
        Assert.InRange(call.Content.Headers.ContentLength!.Value, 1, 1024 * 1024);
        var before = GC.GetTotalAllocatedBytes();

        using var answer = await http.SendAsync(call).Soon();

        var body = await answer.Content.ReadAsStringAsync().Soon();
        var told = answer.Headers.Concat(answer.TrailingHeaders).Where(h => h.Key == "grpc-status").SelectMany(h => h.Value)
            .FirstOrDefault() ?? body[(body.LastIndexOf("grpc-status: ", StringComparison.Ordinal) + "grpc-status: ".Length)..].Split('\r')[0];
        Assert.Equal($"{(int)status}", told);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 * 1024 * 1024);
    }

    /// <summary>A message with a text of blanks, packed, in its frame. It is not made whole.</summary>
    private static byte[] Framed(string name, int length)
    {
        using var packed = new MemoryStream();
        using (Stream packing = name == "gzip"
            ? new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)
            : new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            using (var field = new CodedOutputStream(packing, leaveOpen: true))
            {
                field.WriteTag(Ask.FreeFieldNumber, WireFormat.WireType.LengthDelimited);
                field.WriteLength(length);
            }

            var blanks = Encoding.ASCII.GetBytes(new string(' ', Math.Min(length, 1024 * 1024)));
            for (var left = length; left > 0; left -= blanks.Length)
            {
                packing.Write(blanks);
            }
        }

        var frame = new byte[5 + packed.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), (int)packed.Length);
        packed.ToArray().CopyTo(frame, 5);
        return frame;
    }
}
