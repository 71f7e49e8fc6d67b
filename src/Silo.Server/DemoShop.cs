using Silo.Kernel;
using Silo.Storage;

namespace Silo.Server;

/// <summary>Loads the demo shop: on the first start of the embedded default, and by a command elsewhere.</summary>
internal static class DemoShop
{
    /// <summary>The command line's first word that loads the demo shop into the configured database and ends.</summary>
    public const string Command = "load-demo";

    /// <summary>
    /// Whether a first start loads it: <c>Silo:Demo:Enabled</c>, by default on the embedded database without a configured
    /// operator, which is how nobody runs a shop of his own.
    /// </summary>
    public static bool IsWanted(IConfiguration configuration, DatabaseOptions database) => configuration.GetValue(
        "Silo:Demo:Enabled",
        database.Provider == DatabaseProvider.Sqlite && string.IsNullOrEmpty(configuration["Silo:Operator:UserName"]));

    /// <summary>Loads every room's part, in the order of the rooms; what was loaded before stays as it is.</summary>
    public static async Task LoadAsync(IServiceProvider services, CancellationToken cancellation)
    {
        foreach (var part in services.GetServices<IDemoData>())
        {
            await part.LoadAsync(cancellation);
        }
    }
}
