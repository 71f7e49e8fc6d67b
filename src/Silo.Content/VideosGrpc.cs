using Grpc.Core;
using Silo.Content.V1;

namespace Silo.Content;

/// <summary>The shopper's rpc for videos.</summary>
internal sealed class VideosGrpc(VideosReads reads) : VideosService.VideosServiceBase
{
    public override async Task<DescribeVideoResponse> DescribeVideo(DescribeVideoRequest request, ServerCallContext context) =>
        new() { Video = await reads.PublishedAsync(request.Key, context.CancellationToken) };
}
