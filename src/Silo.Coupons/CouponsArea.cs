using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The door of the module.</summary>
public static class CouponsArea
{
    /// <summary>Adds the module's services, model and grains.</summary>
    public static IServiceCollection AddCoupons(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, CouponsModel>();
        services.AddSingleton<CouponsReads>();
        services.AddSingleton<CouponsWrites>();
        services.AddSingleton<ICoupons, CouponsDoor>();
        services.AddSingleton<ICouponAllotments, CouponAllotments>();
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new Coalescer<long, CouponCommand, CouponOutcome>(
                (couponId, commands) => grains.GetGrain<ICouponGrain>(couponId).ClaimAsync(commands));
        });
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new LiveValues<long, CouponStock>(
                (couponId, seen) => grains.GetGrain<ICouponGrain>(couponId).WatchAsync(seen),
                provider.GetRequiredService<ShopClock>().Time,
                provider.GetRequiredService<IHostApplicationLifetime>());
        });
        services.AddSingleton<IPersonalData, CouponsPersonalData>();
        services.AddSingleton<IDemoData, CouponsDemo>();
        services.AddSiloGrpc<CouponsGrpc>();
        services.AddSiloGrpc<CouponsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapCoupons(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<CouponsGrpc>();
        endpoints.MapSiloGrpc<CouponsAdminGrpc>();
        return endpoints;
    }
}
