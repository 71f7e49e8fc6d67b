using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Probe.V1;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;
using Xunit;

namespace Silo.Rooms.Tests.Edge;

public sealed class Resolver : ICallerResolver
{
    public ConcurrentDictionary<string, Caller> Known { get; } = new();

    public ValueTask<Caller?> ResolveAsync(string token, CancellationToken cancellation) => new(Known.GetValueOrDefault(token));
}

public sealed class ProbeGrpc : Probe.V1.Probe.ProbeBase
{
    public static readonly Refusal SoldOut = new("SOLD_OUT", RefusalKind.Exhausted, "Sold out.");

    public override async Task<Answer> Open(Ask request, ServerCallContext context)
    {
        switch (request.Mode)
        {
            case "refuse": SoldOut.Throw(); break;
            case "busy": throw new StorageBusyException();
            case "down": throw new StorageUnavailableException("secret");
            case "bug": throw new InvalidDataException("secret");
            case "hang": await Task.Delay(Timeout.Infinite, context.CancellationToken); break;
            case "http": context.GetHttpContext().Response.Headers["x-a"] = "b"; break;
        }

        return new() { Text = context.Caller().Kind.ToString() + context.ClientNetwork() };
    }

    public override Task<Answer> Mine(Ask request, ServerCallContext context) =>
        Task.FromResult(new Answer { Text = context.Caller().Id.ToString() });

    public override Task<Answer> Staff(Ask request, ServerCallContext context) => Task.FromResult(new Answer());

    public override async Task Watch(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { Text = "a" });
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }
}

public sealed class BareGrpc : Bare.BareBase
{
    public override Task<Answer> Echo(Ask request, ServerCallContext context) => Task.FromResult(new Answer());
}

public sealed class Host : IAsyncDisposable
{
    public required WebApplication App { get; init; }
    public required GrpcChannel Channel { get; init; }
    public Resolver Resolver { get; } = new();
    public Probe.V1.Probe.ProbeClient Client => new(Channel);

    public static async Task<Host> StartAsync(Action<EdgeOptions>? set = null, Action<WebApplication>? map = null, params string[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        foreach (var s in settings) { builder.Configuration[s.Split('=')[0]] = s.Split('=')[1]; }
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var resolver = new Resolver();
        builder.Services.AddSingleton<ICallerResolver>(resolver);
        builder.Services.AddSiloEdge(builder.Configuration, set);
        builder.Services.AddSiloGrpc<ProbeGrpc>();
        var app = builder.Build();
        app.UseSiloEdge();
        app.MapSiloEdge();
        app.MapSiloGrpc<ProbeGrpc>();
        map?.Invoke(app);
        await app.StartAsync();
        var url = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        resolver.Known["u"] = new(CallerKind.User, 7, Role.Unspecified, new byte[] { 1 });
        resolver.Known["cat"] = new(CallerKind.Operator, 8, Role.Catalogue, new byte[] { 2 });
        resolver.Known["own"] = new(CallerKind.Operator, 9, Role.Owner, new byte[] { 3 });
        var host = new Host { App = app, Channel = GrpcChannel.ForAddress(url) };
        foreach (var k in resolver.Known) { host.Resolver.Known[k.Key] = k.Value; }
        Live = resolver;
        return host;
    }

    [ThreadStatic] public static Resolver? Live;

    public async ValueTask DisposeAsync() { Channel.Dispose(); await App.StopAsync(); await App.DisposeAsync(); }
}

public sealed class EdgeTests
{
    private static Metadata With(string token) => new() { { "authorization", "Bearer " + token } };

    private static async Task<(StatusCode Code, string? Reason, bool Retry, RpcException Error)> FailAsync(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        var s = e.GetRpcStatus();
        return (e.StatusCode, s?.GetDetail<ErrorInfo>()?.Reason, s?.GetDetail<RetryInfo>() is not null, e);
    }

    [Theory]
    [InlineData("refuse", StatusCode.ResourceExhausted, "SOLD_OUT", false)]
    [InlineData("busy", StatusCode.ResourceExhausted, "BUSY", true)]
    [InlineData("down", StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true)]
    [InlineData("bug", StatusCode.Internal, "INTERNAL", false)]
    public async Task Thrown_things_become_statuses(string mode, StatusCode code, string reason, bool retry)
    {
        await using var h = await Host.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var f = await FailAsync(async () => await h.Client.OpenAsync(new() { Mode = mode }));
            Assert.Equal((code, reason, retry), (f.Code, f.Reason, f.Retry));
            Assert.DoesNotContain("secret", f.Error.ToString());
        }
    }

    [Fact]
    public async Task Access_is_enforced()
    {
        await using var h = await Host.StartAsync();
        Assert.Equal("Anonymous127.0.0.1", (await h.Client.OpenAsync(new())).Text);
        Assert.Equal("7", (await h.Client.MineAsync(new(), With("u"))).Text);
        await h.Client.StaffAsync(new(), With("own"));
        async Task Is(string reason, Func<Task> call) => Assert.Equal(reason, (await FailAsync(call)).Reason);
        await Is("TOKEN_INVALID", async () => await h.Client.MineAsync(new()));
        await Is("TOKEN_INVALID", async () => await h.Client.OpenAsync(new(), With("x")));
        await Is("TOKEN_INVALID", async () => await h.Client.OpenAsync(new(), With(new string('u', 257))));
        await Is("TOKEN_INVALID", async () => await h.Client.OpenAsync(new(), new Metadata { { "authorization", "Basic u" } }));
        await Is("ACCESS_DENIED", async () => await h.Client.MineAsync(new(), With("own")));
        await Is("ACCESS_DENIED", async () => await h.Client.StaffAsync(new(), With("u")));
        await Is("ACCESS_DENIED", async () => await h.Client.StaffAsync(new() { Number = 99 }, With("cat")));
    }

    [Fact]
    public async Task Every_field_at_fault_is_named()
    {
        await using var h = await Host.StartAsync();
        var ask = new Ask
        {
            RequestId = "a b", Text = "a\0b", Number = 11, Colour = (Colour)9, At = new Timestamp { Nanos = -1 }, Page = -1,
            PageSize = 101, Wrapped = new string('x', 1001), Maybe = 0,
            Items = { new Item { Name = "ok", Child = new Item { Name = "toolong" } }, new Item() },
            Extra = { { "k", "12345" } },
        };
        var f = await FailAsync(async () => await h.Client.OpenAsync(ask));
        Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARGUMENT"), (f.Code, f.Reason));
        Assert.Equal(
            ["request_id", "text", "number", "colour", "items[0].child.name", "items[1].name", "extra", "at", "page", "page_size", "wrapped", "maybe"],
            f.Error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(v => v.Field));
        await h.Client.OpenAsync(new() { RequestId = new string('!', 64), Text = "😀😀", Number = 10, Colour = Colour.Red, Page = 1, PageSize = 100,
            Extra = { { "a", "1" }, { "b", "2" } }, Wrapped = "", Items = { new Item { Name = "好好好好好" } } });
        var deep = await FailAsync(async () => await h.Client.OpenAsync(new() { Items = { Enumerable.Repeat(new Item(), 101) } }));
        Assert.Equal(StatusCode.InvalidArgument, deep.Code);
        var many = await FailAsync(async () => await h.Client.OpenAsync(new() { Items = { Enumerable.Repeat(new Item(), 100) } }));
        Assert.Equal(20, many.Error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Count);
        Assert.Equal(StatusCode.ResourceExhausted, (await FailAsync(async () => await h.Client.OpenAsync(new() { Text = new string('x', 1 << 20) }))).Code);
    }

    [Fact]
    public async Task Deadlines_are_kept()
    {
        await using var h = await Host.StartAsync(settings: "Silo:Edge:UnaryDeadlineSeconds=1");
        Assert.Equal(StatusCode.DeadlineExceeded, (await FailAsync(async () => await h.Client.OpenAsync(new() { Mode = "hang" }))).Code);
        await h.Client.OpenAsync(new() { Mode = "http" });
    }

    [Fact]
    public async Task Streams_are_limited_and_end_with_their_token()
    {
        await using var h = await Host.StartAsync(settings: ["Silo:Edge:ServerStreamsPerCaller=1", "Silo:Edge:StreamTokenCheckSeconds=1"]);
        var live = h.App.Services.GetRequiredService<ICallerResolver>() as Resolver;
        using var one = h.Client.Watch(new(), With("u"));
        Assert.True(await one.ResponseStream.MoveNext(default));
        using var two = h.Client.Watch(new(), With("u"));
        Assert.Equal("TOO_MANY_STREAMS", (await FailAsync(async () => await two.ResponseStream.MoveNext(default))).Reason);
        live!.Known["u"] = live.Known["u"] with { TokenHash = new byte[] { 9 } };
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        live.Known.Clear();
        Assert.Equal("TOKEN_INVALID", (await FailAsync(async () => await one.ResponseStream.MoveNext(default))).Reason);
    }

    [Fact]
    public async Task Streams_end_when_the_node_stops()
    {
        var h = await Host.StartAsync();
        using var one = h.Client.Watch(new(), With("u"));
        Assert.True(await one.ResponseStream.MoveNext(default));
        var next = FailAsync(async () => await one.ResponseStream.MoveNext(default));
        await h.App.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("NODE_STOPPING", (await next).Reason);
    }

    [Fact]
    public async Task A_service_past_the_edge_stops_the_start()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => Host.StartAsync(map: a => a.MapGrpcService<BareGrpc>()));
        Assert.Contains("/probe.v1.Bare/Echo", e.Message);
        await using var exempt = await Host.StartAsync(o => o.ExemptServices.Add("probe.v1.Bare"), a => a.MapGrpcService<BareGrpc>());
        await new Bare.BareClient(exempt.Channel).EchoAsync(new());
    }

    [Fact]
    public void Request_hash_ignores_the_request_id_and_the_order_of_maps()
    {
        var a = new Ask { RequestId = "1", Text = "x", Extra = { { "a", "1" }, { "b", "2" } } };
        var b = new Ask { RequestId = "2", Text = "x", Extra = { { "b", "2" }, { "a", "1" } } };
        Assert.Equal(RequestHash.Of(a), RequestHash.Of(b));
        Assert.NotEqual(RequestHash.Of(a), RequestHash.Of(new Ask { Text = "y" }));
        Assert.Equal("1", a.RequestId);
    }

    [Fact]
    public void Addresses_have_buckets_of_their_own()
    {
        var time = new Clock();
        var limiter = new AddressLimiter(new EdgeOptions { CallsPerSecond = 1, CallBurst = 2 }, time);
        var (a, b) = (System.Net.IPAddress.Parse("10.0.0.1"), System.Net.IPAddress.Parse("2001:db8::1"));
        Assert.Equal([true, true, false], new[] { limiter.TryTake(a), limiter.TryTake(a), limiter.TryTake(a) });
        Assert.True(limiter.TryTake(b));
        Assert.True(limiter.TryTake(System.Net.IPAddress.Parse("2001:db8::2")));
        Assert.False(limiter.TryTake(System.Net.IPAddress.Parse("2001:db8::3")));
        time.Now += time.TimestampFrequency;
        Assert.Equal([true, false], new[] { limiter.TryTake(a), limiter.TryTake(a) });
        for (var i = 0; i < 10; i++) { Assert.True(limiter.TryTake(System.Net.IPAddress.Loopback)); }
    }

    private sealed class Clock : TimeProvider { public long Now = 1; public override long GetTimestamp() => Now; }

    [Fact]
    public async Task Coalescer_answers_each_caller_once_in_order_and_forgets_idle_keys()
    {
        var (inFlight, most, messages) = (0, 0, 0);
        var c = new Coalescer<int, int, int>(async (_, x) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight)); messages++;
            await Task.Yield(); Interlocked.Decrement(ref inFlight);
            return [.. x.Select(v => v * 2)];
        }, maxBatch: 100, maxWaiting: 1_000_000);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200_000).AsParallel().AsOrdered().Select(i => c.SubmitAsync(1, i)));
        Assert.Equal(Enumerable.Range(0, 200_000).Select(i => i * 2), answers);
        Assert.Equal(1, most);
        Assert.True(messages >= 2000);
        await Task.WhenAll(Enumerable.Range(0, 100_000).AsParallel().Select(i => c.SubmitAsync(i % 1000, i)));
        for (var i = 0; i < 100 && c.Count > 0; i++) { await Task.Delay(10, TestContext.Current.CancellationToken); }
        Assert.Equal(0, c.Count);
    }

    [Fact]
    public async Task Coalescer_refuses_beyond_its_bound_and_fails_one_message_only()
    {
        var gate = new TaskCompletionSource(); var first = true; var sent = new SemaphoreSlim(0);
        var c = new Coalescer<int, int, int>(async (_, x) =>
        {
            sent.Release();
            if (first) { first = false; await gate.Task; throw new StorageUnavailableException("x"); }
            return x;
        }, maxWaiting: 2);
        var a = c.SubmitAsync(1, 1); await sent.WaitAsync(TestContext.Current.CancellationToken);
        var (b, d) = (c.SubmitAsync(1, 2), c.SubmitAsync(1, 3));
        await Assert.ThrowsAsync<StorageBusyException>(() => c.SubmitAsync(1, 4));
        Assert.Equal(5, await c.SubmitAsync(2, 5));
        gate.SetResult();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => a);
        Assert.Equal((2, 3), (await b, await d));
    }

    [Fact]
    public void Validation_is_cheap()
    {
        var v = new MessageValidators().Of(Ask.Descriptor);
        var ask = new Ask { RequestId = "abc", Number = 5 };
        for (var i = 0; i < 300_000; i++) { v.IsValid(ask); }
        var w = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 300_000; i++) { v.IsValid(ask); }
        TestContext.Current.TestOutputHelper?.WriteLine($"{w.Elapsed.TotalNanoseconds / 300_000:F0} ns for a message of 12 fields");
        Console.Error.WriteLine($"VALIDATE {w.Elapsed.TotalNanoseconds / 300_000:F0} ns for 12 fields");
    }
}
