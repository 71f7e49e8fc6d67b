using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Silo.Edge;
using Silo.Probe.V1;
using Xunit;

namespace Silo.Modules.Tests.Edge;

/// <summary>A process in which an rpc is open by mistake does not start, and says which one.</summary>
public sealed class StartCheckTests
{
    [Fact]
    public async Task Start_ServiceMappedPastTheEdge_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ProbeHost.StartAsync(_ => { }, app => app.MapGrpcService<BareGrpc>(), null));

        Assert.Equal(
            "/silo.probe.v1.BareService/Echo is mapped and its service is not attached to the edge: call AddSiloGrpc.",
            exception.Message);
    }

    [Fact]
    public async Task Start_RpcWithoutAccess_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(StartWithAsync<BareGrpc>);

        Assert.Equal(
            "/silo.probe.v1.BareService/Echo does not declare who may call it: set option (silo.edge.v1.access).",
            exception.Message);
    }

    [Fact]
    public async Task Start_OperatorsRpcWithoutARole_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(StartWithAsync<RolelessGrpc>);

        Assert.Equal("/silo.probe.v1.RolelessService/Echo is for operators and names no least role.", exception.Message);
    }

    [Fact]
    public async Task Start_ShoppersRpcWithARole_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(StartWithAsync<OverspecifiedGrpc>);

        Assert.Equal(
            "/silo.probe.v1.OverspecifiedService/Echo names a role and is not for operators.", exception.Message);
    }

    [Fact]
    public async Task Start_ServiceExemptByCode_StartsAndServesIt()
    {
        await using var host = await ProbeHost.StartAsync(
            _ => { },
            app => app.MapGrpcService<BareGrpc>(),
            options => options.ExemptServices.Add("silo.probe.v1.BareService"));

        Assert.Equal("bare", (await new BareService.BareServiceClient(host.Channel).EchoAsync(new())).Text);
    }

    [Fact]
    public async Task Start_ExemptByConfiguration_IsRefused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ProbeHost.StartAsync(
            _ => { }, app => app.MapGrpcService<BareGrpc>(), null, "ExemptServices:0=silo.probe.v1.BareService"));

    [Fact]
    public async Task Start_WithoutMapping_IsRefused()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.Services.AddSiloEdge(builder.Configuration);
        await using var app = builder.Build();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Equal("AddSiloEdge was called and MapSiloEdge was not.", exception.Message);
    }

    private static Task<ProbeHost> StartWithAsync<TService>()
        where TService : class => ProbeHost.StartAsync(
            services => services.AddSiloGrpc<TService>(), app => app.MapSiloGrpc<TService>(), null);

    private sealed class BareGrpc : BareService.BareServiceBase
    {
        public override Task<Answer> Echo(Ask request, ServerCallContext context) =>
            Task.FromResult(new Answer { Text = "bare" });
    }

    private sealed class RolelessGrpc : RolelessService.RolelessServiceBase;

    private sealed class OverspecifiedGrpc : OverspecifiedService.OverspecifiedServiceBase;
}
