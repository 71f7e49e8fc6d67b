namespace Silo.Storage;

/// <summary>The database's time, and this node's just before it was asked and just after it had answered.</summary>
/// <param name="Before">This node's time before the question.</param>
/// <param name="Theirs">The database's time at some moment between.</param>
/// <param name="After">This node's time after the answer.</param>
internal readonly record struct ClockReading(DateTimeOffset Before, DateTimeOffset Theirs, DateTimeOffset After)
{
    /// <summary>
    /// How far the database's clock is ahead of this node's; null where the answer took longer than the tolerance, which
    /// proves nothing: a busy machine answers late, whatever its clock says.
    /// </summary>
    public TimeSpan? Skew(TimeSpan tolerance)
    {
        var took = After - Before;
        return took < TimeSpan.Zero || took > tolerance ? null : Theirs - (Before + (took / 2));
    }
}
