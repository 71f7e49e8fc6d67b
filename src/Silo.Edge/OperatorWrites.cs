using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Edge;

/// <summary>
/// Runs an operator's write in one unit with its audit entry. The entry carries the request id and the first answer,
/// so it is also what a repeat is answered from. Request id and reason are the request's fields <c>request_id</c> and
/// <c>reason</c>, or empty where it has none.
/// </summary>
public sealed class OperatorWrites(IUnits units)
{
    private static readonly ConcurrentDictionary<MessageDescriptor, Fields> FieldsOf = new();

    /// <summary>Runs the write, or answers a repeat with what the first one did.</summary>
    /// <typeparam name="T">The subject as the API shows it; the audit log keeps it as JSON.</typeparam>
    /// <param name="context">The call.</param>
    /// <param name="request">What is compared at a repeat; it holds no secret.</param>
    /// <param name="work">Changes the subject inside the unit and says how it was and is.</param>
    /// <exception cref="RefusalException">The work refused, or the request id was used for another request.</exception>
    public async Task<T> RunAsync<T>(
        ServerCallContext context, IMessage request, Func<Unit, Task<Result<OperatorChange<T>>>> work)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return await OnceAsync(context, request, work);
        }
        catch (UniqueKeyTakenException)
        {
            // Of two at once with one request id, or for one name, the second is rolled back, and now finds the first.
            return await OnceAsync(context, request, work);
        }
    }

    /// <summary>Runs a write that takes the request as it is.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="T">The subject as the API shows it.</typeparam>
    /// <param name="context">The call.</param>
    /// <param name="request">The request.</param>
    /// <param name="work">Changes the subject inside the unit and says how it was and is.</param>
    /// <exception cref="RefusalException">The work refused, or the request id was used for another request.</exception>
    public Task<T> RunAsync<TRequest, T>(
        ServerCallContext context,
        TRequest request,
        Func<Unit, TRequest, CancellationToken, Task<Result<OperatorChange<T>>>> work)
        where TRequest : IMessage
        where T : class, IMessage<T>, new() =>
        RunAsync(context, request, unit => work(unit, request, context.CancellationToken));

    /// <summary>Runs a write of a module that has types of its own for what the API shows.</summary>
    /// <typeparam name="TOwn">The subject as the module has it.</typeparam>
    /// <typeparam name="T">The subject as the API shows it.</typeparam>
    /// <param name="context">The call.</param>
    /// <param name="request">What is compared at a repeat; it holds no secret.</param>
    /// <param name="work">Changes the subject inside the unit and says how it was and is.</param>
    /// <param name="wire">Translates the subject.</param>
    /// <exception cref="RefusalException">The work refused, or the request id was used for another request.</exception>
    public Task<T> RunAsync<TOwn, T>(
        ServerCallContext context,
        IMessage request,
        Func<Unit, Task<Result<OperatorChange<TOwn>>>> work,
        Func<TOwn, T> wire)
        where TOwn : class
        where T : class, IMessage<T>, new() =>
        RunAsync<T>(context, request, async unit =>
        {
            var decided = await work(unit);
            return decided.IsAccepted
                ? new OperatorChange<T>(
                    decided.Value.Subject,
                    decided.Value.Before is { } before ? wire(before) : null,
                    wire(decided.Value.After))
                {
                    Parts = decided.Value.Parts,
                }
                : decided.Refusal;
        });

    private async Task<T> OnceAsync<T>(
        ServerCallContext context, IMessage request, Func<Unit, Task<Result<OperatorChange<T>>>> work)
        where T : class, IMessage<T>, new()
    {
        var command = FieldsOf.GetOrAdd(request.Descriptor, Fields.Of).CommandOf(context, request);
        async Task<Result<T>?> FirstAnswerAsync(IReads reads) =>
            (await OperatorLog.ReadAsync(reads, [command], context.CancellationToken)).FirstAnswer(command) is not { } first ? null
            : first.IsAccepted ? JsonParser.Default.Parse<T>(first.Value)
            : first.Refusal;

        var result = await units.RunAsync<T>(
            async unit =>
            {
                if (await FirstAnswerAsync(unit) is { } first)
                {
                    return first;
                }

                var decided = await work(unit);
                if (!decided.IsAccepted)
                {
                    return decided.Refusal;
                }

                var change = decided.Value;
                unit.Audit(new OperatorLog().Write(
                    command,
                    unit.NewId(),
                    unit.NowMs,
                    change.Subject,
                    change.Before is null ? null : JsonFormatter.Default.Format(change.Before),
                    JsonFormatter.Default.Format(change.After)));
                await AuditAsync(unit, command, change.Parts);
                return change.After;
            },
            context.CancellationToken);
        if (!result.IsAccepted && await units.ReadAsync(FirstAnswerAsync, context.CancellationToken) is { } earlier)
        {
            // The first of two at once was committed between the look for it and the decision, and is what refused.
            return earlier.OrRefuse();
        }

        return result.OrRefuse();
    }

    /// <summary>Writes the entries of what was changed beside the subject, however many.</summary>
    private static async Task AuditAsync(Unit unit, Command command, IReadOnlyList<SubjectChange> parts)
    {
        var (log, own, rows) = (new OperatorLog(), command with { RequestId = "" }, new Rows());
        foreach (var part in parts)
        {
            rows.Append(log.Write(
                own,
                unit.NewId(),
                unit.NowMs,
                part.Subject,
                part.Before is null ? null : JsonFormatter.Default.Format(part.Before),
                JsonFormatter.Default.Format(part.After)));
        }

        await unit.WriteAsync(rows);
    }

    private sealed record Command(long OperatorId, string Rpc, string Reason, string RequestId, long RequestHash) : IOperatorCommand;

    /// <summary>Where requests of one kind have their request id and reason.</summary>
    private sealed record Fields(FieldDescriptor? RequestId, FieldDescriptor? Reason)
    {
        public static Fields Of(MessageDescriptor request) =>
            new(request.FindFieldByName("request_id"), request.FindFieldByName("reason"));

        public Command CommandOf(ServerCallContext context, IMessage request) => new(
            context.Caller().Id,
            context.Method.TrimStart('/'),
            Text(Reason, request),
            Text(RequestId, request),
            RequestHash.Of(request));

        private static string Text(FieldDescriptor? field, IMessage request) =>
            field is null ? "" : (string)field.Accessor.GetValue(request);
    }
}

/// <summary>What an operator's write changed.</summary>
/// <typeparam name="T">The subject: as the API shows it, or as the module has it.</typeparam>
/// <param name="Subject">Such as <c>user:12</c>.</param>
/// <param name="Before">How it was; null when it is new.</param>
/// <param name="After">How it is; also the answer.</param>
public sealed record OperatorChange<T>(string Subject, T? Before, T After)
    where T : class
{
    /// <summary>What was changed of several at once, such as the goods of a file: each has an entry of its own.</summary>
    public IReadOnlyList<SubjectChange> Parts { get; init; } = [];
}

/// <summary>What an operator's write of several changed of one of them.</summary>
/// <param name="Subject">Such as <c>goods:12</c>.</param>
/// <param name="Before">How it was, as the API shows it; null when it is new.</param>
/// <param name="After">How it is.</param>
public sealed record SubjectChange(string Subject, IMessage? Before, IMessage After);
