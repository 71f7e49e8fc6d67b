using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes videos.</summary>
internal sealed class VideosWrites(VideosReads reads)
    : ContentEditor<VideoRow, VideoTerms, Video>(reads)
{
    public override ContentKind Kind => ContentKind.Video;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Videos];

    protected override int MaxRows => 100_000;

    public override Result<VideoTerms> Check(VideoTerms terms) =>
        terms.Key.Length > 0 && !ContentRules.IsKey(terms.Key, dashes: true) ? ContentRefusals.VideoKeyInvalid
        : new[] { terms.CoverUrl, terms.FluentUrl, terms.LowUrl, terms.StandardUrl, terms.HighUrl }.All(ContentRules.IsUrl) ? terms
        : ContentRefusals.UrlInvalid;

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
}
