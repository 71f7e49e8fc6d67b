using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
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
        services.AddHotGrain<long, CouponCommand, CouponOutcome, CouponStock>((grains, id) => grains.GetGrain<ICouponGrain>(id));
        services.AddSingleton<CouponsReads>();
        services.AddSingleton<CouponsWrites>();
        services.AddSingleton<ICoupons, CouponsDoor>();
        services.AddSingleton<ICouponAllocations, CouponAllocationsDoor>();
        services.AddSingleton<IGoodsUse, GoodsUseDoor>();
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
