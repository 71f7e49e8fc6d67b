using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Freight templates as operators see them.</summary>
internal sealed class FreightReads(IUnits units)
{
    /// <summary>A page of all, the newest first.</summary>
    public Task<(List<FreightRow> Page, long Total)> ListAsync(Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<FreightRow>().OrderByDescending(f => f.Id).PageAsync(paging, cancellation), cancellation);
}
