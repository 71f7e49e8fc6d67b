using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Silo.Edge;

/// <summary>The door of the edge.</summary>
public static class EdgeArea
{
    private const string Ready = "ready";

    /// <summary>Categories that say too much below a level, whatever the configuration asks for.</summary>
    private static readonly (string Category, LogLevel Least)[] Talkative =
    [
        // Request lines carry query strings, and the public SDK puts its tokens there.
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning),
        // The part of a request that could not be read, which may be a token.
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
        // One line with a stack for every refusal; the edge itself logs what is not expected.
        ("Grpc.AspNetCore.Server", LogLevel.Warning),
    ];

    /// <summary>Adds gRPC, its limits, reflection, health, gRPC-Web's CORS and the check at start.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">Holds the section <c>Silo:Edge</c>.</param>
    /// <param name="configure">Changes what only code may change.</param>
    public static IServiceCollection AddSiloEdge(
        this IServiceCollection services, IConfiguration configuration, Action<EdgeOptions>? configure = null)
    {
        var options = EdgeOptions.From(configuration);
        configure?.Invoke(options);
        services.AddSingleton(options);
        services.AddSingleton<AddressLimiter>();
        services.AddSingleton<StreamLimiter>();
        services.AddSingleton<MethodPlans>();
        services.AddSingleton<MappedEndpoints>();
        services.AddSingleton<EdgeInterceptor>();
        services.AddSingleton<OperatorWrites>();
        services.AddHostedService<StartCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.MaxRequestBytes;
            grpc.EnableDetailedErrors = false;
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health =>
        {
            health.Services.Clear();
            health.Services.Map("", check => check.Tags.Contains(Ready));
        });
        services.AddHealthChecks();
        services.AddCors(cors => cors.AddDefaultPolicy(policy => Allow(policy, options)));
        services.AddSingleton<ConnectionEnd>();
        services.AddOptions<KestrelServerOptions>().Configure<ConnectionEnd>((kestrel, end) =>
        {
            kestrel.AddServerHeader = false;
            // Who sends slower holds what is kept for a body too long.
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(end.Follow));
        });
        services.Configure<ForwardedHeadersOptions>(forwarded => Trust(forwarded, options));
        services.PostConfigure<LoggerFilterOptions>(Quieten);
        return services;
    }

    /// <summary>
    /// Adds a service behind the edge. It is one object for all calls. A service that is mapped without this pays
    /// nothing, and stops the start unless it is exempt.
    /// </summary>
    public static IServiceCollection AddSiloGrpc<TService>(this IServiceCollection services)
        where TService : class
    {
        services.TryAddSingleton<TService>();
        services.AddSingleton(new AttachedService(typeof(TService)));
        services.AddGrpc().AddServiceOptions<TService>(grpc => grpc.Interceptors.Add<EdgeInterceptor>());
        return services;
    }

    /// <summary>Adds the middleware: client addresses, routing, gRPC-Web, CORS. Before everything else that answers.</summary>
    public static WebApplication UseSiloEdge(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<EdgeOptions>().TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseRouting();
        app.UseCors();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        return app;
    }

    /// <summary>Maps reflection, gRPC health and <c>/health/live</c>, <c>/health/ready</c>.</summary>
    public static IEndpointRouteBuilder MapSiloEdge(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.ServiceProvider.GetRequiredService<MappedEndpoints>().Routes = routes;
        routes.MapGrpcReflectionService();
        routes.MapGrpcHealthChecksService();
        routes.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        routes.MapHealthChecks(
            "/health/ready", new() { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = TellReadinessAsync });
        return routes;
    }

    /// <summary>Maps a service that <see cref="AddSiloGrpc"/> has added.</summary>
    public static GrpcServiceEndpointConventionBuilder MapSiloGrpc<TService>(this IEndpointRouteBuilder routes)
        where TService : class => routes.MapGrpcService<TService>();

    private static Task TellReadinessAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new { status = report.Status.ToString(), version = SiloVersion.Text });

    private static void Allow(CorsPolicyBuilder policy, EdgeOptions options)
    {
        policy.AllowAnyMethod().AllowAnyHeader().SetPreflightMaxAge(TimeSpan.FromHours(1))
            .WithExposedHeaders("grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding");
        if (options.CorsOrigins.Count == 0)
        {
            // Tokens travel in a header of the client's own making, never in cookies, so any origin is as good as curl.
            policy.AllowAnyOrigin();
        }
        else
        {
            policy.WithOrigins([.. options.CorsOrigins]);
        }
    }

    private static void Quieten(LoggerFilterOptions filters)
    {
        // A rule for one provider outweighs all that are for every provider, so each that is named gets its own.
        foreach (var provider in filters.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
        {
            foreach (var (category, least) in Talkative)
            {
                filters.Rules.Add(new LoggerFilterRule(provider, category, least, null));
            }
        }
    }

    private static void Trust(ForwardedHeadersOptions forwarded, EdgeOptions options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // As many hops as are trusted; the first stranger is the client.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }
}
