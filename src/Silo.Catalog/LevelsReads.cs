using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Levels as operators see them.</summary>
internal sealed class LevelsReads(IUnits units)
{
    /// <summary>A page of all, in their order.</summary>
    public Task<(List<LevelRow> Page, long Total)> ListAsync(Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<LevelRow>().OrderBy(l => l.Sort).ThenBy(l => l.Id).PageAsync(paging, cancellation), cancellation);
}
