using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>The one place where refusals become gRPC statuses with their details.</summary>
internal static class EdgeStatus
{
    private const string Domain = "silo";
    private const string DetailsTrailer = "grpc-status-details-bin";
    private static readonly TimeSpan DefaultRetry = TimeSpan.FromSeconds(1);

    /// <summary>Limits of load, which pass by themselves. A stock that is used up is exhausted too, and does not.</summary>
    private static readonly HashSet<string> Passing =
        [Refusals.Busy.Reason, Refusals.RateLimited.Reason, EdgeRefusals.TooManyStreams.Reason];

    // The same few refusals are answered thousands of times a second; their details are encoded once.
    private static readonly ConditionalWeakTable<Refusal, RpcStatus> Known = [];

    /// <summary>The canonical status of a kind.</summary>
    public static StatusCode CodeOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCode.InvalidArgument,
        RefusalKind.Unauthenticated => StatusCode.Unauthenticated,
        RefusalKind.Forbidden => StatusCode.PermissionDenied,
        RefusalKind.NotFound => StatusCode.NotFound,
        RefusalKind.AlreadyExists => StatusCode.AlreadyExists,
        RefusalKind.Precondition => StatusCode.FailedPrecondition,
        RefusalKind.Exhausted => StatusCode.ResourceExhausted,
        RefusalKind.Unavailable => StatusCode.Unavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No status for this kind."),
    };

    public static RpcException Of(Refusal refusal, TimeSpan? retryAfter = null) =>
        (retryAfter is null
            ? Known.GetValue(refusal, static r => Encode(r, null))
            : Encode(refusal, retryAfter)).ToException();

    /// <summary>A request that breaks rules of its fields; names each of them.</summary>
    public static RpcException OfViolations(IEnumerable<BadRequest.Types.FieldViolation> violations)
    {
        var badRequest = new BadRequest();
        badRequest.FieldViolations.Add(violations);
        var refusal = EdgeRefusals.InvalidArgument;
        var first = badRequest.FieldViolations[0];
        return Encode(CodeOf(refusal.Kind), $"{first.Field}: {first.Description}", InfoOf(refusal.Reason), badRequest)
            .ToException();
    }

    /// <summary>A bug or an unknown failure: nothing of the inside, only an id to find the log line by.</summary>
    public static RpcException Internal(out string correlationId)
    {
        correlationId = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var info = InfoOf("INTERNAL");
        info.Metadata.Add("correlation_id", correlationId);
        return Encode(StatusCode.Internal, $"Internal error, correlation id {correlationId}", info).ToException();
    }

    private static RpcStatus Encode(Refusal refusal, TimeSpan? retryAfter)
    {
        if (retryAfter is null && (refusal.Kind == RefusalKind.Unavailable || Passing.Contains(refusal.Reason)))
        {
            retryAfter = DefaultRetry;
        }

        var info = InfoOf(refusal.Reason);
        foreach (var (name, value) in refusal.Metadata)
        {
            info.Metadata.Add(name, value);
        }

        return retryAfter is { } delay
            ? Encode(CodeOf(refusal.Kind), refusal.Message, info, new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) })
            : Encode(CodeOf(refusal.Kind), refusal.Message, info);
    }

    private static RpcStatus Encode(StatusCode code, string message, params ReadOnlySpan<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        foreach (var detail in details)
        {
            status.Details.Add(Any.Pack(detail));
        }

        return new(new Grpc.Core.Status(code, message), status.ToByteArray());
    }

    private static ErrorInfo InfoOf(string reason) => new() { Reason = reason, Domain = Domain };

    private sealed class RpcStatus(Grpc.Core.Status status, byte[] details)
    {
        // An entry never changes, but a Metadata can: each exception gets its own.
        private readonly Metadata.Entry entry = new(DetailsTrailer, details);

        public RpcException ToException() => new(status, [entry]);
    }
}

/// <summary>What the edge itself refuses, beyond the refusals that every area shares.</summary>
public static class EdgeRefusals
{
    /// <summary>The request breaks rules of its fields.</summary>
    public static readonly Refusal InvalidArgument =
        new("INVALID_ARGUMENT", RefusalKind.Invalid, "The request breaks rules of its fields.");

    /// <summary>A message of a stream cannot be read.</summary>
    public static readonly Refusal Malformed =
        new("INVALID_ARGUMENT", RefusalKind.Invalid, "The message is malformed, or a text of it is not UTF-8.");

    /// <summary>Too many streams are open on the node, or by this caller.</summary>
    public static readonly Refusal TooManyStreams =
        new("TOO_MANY_STREAMS", RefusalKind.Exhausted, "Too many streams are open; close some or try again later.");

    /// <summary>The node is being stopped; another one takes the call.</summary>
    public static readonly Refusal NodeStopping =
        new("NODE_STOPPING", RefusalKind.Unavailable, "The node is stopping; call again.");
}
