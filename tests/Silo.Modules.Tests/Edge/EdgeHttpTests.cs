using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Silo.Edge;
using Silo.Probe.V1;
using Silo.Testing;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>What is around the calls: rates and addresses, browsers, reflection and health.</summary>
public sealed class EdgeHttpTests
{
    private const string Call = "/silo.probe.v1.ProbeService/Open";

    [Fact]
    public async Task Call_BeyondTheRateOfItsAddress_IsRefusedUntilTimePasses()
    {
        await using var host = await ProbeHost.StartAsync(
            "RateLimit:PerSecond=1", "RateLimit:Burst=2", "TrustedProxies=127.0.0.1");
        var here = ProbeHost.From("203.0.113.1");
        await host.Client.OpenAsync(new(), here);
        await host.Client.OpenAsync(new(), here);

        // Refused before anything else is looked at.
        var told = await Told.ByAsync(host.Client.MineAsync(new() { Number = 11 }, here));

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"), (told.Code, told.Reason));
        Assert.NotNull(told.RetryAfter);
        await host.Client.OpenAsync(new(), ProbeHost.From("203.0.113.2"));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.Client.OpenAsync(new(), here);
    }

    /// <summary>Trusted proxies, what is forwarded, and where the call then comes from.</summary>
    public static TheoryData<string, string, string> Forwarded => new()
    {
        { "", "203.0.113.1", "127.0.0.1" },
        { "192.0.2.0/24", "203.0.113.1", "127.0.0.1" },
        { "127.0.0.1", "203.0.113.1", "203.0.113.1" },
        { "127.0.0.0/8", "203.0.113.1", "203.0.113.1" },
        { "127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
        { "127.0.0.1", "::ffff:203.0.113.1", "203.0.113.1" },
        { "127.0.0.1", "nonsense", "127.0.0.1" },
        // From the right: the first that is not trusted is the client, whatever it claims further left.
        { "127.0.0.1", "198.51.100.9, 203.0.113.1", "203.0.113.1" },
        { "127.0.0.1, 10.0.0.0/8", "198.51.100.9, 203.0.113.1, 10.1.2.3", "203.0.113.1" },
    };

    [Theory]
    [MemberData(nameof(Forwarded))]
    public async Task Call_WithForwardedAddress_IsBelievedFromTrustedProxiesOnly(string trusted, string forwarded, string expected)
    {
        await using var host = await ProbeHost.StartAsync($"TrustedProxies={trusted}");

        var answer = await host.Client.OpenAsync(new(), ProbeHost.From(forwarded));

        Assert.Equal($"Anonymous:0 {expected}", answer.Text);
    }

    [Theory]
    [InlineData("", "https://any.example", "*")]
    [InlineData("*", "https://any.example", "*")]
    [InlineData("https://shop.example,https://b.example", "https://shop.example", "https://shop.example")]
    [InlineData("https://shop.example,https://b.example", "https://any.example", null)]
    public async Task Preflight_OfAnOrigin_IsAnsweredAsConfigured(string configured, string origin, string? allowed)
    {
        await using var host = await ProbeHost.StartAsync($"CorsOrigins={configured}");
        using var client = new HttpClient { BaseAddress = host.Http1 };
        using var preflight = new HttpRequestMessage(HttpMethod.Options, Call);
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-grpc-web");

        using var answer = await client.SendAsync(preflight);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(allowed, Header(answer, "Access-Control-Allow-Origin"));
        if (allowed is not null)
        {
            Assert.Equal("POST", Header(answer, "Access-Control-Allow-Methods"));
            Assert.Equal("authorization,content-type,x-grpc-web", Header(answer, "Access-Control-Allow-Headers"));
            Assert.Equal("3600", Header(answer, "Access-Control-Max-Age"));
            Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
        }
    }

    [Fact]
    public async Task Call_OfABrowser_ExposesTheStatusAndItsDetails()
    {
        await using var host = await ProbeHost.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Http1 };
        using var call = new HttpRequestMessage(HttpMethod.Post, Call) { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        call.Content.Headers.ContentType = new("application/grpc-web+proto");
        call.Headers.Add("Origin", "https://any.example");

        using var answer = await client.SendAsync(call);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding"],
            answer.Headers.GetValues("Access-Control-Expose-Headers").SelectMany(v => v.Split(',')));
        Assert.Null(Header(answer, "Server"));
    }

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task Call_OverGrpcWebOnHttp1_WorksLikeAnyOther(GrpcWebMode mode)
    {
        await using var host = await ProbeHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Http1, new()
        {
            HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()),
            HttpVersion = HttpVersion.Version11,
        });
        var client = new ProbeService.ProbeServiceClient(channel);

        Assert.Equal("User:7 127.0.0.1", (await client.MineAsync(new(), ProbeHost.Bearer("user"))).Text);
        Assert.Equal("TOKEN_INVALID", (await Told.ByAsync(client.MineAsync(new()))).Reason);
        Assert.Equal(["number"], (await Told.ByAsync(client.OpenAsync(new() { Number = 11 }))).Fields);
        using var stream = client.Watch(new());
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).Soon());
        Assert.Equal("first", stream.ResponseStream.Current.Text);
    }

    [Fact]
    public async Task Reflection_AskedForServices_NamesThem()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Soon());

        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name);
        Assert.Superset(
            new HashSet<string> { "silo.probe.v1.ProbeService", "grpc.health.v1.Health" }, names.ToHashSet());
        await call.RequestStream.CompleteAsync();
    }

    [Theory]
    [InlineData(true, HealthCheckResponse.Types.ServingStatus.Serving, HttpStatusCode.OK)]
    [InlineData(false, HealthCheckResponse.Types.ServingStatus.NotServing, HttpStatusCode.ServiceUnavailable)]
    public async Task Health_AsTheReadyChecksSay_IsAnsweredOnBothProtocols(
        bool ready, HealthCheckResponse.Types.ServingStatus expected, HttpStatusCode http)
    {
        await using var host = await ProbeHost.StartAsync(
            services => services.AddHealthChecks().AddCheck(
                "probe", () => ready ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(), ["ready"]),
            _ => { },
            null);
        using var client = new HttpClient { BaseAddress = host.Http1 };

        var answer = await new Health.HealthClient(host.Channel).CheckAsync(new HealthCheckRequest());
        using var readiness = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        using var liveness = await client.GetAsync(new Uri("/health/live", UriKind.Relative));

        Assert.Equal(expected, answer.Status);
        Assert.Equal(http, readiness.StatusCode);
        Assert.Equal(
            $$"""{"status":"{{(ready ? "Healthy" : "Unhealthy")}}","version":"{{SiloVersion.Text}}"}""",
            await readiness.Content.ReadAsStringAsync());
        // A node that cannot serve now is not restarted for it.
        Assert.Equal(HttpStatusCode.OK, liveness.StatusCode);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
