using System.Collections.Concurrent;
using System.Net;
using Silo.Edge.V1;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>
/// Counts the open streams of this node. What strangers watch, what callers watch, what they upload, and each rpc of
/// operators have budgets apart, so that none uses up another's.
/// </summary>
internal sealed class StreamLimiter(EdgeOptions options)
{
    private readonly Slots ofStrangers = new(options.AnonymousStreams, int.MaxValue, options.ServerStreamsPerAddress);
    private readonly Slots watches = new(options.ServerStreams, options.ServerStreamsPerCaller, int.MaxValue);
    private readonly Slots uploads = new(options.UploadStreams, options.ServerStreamsPerCaller, options.UploadStreamsPerAddress);
    private readonly ConcurrentDictionary<string, Slots> ofOperators = new(StringComparer.Ordinal);

    /// <summary>Counts a stream in until what is returned is disposed; null where it is one too many.</summary>
    public IDisposable? TryEnter(MethodPlan plan, Caller caller, IPAddress address) =>
        caller.Kind == CallerKind.Anonymous ? ofStrangers.TryTake(null, address.CountedNetwork())
        : plan.Access == Access.Operator ? OfOperators(plan.Name).TryTake(NameOf(caller), null)
        : plan.IsUpload ? uploads.TryTake(NameOf(caller), address.CountedNetwork())
        : watches.TryTake(NameOf(caller), null);

    private static string NameOf(Caller caller) => $"{caller.Kind}:{caller.Id}";

    private Slots OfOperators(string rpc) =>
        ofOperators.GetOrAdd(rpc, _ => new(options.OperatorStreams, options.ServerStreamsPerCaller, int.MaxValue));
}
