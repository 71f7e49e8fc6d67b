using Silo.Kernel;

namespace Silo.Storage;

/// <content>A command together with another module's work, in a transaction that holds nothing else.</content>
public abstract partial class HotGrain<TState, TCommand, TOutcome, TFacts>
{
    private async Task RunJoinedAsync(Entry entry, TCommand command, TOutcome[] outcomes)
    {
        var joined = entry.Joined!;
        var work = context.WorkOf(joined.Kind);
        for (var attempt = 1; ; attempt++)
        {
            entry.JoinedAnswer = null;
            var facts = await LoadAsync(context.Transactions, [command]);
            var stage = context.Transactions.NewStage(isExclusive: true);
            if (Locks(command))
            {
                Stage(stage, [command], facts);
            }

            var decide = work.Stage(stage, joined);
            var (kept, keep) = (State, false);
            var ended = await context.Transactions.RunExclusiveAsync(stage, () =>
            {
                if (Locks(command) && IsHeldElsewhere(command, facts))
                {
                    outcomes[0] = TOutcome.Refused(Deferral.Refusal);
                    return null;
                }

                var undo = stage.Remember();
                var rows = new Rows();
                (var draft, outcomes[0]) = Decide(State, command, facts, rows);
                if (Answer(work, decide, outcomes[0], rows, undo) is not { } answer)
                {
                    return null;
                }

                entry.JoinedAnswer = answer.Answer;
                if (answer.Answer.Verdict == JoinedVerdict.Refuse)
                {
                    return null;
                }

                // The version is written also where the draft is undone: it is what refuses a second activation.
                keep = answer.Answer.Verdict == JoinedVerdict.Keep;
                kept = keep ? draft : State;
                return BatchOf(kept, answer.Rows);
            });
            if (Defer(ended, outcomes))
            {
                return;
            }

            if (ended != BatchOutcome.Conflict || attempt == ExclusiveTries)
            {
                if (Adopt(kept, ended) && keep)
                {
                    Remember(facts);
                }

                return;
            }
        }
    }

    /// <summary>The work's answer to a decision, and what is written; null where the work does not run.</summary>
    private static (JoinedAnswer Answer, Rows Rows)? Answer(
        IJoinedWork work,
        Func<object?, Refusal?, Rows, JoinedAnswer> decide,
        TOutcome outcome,
        Rows decided,
        Action undo)
    {
        if (outcome.Refusal is not null && !work.RunsOnRefusal)
        {
            return null;
        }

        var decision = outcome.Refusal is null ? outcome.Decision : null;
        var rows = new Rows();
        var answer = decide(decision, outcome.Refusal, rows);
        switch (answer.Verdict)
        {
            case JoinedVerdict.Keep when outcome.Refusal is not null:
                throw new InvalidOperationException($"{work.Kind} may not keep a refused decision.");
            case JoinedVerdict.Keep:
                decided.Add(rows);
                return (answer, decided);
            case JoinedVerdict.KeepRows when outcome.Refusal is null:
                // What the grain has booked is undone with its decision, and the work books anew on what is left.
                undo();
                rows = new Rows();
                answer = decide(decision, outcome.Refusal, rows);
                return answer.Verdict == JoinedVerdict.KeepRows
                    ? (answer, rows)
                    : throw new InvalidOperationException($"{work.Kind} has answered the same decision differently.");
            default:
                return (answer, rows);
        }
    }
}
