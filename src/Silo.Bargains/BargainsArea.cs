using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>The door of the module.</summary>
public static class BargainsArea
{
    /// <summary>Adds the module's services, model and grains.</summary>
    public static IServiceCollection AddBargains(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, BargainsModel>();
        services.AddSingleton<CampaignReads>();
        services.AddSingleton<CampaignWrites>();
        services.AddSingleton<BargainReads>();
        services.AddSingleton<IBargains, BargainOrders>();
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new Coalescer<BargainKey, BargainCommand, BargainOutcome>(
                (key, commands) => grains.GetGrain<IBargainGrain>(key.ToString()).RunAsync(commands));
        });
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new LiveValues<BargainKey, BargainProgress>(
                (key, seen) => grains.GetGrain<IBargainGrain>(key.ToString()).WatchAsync(seen),
                provider.GetRequiredService<ShopClock>().Time,
                provider.GetRequiredService<IHostApplicationLifetime>());
        });
        services.AddSingleton<IPersonalData, BargainsPersonalData>();
        services.AddSingleton<IDemoData, BargainsDemo>();
        services.AddSiloGrpc<BargainsGrpc>();
        services.AddSiloGrpc<BargainsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapBargains(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<BargainsGrpc>();
        endpoints.MapSiloGrpc<BargainsAdminGrpc>();
        return endpoints;
    }
}
