using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads videos.</summary>
internal sealed class VideosReads : ContentReads<VideoRow, Video>
{
    private readonly TaggedCache<string, Video> published;

    public VideosReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Videos, 1_000, ReadAsync);

    /// <summary>The published one with this number, from memory.</summary>
    public Task<Video> PublishedAsync(string key, CancellationToken cancellation) => published.GetAsync(key, cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Video> Page, long Total)> SearchAsync(SearchVideosRequest request, CancellationToken cancellation)
    {
        var title = SearchText.Normalise(request.TitleContains);
        return SearchAsync(
            (_, rows) => rows.Where(v => title == "" || v.SearchName.Contains(title)).OrderByDescending(v => v.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override Task<List<Video>> WireAsync(
        IReads reads, IReadOnlyList<VideoRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Video).ToList());

    private Task<Video> ReadAsync(string key) => Units.ReadAsync(
        async r => await r.Query<VideoRow>().SingleOrDefaultAsync(v => v.Key == key && v.Published) is { } row
            ? ContentWire.Video(row)
            : throw new RefusalException(ContentRefusals.Unknown),
        CancellationToken.None);
}
