using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Reads settings.</summary>
internal sealed class SettingsReads : ContentReads<SettingRow, Setting>
{
    private readonly TaggedCache<int, Dictionary<string, Setting>> published;

    public SettingsReads(IUnits units, CacheInvalidation invalidation)
        : base(units) => published = new(invalidation, ContentCacheTags.Settings, 1, async _ =>
        {
            var (settings, _) = await SearchAsync(
                (_, rows) => rows.OrderBy(s => s.Id),
                Publication.Published,
                new Paging(1, SettingsWrites.MaxSettings),
                CancellationToken.None);
            return settings.ToDictionary(s => s.Key, StringComparer.Ordinal);
        });

    /// <summary>Those that are published, by their keys, from memory.</summary>
    public Task<Dictionary<string, Setting>> PublishedAsync(CancellationToken cancellation) => published.GetAsync(0, cancellation);

    /// <summary>The one with this key, published or not.</summary>
    public Task<Setting> ByKeyAsync(string key, CancellationToken cancellation) => Units.ReadAsync(
        async r => await r.Query<SettingRow>().SingleOrDefaultAsync(s => s.Name == key, cancellation) is { } row
            ? ContentWire.Setting(row)
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    /// <summary>A page of what operators look for.</summary>
    public Task<(List<Setting> Page, long Total)> SearchAsync(SearchSettingsRequest request, CancellationToken cancellation)
    {
        var key = SearchText.Normalise(request.KeyContains);
        return SearchAsync(
            (_, rows) => rows.Where(s => key == "" || s.SearchName.Contains(key)).OrderBy(s => s.SearchName).ThenBy(s => s.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            cancellation);
    }

    public override Task<List<Setting>> WireAsync(
        IReads reads, IReadOnlyList<SettingRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Setting).ToList());
}
