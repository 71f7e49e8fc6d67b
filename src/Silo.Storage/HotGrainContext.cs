using Silo.Kernel;

namespace Silo.Storage;

/// <summary>What every hot grain works with; handed to its constructor.</summary>
public sealed class HotGrainContext
{
    private readonly Dictionary<string, IJoinedWork> works;

    internal HotGrainContext(
        GroupCommit commit,
        Transactions transactions,
        StateReader states,
        IEnumerable<IJoinedWork> works,
        IdSource ids,
        ShopClock clock,
        CancellationToken stopping)
    {
        (Commit, Transactions, States, Ids, Clock, Stopping) = (commit, transactions, states, ids, clock, stopping);
        this.works = works.ToDictionary(w => w.Kind, StringComparer.Ordinal);
    }

    /// <summary>Makes ids of rows.</summary>
    public IdSource Ids { get; }

    /// <summary>The shop's clock.</summary>
    public ShopClock Clock { get; }

    /// <summary>The node stops: what waits without an end ends.</summary>
    internal CancellationToken Stopping { get; }

    internal GroupCommit Commit { get; }

    internal Transactions Transactions { get; }

    internal StateReader States { get; }

    internal IJoinedWork WorkOf(string kind) => works.TryGetValue(kind, out var work)
        ? work
        : throw new InvalidOperationException($"No joined work is registered for {kind}.");
}
