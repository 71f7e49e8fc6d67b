using Google.Rpc;
using Grpc.Core;
using Silo.Edge;
using Silo.Kernel;
using Silo.Probe.V1;
using Silo.Storage;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>
/// Goal: unary calls are admitted, limited and answered as documented. Method: a service of the tests' own over a
/// loopback Kestrel, so that what is asserted is what a client sees.
/// </summary>
public sealed class EdgeCallTests
{
    private const string Inside = "inside-text";

    [Theory]
    [InlineData(RefusalKind.Invalid, StatusCode.InvalidArgument, false)]
    [InlineData(RefusalKind.Unauthenticated, StatusCode.Unauthenticated, false)]
    [InlineData(RefusalKind.Forbidden, StatusCode.PermissionDenied, false)]
    [InlineData(RefusalKind.NotFound, StatusCode.NotFound, false)]
    [InlineData(RefusalKind.AlreadyExists, StatusCode.AlreadyExists, false)]
    [InlineData(RefusalKind.Precondition, StatusCode.FailedPrecondition, false)]
    [InlineData(RefusalKind.Exhausted, StatusCode.ResourceExhausted, false)]
    [InlineData(RefusalKind.Unavailable, StatusCode.Unavailable, true)]
    public async Task Call_RefusedByTheService_GetsTheStatusOfItsKind(RefusalKind kind, StatusCode code, bool retry)
    {
        await using var host = await ProbeHost.StartAsync();
        var refusal = new Refusal("SOME_REASON", kind, "Some sentence.");
        host.Probe.OnCall = (_, _) => throw new RefusalException(refusal);

        // The details of a refusal are made once: the second answer must be like the first.
        for (var call = 0; call < 2; call++)
        {
            var told = await Told.ByAsync(host.Client.OpenAsync(new()));

            Assert.Equal((code, "SOME_REASON", "Some sentence."), (told.Code, told.Reason, told.Error.Status.Detail));
            Assert.Equal("silo", told.Details!.GetDetail<ErrorInfo>()!.Domain);
            Assert.Equal(((int)code, "Some sentence."), (told.Details!.Code, told.Details.Message));
            Assert.Equal(retry ? TimeSpan.FromSeconds(1) : null, told.RetryAfter);
        }
    }

    [Fact]
    public async Task Call_RefusedWithATime_SaysWhenToRetry()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Probe.OnCall = (_, _) =>
            throw new RefusalException(new("LATER", RefusalKind.Exhausted, "Later."), TimeSpan.FromSeconds(90));

        Assert.Equal(TimeSpan.FromSeconds(90), (await Told.ByAsync(host.Client.OpenAsync(new()))).RetryAfter);
    }

    /// <summary>What is thrown, the status, the reason, whether it says when to retry.</summary>
    public static TheoryData<Exception, StatusCode, string, bool> Thrown => new()
    {
        { new StorageBusyException(), StatusCode.ResourceExhausted, "BUSY", true },
        { new StorageUnavailableException(Inside), StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true },
        { new StorageUnavailableException(Inside, true, new IOException(Inside)), StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true },
        { new IdsExhaustedException(), StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true },
        { new TimeoutException(Inside), StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true },
        { new OperationCanceledException(Inside), StatusCode.Unavailable, "STORAGE_UNAVAILABLE", true },
        { new InvalidDataException(Inside), StatusCode.Internal, "INTERNAL", false },
        { new InvalidOperationException(Inside), StatusCode.Internal, "INTERNAL", false },
        { new ArgumentException(Inside), StatusCode.Internal, "INTERNAL", false },
        { new IOException(Inside), StatusCode.Internal, "INTERNAL", false },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task Call_ServiceThrows_IsAnsweredWithoutInsideText(Exception thrown, StatusCode code, string reason, bool retry)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Probe.OnCall = (_, _) => throw thrown;

        var told = await Told.ByAsync(host.Client.OpenAsync(new()));

        Assert.Equal((code, reason, retry), (told.Code, told.Reason, told.RetryAfter is not null));
        Assert.DoesNotContain(Inside, told.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception:", told.Error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ServiceHasABug_IsFoundInTheLogByItsCorrelationId()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Probe.OnCall = (_, _) => throw new InvalidDataException(Inside);

        var told = await Told.ByAsync(host.Client.OpenAsync(new()));

        var id = told.Details!.GetDetail<ErrorInfo>()!.Metadata["correlation_id"];
        Assert.Matches("^[0-9a-f]{16}$", id);
        Assert.Contains(id, told.Error.Status.Detail, StringComparison.Ordinal);
        var line = Assert.Single(host.Log.Text.Split('\n'), l => l.Contains(id, StringComparison.Ordinal));
        Assert.StartsWith("Error:", line, StringComparison.Ordinal);
        Assert.Contains(Inside, line, StringComparison.Ordinal);
    }

    /// <summary>An rpc and what nobody, a shopper, support, catalogue, finance and the owner are told.</summary>
    public static TheoryData<string, string> Access => new()
    {
        //             nobody         user           support        catalogue      finance        owner
        { "Open",      "OK             OK             OK             OK             OK             OK" },
        { "Mine",      "TOKEN_INVALID  OK             ACCESS_DENIED  ACCESS_DENIED  ACCESS_DENIED  ACCESS_DENIED" },
        { "Support",   "TOKEN_INVALID  ACCESS_DENIED  OK             OK             OK             OK" },
        { "Catalogue", "TOKEN_INVALID  ACCESS_DENIED  ACCESS_DENIED  OK             ACCESS_DENIED  OK" },
        { "Finance",   "TOKEN_INVALID  ACCESS_DENIED  ACCESS_DENIED  ACCESS_DENIED  OK             OK" },
        { "Owner",     "TOKEN_INVALID  ACCESS_DENIED  ACCESS_DENIED  ACCESS_DENIED  ACCESS_DENIED  OK" },
    };

    [Theory]
    [MemberData(nameof(Access))]
    public async Task Call_EachCaller_ReachesWhatItsRoleIncludes(string rpc, string expected)
    {
        await using var host = await ProbeHost.StartAsync();
        string?[] callers = [null, "user", "support", "catalogue", "finance", "owner"];

        var told = new List<string>();
        foreach (var caller in callers)
        {
            told.Add(await ReasonAsync(host, rpc, caller is null ? [] : ProbeHost.Bearer(caller)));
        }

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), told);
    }

    [Fact]
    public async Task Call_WithoutAccessAndWithAMalformedRequest_IsToldOfTheAccessFirst()
    {
        await using var host = await ProbeHost.StartAsync();
        var bad = new Ask { Number = 11 };

        Assert.Equal("TOKEN_INVALID", (await Told.ByAsync(host.Client.MineAsync(bad))).Reason);
        Assert.Equal("ACCESS_DENIED", (await Told.ByAsync(host.Client.MineAsync(bad, ProbeHost.Bearer("owner")))).Reason);
        Assert.Equal("INVALID_ARGUMENT", (await Told.ByAsync(host.Client.MineAsync(bad, ProbeHost.Bearer("user")))).Reason);
    }

    /// <summary>The authorization header, and whether it is accepted.</summary>
    public static TheoryData<string, bool> Tokens => new()
    {
        { "Bearer user", true },
        { "bearer user", true },
        { $"Bearer {new string('l', 256)}", true },
        { $"Bearer {new string('l', 257)}", false },
        { "Bearer unknown", false },
        { "Bearer USER", false },
        { "Bearer  user", false },
        { "Bearer a b", false },
        { "Bearer ", false },
        { "Bearer", false },
        { "", false },
        { "user", false },
        { "Basic user", false },
        { "Bearer user, Bearer user", false },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task Call_WithAHeader_IsAcceptedOnlyWithAKnownWellFormedToken(string header, bool accepted)
    {
        await using var host = await ProbeHost.StartAsync();
        var expected = accepted ? "OK" : "TOKEN_INVALID";

        // A public rpc, which needs no token, refuses a wrong one all the same: the caller believes to be signed in.
        Assert.Equal(expected, await ReasonAsync(host, "Mine", new() { { "authorization", header } }));
        Assert.Equal(expected, await ReasonAsync(host, "Open", new() { { "authorization", header } }));
    }

    [Fact]
    public async Task Call_TokenCannotBeLookedUp_IsUnavailableAndNotUnauthenticated()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Tokens.Fault = new StorageUnavailableException(Inside);

        var told = await Told.ByAsync(host.Client.MineAsync(new(), ProbeHost.Bearer("user")));

        Assert.Equal((StatusCode.Unavailable, "STORAGE_UNAVAILABLE"), (told.Code, told.Reason));
        Assert.DoesNotContain("user", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithFaultyFields_NamesEachOfThem()
    {
        await using var host = await ProbeHost.StartAsync();
        var called = false;
        host.Probe.OnCall = (_, _) =>
        {
            called = true;
            return Task.FromResult(new Answer());
        };

        var told = await Told.ByAsync(host.Client.OpenAsync(new() { Number = 11, Parts = { new Part() }, Page = -1 }));

        Assert.Equal((StatusCode.InvalidArgument, "INVALID_ARGUMENT"), (told.Code, told.Reason));
        Assert.Equal(["number", "parts[0].name", "page"], told.Fields);
        Assert.Equal("number: must be at most 10", told.Error.Status.Detail);
        Assert.False(called);
    }

    [Fact]
    public async Task Call_WithMoreFaultsThanAnAnswerHolds_NamesTwenty()
    {
        await using var host = await ProbeHost.StartAsync();

        var told = await Told.ByAsync(host.Client.OpenAsync(new() { Parts = { Enumerable.Repeat(new Part(), 25) } }));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"parts[{i}].name"), told.Fields);
    }

    [Theory]
    [InlineData(1024, "OK")]
    [InlineData(1025, "")]
    public async Task Call_AtTheSizeLimit_IsAcceptedAndBeyondRefusedByTheLibrary(int size, string expected)
    {
        await using var host = await ProbeHost.StartAsync("MaxRequestBytes=1024");
        var ask = new Ask { Words = { new string('w', 1000) } };
        ask.Free = new string('f', size - ask.CalculateSize() - 3);
        Assert.Equal(size, ask.CalculateSize());

        var told = "OK";
        try
        {
            await host.Client.OpenAsync(ask);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            told = exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? "";
        }

        Assert.Equal(expected, told);
    }

    [Fact]
    public async Task Call_WithoutADeadline_EndsAtTheServersOwn()
    {
        await using var host = await ProbeHost.StartAsync("UnaryDeadlineSeconds=5");
        var reached = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Probe.OnCall = (_, context) => HangAsync(context, reached);
        var call = Told.ByAsync(host.Client.OpenAsync(new()));
        var token = await reached.Task.Soon();

        host.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        Assert.False(token.IsCancellationRequested);
        host.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(StatusCode.DeadlineExceeded, (await call).Code);
    }

    [Fact]
    public async Task Call_WithALongerDeadlineThanTheServers_SeesTheServers()
    {
        await using var host = await ProbeHost.StartAsync("UnaryDeadlineSeconds=5");
        var now = host.Time.GetUtcNow().UtcDateTime;
        var seen = DateTime.MinValue;
        host.Probe.OnCall = (_, context) =>
        {
            seen = context.Deadline;
            return Task.FromResult(new Answer());
        };

        await host.Client.OpenAsync(new(), deadline: now.AddHours(1));

        Assert.Equal(now.AddSeconds(5), seen);
    }

    [Fact]
    public async Task Call_CancelledByTheClient_EndsTheServicesToken()
    {
        await using var host = await ProbeHost.StartAsync();
        var reached = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Probe.OnCall = async (_, context) =>
        {
            using var atTheEnd = context.CancellationToken.Register(ended.SetResult);
            return await HangAsync(context, reached);
        };
        using var leave = new CancellationTokenSource();
        var call = Told.ByAsync(host.Client.OpenAsync(new(), cancellationToken: leave.Token));
        await reached.Task.Soon();

        await leave.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await call).Code);
        await ended.Task.Soon();
        Assert.DoesNotContain("Error:", host.Log.Text, StringComparison.Ordinal);
    }

    private static async Task<Answer> HangAsync(ServerCallContext context, TaskCompletionSource<CancellationToken> reached)
    {
        var token = context.CancellationToken;
        reached.SetResult(token);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        return new();
    }

    private static async Task<string> ReasonAsync(ProbeHost host, string rpc, Metadata headers)
    {
        var (client, ask) = (host.Client, new Ask());
        try
        {
            await (rpc switch
            {
                "Open" => client.OpenAsync(ask, headers),
                "Mine" => client.MineAsync(ask, headers),
                "Support" => client.SupportAsync(ask, headers),
                "Catalogue" => client.CatalogueAsync(ask, headers),
                "Finance" => client.FinanceAsync(ask, headers),
                "Owner" => client.OwnerAsync(ask, headers),
                _ => throw new ArgumentOutOfRangeException(nameof(rpc), rpc, "No such rpc."),
            });
            return "OK";
        }
        catch (RpcException exception)
        {
            return exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? $"{exception.StatusCode}";
        }
    }
}
