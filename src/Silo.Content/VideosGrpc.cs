using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Videos for operators.</summary>
internal sealed class VideoEditor(OperatorWrites writes, IUnits units)
    : ContentEditor<VideoRow, VideoTerms, Video>(writes, units)
{
    public const string Topic = "content.videos";
    private readonly IUnits units = units;

    public override ContentKind Kind => ContentKind.Video;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => 100_000;

    public override Result<VideoTerms> Check(VideoTerms terms) =>
        terms.Key.Length > 0 && !ContentRules.IsKey(terms.Key, dashes: true) ? ContentRefusals.VideoKeyInvalid
        : new[] { terms.CoverUrl, terms.FluentUrl, terms.LowUrl, terms.StandardUrl, terms.HighUrl }.All(ContentRules.IsUrl) ? terms
        : ContentRefusals.UrlInvalid;

    /// <summary>The published one with this number.</summary>
    public Task<Video> PublishedAsync(string key, CancellationToken cancellation) => units.ReadAsync(
        async r => await r.Query<VideoRow>().SingleOrDefaultAsync(v => v.Key == key && v.Published, cancellation) is { } row
            ? ContentWire.Video(row)
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    protected override async Task<Refusal?> ApplyAsync(Unit unit, VideoRow row, VideoTerms terms, CancellationToken cancellation)
    {
        var key = terms.Key.Length > 0 ? terms.Key : row.Key.Length > 0 ? row.Key : Guid.NewGuid().ToString("N");
        if (await unit.Query<VideoRow>().AnyAsync(v => v.Key == key && v.Id != row.Id, cancellation))
        {
            return ContentRefusals.KeyTaken;
        }

        row.Rename(terms.Title);
        (row.Key, row.CoverUrl, row.DurationSeconds) = (key, terms.CoverUrl, terms.DurationSeconds);
        (row.FluentUrl, row.LowUrl, row.StandardUrl, row.HighUrl) =
            (terms.FluentUrl, terms.LowUrl, terms.StandardUrl, terms.HighUrl);
        return null;
    }

    protected override Task<List<Video>> WireAsync(
        IReads reads, IReadOnlyList<VideoRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Video).ToList());
}

/// <summary>The shopper's rpc for videos.</summary>
internal sealed class VideosGrpc(VideoEditor editor, Versions versions) : VideosService.VideosServiceBase
{
    private readonly VersionedCache<string, Video> published =
        new(versions, VideoEditor.Topic, 1_000, key => editor.PublishedAsync(key, CancellationToken.None));

    public override async Task<DescribeVideoResponse> DescribeVideo(DescribeVideoRequest request, ServerCallContext context) =>
        new() { Video = await published.GetAsync(request.Key, context.CancellationToken) };
}

/// <summary>The operator's rpcs for videos.</summary>
internal sealed class VideosAdminGrpc(VideoEditor editor) : VideosAdminService.VideosAdminServiceBase
{
    public override async Task<CreateVideoResponse> CreateVideo(CreateVideoRequest request, ServerCallContext context) => new()
    {
        Video = await editor.CreateAsync(context, request, request.Terms, request.Draft, request.Reason, request.RequestId),
    };

    public override async Task<UpdateVideoResponse> UpdateVideo(UpdateVideoRequest request, ServerCallContext context) => new()
    {
        Video = await editor.UpdateAsync(
            context, request, request.VideoId, request.Terms, request.ExpectedVersion, request.Reason, request.RequestId),
    };

    public override async Task<GetVideoResponse> GetVideo(GetVideoRequest request, ServerCallContext context) =>
        new() { Video = await editor.GetAsync(request.VideoId, context.CancellationToken) };

    public override async Task<SearchVideosResponse> SearchVideos(SearchVideosRequest request, ServerCallContext context)
    {
        var title = SearchText.Normalise(request.TitleContains);
        var (page, total) = await editor.SearchAsync(
            (_, rows) => rows.Where(v => title == "" || v.SearchName.Contains(title)).OrderByDescending(v => v.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchVideosResponse { TotalCount = total };
        response.Videos.AddRange(page);
        return response;
    }
}
