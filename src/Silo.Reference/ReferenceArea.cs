using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;

namespace Silo.Reference;

/// <summary>Registers and maps the module.</summary>
public static class ReferenceArea
{
    /// <summary>Adds the module's services. It has no tables.</summary>
    public static IServiceCollection AddReference(this IServiceCollection services)
    {
        services.AddSingleton<IRegions, RegionsDoor>();
        services.AddSingleton<MobileNumbers>();
        services.AddSiloGrpc<ReferenceGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapReference(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<ReferenceGrpc>();
        return endpoints;
    }
}
