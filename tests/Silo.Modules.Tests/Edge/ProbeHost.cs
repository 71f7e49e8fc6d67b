using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Probe.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>The edge on a loopback Kestrel with the tests' own service behind it, a clock and callers of their own.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProbeHost(WebApplication app, ProbeGrpc probe, FakeTimeProvider time, TokenTable tokens, LogLines log)
    {
        (this.app, Probe, Time, Tokens, Log) = (app, probe, time, tokens, log);
        var addresses = app.Urls.ToArray();
        (Http2, Http1) = (new Uri(addresses[0]), new Uri(addresses[1]));
        Channel = GrpcChannel.ForAddress(Http2);
    }

    /// <summary>What the service does; tests replace it.</summary>
    public ProbeGrpc Probe { get; }

    /// <summary>The edge's clock. It stands still until a test moves it.</summary>
    public FakeTimeProvider Time { get; }

    public TokenTable Tokens { get; }

    public LogLines Log { get; }

    public Uri Http2 { get; }

    public Uri Http1 { get; }

    public GrpcChannel Channel { get; }

    public ProbeService.ProbeServiceClient Client => new(Channel);

    public static Task<ProbeHost> StartAsync(params string[] settings) => StartAsync(_ => { }, _ => { }, null, settings);

    /// <summary>Starts a host.</summary>
    /// <param name="add">Adds services.</param>
    /// <param name="map">Maps them.</param>
    /// <param name="configure">Sets what only code may set.</param>
    /// <param name="settings">Settings of the edge, as <c>Name=value</c>.</param>
    public static async Task<ProbeHost> StartAsync(
        Action<IServiceCollection> add,
        Action<WebApplication> map,
        Action<EdgeOptions>? configure,
        params string[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        foreach (var (name, value) in settings.Select(s => (s[..s.IndexOf('=')], s[(s.IndexOf('=') + 1)..])))
        {
            builder.Configuration[$"Silo:Edge:{name}"] = value;
        }

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1);
        });
        var (probe, time, tokens, log) = (new ProbeGrpc(), new FakeTimeProvider(TimeProvider.System.GetUtcNow()), new TokenTable(), new LogLines());
        builder.Logging.AddProvider(log);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<ICallerResolver>(tokens);
        builder.Services.AddSingleton(probe);
        builder.Services.AddSiloEdge(builder.Configuration, configure);
        builder.Services.AddSiloGrpc<ProbeGrpc>();
        add(builder.Services);
        var app = builder.Build();
        try
        {
            app.UseSiloEdge();
            app.MapSiloEdge();
            app.MapSiloGrpc<ProbeGrpc>();
            map(app);
            await app.StartAsync();
            return new ProbeHost(app, probe, time, tokens, log);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>Headers of a call that a proxy on this machine passes on for another address.</summary>
    public static Metadata From(string address) => new() { { "x-forwarded-for", address } };

    /// <summary>Stops the node, as a termination does.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>Whose tokens are; a test can end one.</summary>
internal sealed class TokenTable : ICallerResolver
{
    public ConcurrentDictionary<string, Caller> Known { get; } = new()
    {
        ["user"] = new(CallerKind.User, 7, Role.Unspecified, new byte[] { 1 }),
        ["other"] = new(CallerKind.User, 8, Role.Unspecified, new byte[] { 2 }),
        ["support"] = new(CallerKind.Operator, 7, Role.Support, new byte[] { 3 }),
        ["catalogue"] = new(CallerKind.Operator, 11, Role.Catalogue, new byte[] { 4 }),
        ["finance"] = new(CallerKind.Operator, 12, Role.Finance, new byte[] { 5 }),
        ["owner"] = new(CallerKind.Operator, 13, Role.Owner, new byte[] { 6 }),
        // The longest that is looked at.
        [new string('l', 256)] = new(CallerKind.User, 14, Role.Unspecified, new byte[] { 7 }),
        // One that the table knows and the edge must not ask for.
        [new string('l', 257)] = new(CallerKind.User, 15, Role.Unspecified, new byte[] { 8 }),
        ["a b"] = new(CallerKind.User, 16, Role.Unspecified, new byte[] { 9 }),
        [""] = new(CallerKind.User, 17, Role.Unspecified, new byte[] { 10 }),
    };

    /// <summary>What looking a token up throws; null for nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Runs after each time that a token was looked up.</summary>
    public Action? OnAsked { get; set; }

    public ValueTask<Caller?> ResolveAsync(string token, CancellationToken cancellation)
    {
        var answer = Fault is null ? new(Known.GetValueOrDefault(token)) : ValueTask.FromException<Caller?>(Fault);
        OnAsked?.Invoke();
        return answer;
    }
}

/// <summary>A service that does what the test says; by itself it answers who calls from where.</summary>
internal sealed class ProbeGrpc : ProbeService.ProbeServiceBase
{
    public Func<Ask, ServerCallContext, Task<Answer>> OnCall { get; set; } =
        (_, context) => Task.FromResult(new Answer { Text = $"{context.Caller()} {context.ClientNetwork()}" });

    public Func<IServerStreamWriter<Answer>, ServerCallContext, Task> OnWatch { get; set; } = async (answers, context) =>
    {
        await answers.WriteAsync(new() { Text = "first" });
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
    };

    public override Task<Answer> Open(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task<Answer> Mine(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task<Answer> Support(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task<Answer> Catalogue(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task<Answer> Finance(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task<Answer> Owner(Ask request, ServerCallContext context) => OnCall(request, context);

    public override Task Watch(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        OnWatch(responseStream, context);

    /// <summary>Runs when a stream of messages has come through the edge.</summary>
    public Action OnCollect { get; set; } = () => { };

    public override Task<Answer> Import(IAsyncStreamReader<Ask> requestStream, ServerCallContext context) =>
        Collect(requestStream, context);

    public override Task Prove(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        OnWatch(responseStream, context);

    public override async Task<Answer> Collect(IAsyncStreamReader<Ask> requestStream, ServerCallContext context)
    {
        OnCollect();
        var count = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            count++;
        }

        return new() { Text = $"{count}" };
    }

    public override async Task Chat(
        IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Answer> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Text = requestStream.Current.Text });
        }
    }
}

/// <summary>What the host logs.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = new();

    public string Text => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

/// <summary>What a refused call was told.</summary>
internal sealed record Told(StatusCode Code, string? Reason, TimeSpan? RetryAfter, Google.Rpc.Status? Details, RpcException Error)
{
    /// <summary>Everything that went over the wire, as text.</summary>
    public string Everything => Error + string.Join('\n', Error.Trailers.Select(entry =>
        entry.IsBinary ? Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value));

    public IEnumerable<string> Fields => Details?.GetDetail<BadRequest>()?.FieldViolations.Select(v => v.Field) ?? [];

    /// <summary>Makes a call that must be refused.</summary>
    public static async Task<Told> ByAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call().Soon());
        var details = error.GetRpcStatus();
        return new(
            error.StatusCode,
            details?.GetDetail<ErrorInfo>()?.Reason,
            details?.GetDetail<RetryInfo>()?.RetryDelay.ToTimeSpan(),
            details,
            error);
    }

    public static Task<Told> ByAsync<T>(AsyncUnaryCall<T> call) => ByAsync(() => call.ResponseAsync);

    /// <summary>Reads on in a stream that must end with a refusal.</summary>
    public static Task<Told> ByAsync<T>(AsyncServerStreamingCall<T> call) =>
        ByAsync(() => call.ResponseStream.MoveNext(CancellationToken.None));
}
