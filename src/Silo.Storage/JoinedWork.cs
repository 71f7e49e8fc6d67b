using Silo.Kernel;

namespace Silo.Storage;

/// <summary>Names a kind of joined work and says what it sees and carries.</summary>
/// <typeparam name="TDecision">The grain's decision, of the type that its module's door declares.</typeparam>
/// <typeparam name="TPayload">What the sender gives to the work.</typeparam>
/// <param name="Name">The kind, <c>area.verb</c>.</param>
public sealed record JoinedKind<TDecision, TPayload>(string Name)
{
    /// <summary>A command of this kind.</summary>
    /// <param name="id">The id of the row that the work is about.</param>
    /// <param name="payload">What the work needs beside it.</param>
    public JoinedCommand Command(long id, TPayload payload) => new() { Kind = Name, Id = id, Payload = Payloads.Write(payload) };
}

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

    /// <summary>The payload as it is sent, see <see cref="JoinedKind{TDecision,TPayload}"/>.</summary>
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

    /// <summary>Everything stands.</summary>
    public static JoinedAnswer Keep(string text = "") => new() { Verdict = JoinedVerdict.Keep, Text = text };

    /// <summary>The work's rows stand, and the grain's decision does not.</summary>
    public static JoinedAnswer KeepRows(Refusal? refusal, string text = "") =>
        new() { Verdict = JoinedVerdict.KeepRows, Refusal = refusal, Text = text };

    /// <summary>Nothing stands.</summary>
    public static JoinedAnswer Refuse(Refusal refusal) => new() { Verdict = JoinedVerdict.Refuse, Refusal = refusal };
}

/// <summary>The grain's decision, as the work sees it before anything is committed.</summary>
/// <param name="Decision">What the grain decided; null where it refused.</param>
/// <param name="Refusal">The refusal in it, or null.</param>
public readonly record struct JoinedDecision<TDecision>(TDecision? Decision, Refusal? Refusal);

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

/// <summary>
/// What a joined command came to, as a door answers it: the decision, or what refused it, and the work's answer.
/// </summary>
/// <param name="Decision">The grain's decision or refusal; it stands only where the work kept it.</param>
/// <param name="Answer">The work's answer; null where the grain refused and the work did not run.</param>
public sealed record Joined<TDecision>(Result<TDecision> Decision, JoinedAnswer? Answer)
{
    /// <summary>Why the decision does not stand: the grain's refusal or the work's; null where it stands.</summary>
    public Refusal? Refusal => Decision.Refusal ?? Answer?.Refusal;
}

/// <summary>A joined work as the engine sees it; modules derive from <see cref="JoinedWork{TDecision,TPayload}"/>.</summary>
public interface IJoinedWork
{
    /// <summary>The kind, <c>area.verb</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// Whether it runs although the grain refused; it may then keep rows or refuse, and not keep the decision.
    /// </summary>
    bool RunsOnRefusal { get; }

    /// <summary>Names what the command needs; the function decides on it.</summary>
    Func<object?, Refusal?, Rows, JoinedAnswer> Stage(Stage stage, JoinedCommand command);
}

/// <summary>
/// Runs joined commands of one kind; implemented by the module that sends them, registered at its door. It stages: what it
/// names is locked and read in one round trip with what the grain needs, and what it adds is written with the grain's rows.
/// </summary>
/// <param name="kind">The kind.</param>
public abstract class JoinedWork<TDecision, TPayload>(JoinedKind<TDecision, TPayload> kind) : IJoinedWork
{
    /// <inheritdoc/>
    public string Kind => kind.Name;

    /// <inheritdoc/>
    public virtual bool RunsOnRefusal => false;

    /// <inheritdoc/>
    Func<object?, Refusal?, Rows, JoinedAnswer> IJoinedWork.Stage(Stage stage, JoinedCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var decide = Stage(stage, command.Id, Payloads.Read<TPayload>(command.Payload));
        return (decision, refusal, rows) => decide(new((TDecision?)decision, refusal), rows);
    }

    /// <summary>
    /// Names what the command needs. The returned function decides on what was read, purely, and adds its rows. Where it
    /// answers <see cref="JoinedVerdict.KeepRows"/> it is asked a second time, without the grain's bookings.
    /// </summary>
    protected abstract Func<JoinedDecision<TDecision>, Rows, JoinedAnswer> Stage(Stage stage, long id, TPayload payload);
}
