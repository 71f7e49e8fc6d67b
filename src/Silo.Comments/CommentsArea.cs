using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Comments;

/// <summary>Registers and maps the module.</summary>
public static class CommentsArea
{
    /// <summary>Adds the module's services and model.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static IServiceCollection AddComments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(CommentsOptions.From(configuration));
        services.AddSingleton<IModuleModel, CommentsModel>();
        services.AddSingleton<CommentsReads>();
        services.AddSingleton<CommentsWrites>();
        services.AddSingleton<IPersonalData, CommentsPersonalData>();
        services.AddSingleton<IDemoData, CommentsDemo>();
        services.AddSiloGrpc<CommentsGrpc>();
        services.AddSiloGrpc<CommentsAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapComments(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<CommentsGrpc>();
        endpoints.MapSiloGrpc<CommentsAdminGrpc>();
        return endpoints;
    }
}
