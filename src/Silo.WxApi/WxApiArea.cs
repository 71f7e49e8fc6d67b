using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Silo.WxApi;

/// <summary>The door of the facade.</summary>
public static class WxApiArea
{
    /// <summary>Every function that is served, one line for each area.</summary>
    private static readonly IReadOnlyDictionary<string, WxHandler>[] Areas =
    [
        WxAccounts.Handlers,
        WxBargains.Handlers,
        WxComments.Handlers,
        WxCoupons.Handlers,
        WxFinance.Handlers,
        WxScores.Handlers,
        WxReference.Handlers,
        WxUsers.Handlers,
        WxAddresses.Handlers,
        WxOperations.Handlers,
        WxCms.Handlers,
        WxFiles.Handlers,
        WxGoods.Handlers,
        WxGroupBuys.Handlers,
        WxShops.Handlers,
        WxLottery.Handlers,
    ];

    /// <summary>The handlers of all areas.</summary>
    internal static IReadOnlyDictionary<string, WxHandler> Handlers => Areas.SelectMany(area => area).ToDictionary();

    /// <summary>Adds the facade.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">Holds <c>Silo:Shop:SubDomain</c>, <c>Silo:Shop:MerchantId</c> and <c>Silo:Files:MaxBytes</c>.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message is one clear line.</exception>
    public static IServiceCollection AddWxApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new WxRoutes(
            WxFunction.ReadTable(), Handlers, SubDomain(configuration), MerchantId(configuration)));
        services.AddSingleton(new WxMerchant(long.Parse(MerchantId(configuration), CultureInfo.InvariantCulture)));
        services.AddSingleton(provider => new WxBodies(MaxFileBytes(configuration), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<InProcessApi>();
        services.AddSingleton<WxEndpoint>();
        return services;
    }

    /// <summary>Maps every path that nothing else has mapped; rpcs, health and all others go first.</summary>
    public static IEndpointRouteBuilder MapWxApi(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.ServiceProvider.GetRequiredService<InProcessApi>().Routes = routes;
        var endpoint = routes.ServiceProvider.GetRequiredService<WxEndpoint>();
        routes.Map("/{**path}", endpoint.ServeAsync).WithOrder(int.MaxValue);
        return routes;
    }

    private static string SubDomain(IConfiguration configuration)
    {
        var text = configuration["Silo:Shop:SubDomain"] is { Length: > 0 } set ? set : "shop";
        return text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? text
            : throw new InvalidOperationException(
                "Silo:Shop:SubDomain must be at most 64 ASCII letters, digits, '-' or '_'.");
    }

    /// <summary>The module of files has checked it.</summary>
    private static long MaxFileBytes(IConfiguration configuration) => configuration.GetValue("Silo:Files:MaxBytes", 10L * 1024 * 1024);

    private static string MerchantId(IConfiguration configuration)
    {
        var text = configuration["Silo:Shop:MerchantId"] is { Length: > 0 } set ? set : "1";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? id.ToString(CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("Silo:Shop:MerchantId must be a number from 1 to 2147483647.");
    }
}

/// <summary>The shop's number, which answers carry.</summary>
internal sealed record WxMerchant(long Id);
