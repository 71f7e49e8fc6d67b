using Microsoft.EntityFrameworkCore;
using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// What every operator's write says for the audit log, which is also where its repeat is found: the entry carries request
/// id, hash and first answer.
/// </summary>
public interface IOperatorCommand
{
    /// <summary>The operator; 0 for the system itself.</summary>
    long OperatorId { get; }

    /// <summary>The rpc's full name.</summary>
    string Rpc { get; }

    /// <summary>The operator's reason; may be empty.</summary>
    string Reason { get; }

    /// <summary>The caller's request id, or empty.</summary>
    string RequestId { get; }

    /// <summary>Hash of the request without its request id.</summary>
    long RequestHash { get; }
}

/// <summary>The operator writes with the request ids of one batch or unit; grows as they are decided.</summary>
public sealed class OperatorLog
{
    private readonly Dictionary<(long Operator, string Rpc, string RequestId), (long Hash, string After)> answered = [];

    /// <summary>Reads the entries of the commands' request ids, where there are any.</summary>
    public static async Task<OperatorLog> ReadAsync(
        IReads reads, IEnumerable<IOperatorCommand> commands, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reads);
        var log = new OperatorLog();
        IOperatorCommand[] repeatable = [.. commands.Where(c => c.RequestId.Length > 0)];
        if (repeatable.Length > 0)
        {
            var operators = repeatable.Select(c => c.OperatorId).Distinct().ToArray();
            var rpcs = repeatable.Select(c => c.Rpc).Distinct().ToArray();
            var requests = repeatable.Select(c => c.RequestId).Distinct().ToArray();
            var entries = await reads.Query<AuditEntry>()
                .Where(a => operators.Contains(a.OperatorId) && rpcs.Contains(a.Rpc) && requests.Contains(a.RequestId))
                .ToListAsync(cancellation);
            entries.ForEach(e => log.answered[(e.OperatorId, e.Rpc, e.RequestId)] = (e.RequestHash, e.After));
        }

        return log;
    }

    /// <summary>
    /// The subject as the first write with the command's request id has left it, or REQUEST_ID_REUSED where that was another
    /// request; null where there was none.
    /// </summary>
    public Result<string>? FirstAnswer(IOperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.RequestId.Length == 0 || !answered.TryGetValue(KeyOf(command), out var first) ? null
            : first.Hash == command.RequestHash ? first.After
            : Refusals.RequestIdReused;
    }

    /// <summary>Notes a write and makes its entry.</summary>
    /// <param name="command">The write.</param>
    /// <param name="id">The entry's id.</param>
    /// <param name="nowMs">When, in unix milliseconds.</param>
    /// <param name="subject">What was changed, such as <c>coupon:123</c>.</param>
    /// <param name="before">The subject before, as JSON; null when it is new.</param>
    /// <param name="after">The subject after, as JSON; also the answer to a repeat.</param>
    public AuditEntry Write(IOperatorCommand command, long id, long nowMs, string subject, string? before, string after)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.RequestId.Length > 0)
        {
            answered[KeyOf(command)] = (command.RequestHash, after);
        }

        return new()
        {
            Id = id,
            At = nowMs,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = subject,
            Reason = command.Reason,
            Before = before,
            After = after,
            RequestId = OwnRequestId.Or(command.RequestId, id),
            RequestHash = command.RequestHash,
        };
    }

    private static (long Operator, string Rpc, string RequestId) KeyOf(IOperatorCommand command) =>
        (command.OperatorId, command.Rpc, command.RequestId);
}
