using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>One group. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.groupbuys.group")]
internal sealed partial class GroupGrain(HotGrainContext context)
    : HotGrain<GroupBuyState, GroupCommand, GroupOutcome, GroupFacts>(context), IGroupGrain
{
    protected override StateKey Key => GroupKeys.StateOf(GroupId);

    private long GroupId => GroupKeys.IdOf(this.GetPrimaryKeyString());

    public Task<GroupProgress?> WatchAsync(GroupProgress? seen) =>
        WatchAsync(state => GroupProgress.Of(state, Clock.NowMs), seen);

    protected override async ValueTask<GroupFacts> LoadAsync(IUnits reads, IReadOnlyList<GroupCommand> batch)
    {
        var seats = await LoadSeatsAsync(reads, batch);
        var log = await reads.ReadAsync(
            r => OperatorLog.ReadAsync(r, batch.OfType<EndCommand>(), CancellationToken.None), CancellationToken.None);
        return new() { Now = Clock.NowMs, Log = log, Seats = seats };
    }

    /// <summary>
    /// A group is opened under a lock of its campaign that all openers share, so that none is opened after the campaign's
    /// end; a user's seats in other groups are counted under a lock of the user.
    /// </summary>
    protected override bool Locks(GroupCommand command) => command is OpenCommand || CountsSeats(command);

    protected override void Stage(Stage stage, IReadOnlyList<GroupCommand> batch, GroupFacts facts)
    {
        foreach (var open in batch.OfType<OpenCommand>())
        {
            facts.Campaign = stage.Lock<CampaignRow>([open.CampaignId], RowLock.Shared);
        }

        foreach (var user in batch.Where(CountsSeats).Select(c => UserOf(c, facts)).Where(u => u > 0).Distinct().Order())
        {
            facts.Elsewhere[user] = GroupReads.CountSeats(stage, State.CampaignId, user, GroupId, facts.Now);
        }
    }

    protected override (GroupBuyState State, GroupOutcome Outcome) Decide(
        GroupBuyState draft, GroupCommand command, GroupFacts facts, Rows rows)
    {
        if (command is OpenCommand open)
        {
            return DecideOpen(draft, open, facts, rows);
        }

        if (!draft.Exists)
        {
            return (draft, GroupOutcome.Refused(GroupBuysRefusals.Unknown));
        }

        if (command is EndCommand repeat && facts.Log.FirstAnswer(repeat) is { } first)
        {
            return (draft, first.IsAccepted
                ? new() { GroupId = GroupId, Repeated = true }
                : GroupOutcome.Refused(first.Refusal));
        }

        var steps = new GroupSteps(draft);
        var outcome = command switch
        {
            ExpireCommand expire => Expire(steps, expire, facts),
            EndCommand => new() { Refusal = GroupRules.End(steps, facts.Now) },
            _ => DecideSeat(steps, command, facts, rows),
        };
        if (outcome.Refusal is not null)
        {
            return (draft, outcome);
        }

        Write(draft, steps, facts, rows);
        if (command is EndCommand { OperatorId: > 0 } audited)
        {
            rows.Append(facts.Log.Write(
                audited,
                Ids.Next(),
                facts.Now,
                $"group:{GroupId}",
                GroupBuysWire.Json(GroupId, draft, facts.Now),
                GroupBuysWire.Json(GroupId, steps.State, facts.Now)));
        }

        return (steps.State, outcome with
        {
            GroupId = GroupId,
            Version = draft.Version,
            Terms = draft.Terms,
            IsComplete = steps.State.Status == GroupStatus.Completed,
        });
    }

    private static GroupOutcome Expire(GroupSteps steps, ExpireCommand command, GroupFacts facts)
    {
        GroupRules.Advance(steps, Math.Max(facts.Now, command.Now));
        return new();
    }

    private void Write(GroupBuyState draft, GroupSteps steps, GroupFacts facts, Rows rows)
    {
        foreach (var seat in steps.Changed)
        {
            facts.Seats[seat.OrderId] = seat;
            rows.Put(SeatRow.Of(GroupId, draft.CampaignId, seat));
        }

        foreach (var (task, seat) in steps.Works)
        {
            var kind = GroupWork.KindOf(task);
            var work = new GroupOrderWork(GroupId, seat.OrderId, seat.UserId, draft.Terms.RefundTo);
            rows.Enqueue(kind, GroupWork.KeyOf(kind, seat.OrderId), facts.Now, work);
        }

        if (!ReferenceEquals(draft, steps.State))
        {
            rows.Put(GroupRow.Of(GroupId, steps.State));
        }
    }
}
