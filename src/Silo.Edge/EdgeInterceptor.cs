using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Edge;

/// <summary>
/// What happens around every call: rate, identity, access, validation, deadline, and the answer to whatever is thrown.
/// </summary>
internal sealed class EdgeInterceptor(
    MethodPlans plans,
    EdgeOptions options,
    AddressLimiter addresses,
    StreamLimiter streams,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<EdgeInterceptor> logger,
    ICallerResolver? resolver = null) : Interceptor
{
    private const string Scheme = "Bearer ";
    private const int MaxToken = 256;
    private readonly TimeSpan uploadLimit = TimeSpan.FromSeconds(options.UploadDeadlineSeconds);
    private readonly TimeSpan unaryLimit = TimeSpan.FromSeconds(options.UnaryDeadlineSeconds);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var call = Begin(context, unaryLimit, CancellationToken.None);
        try
        {
            var plan = await AdmitAsync(call);
            UnitCaller.Current = CallerOf(call);
            Validate(plan, request);
            return await continuation(request, call);
        }
        catch (Exception exception)
        {
            throw Translate(exception, call);
        }
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, null, async (plan, call) =>
        {
            Validate(plan, request);
            await continuation(request, responseStream, call);
            return true;
        });

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, uploadLimit, (plan, call) => continuation(new ValidReader<TRequest>(requestStream, plan), call));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, null, async (plan, call) =>
        {
            await continuation(new ValidReader<TRequest>(requestStream, plan), responseStream, call);
            return true;
        });

    private static void Validate<T>(MethodPlan plan, T request)
    {
        if (request is IMessage message && !plan.Request.IsValid(message))
        {
            throw EdgeStatus.OfViolations(plan.Request.Explain(message));
        }
    }

    /// <summary>The token of the call; null when there is none, empty when it is malformed.</summary>
    private static string? TokenOf(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return null;
        }

        var text = header.Count == 1 ? header[0] ?? "" : "";
        var token = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text.AsSpan(Scheme.Length) : default;
        return token.Length <= MaxToken && !token.ContainsAnyExceptInRange('!', '~') ? token.ToString() : "";
    }

    private static Refusal? AccessOf(MethodPlan plan, Caller caller) => plan.Access switch
    {
        Access.Public => null,
        _ when caller.Kind == CallerKind.Anonymous => Refusals.TokenInvalid,
        Access.User when caller.Kind == CallerKind.User => null,
        Access.Operator when caller.HasRole(plan.Role) => null,
        _ => Refusals.AccessDenied,
    };

    private EdgeCallContext Begin(ServerCallContext context, TimeSpan? limit, CancellationToken stopping) =>
        new(context, context.GetHttpContext(), time, limit, stopping);

    /// <summary>Whose units are bounded together: a known caller's, or those of an address.</summary>
    private static object CallerOf(EdgeCallContext call) =>
        call.Caller.Kind == CallerKind.Anonymous ? CallExtensions.AddressOf(call.Http).Network() : call.Caller;

    /// <summary>Rate, identity and access, in this order.</summary>
    private async ValueTask<MethodPlan> AdmitAsync(EdgeCallContext call)
    {
        if (!addresses.TryTake(CallExtensions.AddressOf(call.Http)))
        {
            throw EdgeStatus.Of(Refusals.RateLimited);
        }

        var plan = plans.Find(call.Method)
            ?? throw new InvalidOperationException($"{call.Method} is not attached to the edge.");
        if (TokenOf(call.Http) is { } token)
        {
            call.Caller = await ResolveAsync(token, call.CancellationToken) ?? throw EdgeStatus.Of(Refusals.TokenInvalid);
        }

        return AccessOf(plan, call.Caller) is { } refusal ? throw EdgeStatus.Of(refusal) : plan;
    }

    private ValueTask<Caller?> ResolveAsync(string token, CancellationToken cancellation) =>
        token.Length == 0 || resolver is null ? new((Caller?)null) : resolver.ResolveAsync(token, cancellation);

    private async Task<T> StreamAsync<T>(
        ServerCallContext context, TimeSpan? limit, Func<MethodPlan, EdgeCallContext, Task<T>> serve)
    {
        using var call = Begin(context, limit, lifetime.ApplicationStopping);
        try
        {
            var plan = await AdmitAsync(call);
            UnitCaller.Current = CallerOf(call);
            using var place = streams.TryEnter(plan, call.Caller, CallExtensions.AddressOf(call.Http))
                ?? throw EdgeStatus.Of(EdgeRefusals.TooManyStreams);
            using var served = new CancellationTokenSource();
            var watching = WatchTokenAsync(call, served.Token);
            try
            {
                var answer = await serve(plan, call);
                // A stream that ends quietly when it is told to has not served its caller to the end.
                return call.TokenDied ? throw EdgeStatus.Of(Refusals.TokenInvalid)
                    : call.NodeStopping && call.Cancelled ? throw EdgeStatus.Of(EdgeRefusals.NodeStopping)
                    : answer;
            }
            finally
            {
                await served.CancelAsync();
                await watching;
            }
        }
        catch (Exception exception)
        {
            throw Translate(exception, call);
        }
    }

    /// <summary>Ends an open stream when its token dies: it was admitted once, perhaps hours ago.</summary>
    private async Task WatchTokenAsync(EdgeCallContext call, CancellationToken served)
    {
        if (call.Caller.Kind == CallerKind.Anonymous || TokenOf(call.Http) is not { } token)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.StreamTokenCheckSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(served))
            {
                try
                {
                    var now = await ResolveAsync(token, served);
                    if ((now?.Kind, now?.Id, now?.Role) != (call.Caller.Kind, call.Caller.Id, call.Caller.Role))
                    {
                        call.EndBecauseTokenDied();
                        return;
                    }
                }
                catch (StorageUnavailableException)
                {
                    // Whose the token is cannot be asked now; the next tick asks again.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Served.
        }
    }

    private RpcException Translate(Exception exception, EdgeCallContext call)
    {
        switch (exception)
        {
            case RpcException known:
                return known;
            case RefusalException refused:
                return EdgeStatus.Of(refused.Refusal, refused.RetryAfter);
            case StorageBusyException:
                return EdgeStatus.Of(Refusals.Busy);
            case OperationCanceledException or ObjectDisposedException or IOException when call.TokenDied:
                return EdgeStatus.Of(Refusals.TokenInvalid);
            case OperationCanceledException or ObjectDisposedException or IOException when call.NodeStopping:
                return EdgeStatus.Of(EdgeRefusals.NodeStopping);
            case OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException
                when call.Cancelled:
                return call.DeadlinePassed
                    ? new(new(StatusCode.DeadlineExceeded, "The deadline has passed; the outcome is not known."))
                    : new(new(StatusCode.Cancelled, "The caller has cancelled the call."));
            case StorageUnavailableException or IdsExhaustedException or TimeoutException or SiloUnavailableException
                or OrleansMessageRejectionException or OperationCanceledException:
                logger.LogWarning("{Method} could not be served: {Fault}", call.Method, exception.GetType().Name);
                return EdgeStatus.Of(Refusals.StorageUnavailable);
            default:
                var answer = EdgeStatus.Internal(out var correlationId);
                logger.LogError(exception, "{Method} failed, correlation id {CorrelationId}", call.Method, correlationId);
                return answer;
        }
    }

    /// <summary>Validates each message of a client's stream.</summary>
    private sealed class ValidReader<T>(IAsyncStreamReader<T> inner, MethodPlan plan) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                if (!await inner.MoveNext(cancellationToken))
                {
                    return false;
                }
            }
            catch (InvalidProtocolBufferException)
            {
                EdgeRefusals.Malformed.Throw();
            }

            Validate(plan, inner.Current);
            return true;
        }
    }
}
