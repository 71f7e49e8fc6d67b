using Grpc.Core;
using Silo.Edge;
using Silo.Edge.V1;
using Silo.Probe.V1;
using Silo.Storage;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>Open streams: how many there may be, and that they end with their token and with the node.</summary>
public sealed class EdgeStreamTests
{
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Watch_BeyondTheCallersLimit_IsRefusedUntilOneEnds()
    {
        await using var host = await ProbeHost.StartAsync("ServerStreamsPerCaller=2");
        var end = new TaskCompletionSource();
        host.Probe.OnWatch = async (answers, _) =>
        {
            await answers.WriteAsync(new());
            await end.Task;
        };
        using var first = await OpenAsync(host, ProbeHost.Bearer("user"));
        host.Probe.OnWatch = HangAsync;
        using var second = await OpenAsync(host, ProbeHost.Bearer("user"));

        using (var third = host.Client.Watch(new(), ProbeHost.Bearer("user")))
        {
            var told = await Told.ByAsync(third);
            Assert.Equal((StatusCode.ResourceExhausted, "TOO_MANY_STREAMS"), (told.Code, told.Reason));
            Assert.NotNull(told.RetryAfter);
        }

        // Others are not affected, nor an operator with the same number, nor unary calls.
        using var other = await OpenAsync(host, ProbeHost.Bearer("other"));
        using var operators = await OpenAsync(host, ProbeHost.Bearer("support"));
        await host.Client.MineAsync(new(), ProbeHost.Bearer("user"));

        end.SetResult();
        Assert.False(await first.ResponseStream.MoveNext(CancellationToken.None).Soon());
        using var next = await OpenAsync(host, ProbeHost.Bearer("user"));
    }

    [Fact]
    public async Task Watch_BeyondTheAddressesLimit_IsRefusedForThatAddressOnly()
    {
        await using var host = await ProbeHost.StartAsync("ServerStreamsPerAddress=1", "TrustedProxies=127.0.0.1");
        using var first = await OpenAsync(host, ProbeHost.From("203.0.113.1"));

        using var second = host.Client.Watch(new(), ProbeHost.From("203.0.113.1"));

        Assert.Equal("TOO_MANY_STREAMS", (await Told.ByAsync(second)).Reason);
        using var elsewhere = await OpenAsync(host, ProbeHost.From("203.0.113.2"));
        // Loopback callers have no limit by address.
        using var here = await OpenAsync(host, []);
        using var hereToo = await OpenAsync(host, []);
    }

    [Fact]
    public async Task Watch_BeyondTheNodesLimit_IsRefusedForEverybody()
    {
        await using var host = await ProbeHost.StartAsync("ServerStreams=2");
        using var first = await OpenAsync(host, ProbeHost.Bearer("user"));
        using var second = await OpenAsync(host, ProbeHost.Bearer("user"));

        using var third = host.Client.Watch(new(), ProbeHost.Bearer("other"));

        Assert.Equal("TOO_MANY_STREAMS", (await Told.ByAsync(third)).Reason);
    }

    /// <summary>Streams of one kind that use up its budget, and those that go on.</summary>
    public static TheoryData<string, string[]> Budgets => new()
    {
        { "strangers watch", ["watch", "upload", "import", "prove"] },
        { "watch", ["strangers watch", "upload", "import", "prove"] },
        { "upload", ["strangers watch", "watch", "import", "prove"] },
        { "import", ["strangers watch", "watch", "upload", "prove"] },
        { "prove", ["strangers watch", "watch", "upload", "import"] },
    };

    [Theory]
    [MemberData(nameof(Budgets))]
    public async Task Streams_OfOneKind_UseUpNoOthers(string kind, string[] others)
    {
        await using var host = await ProbeHost.StartAsync(
            "AnonymousStreams=2", "ServerStreams=2", "UploadStreams=2", "OperatorStreams=2", "ServerStreamsPerCaller=100");
        await BeginAsync(host, kind);
        await BeginAsync(host, kind);

        Assert.Equal("TOO_MANY_STREAMS", (await Told.ByAsync(() => BeginAsync(host, kind))).Reason);
        foreach (var other in others)
        {
            await BeginAsync(host, other);
        }
    }

    [Fact]
    public async Task Upload_BeyondTheAddressesLimit_IsRefusedForThatAddressOnly()
    {
        await using var host = await ProbeHost.StartAsync("UploadStreamsPerAddress=1", "TrustedProxies=127.0.0.1");
        await BeginAsync(host, "upload", "203.0.113.1");

        Assert.Equal("TOO_MANY_STREAMS", (await Told.ByAsync(() => BeginAsync(host, "upload", "203.0.113.1"))).Reason);
        await BeginAsync(host, "upload", "203.0.113.2");
        await BeginAsync(host, "watch", "203.0.113.1");
    }

    [Fact]
    public async Task Upload_ThatDoesNotEnd_EndsAtItsDeadline()
    {
        await using var host = await ProbeHost.StartAsync("UploadDeadlineSeconds=60");
        using var watch = await OpenAsync(host, ProbeHost.Bearer("user"));
        var begun = new TaskCompletionSource();
        host.Probe.OnCollect = begun.SetResult;
        using var call = host.Client.Collect(ProbeHost.Bearer("user"));
        await call.RequestStream.WriteAsync(new() { Number = 1 });
        await begun.Task.Soon();

        host.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(StatusCode.DeadlineExceeded, (await Told.ByAsync(() => call.ResponseAsync)).Code);
        Assert.False(watch.ResponseStream.MoveNext(CancellationToken.None).IsCompleted);
    }

    /// <summary>What becomes of a token while its stream is open.</summary>
    public static TheoryData<string, Caller?> Deaths => new()
    {
        { "revoked", null },
        { "another's", new(CallerKind.User, 99, Role.Unspecified, new byte[] { 1 }) },
        { "another role", new(CallerKind.Operator, 11, Role.Support, new byte[] { 4 }) },
    };

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task Watch_TokenDies_EndsAtTheNextCheck(string what, Caller? now)
    {
        await using var host = await ProbeHost.StartAsync();
        using var stream = await OpenAsync(host, ProbeHost.Bearer("catalogue"));
        using var other = await OpenAsync(host, ProbeHost.Bearer("user"));

        if (now is null)
        {
            host.Tokens.Known.Remove("catalogue", out _);
        }
        else
        {
            host.Tokens.Known["catalogue"] = now;
        }

        host.Time.Advance(Check);

        var told = await Told.ByAsync(stream);
        Assert.True((told.Code, told.Reason) == (StatusCode.Unauthenticated, "TOKEN_INVALID"), $"{what}: {told}");
        Assert.False(other.ResponseStream.MoveNext(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Watch_TokenCannotBeAskedFor_StaysOpenAndIsAskedAgain()
    {
        await using var host = await ProbeHost.StartAsync();
        var asked = new SemaphoreSlim(0);
        using var stream = await OpenAsync(host, ProbeHost.Bearer("user"));
        host.Tokens.Fault = new StorageUnavailableException("away");
        host.Tokens.OnAsked = () => asked.Release();

        host.Time.Advance(Check);
        await asked.WaitAsync().Soon();
        var next = Told.ByAsync(stream);
        host.Tokens.Known.Remove("user", out _);
        host.Tokens.Fault = null;
        host.Time.Advance(Check);

        Assert.Equal("TOKEN_INVALID", (await next).Reason);
    }

    [Fact]
    public async Task Watch_NodeStops_IsToldSo()
    {
        await using var host = await ProbeHost.StartAsync();
        using var stream = await OpenAsync(host, ProbeHost.Bearer("user"));
        var next = Told.ByAsync(stream);

        await host.StopAsync();

        var told = await next;
        Assert.Equal((StatusCode.Unavailable, "NODE_STOPPING"), (told.Code, told.Reason));
        Assert.NotNull(told.RetryAfter);
    }

    [Fact]
    public async Task Watch_WithAFaultyRequest_IsRefusedAndCountsForNothing()
    {
        await using var host = await ProbeHost.StartAsync("ServerStreamsPerCaller=1");
        for (var call = 0; call < 3; call++)
        {
            using var bad = host.Client.Watch(new() { Number = 11 }, ProbeHost.Bearer("user"));
            Assert.Equal("INVALID_ARGUMENT", (await Told.ByAsync(bad)).Reason);
        }

        using var good = await OpenAsync(host, ProbeHost.Bearer("user"));
    }

    [Fact]
    public async Task Collect_AFaultyMessageAmongGoodOnes_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();
        using var good = host.Client.Collect(ProbeHost.Bearer("user"));
        await good.RequestStream.WriteAsync(new() { Number = 1 });
        await good.RequestStream.CompleteAsync();
        Assert.Equal("1", (await good.ResponseAsync.Soon()).Text);

        using var bad = host.Client.Collect(ProbeHost.Bearer("user"));
        await bad.RequestStream.WriteAsync(new() { Number = 1 });
        await bad.RequestStream.WriteAsync(new() { Number = 11 });

        Assert.Equal(["number"], (await Told.ByAsync(() => bad.ResponseAsync)).Fields);
    }

    [Fact]
    public async Task Collect_ATextInAnotherEncoding_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();
        var bytes = new Marshaller<byte[]>(b => b, b => b);
        using var call = host.Channel.CreateCallInvoker().AsyncClientStreamingCall(
            new Method<byte[], byte[]>(MethodType.ClientStreaming, ProbeService.Descriptor.FullName, "Collect", bytes, bytes),
            null,
            new(ProbeHost.Bearer("user")));
        await call.RequestStream.WriteAsync([(Ask.TextFieldNumber << 3) | 2, 1, 0xC6]);

        var told = await Told.ByAsync(() => call.ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARGUMENT"), (told.Code, told.Reason));
    }

    [Fact]
    public async Task Chat_AFaultyMessageAmongGoodOnes_EndsTheStream()
    {
        await using var host = await ProbeHost.StartAsync();
        using var chat = host.Client.Chat(ProbeHost.Bearer("user"));
        await chat.RequestStream.WriteAsync(new() { Text = "good" });
        Assert.True(await chat.ResponseStream.MoveNext(CancellationToken.None).Soon());

        await chat.RequestStream.WriteAsync(new() { Text = "too long" });

        Assert.Equal(["text"], (await Told.ByAsync(() => chat.ResponseStream.MoveNext(CancellationToken.None))).Fields);
    }

    [Fact]
    public async Task Collect_WithoutAToken_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Collect();

        Assert.Equal("TOKEN_INVALID", (await Told.ByAsync(() => call.ResponseAsync)).Reason);
    }

    /// <summary>Opens a stream and reads its first message, so that it is counted and its token is watched.</summary>
    private static async Task<AsyncServerStreamingCall<Answer>> OpenAsync(ProbeHost host, Metadata headers)
    {
        var stream = host.Client.Watch(new(), headers);
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).Soon());
        return stream;
    }

    /// <summary>Begins a stream of a kind that stays open; throws what refuses it.</summary>
    private static async Task BeginAsync(ProbeHost host, string kind, string? address = null)
    {
        var headers = kind == "strangers watch" ? [] : ProbeHost.Bearer(kind switch { "import" => "catalogue", "prove" => "finance", _ => "user" });
        if (address is not null)
        {
            headers.Add(ProbeHost.From(address)[0]);
        }

        if (kind is "upload" or "import")
        {
            var begun = new TaskCompletionSource();
            host.Probe.OnCollect = () => begun.TrySetResult();
            var call = kind == "upload" ? host.Client.Collect(headers) : host.Client.Import(headers);
            await Task.WhenAny(begun.Task, call.ResponseAsync);
            await (begun.Task.IsCompleted ? begun.Task : call.ResponseAsync);
        }
        else
        {
            var call = kind == "prove" ? host.Client.Prove(new(), headers) : host.Client.Watch(new(), headers);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Soon());
        }
    }

    private static async Task HangAsync(IServerStreamWriter<Answer> answers, ServerCallContext context)
    {
        await answers.WriteAsync(new());
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
    }
}
