using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Grpc.Core;
using Silo.Server.Tests.House;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>The built server as a process: it becomes ready, survives being killed, drains and ends.</summary>
public sealed class ServerProcessTests
{
    /// <summary>What the sources say.</summary>
    private static string Version { get; } = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"))
        .Descendants("VersionPrefix").Single().Value;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Start_KillRestartTerminate_IsReadyEachTimeAndEndsCleanly(string provider)
    {
        Assert.SkipWhen(provider == "PostgreSql" && !PostgresServer.IsAvailable, PostgresServer.SkipReason ?? "");
        var settings = provider == "Sqlite"
            ? ServerProcess.Sqlite()
            : ServerProcess.PostgreSql(await PostgresServer.CreateDatabaseAsync());
        await using var server = await ServerProcess.StartAsync(settings);
        using var client = new HttpClient { BaseAddress = server.Http };
        var first = server.ProcessId;
        Assert.Contains($"Silo {Version} starts", server.Output, StringComparison.Ordinal);
        Assert.Equal(
            $$"""{"status":"Healthy","version":"{{Version}}"}""",
            await client.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));

        await server.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("/health/live", UriKind.Relative)));
        await server.RestartAsync();

        Assert.NotEqual(first, server.ProcessId);
        using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(0, await server.TerminateAsync());
    }

    /// <summary>
    /// Whoever listens without an end, or sends half a request, held the stop up until the host gave up on them, half a minute
    /// later; a service manager kills before.
    /// </summary>
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Terminate_WithStreamsAndHalfRequestsOpen_EndsSoonAndTellsTheStreamsWhy(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(1);
        var coupon = await shop.CreateCouponAsync(10);
        using var watch = shop.Coupons.WatchCouponStock(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(1)));
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        var invoker = shop.Channel.CreateCallInvoker();
        using var reflection = invoker.AsyncDuplexStreamingCall(
            Raw(MethodType.DuplexStreaming, "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo"), null, default);
        using var health = invoker.AsyncServerStreamingCall(
            Raw(MethodType.ServerStreaming, "grpc.health.v1.Health", "Watch"), null, default, []);
        Assert.True(await health.ResponseStream.MoveNext(CancellationToken.None));
        using var half = new TcpClient();
        await half.ConnectAsync(shop.Server.Http.Host, shop.Server.Http.Port);
        await half.GetStream().WriteAsync(
            "POST /silo/score/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntoken="u8.ToArray());

        var clock = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await shop.Server.TerminateAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(clock).TotalSeconds, 0, 20);
        var ended = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("Unavailable:NODE_STOPPING", Shop.AnswerOf(ended));
    }

    [Fact]
    public async Task Watch_OfAnEndedToken_IsToldSo()
    {
        await using var shop = await Shop.StartAsync(Database.Sqlite, new() { ["Silo__Edge__StreamTokenCheckSeconds"] = "1" });
        await shop.SeedUsersAsync(1);
        var (coupon, mine) = (await shop.CreateCouponAsync(10), Shop.Bearer(Shop.TokenOf(1)));
        using var watch = shop.Coupons.WatchCouponStock(new() { CouponId = coupon }, mine);
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));

        await shop.Accounts.LogoutAsync(new(), mine);

        var ended = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("Unauthenticated:TOKEN_INVALID", Shop.AnswerOf(ended));
    }

    private static Method<byte[], byte[]> Raw(MethodType type, string service, string name) =>
        new(type, service, name, Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));

    [Fact]
    public async Task RunToExit_WithVersion_PrintsItAndStartsNothing()
    {
        // Settings that a start would not accept.
        var settings = new Dictionary<string, string> { ["Silo__Database__Provider"] = "Oracle" };

        Assert.Equal((0, $"Silo {Version}"), await ServerProcess.RunToExitAsync(settings, "--version"));
    }

    [Theory]
    [InlineData("Silo:Database:MaxConnections", "1", "must be between 10 and 500, and at least 8 more than the commit lanes.")]
    [InlineData("Silo:Database:Provider", "Oracle", "must be Sqlite or PostgreSql.")]
    [InlineData("Silo:Database:Provider", "7", "must be Sqlite or PostgreSql.")]
    public async Task RunToExit_WithAWrongSetting_EndsWithOneClearLine(string key, string value, string fault)
    {
        var settings = ServerProcess.Sqlite();
        // The settings of a process are environment variables, and have their names.
        settings[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        var (code, output) = await ServerProcess.RunToExitAsync(settings);

        Assert.Equal(1, code);
        Assert.Equal($"Silo does not start: {key} {fault}", output);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=silo", "Silo does not start: The database cannot be used: Failed to connect to 127.0.0.1:1")]
    [InlineData("Hots=127.0.0.1", "Silo does not start: ConnectionStrings:Silo is wrong: Couldn't set hots (Parameter 'hots')")]
    public async Task RunToExit_WithAPostgresThatIsNotThere_EndsWithOneClearLine(string connectionString, string line)
    {
        var (code, output) = await ServerProcess.RunToExitAsync(ServerProcess.PostgreSql(connectionString));

        Assert.Equal((1, line), (code, output));
    }
}
