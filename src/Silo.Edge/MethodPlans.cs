using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Silo.Edge.V1;

namespace Silo.Edge;

/// <summary>A service that is attached to the edge.</summary>
internal sealed record AttachedService(Type Type);

/// <summary>What the edge does before it calls one method.</summary>
/// <param name="Name">Its full name, with the leading slash.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="Role">The least role of an operator.</param>
/// <param name="IsUpload">Whether the caller streams.</param>
/// <param name="Request">Checks a message of it.</param>
internal sealed record MethodPlan(string Name, Access Access, Role Role, bool IsUpload, MessageValidator Request);

/// <summary>The plans of all attached methods, made once from their descriptors.</summary>
internal sealed class MethodPlans
{
    private readonly FrozenDictionary<string, MethodPlan> plans;

    public MethodPlans(IEnumerable<AttachedService> services)
    {
        var validators = new MessageValidators();
        plans = services.Select(s => s.Type).Distinct()
            .SelectMany(type => DescriptorOf(type)?.Methods ?? [])
            .ToFrozenDictionary(NameOf, method => PlanOf(method, validators), StringComparer.Ordinal);
    }

    /// <summary>The plan of a method, by its full name with the leading slash; null when it is not attached.</summary>
    public MethodPlan? Find(string fullName) => plans.GetValueOrDefault(fullName);

    /// <summary>Whether the descriptor of the method's service was found, so that a missing plan means not attached.</summary>
    public static ServiceDescriptor? DescriptorOf(Type serviceType)
    {
        for (var type = serviceType; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                return bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)
                    ?.GetValue(null) as ServiceDescriptor;
            }
        }

        return null;
    }

    private static string NameOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private static MethodPlan PlanOf(MethodDescriptor method, MessageValidators validators)
    {
        var rule = method.GetOptions()?.GetExtension(EdgeExtensions.Access);
        return new(
            NameOf(method),
            rule?.Access ?? Access.Unspecified,
            rule?.Role ?? Role.Unspecified,
            method.IsClientStreaming,
            validators.Of(method.InputType));
    }
}
