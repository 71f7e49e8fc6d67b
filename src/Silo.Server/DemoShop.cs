using Microsoft.Extensions.Diagnostics.HealthChecks;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Server;

/// <summary>
/// Loads the demo shop: on the first start of the embedded default, and by a command elsewhere. The node is not ready
/// while it loads.
/// </summary>
internal sealed class DemoShop(
    IEnumerable<IDemoData> parts, IConfiguration configuration, DatabaseOptions database, ILogger<DemoShop> logger) : IHealthCheck
{
    /// <summary>The command line's first word that loads the demo shop into the configured database and ends.</summary>
    public const string Command = "load-demo";

    private volatile bool isLoading;

    /// <summary>
    /// Whether a first start loads it: <c>Silo:Demo:Enabled</c>, by default on the embedded database without a configured
    /// operator, which is how nobody runs a real shop.
    /// </summary>
    private bool IsWanted => configuration.GetValue(
        "Silo:Demo:Enabled",
        database.Provider == DatabaseProvider.Sqlite && string.IsNullOrEmpty(configuration["Silo:Operator:UserName"]));

    /// <summary>Starts the application, and loads the demo shop where this is the first start of one that wants it.</summary>
    public async Task StartAsync(WebApplication app, bool isFirstStart)
    {
        isLoading = isFirstStart && IsWanted;
        await app.StartAsync();
        if (isLoading)
        {
            await LoadAsync(app.Lifetime.ApplicationStopping);
            isLoading = false;
        }
    }

    /// <summary>Loads every module's part, in the order of the modules; what was loaded before stays as it is.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        logger.LogInformation("The demo shop is being loaded; the node is ready when it is there");
        foreach (var part in parts)
        {
            await part.LoadAsync(cancellation);
        }

        logger.LogInformation("The demo shop is loaded");
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(isLoading ? HealthCheckResult.Unhealthy("The demo shop is being loaded.") : HealthCheckResult.Healthy());
}
