using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Accounts;
using Silo.Coupons;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The door of the module.</summary>
public static class PointsArea
{
    /// <summary>Adds the module's services, model and grains.</summary>
    public static IServiceCollection AddPoints(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, PointsModel>();
        services.AddSingleton<SignInTermsReads>();
        services.AddSingleton<PointsRulesReads>();
        services.AddSingleton<PointsReads>();
        services.AddSingleton<VouchersWrites>();
        services.AddSingleton<IPoints, PointsDoor>();
        services.AddSingleton<ISignInStreaks, SignInStreaksDoor>();
        services.AddHotGrain<long, SignInCommand, SignInOutcome>(
            (grains, userId) => grains.GetGrain<ISignInGrain>(SignInGrain.KeyOf(userId)));
        services.AddSingleton<RegistrationPoints>();
        services.AddSingleton<IOnRegistered>(provider => provider.GetRequiredService<RegistrationPoints>());
        services.AddSingleton<IWorkHandler>(provider => provider.GetRequiredService<RegistrationPoints>());
        services.AddSingleton<IPersonalData, PointsPersonalData>();
        services.AddSingleton<IDemoData, PointsDemo>();
        services.AddSiloGrpc<PointsGrpc>();
        services.AddSiloGrpc<PointsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapPoints(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<PointsGrpc>();
        endpoints.MapSiloGrpc<PointsAdminGrpc>();
        return endpoints;
    }
}
