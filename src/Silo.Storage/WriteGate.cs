namespace Silo.Storage;

/// <summary>
/// Whether this node may write. Closed while its clock is off the database's, because deadlines are compared with the
/// node's clock and two nodes must agree on them.
/// </summary>
public sealed class WriteGate
{
    private volatile string? reason;

    /// <summary>Whether writes are taken.</summary>
    public bool IsOpen => reason is null;

    /// <summary>Why not; null while open.</summary>
    public string? Reason => reason;

    internal void Open() => reason = null;

    internal void Close(string why) => reason = why;
}
