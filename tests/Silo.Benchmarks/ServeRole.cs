using Silo.Edge;
using Silo.Server;

namespace Silo.Benchmarks;

/// <summary>The server under test: Silo itself, with the controls beside it on the same Kestrel.</summary>
internal static class ServeRole
{
    public static Task<int> RunAsync(string[] args) => SiloServer.RunAsync(args, Extend, Map);

    private static void Extend(WebApplicationBuilder builder)
    {
        var edge = (EdgeOptions)builder.Services.Single(s => s.ServiceType == typeof(EdgeOptions)).ImplementationInstance!;
        edge.ExemptServices.Add("silo.bench.v1.BareEchoService");
        builder.Services.AddSingleton<RowLock>();
        builder.Services.AddSingleton<RedisStock>();
        builder.Services.AddSingleton<NaiveSignIns>();
        builder.Services.AddSiloGrpc<ControlsGrpc>();
        builder.Services.AddSingleton<BareEchoGrpc>();
    }

    private static void Map(WebApplication app)
    {
        app.MapGrpcService<BareEchoGrpc>();
        app.MapSiloGrpc<ControlsGrpc>();
        app.MapGet("/bench/heap", () =>
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return GC.GetTotalMemory(forceFullCollection: true);
        });
    }
}
