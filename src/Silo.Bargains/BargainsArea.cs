using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
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
        services.AddSingleton<IBargains, BargainsDoor>();
        services.AddHotGrain<BargainKey, BargainCommand, BargainOutcome, BargainProgress>(
            (grains, key) => grains.GetGrain<IBargainGrain>(key.ToString()));
        services.AddSingleton<IGoodsUse, GoodsUseDoor>();
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
