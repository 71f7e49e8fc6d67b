using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>Registers and maps the module.</summary>
public static class CatalogArea
{
    /// <summary>Adds the module's services and model.</summary>
    public static IServiceCollection AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, CatalogModel>();
        services.AddSingleton<CatalogReads>();
        services.AddSingleton<CategoriesReads>();
        services.AddSingleton<GoodsReads>();
        services.AddSingleton<GoodsListReads>();
        services.AddSingleton<OffersReads>();
        services.AddSingleton<PropertiesReads>();
        services.AddSingleton<FreightReads>();
        services.AddSingleton<StoresReads>();
        services.AddSingleton<LevelsReads>();
        services.AddSingleton<MembersReads>();
        services.AddSingleton<ReviewsReads>();
        services.AddSingleton<FavouritesReads>();
        services.AddSingleton<MembersWrites>();
        services.AddSingleton<FavouritesWrites>();
        services.AddSingleton<GoodsExport>();
        services.AddSingleton<ViewCounter>();
        services.AddHostedService(provider => provider.GetRequiredService<ViewCounter>());
        services.AddSingleton<FavouriteCounter>();
        services.AddHostedService(provider => provider.GetRequiredService<FavouriteCounter>());
        services.AddSingleton<ICatalog, CatalogDoor>();
        services.AddSingleton<IPersonalData, CatalogPersonalData>();
        services.AddSingleton<IDemoData, CatalogDemo>();
        services.AddSiloGrpc<CategoriesGrpc>();
        services.AddSiloGrpc<CategoriesAdminGrpc>();
        services.AddSiloGrpc<GoodsGrpc>();
        services.AddSiloGrpc<GoodsAdminGrpc>();
        services.AddSiloGrpc<FreightAdminGrpc>();
        services.AddSiloGrpc<ReviewsAdminGrpc>();
        services.AddSiloGrpc<StoresGrpc>();
        services.AddSiloGrpc<StoresAdminGrpc>();
        services.AddSiloGrpc<MembersGrpc>();
        services.AddSiloGrpc<MembersAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapCatalog(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<CategoriesGrpc>();
        endpoints.MapSiloGrpc<CategoriesAdminGrpc>();
        endpoints.MapSiloGrpc<GoodsGrpc>();
        endpoints.MapSiloGrpc<GoodsAdminGrpc>();
        endpoints.MapSiloGrpc<FreightAdminGrpc>();
        endpoints.MapSiloGrpc<ReviewsAdminGrpc>();
        endpoints.MapSiloGrpc<StoresGrpc>();
        endpoints.MapSiloGrpc<StoresAdminGrpc>();
        endpoints.MapSiloGrpc<MembersGrpc>();
        endpoints.MapSiloGrpc<MembersAdminGrpc>();
        return endpoints;
    }
}
