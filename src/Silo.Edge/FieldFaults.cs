using Google.Protobuf;

namespace Silo.Edge;

/// <summary>The rules of fields, for what does not come as a request but must hold all the same, such as a line of a file.</summary>
public static class FieldFaults
{
    private static readonly MessageValidators Validators = new();

    /// <summary>What is wrong with a message, at most twenty faults: paths of fields, such as <c>terms.name</c>, and what they must be.</summary>
    public static IReadOnlyList<(string Field, string Fault)> Of(IMessage message) =>
        [.. Validators.Of(message.Descriptor).Explain(message).Select(fault => (fault.Field, fault.Description))];
}
