using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Silo.Edge.V1;

namespace Silo.Edge;

/// <summary>Where the application's endpoints are; set when they are mapped, read when the host starts.</summary>
internal sealed class MappedEndpoints
{
    public IEndpointRouteBuilder? Routes { get; set; }
}

/// <summary>
/// Refuses to start a process in which an rpc says nothing about who may call it, or is served past the edge.
/// </summary>
internal sealed class StartCheck(MappedEndpoints mapped, MethodPlans plans, EdgeOptions options) : IHostedLifecycleService
{
    private const string Reflection = "grpc.reflection.";
    private const string Health = "grpc.health.v1.Health";

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var routes = mapped.Routes
            ?? throw new InvalidOperationException("AddSiloEdge was called and MapSiloEdge was not.");
        var methods = routes.DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>())
            .OfType<GrpcMethodMetadata>();
        foreach (var method in methods)
        {
            if (FaultOf(method.Method.ServiceName, method.Method.FullName) is { } fault)
            {
                throw new InvalidOperationException($"{method.Method.FullName} {fault}");
            }
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal string? FaultOf(string service, string fullName)
    {
        if (service.StartsWith(Reflection, StringComparison.Ordinal) || service == Health
            || options.ExemptServices.Contains(service))
        {
            return null;
        }

        return plans.Find(fullName) switch
        {
            null => "is mapped and its service is not attached to the edge: call AddSiloGrpc.",
            { Access: Access.Unspecified } => "does not declare who may call it: set option (silo.edge.v1.access).",
            { Access: Access.Operator, Role: Role.Unspecified } => "is for operators and names no least role.",
            { Access: Access.Public or Access.User, Role: not Role.Unspecified } => "names a role and is not for operators.",
            _ => null,
        };
    }
}
