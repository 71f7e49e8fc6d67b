using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>The door of the module.</summary>
public static class LotteriesArea
{
    /// <summary>Adds the module's services, model and grains.</summary>
    public static IServiceCollection AddLotteries(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, LotteriesModel>();
        services.AddHotGrain<long, LotteryCommand, LotteryOutcome, LotteryProgress>(
            (grains, id) => grains.GetGrain<ILotteryGrain>(id));
        services.AddSingleton<LotteriesReads>();
        services.AddSingleton<LotteriesWrites>();
        services.AddSingleton<PrizesWrites>();
        services.AddSingleton<IJoinedWork, TakenWork>();
        services.AddSingleton<IWorkHandler, SettleWork>();
        services.AddSingleton<IWorkHandler, GiveBackWork>();
        services.AddSingleton<IWorkHandler, CloseWork>();
        services.AddSingleton<IGoodsUse, GoodsUseDoor>();
        services.AddSingleton<IPersonalData, LotteriesPersonalData>();
        services.AddSingleton<IDemoData, LotteriesDemo>();
        services.AddSiloGrpc<LotteriesGrpc>();
        services.AddSiloGrpc<LotteriesAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapLotteries(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<LotteriesGrpc>();
        endpoints.MapSiloGrpc<LotteriesAdminGrpc>();
        return endpoints;
    }
}
