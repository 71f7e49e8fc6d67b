using Silo.Kernel;

namespace Silo.Storage;

/// <summary>A refusal between nodes; the kernel itself knows nothing of Orleans.</summary>
[GenerateSerializer, Alias("silo.storage.RefusalSurrogate")]
internal struct RefusalSurrogate
{
    [Id(0)]
    public string Reason;

    [Id(1)]
    public RefusalKind Kind;

    [Id(2)]
    public string Message;

    /// <summary>Null where there is none.</summary>
    [Id(3)]
    public Dictionary<string, string>? Metadata;
}

/// <summary>Converts refusals for the wire between nodes.</summary>
[RegisterConverter]
internal sealed class RefusalConverter : IConverter<Refusal, RefusalSurrogate>
{
    public Refusal ConvertFromSurrogate(in RefusalSurrogate surrogate) =>
        surrogate.Metadata is { } metadata
            ? new(surrogate.Reason, surrogate.Kind, surrogate.Message) { Metadata = metadata }
            : new(surrogate.Reason, surrogate.Kind, surrogate.Message);

    public RefusalSurrogate ConvertToSurrogate(in Refusal value) => new()
    {
        Reason = value.Reason,
        Kind = value.Kind,
        Message = value.Message,
        Metadata = value.Metadata.Count == 0 ? null : new(value.Metadata),
    };
}
