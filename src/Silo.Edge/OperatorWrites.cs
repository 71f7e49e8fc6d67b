using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Edge;

/// <summary>
/// Runs an operator's write in one unit with its audit entry. The entry carries the request id and the first answer,
/// so it is also what a repeat is answered from.
/// </summary>
public sealed class OperatorWrites(IUnits units)
{
    /// <summary>Runs the write, or answers a repeat with what the first one did.</summary>
    /// <typeparam name="T">The subject as the API shows it; the audit log keeps it as JSON.</typeparam>
    /// <param name="context">The call.</param>
    /// <param name="request">What is compared at a repeat; it holds no secret.</param>
    /// <param name="requestId">The caller's request id, or empty.</param>
    /// <param name="reason">The operator's reason.</param>
    /// <param name="work">Changes the subject inside the unit and says how it was and is.</param>
    /// <exception cref="RefusalException">The work refused, or the request id was used for another request.</exception>
    public async Task<T> RunAsync<T>(
        ServerCallContext context,
        IMessage request,
        string requestId,
        string reason,
        Func<Unit, Task<Result<OperatorChange<T>>>> work)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return await OnceAsync(context, request, requestId, reason, work);
        }
        catch (UniqueKeyTakenException)
        {
            // Of two at once with one request id, or for one name, the second is rolled back, and now finds the first.
            return await OnceAsync(context, request, requestId, reason, work);
        }
    }

    private async Task<T> OnceAsync<T>(
        ServerCallContext context,
        IMessage request,
        string requestId,
        string reason,
        Func<Unit, Task<Result<OperatorChange<T>>>> work)
        where T : class, IMessage<T>, new()
    {
        var (operatorId, rpc, hash) = (context.Caller().Id, context.Method.TrimStart('/'), RequestHash.Of(request));
        async Task<Result<T>?> FirstAnswerAsync(IQueryable<AuditEntry> entries) =>
            requestId.Length == 0 || await entries.AsNoTracking().SingleOrDefaultAsync(
                a => a.OperatorId == operatorId && a.Rpc == rpc && a.RequestId == requestId,
                context.CancellationToken) is not { } first ? null
            : first.RequestHash == hash ? JsonParser.Default.Parse<T>(first.After)
            : Refusals.RequestIdReused;

        var result = await units.RunAsync<T>(
            async unit =>
            {
                if (await FirstAnswerAsync(unit.Set<AuditEntry>()) is { } first)
                {
                    return first;
                }

                var decided = await work(unit);
                if (!decided.IsAccepted)
                {
                    return decided.Refusal;
                }

                var change = decided.Value;
                var id = unit.NewId();
                unit.Audit(new AuditEntry
                {
                    Id = id,
                    At = unit.NowMs,
                    OperatorId = operatorId,
                    Rpc = rpc,
                    Subject = change.Subject,
                    Reason = reason,
                    Before = change.Before is null ? null : JsonFormatter.Default.Format(change.Before),
                    After = JsonFormatter.Default.Format(change.After),
                    // The blank keeps what is made here apart from what a caller can send.
                    RequestId = requestId.Length > 0 ? requestId : $" {id:x}",
                    RequestHash = hash,
                });
                return change.After;
            },
            context.CancellationToken);
        if (!result.IsAccepted
            && await units.ReadAsync(r => FirstAnswerAsync(r.Query<AuditEntry>()), context.CancellationToken) is { } earlier)
        {
            // The first of two at once was committed between the look for it and the decision, and is what refused.
            return earlier.OrRefuse();
        }

        return result.OrRefuse();
    }
}

/// <summary>What an operator's write changed.</summary>
/// <typeparam name="T">The subject as the API shows it.</typeparam>
/// <param name="Subject">Such as <c>user:12</c>.</param>
/// <param name="Before">How it was; null when it is new.</param>
/// <param name="After">How it is; also the answer.</param>
public sealed record OperatorChange<T>(string Subject, T? Before, T After)
    where T : class, IMessage<T>;
