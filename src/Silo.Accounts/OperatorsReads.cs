using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Reads operators.</summary>
internal sealed class OperatorsReads(IUnits units)
{
    /// <summary>A page of all, the oldest first.</summary>
    public Task<(List<OperatorRow> Page, long Total)> ListAsync(Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(r => r.Query<OperatorRow>().OrderBy(o => o.Id).PageAsync(paging, cancellation), cancellation);
}
