using Silo.Kernel;

namespace Silo.Storage;

/// <summary>
/// Another module's part of a hot grain's transaction. Work that needs a hot grain travels to it: the module sends its
/// command with this, the grain decides, and the work of <see cref="Kind"/> runs in the grain's transaction.
/// </summary>
[GenerateSerializer, Immutable, Alias("silo.storage.JoinedCommand")]
public sealed record JoinedCommand
{
    /// <summary>Names the work, <c>area.verb</c>.</summary>
    [Id(0)]
    public required string Kind { get; init; }

    /// <summary>The id of the row that the work is about.</summary>
    [Id(1)]
    public required long Id { get; init; }

    /// <summary>The module's own text.</summary>
    [Id(2)]
    public string Payload { get; init; } = "";
}

/// <summary>What stands of a joined command.</summary>
public enum JoinedVerdict
{
    /// <summary>The grain's decision and all rows.</summary>
    Keep,

    /// <summary>The work's rows; the grain's decision is undone.</summary>
    KeepRows,

    /// <summary>Nothing.</summary>
    Refuse,
}

/// <summary>What the work answers.</summary>
[GenerateSerializer, Immutable, Alias("silo.storage.JoinedAnswer")]
public sealed record JoinedAnswer
{
    /// <summary>What stands.</summary>
    [Id(0)]
    public JoinedVerdict Verdict { get; init; }

    /// <summary>Why, where the verdict is not to keep.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>The module's own text for its caller.</summary>
    [Id(2)]
    public string Text { get; init; } = "";
}

/// <summary>The grain's decision, as the work sees it before anything is committed.</summary>
/// <param name="Outcome">The grain's outcome, of the type that its module declares.</param>
/// <param name="Refusal">The refusal in it, or null.</param>
public sealed record JoinedDecision(object Outcome, Refusal? Refusal);

/// <summary>What a joined command came to.</summary>
[GenerateSerializer, Immutable, Alias("silo.storage.JoinedOutcome`1")]
public sealed record JoinedOutcome<TOutcome>
{
    /// <summary>The grain's decision; it stands only where the work kept it.</summary>
    [Id(0)]
    public required TOutcome Outcome { get; init; }

    /// <summary>The work's answer; null where the grain refused and the work did not run.</summary>
    [Id(1)]
    public JoinedAnswer? Answer { get; init; }
}

/// <summary>Runs joined commands of one kind; implemented by the module that sends them, registered at its door.</summary>
public interface IJoinedWork
{
    /// <summary>The kind, <c>area.verb</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Whether it runs although the grain refused; it may then keep rows or refuse, and not keep the decision.
    /// </summary>
    bool RunsOnRefusal => false;

    /// <summary>Runs in the grain's transaction, before the grain's own rows are written.</summary>
    Task<JoinedAnswer> RunAsync(Unit unit, JoinedCommand command, JoinedDecision decision);
}
