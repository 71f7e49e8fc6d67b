using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Registers and maps the module.</summary>
public static class ContentArea
{
    /// <summary>Adds the module's services and model.</summary>
    public static IServiceCollection AddContent(this IServiceCollection services)
    {
        services.AddSingleton<IModuleModel, ContentModel>();
        services.AddEditor<BannersWrites>();
        services.AddEditor<NoticesWrites>();
        services.AddEditor<SettingsWrites>();
        services.AddEditor<PartnersWrites>();
        services.AddEditor<CategoriesWrites>();
        services.AddEditor<ArticlesWrites>();
        services.AddEditor<PagesWrites>();
        services.AddEditor<TagsWrites>();
        services.AddEditor<VideosWrites>();
        services.AddSingleton<BannersReads>();
        services.AddSingleton<NoticesReads>();
        services.AddSingleton<SettingsReads>();
        services.AddSingleton<PartnersReads>();
        services.AddSingleton<CategoriesReads>();
        services.AddSingleton<ArticlesReads>();
        services.AddSingleton<PagesReads>();
        services.AddSingleton<TagsReads>();
        services.AddSingleton<VideosReads>();
        services.AddSingleton<ArticleViews>();
        services.AddHostedService(provider => provider.GetRequiredService<ArticleViews>());
        services.AddSingleton<IGoodsUse, GoodsUseDoor>();
        services.AddSingleton<IPersonalData, ContentPersonalData>();
        services.AddSingleton<IDemoData, ContentDemo>();
        services.AddSiloGrpc<BannersGrpc>();
        services.AddSiloGrpc<BannersAdminGrpc>();
        services.AddSiloGrpc<NoticesGrpc>();
        services.AddSiloGrpc<NoticesAdminGrpc>();
        services.AddSiloGrpc<SettingsGrpc>();
        services.AddSiloGrpc<SettingsAdminGrpc>();
        services.AddSiloGrpc<PartnersGrpc>();
        services.AddSiloGrpc<PartnersAdminGrpc>();
        services.AddSiloGrpc<CmsGrpc>();
        services.AddSiloGrpc<CmsAdminGrpc>();
        services.AddSiloGrpc<ArticlesGrpc>();
        services.AddSiloGrpc<ArticlesAdminGrpc>();
        services.AddSiloGrpc<VideosGrpc>();
        services.AddSiloGrpc<VideosAdminGrpc>();
        services.AddSiloGrpc<ContentAdminGrpc>();
        return services;
    }

    /// <summary>Maps the module's rpcs.</summary>
    public static IEndpointRouteBuilder MapContent(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapSiloGrpc<BannersGrpc>();
        endpoints.MapSiloGrpc<BannersAdminGrpc>();
        endpoints.MapSiloGrpc<NoticesGrpc>();
        endpoints.MapSiloGrpc<NoticesAdminGrpc>();
        endpoints.MapSiloGrpc<SettingsGrpc>();
        endpoints.MapSiloGrpc<SettingsAdminGrpc>();
        endpoints.MapSiloGrpc<PartnersGrpc>();
        endpoints.MapSiloGrpc<PartnersAdminGrpc>();
        endpoints.MapSiloGrpc<CmsGrpc>();
        endpoints.MapSiloGrpc<CmsAdminGrpc>();
        endpoints.MapSiloGrpc<ArticlesGrpc>();
        endpoints.MapSiloGrpc<ArticlesAdminGrpc>();
        endpoints.MapSiloGrpc<VideosGrpc>();
        endpoints.MapSiloGrpc<VideosAdminGrpc>();
        endpoints.MapSiloGrpc<ContentAdminGrpc>();
        return endpoints;
    }

    private static void AddEditor<T>(this IServiceCollection services)
        where T : class, IContentEditor
    {
        services.AddSingleton<T>();
        services.AddSingleton<IContentEditor>(provider => provider.GetRequiredService<T>());
    }
}
