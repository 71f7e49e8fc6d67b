using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Notes in the audit log what operators do beside changing something that the API shows.</summary>
internal static class AuditWrites
{
    /// <summary>Adds an entry.</summary>
    /// <param name="unit">The unit of what is noted.</param>
    /// <param name="operatorId">Who did it.</param>
    /// <param name="rpc">With which rpc.</param>
    /// <param name="subject">To whom.</param>
    /// <param name="reason">Why.</param>
    /// <param name="after">What was done, as JSON.</param>
    public static void Note(Unit unit, long operatorId, string rpc, string subject, string reason, string after)
    {
        var id = unit.NewId();
        unit.Audit(new AuditEntry
        {
            Id = id,
            At = unit.NowMs,
            OperatorId = operatorId,
            Rpc = rpc,
            Subject = subject,
            Reason = reason,
            After = after,
            RequestId = OwnRequestId.Of(id),
        });
    }
}
