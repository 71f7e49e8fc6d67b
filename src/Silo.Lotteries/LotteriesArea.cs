using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
        services.AddSingleton<LotteriesReads>();
        services.AddSingleton<LotteryAllotments>();
        services.AddSingleton<PrizeAddresses>();
        services.AddSingleton<IJoinedWork, TakenWork>();
        services.AddSingleton<IWorkHandler, SettleWork>();
        services.AddSingleton<IWorkHandler, GiveBackWork>();
        services.AddSingleton<IWorkHandler, CloseWork>();
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new Coalescer<long, LotteryCommand, LotteryOutcome>(
                (lotteryId, commands) => grains.GetGrain<ILotteryGrain>(lotteryId).DrawAsync(commands));
        });
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new LiveValues<long, LotteryProgress>(
                (lotteryId, seen) => grains.GetGrain<ILotteryGrain>(lotteryId).WatchAsync(seen),
                provider.GetRequiredService<ShopClock>().Time,
                provider.GetRequiredService<IHostApplicationLifetime>());
        });
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
