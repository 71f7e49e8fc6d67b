using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Silo.Accounts;
using Silo.Bargains;
using Silo.Catalog;
using Silo.Comments;
using Silo.Content;
using Silo.Coupons;
using Silo.Edge;
using Silo.Files;
using Silo.GroupBuys;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Points;
using Silo.Reference;
using Silo.Storage;
using Silo.Wallets;
using Silo.WxApi;

namespace Silo.Server;

/// <summary>Puts the server together: one line per module.</summary>
public static class SiloServer
{
    private const string VersionOption = "--version";

    /// <summary>A process that only loads data listens on ports that nobody knows.</summary>
    private static readonly string[] NoEndpoints =
        ["--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0"];

    /// <summary>Builds the server from command line, environment and settings files.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="extend">Adds services beside Silo's own; for hosts that embed the server.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? extend = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // Settings travel with the program; data belongs to the directory that it is started in.
            ContentRootPath = AppContext.BaseDirectory,
        });
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ShopClock(
            provider.GetRequiredService<TimeProvider>(), Zone(builder.Configuration["Silo:Shop:TimeZone"])));
        services.AddSiloStorage(builder.Configuration);
        services.AddSiloEdge(builder.Configuration);
        services.AddReference();
        services.AddAccounts(builder.Configuration);
        services.AddWallets();
        services.AddCoupons();
        services.AddLotteries();
        services.AddPoints();
        services.AddContent();
        services.AddFiles(builder.Configuration);
        services.AddComments(builder.Configuration);
        services.AddCatalog();
        services.AddBargains();
        services.AddGroupBuys();
        services.AddWxApi(builder.Configuration);
        services.AddSingleton<DemoShop>();
        services.AddHealthChecks().AddCheck<DemoShop>("demo", tags: ["ready"]);
        extend?.Invoke(builder);
        builder.Host.UseOrleans(silo =>
        {
            // One node. Its ports are its own, so that several servers fit on one machine.
            var port = builder.Configuration.GetValue("Silo:Orleans:SiloPort", 0);
            silo.UseLocalhostClustering(port == 0 ? FreePort() : port, gatewayPort: 0);
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = "silo");
            silo.AddSiloGrainStorage();
        });
        return builder.Build();
    }

    /// <summary>Maps every module and awaits what must be done before the node serves.</summary>
    public static async Task StartAsync(WebApplication app, Action<WebApplication>? extend = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseSiloEdge();
        app.MapSiloEdge();
        app.MapReference();
        app.MapAccounts();
        app.MapWallets();
        app.MapCoupons();
        app.MapLotteries();
        app.MapPoints();
        app.MapContent();
        app.MapFiles();
        app.MapComments();
        app.MapCatalog();
        app.MapBargains();
        app.MapGroupBuys();
        app.MapWxApi();
        extend?.Invoke(app);
        await app.Services.StartSiloStorageAsync(app.Lifetime.ApplicationStopping);
        var isFirstStart = await app.Services.EnsureFirstOperatorAsync(app.Lifetime.ApplicationStopping);
        // After what can refuse the start, so that a refused start prints its one clear line and nothing else.
        app.Logger.LogInformation("Silo {Version} starts", SiloVersion.Text);
        await app.Services.GetRequiredService<DemoShop>().StartAsync(app, isFirstStart);
    }

    /// <summary>Runs the server until it is told to stop; a wrong configuration ends with one clear line and code 1.</summary>
    /// <remarks>With <c>--version</c> it starts nothing and only prints the version.</remarks>
    public static async Task<int> RunAsync(
        string[] args, Action<WebApplicationBuilder>? extendServices = null, Action<WebApplication>? extendRoutes = null)
    {
        if (args is [VersionOption, ..])
        {
            await Console.Out.WriteLineAsync($"Silo {SiloVersion.Text}");
            return 0;
        }

        var loadsDemo = args is [DemoShop.Command, ..];
        try
        {
            await using var app = Build(loadsDemo ? [.. args.Skip(1), .. NoEndpoints] : args, extendServices);
            await StartAsync(app, extendRoutes);
            if (loadsDemo)
            {
                await app.Services.GetRequiredService<DemoShop>().LoadAsync(app.Lifetime.ApplicationStopping);
                await app.StopAsync();
            }
            else
            {
                await app.WaitForShutdownAsync();
            }

            return 0;
        }
        catch (InvalidOperationException exception)
        {
            await Console.Error.WriteLineAsync($"Silo does not start: {exception.Message}");
            return 1;
        }
    }

    private static TimeZoneInfo Zone(string? id)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(string.IsNullOrWhiteSpace(id) ? "Asia/Shanghai" : id);
        }
        catch (TimeZoneNotFoundException exception)
        {
            throw new InvalidOperationException($"Silo:Shop:TimeZone names no time zone: {id}.", exception);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
