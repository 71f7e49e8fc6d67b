using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Silo.Kernel;

namespace Silo.Edge;

/// <summary>
/// A call as a service sees it: the library's context plus the caller, with the server's own deadline. The timer and
/// the linked token are made only when the service asks for the token.
/// </summary>
internal sealed class EdgeCallContext : ServerCallContext, IDisposable
{
    private readonly ServerCallContext inner;
    private readonly TimeProvider time;
    private readonly TimeSpan? limit;
    private readonly CancellationToken stopping;
    private readonly long started;
    private readonly Lock gate = new();
    private CancellationTokenSource? source;
    private CancellationTokenRegistration innerEnds;
    private CancellationTokenRegistration nodeStops;
    private bool disposed;

    /// <summary>Wraps a call.</summary>
    /// <param name="inner">The library's context.</param>
    /// <param name="http">The request.</param>
    /// <param name="time">Measures the limit.</param>
    /// <param name="limit">The longest a call may take; null for streams.</param>
    /// <param name="stopping">Ends streams when the node stops; unary calls are left to finish.</param>
    public EdgeCallContext(
        ServerCallContext inner, HttpContext http, TimeProvider time, TimeSpan? limit, CancellationToken stopping)
    {
        (this.inner, this.time, this.stopping, Http) = (inner, time, stopping, http);
        started = time.GetTimestamp();
        // A deadline of the client that comes first is kept by the library.
        this.limit = limit is { } max && inner.Deadline - time.GetUtcNow().UtcDateTime > max ? max : null;
    }

    public HttpContext Http { get; }

    public Caller Caller { get; set; } = Caller.Anonymous;

    /// <summary>Set when the edge itself ends the call because its token has died.</summary>
    public bool TokenDied { get; private set; }

    public bool NodeStopping => stopping.IsCancellationRequested;

    public bool DeadlinePassed =>
        limit is { } max ? time.GetElapsedTime(started) >= max : inner.Deadline <= time.GetUtcNow().UtcDateTime;

    public bool Cancelled => inner.CancellationToken.IsCancellationRequested || source is { IsCancellationRequested: true };

    protected override CancellationToken CancellationTokenCore
    {
        get
        {
            if (limit is null && !stopping.CanBeCanceled)
            {
                return inner.CancellationToken;
            }

            lock (gate)
            {
                return (source ??= Link()).Token;
            }
        }
    }

    protected override DateTime DeadlineCore =>
        limit is { } max ? time.GetUtcNow().UtcDateTime + (max - time.GetElapsedTime(started)) : inner.Deadline;

    protected override string MethodCore => inner.Method;

    protected override string HostCore => inner.Host;

    protected override string PeerCore => inner.Peer;

    protected override Metadata RequestHeadersCore => inner.RequestHeaders;

    protected override Metadata ResponseTrailersCore => inner.ResponseTrailers;

    protected override Status StatusCore
    {
        get => inner.Status;
        set => inner.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    protected override AuthContext AuthContextCore => inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore
    {
        get
        {
            // Where the library itself looks for the request when the context is not its own.
            var state = inner.UserState;
            state["__HttpContext"] = Http;
            return state;
        }
    }

    public void EndBecauseTokenDied()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            TokenDied = true;
            source ??= Link();
        }

        source.Cancel();
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
        }

        if (source is not null)
        {
            innerEnds.Dispose();
            nodeStops.Dispose();
            source.Dispose();
        }
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) =>
        inner.WriteResponseHeadersAsync(responseHeaders);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        inner.CreatePropagationToken(options);

    private CancellationTokenSource Link()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var left = limit - time.GetElapsedTime(started);
        var linked = left is { } wait
            ? new CancellationTokenSource(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time)
            : new CancellationTokenSource();
        innerEnds = inner.CancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), linked);
        nodeStops = stopping.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), linked);
        return linked;
    }
}

/// <summary>What services ask of a call.</summary>
public static class CallExtensions
{
    /// <summary>Who calls.</summary>
    /// <exception cref="InvalidOperationException">The service is not attached to the edge.</exception>
    public static Caller Caller(this ServerCallContext context) => Edge(context).Caller;

    /// <summary>Where the call comes from; behind trusted proxies what they say. In-process callers are loopback.</summary>
    public static IPAddress ClientAddress(this ServerCallContext context) => AddressOf(Edge(context).Http);

    /// <summary>The address as limits by address see it.</summary>
    public static string ClientNetwork(this ServerCallContext context) => context.ClientAddress().Network();

    internal static IPAddress AddressOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static EdgeCallContext Edge(ServerCallContext context) => context as EdgeCallContext
        ?? throw new InvalidOperationException($"The service of {context.Method} is not attached to the edge.");
}
