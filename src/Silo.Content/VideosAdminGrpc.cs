using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for videos.</summary>
internal sealed class VideosAdminGrpc(OperatorWrites writes, VideosWrites videos, VideosReads reads)
    : VideosAdminService.VideosAdminServiceBase
{
    public override async Task<CreateVideoResponse> CreateVideo(CreateVideoRequest request, ServerCallContext context) => new()
    {
        Video = await writes.RunAsync(
            context, request, videos.Create(request.Terms, request.Draft, context.CancellationToken)),
    };

    public override async Task<UpdateVideoResponse> UpdateVideo(UpdateVideoRequest request, ServerCallContext context) => new()
    {
        Video = await writes.RunAsync(
            context,
            request,
            videos.Update(request.VideoId, request.Terms, request.ExpectedVersion, context.CancellationToken)),
    };

    public override async Task<GetVideoResponse> GetVideo(GetVideoRequest request, ServerCallContext context) =>
        new() { Video = await reads.GetAsync(request.VideoId, context.CancellationToken) };

    public override async Task<SearchVideosResponse> SearchVideos(SearchVideosRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchVideosResponse { TotalCount = total };
        response.Videos.AddRange(page);
        return response;
    }
}
