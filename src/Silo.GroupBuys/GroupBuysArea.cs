using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>The door of the module.</summary>
public static class GroupBuysArea
{
    /// <summary>Adds the module's services, model and grains.</summary>
    public static IServiceCollection AddGroupBuys(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, GroupBuysModel>();
        services.AddSingleton<GroupReads>();
        services.AddSingleton<GroupWrites>();
        services.AddHotGrain<long, GroupCommand, GroupOutcome, GroupProgress>((grains, groupId) => grains.GetGroup(groupId));
        services.AddSingleton<CampaignWrites>();
        services.AddSingleton<IGroupBuys, GroupBuysDoor>();
        services.AddSingleton<IWorkHandler, GroupExpiry>();
        services.AddSingleton<IWorkHandler, CampaignEnd>();
        services.AddSingleton<IGoodsUse, GoodsUseDoor>();
        services.AddSingleton<IPersonalData, GroupBuysPersonalData>();
        services.AddSingleton<IDemoData, GroupBuysDemo>();
        services.AddSiloGrpc<GroupBuysGrpc>();
        services.AddSiloGrpc<GroupBuysAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapGroupBuys(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<GroupBuysGrpc>();
        endpoints.MapSiloGrpc<GroupBuysAdminGrpc>();
        return endpoints;
    }
}
