using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>The door of the room.</summary>
public static class CouponsArea
{
    /// <summary>Adds the room's services, model and grains.</summary>
    public static IServiceCollection AddCoupons(this IServiceCollection services)
    {
        services.AddSingleton<IRoomModel, CouponModel>();
        services.AddSingleton<CouponReads>();
        services.AddSingleton<CouponWatch>();
        services.AddSingleton<PieceMoves>();
        services.AddSingleton<ICoupons, OrderCoupons>();
        services.AddSingleton(provider =>
        {
            var grains = provider.GetRequiredService<IGrainFactory>();
            return new Coalescer<long, CouponCommand, CouponOutcome>(
                (couponId, commands) => grains.GetGrain<ICouponGrain>(couponId).ClaimAsync(commands));
        });
        services.AddSingleton<IPersonalData, CouponsPersonalData>();
        services.AddSingleton<IDemoData, CouponsDemo>();
        services.AddSiloGrpc<CouponsGrpc>();
        services.AddSiloGrpc<CouponsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the room's rpcs.</summary>
    public static IEndpointRouteBuilder MapCoupons(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<CouponsGrpc>();
        endpoints.MapSiloGrpc<CouponsAdminGrpc>();
        return endpoints;
    }
}
