namespace Silo.Storage;

/// <summary>Names a kind of work and says what its payload is.</summary>
/// <typeparam name="TPayload">The payload, stored as JSON of at most 16 KiB.</typeparam>
/// <param name="Name">The stored name, <c>area.verb</c>.</param>
public sealed record WorkKind<TPayload>(string Name);

/// <summary>The payload of work whose key says everything.</summary>
public sealed record NoPayload
{
    /// <summary>The only one.</summary>
    public static readonly NoPayload Value = new();
}

/// <summary>A piece of work that is due later or outside the database, as its handler sees it.</summary>
/// <param name="Kind">Names the handler.</param>
/// <param name="Key">Unique within the kind; the stable id towards the outside.</param>
/// <param name="DueAtMs">When it was due, in unix milliseconds.</param>
/// <param name="Attempt">1 for the first try.</param>
public record WorkItem(string Kind, string Key, long DueAtMs, int Attempt)
{
    /// <summary>The token of the lease; a unit that books the item's result compares it.</summary>
    internal string Owner { get; init; } = "";
}

/// <summary>A work item with its payload.</summary>
/// <param name="Kind">Names the handler.</param>
/// <param name="Key">Unique within the kind; the stable id towards the outside.</param>
/// <param name="DueAtMs">When it was due, in unix milliseconds.</param>
/// <param name="Attempt">1 for the first try.</param>
/// <param name="Payload">What it was enqueued with.</param>
public sealed record WorkItem<TPayload>(string Kind, string Key, long DueAtMs, int Attempt, TPayload Payload)
    : WorkItem(Kind, Key, DueAtMs, Attempt);

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

/// <summary>A handler as the runner sees it; modules derive from <see cref="WorkHandler{TPayload}"/>.</summary>
public interface IWorkHandler
{
    /// <summary>The kind, <c>area.verb</c>.</summary>
    string Kind { get; }

    /// <summary>How often an item that stands for recurring work runs; null for work that ends with Done.</summary>
    TimeSpan? Every { get; }

    /// <summary>Runs one item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="payload">Its payload as it is stored.</param>
    /// <param name="cancellation">The node stops.</param>
    Task<WorkOutcome> RunAsync(WorkItem item, string payload, CancellationToken cancellation);
}

/// <summary>
/// Runs the items of one kind. An item may run more than once (a node can die after the effect and before the row is
/// removed), so the effect is guarded by the item's key.
/// </summary>
/// <param name="kind">The kind.</param>
public abstract class WorkHandler<TPayload>(WorkKind<TPayload> kind) : IWorkHandler
{
    /// <inheritdoc/>
    public string Kind => kind.Name;

    /// <inheritdoc/>
    public virtual TimeSpan? Every => null;

    /// <inheritdoc/>
    Task<WorkOutcome> IWorkHandler.RunAsync(WorkItem item, string payload, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        var typed = new WorkItem<TPayload>(item.Kind, item.Key, item.DueAtMs, item.Attempt, Payloads.Read<TPayload>(payload))
        {
            Owner = item.Owner,
        };
        return RunAsync(typed, cancellation);
    }

    /// <summary>Runs one item.</summary>
    protected abstract Task<WorkOutcome> RunAsync(WorkItem<TPayload> item, CancellationToken cancellation);
}

/// <summary>Work that recurs: its one item never goes, and its next run is its retry.</summary>
/// <param name="kind">The kind.</param>
/// <param name="every">How often it runs.</param>
public abstract class RecurringWork(string kind, TimeSpan every) : WorkHandler<NoPayload>(new(kind))
{
    /// <inheritdoc/>
    public override TimeSpan? Every => every;
}
