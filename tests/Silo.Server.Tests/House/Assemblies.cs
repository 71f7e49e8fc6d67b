using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Silo.Server.Tests.House;

/// <summary>What compiled assemblies call and show, read from their metadata without loading them.</summary>
internal static class Assemblies
{
    private static readonly HashSet<string> Clocks =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Threading.Thread.Sleep", "System.Threading.Thread.SpinWait",
    ];

    /// <summary>
    /// The clocks and sleeps that an assembly uses and that no test could move: the ones of BannedSymbols.txt. A
    /// Task.Delay or a timer is fine when it is given a TimeProvider.
    /// </summary>
    public static IReadOnlyList<string> ClocksIn(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        List<string> found = [];
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference || member.GetKind() != MemberReferenceKind.Method)
            {
                continue;
            }

            var name = $"{Name(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}";
            var delay = name is "System.Threading.Tasks.Task.Delay" or "System.Threading.Timer..ctor";
            if (Clocks.Contains(name) || (delay && !TakesTimeProvider(metadata, member)))
            {
                found.Add($"{Path.GetFileName(file)} uses {name} without a TimeProvider.");
            }
        }

        return found;
    }

    private static bool TakesTimeProvider(MetadataReader metadata, MemberReference member) =>
        member.DecodeMethodSignature(new TypeNames(), metadata).ParameterTypes.Contains("System.TimeProvider");

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }

    /// <summary>Names types as far as the guard asks for: by reference.</summary>
    private sealed class TypeNames : ISignatureTypeProvider<string, MetadataReader>
    {
        public string GetArrayType(string elementType, ArrayShape shape) => elementType;

        public string GetByReferenceType(string elementType) => elementType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

        public string GetGenericMethodParameter(MetadataReader genericContext, int index) => "";

        public string GetGenericTypeParameter(MetadataReader genericContext, int index) => "";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType;

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => elementType;

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => "";

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
            Name(reader, handle);

        public string GetTypeFromSpecification(
            MetadataReader reader, MetadataReader genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => "";
    }
}
