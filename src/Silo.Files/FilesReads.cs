using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Files;

/// <summary>The module's queries.</summary>
internal sealed class FilesReads
{
    private const string CacheTag = "files.gone";
    private const int Remembered = 20_000;
    private readonly IUnits units;
    private readonly TaggedCache<string, FileRow?> byName;

    public FilesReads(IUnits units, CacheInvalidation invalidation)
    {
        this.units = units;
        byName = new(invalidation, CacheTag, Remembered, name => units.ReadAsync(
            r => r.Query<FileRow>().SingleOrDefaultAsync(f => f.Name == name, CancellationToken.None), CancellationToken.None));
    }

    /// <summary>The file of a name, from memory where nothing was deleted since; null where there is none.</summary>
    public Task<FileRow?> FindAsync(string name, CancellationToken cancellation) => byName.GetAsync(name, cancellation);

    /// <summary>The file of a name, from the database.</summary>
    public Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        units.ReadAsync(r => r.Query<FileRow>().AnyAsync(f => f.Name == name, cancellation), cancellation);

    /// <summary>Says that a file is deleted. A new one need not be said: nobody can have asked for its random name.</summary>
    public static Task InvalidateAsync(Unit unit, CancellationToken cancellation) => unit.InvalidateAsync(CacheTag, cancellation);

    public Task<(List<FileRow> Page, long Total)> ListAsync(
        long? userId, string nameContains, Paging paging, CancellationToken cancellation)
    {
        var part = SearchText.Normalise(nameContains);
        return units.ReadAsync(
            r => r.Query<FileRow>()
                .Where(f => (userId == null || f.UserId == userId) && (part == "" || f.SearchName.Contains(part)))
                .OrderByDescending(f => f.Id).PageAsync(paging, cancellation),
            cancellation);
    }

    public Task<long> UsedAsync(long userId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<FileUsageRow>().Where(u => u.UserId == userId).Select(u => u.Bytes).SingleOrDefaultAsync(cancellation),
        cancellation);
}
