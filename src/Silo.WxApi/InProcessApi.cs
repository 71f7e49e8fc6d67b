using System.Collections.Frozen;
using System.IO.Pipelines;
using System.Net;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Silo.WxApi;

/// <summary>
/// The gRPC API of this process, without a socket: a call goes straight to the endpoint of its rpc, behind the same
/// edge as calls from outside. It carries the shopper's own address as the connection's address, which nothing that
/// arrives over the network can set. Unary calls and streams of clients only.
/// </summary>
internal sealed class InProcessApi : IDisposable
{
    // The library makes the request message, so what is not a header reaches it beside the call.
    private static readonly AsyncLocal<Origin?> CallOrigin = new();
    private readonly GrpcChannel channel;
    private readonly CallInvoker calls;
    private FrozenDictionary<string, RouteEndpoint>? endpoints;

    public InProcessApi(IServiceScopeFactory scopes)
    {
        channel = GrpcChannel.ForAddress("http://in-process", new GrpcChannelOptions
        {
            HttpHandler = new Dispatcher(this, scopes),
            DisposeHttpClient = true,
            // The server has its own limits.
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
        });
        calls = channel.CreateCallInvoker();
    }

    /// <summary>Where the rpcs are; set when the application's endpoints are mapped.</summary>
    public IEndpointRouteBuilder? Routes { get; set; }

    /// <summary>What the generated clients call with, on behalf of one shopper.</summary>
    /// <param name="address">Where the shopper calls from.</param>
    /// <param name="token">The shopper's token; null for nobody known.</param>
    /// <param name="cancellation">The shopper left.</param>
    public CallInvoker For(IPAddress address, string? token, CancellationToken cancellation) =>
        calls.Intercept(new OnBehalf(address, token, cancellation));

    public void Dispose() => channel.Dispose();

    private RouteEndpoint? Find(string path)
    {
        endpoints ??= (Routes ?? throw new InvalidOperationException("AddWxApi was called and MapWxApi was not."))
            .DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern is { Parameters.Count: 0, RawText: not null })
            .GroupBy(endpoint => endpoint.RoutePattern.RawText!)
            .ToFrozenDictionary(group => group.Key, group => group.First());
        return endpoints.GetValueOrDefault(path);
    }

    /// <summary>What is known of a call beside its request.</summary>
    private sealed record Origin(IPAddress Address, bool Streams);

    /// <summary>Gives each call its caller.</summary>
    private sealed class OnBehalf(IPAddress address, string? token, CancellationToken cancellation) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            CallOrigin.Value = new(address, Streams: false);
            return continuation(request, new(context.Method, context.Host, With(context.Options)));
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            CallOrigin.Value = new(address, Streams: true);
            return continuation(new(context.Method, context.Host, With(context.Options)));
        }

        private CallOptions With(CallOptions options)
        {
            options = options.WithCancellationToken(cancellation);
            return token is null ? options : options.WithHeaders(new Metadata { { "authorization", $"Bearer {token}" } });
        }
    }

    /// <summary>Runs the endpoint of an rpc on a request that exists in memory only.</summary>
    private sealed class Dispatcher(InProcessApi api, IServiceScopeFactory scopes) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var endpoint = api.Find(request.RequestUri!.AbsolutePath);
            if (endpoint?.RequestDelegate is null)
            {
                return new(HttpStatusCode.NotFound) { Version = HttpVersion.Version20, RequestMessage = request };
            }

            var origin = CallOrigin.Value ?? throw new InvalidOperationException("An in-process call has no caller.");
            await using var received = origin.Streams
                ? Streamed(request.Content!, cancellationToken)
                : await BufferedAsync(request.Content!, cancellationToken);
            using var sent = new MemoryStream();
            var response = new Response(sent);
            await using var scope = scopes.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
            context.Features.Set<IHttpResponseFeature>(response);
            context.Features.Set<IHttpResponseBodyFeature>(response.Sink);
            context.Features.Set<IHttpResponseTrailersFeature>(response);
            context.SetEndpoint(endpoint);
            context.Connection.RemoteIpAddress = origin.Address;
            Fill(context.Request, request, received);

            await endpoint.RequestDelegate(context);
            await response.Sink.CompleteAsync();

            return Answer(response, sent.ToArray(), request);
        }

        private static async Task<Stream> BufferedAsync(HttpContent content, CancellationToken cancellation)
        {
            var received = new MemoryStream();
            await content.CopyToAsync(received, cancellation);
            received.Position = 0;
            return received;
        }

        /// <summary>
        /// What a client streams, while it does so and never whole. Once the reader is done, what is still sent goes
        /// nowhere: the client learns from the answer.
        /// </summary>
        private static Stream Streamed(HttpContent content, CancellationToken cancellation)
        {
            var pipe = new Pipe();
            _ = SendAsync();
            return pipe.Reader.AsStream();

            async Task SendAsync()
            {
                try
                {
                    await content.CopyToAsync(pipe.Writer.AsStream(), cancellation);
                    await pipe.Writer.CompleteAsync();
                }
                catch (Exception exception)
                {
                    await pipe.Writer.CompleteAsync(exception);
                }
            }
        }

        private static void Fill(HttpRequest to, HttpRequestMessage from, Stream body)
        {
            (to.Protocol, to.Method, to.Scheme) = (HttpProtocol.Http2, HttpMethods.Post, Uri.UriSchemeHttp);
            (to.Host, to.Path, to.Body) = (HostString.FromUriComponent(from.RequestUri!), from.RequestUri!.AbsolutePath, body);
            foreach (var (name, values) in from.Headers.NonValidated.Concat(from.Content!.Headers.NonValidated))
            {
                to.Headers[name] = values.ToArray();
            }
        }

        private static HttpResponseMessage Answer(Response from, byte[] body, HttpRequestMessage request)
        {
            var answer = new HttpResponseMessage((HttpStatusCode)from.StatusCode)
            {
                Version = HttpVersion.Version20,
                RequestMessage = request,
                Content = new ByteArrayContent(body),
            };
            foreach (var (name, values) in from.Headers)
            {
                if (!answer.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                {
                    answer.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
                }
            }

            foreach (var (name, values) in from.Trailers)
            {
                answer.TrailingHeaders.TryAddWithoutValidation(name, values.AsEnumerable());
            }

            return answer;
        }

        /// <summary>Where the endpoint writes to. Once it has started, the status belongs into the trailers.</summary>
        private sealed class Response : HttpResponseFeature, IHttpResponseTrailersFeature
        {
            private bool started;

            public Response(Stream body) => Sink = new Writer(this, body);

            public override bool HasStarted => started;

            public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

            public StreamResponseBodyFeature Sink { get; }

            private sealed class Writer(Response response, Stream stream) : StreamResponseBodyFeature(stream)
            {
                public override Task StartAsync(CancellationToken cancellationToken = default)
                {
                    response.started = true;
                    return base.StartAsync(cancellationToken);
                }
            }
        }
    }
}
