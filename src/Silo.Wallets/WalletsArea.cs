using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The door of the module.</summary>
public static class WalletsArea
{
    /// <summary>Adds the module's services and model.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, WalletsModel>();
        services.AddSingleton<WalletsDoor>();
        services.AddSingleton<IWallets>(provider => provider.GetRequiredService<WalletsDoor>());
        services.AddSingleton<WalletsReads>();
        services.AddSingleton<LedgerProof>();
        services.AddSingleton<ShopAccountsReads>();
        services.AddSingleton<IWorkHandler>(provider => provider.GetRequiredService<ShopAccountsReads>());
        services.AddSingleton<IPersonalData, WalletsPersonalData>();
        services.AddSingleton<IDemoData, WalletsDemo>();
        services.AddSiloGrpc<WalletsGrpc>();
        services.AddSiloGrpc<WalletsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapWallets(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<WalletsGrpc>();
        endpoints.MapSiloGrpc<WalletsAdminGrpc>();
        return endpoints;
    }
}
