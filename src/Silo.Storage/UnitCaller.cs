namespace Silo.Storage;

/// <summary>
/// Who the units of the current flow are for. One caller has a few at once, so that whoever sends many calls waits for their
/// own and for nobody else's.
/// </summary>
public static class UnitCaller
{
    private static readonly AsyncLocal<object?> Flow = new();

    /// <summary>Its text names the caller; null for the node's own work.</summary>
    public static object? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }
}
