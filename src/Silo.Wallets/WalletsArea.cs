using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The door of the room.</summary>
public static class WalletsArea
{
    /// <summary>Adds the room's services and model.</summary>
    public static IServiceCollection AddWallets(this IServiceCollection services)
    {
        services.AddSingleton<IRoomModel, WalletModel>();
        services.AddSingleton<Ledger>();
        services.AddSingleton<IWallets>(provider => provider.GetRequiredService<Ledger>());
        services.AddSingleton<WalletReads>();
        services.AddSingleton<LedgerProof>();
        services.AddSingleton<ShopAccounts>();
        services.AddSingleton<IWorkHandler>(provider => provider.GetRequiredService<ShopAccounts>());
        services.AddSingleton<IPersonalData, WalletsPersonalData>();
        services.AddSingleton<IDemoData, WalletsDemo>();
        services.AddSiloGrpc<WalletsGrpc>();
        services.AddSiloGrpc<WalletsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the room's rpcs.</summary>
    public static IEndpointRouteBuilder MapWallets(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<WalletsGrpc>();
        endpoints.MapSiloGrpc<WalletsAdminGrpc>();
        return endpoints;
    }
}
