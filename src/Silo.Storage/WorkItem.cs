namespace Silo.Storage;

/// <summary>A piece of work that is due later or outside the database, as its handler sees it.</summary>
/// <param name="Kind">Names the handler.</param>
/// <param name="Key">Unique within the kind; the stable id towards the outside.</param>
/// <param name="Payload">The module's own text, at most 16 KiB.</param>
/// <param name="Attempt">1 for the first try.</param>
public sealed record WorkItem(string Kind, string Key, string Payload, int Attempt)
{
    /// <summary>The token of the lease; a unit that books the item's result compares it.</summary>
    internal string Owner { get; init; } = "";
}

/// <summary>What a handler says of its item. An exception counts as <see cref="RetryLater"/>.</summary>
public enum WorkOutcome
{
    /// <summary>Done; the row goes.</summary>
    Done,

    /// <summary>Try again after the back-off; parked, visibly, after the kind's last attempt.</summary>
    RetryLater,

    /// <summary>
    /// A part is done: run the item again, after what is due before it, as if for the first time. For work without a bound,
    /// which would keep the runner from all else. The handler finds what is left by itself.
    /// </summary>
    RunAgain,
}

/// <summary>
/// Runs the items of one kind. An item may run more than once (a node can die after the effect and before the row is
/// removed), so the effect is guarded by the item's key.
/// </summary>
public interface IWorkHandler
{
    /// <summary>The kind, <c>area.verb</c>.</summary>
    string Kind { get; }

    /// <summary>How often an item that stands for recurring work runs; null for work that ends with Done.</summary>
    TimeSpan? Every => null;

    /// <summary>Runs one item.</summary>
    Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation);
}
