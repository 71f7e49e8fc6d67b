using System.IO.Compression;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Grpc.Net.Compression;
using Silo.Edge;
using Silo.Probe.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>
/// Goal: a packed message counts as what it unpacks to. Method: messages just within and far beyond the limit that are
/// sent packed, on both protocols, and one of a gigabyte by itself.
/// </summary>
public sealed class BoundedCompressionTests
{
    private const int Limit = 4096;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_PackedMessage_IsBoundedByWhatItUnpacksTo(bool web)
    {
        await using var host = await ProbeHost.StartAsync($"MaxRequestBytes={Limit}");
        using var channel = web
            ? GrpcChannel.ForAddress(host.Http1, new()
            {
                HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new HttpClientHandler()),
                HttpVersion = HttpVersion.Version11,
            })
            : GrpcChannel.ForAddress(host.Http2);
        var client = new ProbeService.ProbeServiceClient(channel);

        Assert.Equal("Anonymous:0 127.0.0.1", (await client.OpenAsync(Blank(900), Packed("gzip"))).Text);
        // Beyond the limit unpacked, and far below it as it is sent; before any of its fields is looked at.
        var told = await Told.ByAsync(client.OpenAsync(Blank(16 * 1024 * 1024), Packed("gzip")));
        Assert.Equal((StatusCode.ResourceExhausted, null), (told.Code, told.Reason));
        if (!web)
        {
            using var stream = client.Collect(Bearer(Packed("gzip")));
            await stream.RequestStream.WriteAsync(Blank(16 * 1024 * 1024));
            Assert.Equal(StatusCode.ResourceExhausted, (await Told.ByAsync(() => stream.ResponseAsync)).Code);
        }
    }

    [Fact]
    public async Task Call_PackedInAWayThatIsNotBounded_IsNotServed()
    {
        await using var host = await ProbeHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Http1 };
        using var call = new HttpRequestMessage(HttpMethod.Post, "/silo.probe.v1.ProbeService/Open") { Content = new ByteArrayContent([1, 0, 0, 0, 2, 0x78, 0x9C]) };
        call.Content.Headers.ContentType = new("application/grpc-web+proto");
        call.Headers.Add("grpc-encoding", "deflate");

        using var answer = await http.SendAsync(call);

        var status = answer.Headers.TryGetValues("grpc-status", out var header)
            ? string.Concat(header) : await answer.Content.ReadAsStringAsync();
        Assert.Contains($"{(int)StatusCode.Unimplemented}", status, StringComparison.Ordinal);
    }

    [Fact]
    public void CreateDecompressionStream_OfAGigabyte_UnpacksToTheLimit()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var some = new byte[1024 * 1024];
            for (var written = 0; written < 1024; written++)
            {
                gzip.Write(some);
            }
        }

        packed.Position = 0;
        var bounded = new BoundedCompression(new GzipCompressionProvider(CompressionLevel.Fastest), 1024 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<RpcException>(() => bounded.CreateDecompressionStream(packed));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    [Fact]
    public void CreateDecompressionStream_OfWhatIsNotPacked_IsRefused()
    {
        var bounded = new BoundedCompression(new GzipCompressionProvider(CompressionLevel.Fastest), Limit);

        var refused = Assert.Throws<RpcException>(() => bounded.CreateDecompressionStream(new MemoryStream([1, 2, 3, 4])));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private static Ask Blank(int length) => new() { Free = new string(' ', length) };

    private static Metadata Packed(string encoding) => new() { { "grpc-internal-encoding-request", encoding } };

    private static Metadata Bearer(Metadata headers)
    {
        headers.Add("authorization", "Bearer user");
        return headers;
    }
}
