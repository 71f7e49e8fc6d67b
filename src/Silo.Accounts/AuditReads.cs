using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Reads the audit log.</summary>
internal sealed class AuditReads(IUnits units)
{
    /// <summary>A page of the entries of an operator and of a subject, the newest first; 0 and an empty text for all.</summary>
    public Task<(List<AuditEntry> Page, long Total)> ListAsync(
        long operatorId, string subject, Paging paging, CancellationToken cancellation) => units.ReadAsync(
            r => r.Query<AuditEntry>()
                .Where(a => (operatorId == 0 || a.OperatorId == operatorId) && (subject == "" || a.Subject == subject))
                .OrderByDescending(a => a.Id).PageAsync(paging, cancellation),
            cancellation);
}
