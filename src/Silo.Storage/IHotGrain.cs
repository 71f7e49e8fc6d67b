using Orleans.Concurrency;

namespace Silo.Storage;

/// <summary>What every hot grain takes: its own commands, many at once, and one together with another module's work.</summary>
/// <typeparam name="TCommand">What callers ask.</typeparam>
/// <typeparam name="TOutcome">What they are told.</typeparam>
[Alias("silo.storage.IHotGrain`2")]
public interface IHotGrain<TCommand, TOutcome> : IGrain
{
    /// <summary>Runs the commands in one batch; the outcomes come in their order.</summary>
    [Alias("Run"), AlwaysInterleave]
    Task<TOutcome[]> RunAsync([Immutable] TCommand[] commands);

    /// <summary>Runs a command together with another module's work, which stands or falls with it.</summary>
    [Alias("RunJoined"), AlwaysInterleave]
    Task<JoinedOutcome<TOutcome>> RunJoinedAsync([Immutable] TCommand command, [Immutable] JoinedCommand joined);
}

/// <summary>A grain whose progress can be watched.</summary>
/// <typeparam name="TView">What is watched; compared by value.</typeparam>
[Alias("silo.storage.IWatchedGrain`1")]
public interface IWatchedGrain<TView> : IGrain
    where TView : class
{
    /// <summary>The present view, once it differs from what the caller has seen or some seconds have passed.</summary>
    /// <param name="seen">The answer that the caller has, or null.</param>
    /// <returns>The view; null where there is nothing.</returns>
    [Alias("Watch"), AlwaysInterleave]
    Task<TView?> WatchAsync(TView? seen);
}
