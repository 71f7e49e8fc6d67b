using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Registers and maps the module.</summary>
public static class WalletsArea
{
    /// <summary>Adds the module's services and model.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, WalletsModel>();
        services.AddSingleton<IWallets, WalletsDoor>();
        services.AddSingleton<WalletsReads>();
        services.AddSingleton<OwnersReads>();
        services.AddSingleton<LedgerProof>();
        services.AddSingleton<ShopAccountsReads>();
        services.AddSingleton<WalletsWrites>();
        services.AddSingleton<IWorkHandler, CheckpointHandler>();
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
