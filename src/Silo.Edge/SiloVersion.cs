using System.Reflection;

namespace Silo.Edge;

/// <summary>The version of the product, which all its assemblies share.</summary>
public static class SiloVersion
{
    /// <summary>Such as <c>0.5.0</c>.</summary>
    public static string Text { get; } =
        typeof(SiloVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
