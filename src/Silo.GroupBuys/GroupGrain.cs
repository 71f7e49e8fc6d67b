using System.Globalization;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>What the decisions of a batch need beside the group's state.</summary>
internal sealed class GroupFacts
{
    public required long Now { get; init; }

    /// <summary>The stored seats that the batch's commands name.</summary>
    public List<GroupSeat> Seats { get; } = [];

    /// <summary>The campaign that a group is opened of, kept as it is until the commit.</summary>
    public CampaignRow? Campaign { get; set; }

    /// <summary>The user's seats in other groups of the campaign, counted under a lock.</summary>
    public int Elsewhere { get; set; }

    /// <summary>The operator writes with a request id of the batch; grows as the batch decides.</summary>
    public Dictionary<(long Operator, string RequestId), long> Ends { get; } = [];
}

/// <summary>One group. See <see cref="HotGrain{TState,TCommand,TOutcome,TFacts}"/> for how it commits.</summary>
[GrainType("silo.groupbuys.group")]
internal sealed class GroupGrain(IdSource ids, ShopClock clock)
    : HotGrain<GroupBuyState, GroupCommand, GroupOutcome, GroupFacts>, IGroupGrain
{
    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(10);
    private TaskCompletionSource changed = NewSignal();

    protected override StateKey Key => GroupKeys.StateOf(GroupId);

    private long GroupId => GroupKeys.IdOf(this.GetPrimaryKeyString());

    public async Task<GroupOutcome> RunAsync(GroupCommand command) => (await SubmitAsync([command]))[0];

    public Task<JoinedOutcome<GroupOutcome>> RunJoinedAsync(GroupCommand command, JoinedCommand joined) =>
        SubmitJoinedAsync(command, joined);

    public async Task<GroupProgress?> WatchAsync(GroupProgress? seen)
    {
        await LoadStateAsync();
        if (State.Exists && GroupProgress.Of(State, clock.NowMs) == seen)
        {
            try
            {
                await changed.Task.WaitAsync(LongestWatch, clock.Time);
            }
            catch (TimeoutException)
            {
                // The caller asks again; a grain that moved meanwhile is found anew by that.
            }
        }

        LeaveIfNeverWritten();
        return State.Exists ? GroupProgress.Of(State, clock.NowMs) : null;
    }

    protected override async ValueTask<GroupFacts> LoadAsync(IUnits reads, IReadOnlyList<GroupCommand> batch)
    {
        var facts = new GroupFacts { Now = clock.NowMs };
        var orders = batch.Select(OrderOf).Where(o => o != 0).ToArray();
        if (State.Exists && orders.Length > 0)
        {
            await reads.ReadAsync(r => LoadSeatsAsync(r, batch, orders, facts), CancellationToken.None);
        }

        var ends = batch.OfType<EndCommand>().Where(c => c.RequestId.Length > 0).ToArray();
        if (ends.Length > 0)
        {
            await reads.ReadAsync(r => LoadEndsAsync(r, ends, facts), CancellationToken.None);
        }

        return facts;
    }

    /// <summary>
    /// A group is opened under a lock of its campaign that all openers share, so that none is opened after the campaign's
    /// end; a user's seats in other groups are counted under his.
    /// </summary>
    protected override bool Locks(GroupCommand command) => command switch
    {
        OpenCommand => true,
        ReserveCommand => State.Terms.SeatsPerUser > 0,
        // What has lapsed and is not stored as that yet is like what has lapsed.
        TakeCommand take => State.Terms.SeatsPerUser > 0 && State.Seats.All(s =>
            s.OrderId != take.OrderId || (s.Status == SeatStatus.Reserved && s.Until <= clock.NowMs)),
        _ => false,
    };

    protected override async Task<IReadOnlySet<GroupCommand>> LockAsync(
        Unit unit, IReadOnlyList<GroupCommand> batch, GroupFacts facts)
    {
        foreach (var command in batch)
        {
            if (command is OpenCommand open)
            {
                var rows = await unit.LockSharedAsync<CampaignRow>([open.CampaignId], CancellationToken.None);
                facts.Campaign = rows.GetValueOrDefault(open.CampaignId);
            }
            else if (UserOf(command, facts) is var user and > 0 && Locks(command))
            {
                facts.Elsewhere = await GroupReads.CountSeatsAsync(unit, State.CampaignId, user, GroupId, facts.Now);
            }
        }

        return new HashSet<GroupCommand>();
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
            return (draft, Refuse(GroupBuysRefusals.Unknown));
        }

        if (command is EndCommand { RequestId.Length: > 0 } end && facts.Ends.TryGetValue((end.OperatorId, end.RequestId), out var hash))
        {
            return (draft, hash == end.RequestHash
                ? new() { GroupId = GroupId, Repeated = true }
                : Refuse(Refusals.RequestIdReused));
        }

        var steps = new GroupSteps(draft);
        var outcome = Decide(steps, command, facts);
        if (outcome.Refusal is not null)
        {
            return (draft, outcome);
        }

        Write(draft, steps, rows);
        switch (command)
        {
            case EndCommand { OperatorId: > 0 } audited:
                rows.Append(Audit(audited, draft, steps.State, facts.Now));
                facts.Ends[(audited.OperatorId, audited.RequestId)] = audited.RequestHash;
                break;
            case ReserveCommand when !outcome.Repeated:
                rows.Enqueue(
                    GroupExpiry.WorkKind,
                    string.Create(CultureInfo.InvariantCulture, $"{GroupId}:{outcome.OrderId}"),
                    outcome.ReservedUntil,
                    GroupExpiry.Payload(GroupId, outcome.ReservedUntil));
                break;
        }

        return (steps.State, outcome with
        {
            GroupId = GroupId,
            Version = draft.Version,
            Terms = draft.Terms,
            IsComplete = steps.State.Status == GroupStatus.Completed,
        });
    }

    protected override Refusal? RefusalOf(GroupOutcome outcome) => outcome.Refusal;

    protected override void OnCommitted()
    {
        var signal = changed;
        changed = NewSignal();
        signal.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static GroupOutcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    private static long OrderOf(GroupCommand command) => command switch
    {
        ReserveCommand reserve => reserve.OrderId,
        TakeCommand take => take.OrderId,
        ReleaseCommand release => release.OrderId,
        LeaveCommand leave => leave.OrderId,
        _ => 0,
    };

    private static long UserOf(GroupCommand command, GroupFacts facts) => command switch
    {
        ReserveCommand reserve => reserve.UserId,
        TakeCommand take => facts.Seats.FirstOrDefault(s => s.OrderId == take.OrderId)?.UserId ?? 0,
        _ => 0,
    };

    /// <summary>What is made here begins with a blank, which no caller can send.</summary>
    private static string RequestIdOf(ReserveCommand command) =>
        command.RequestId.Length > 0 ? command.RequestId : $" {command.OrderId:x}";

    private static GroupOutcome Decide(GroupSteps steps, GroupCommand command, GroupFacts facts)
    {
        switch (command)
        {
            case ReserveCommand reserve:
                var asked = new SeatAsked(
                    reserve.UserId, reserve.OrderId, reserve.GoodsId, reserve.Pieces, reserve.Until, RequestIdOf(reserve), reserve.RequestHash);
                var first = facts.Seats.FirstOrDefault(s =>
                    s.OrderId == asked.OrderId || (s.UserId == asked.UserId && s.RequestId == asked.RequestId));
                var (refused, seat, again) = GroupRules.Reserve(steps, asked, first, facts.Elsewhere, facts.Now);
                return new() { Refusal = refused, OrderId = seat?.OrderId ?? 0, ReservedUntil = seat?.Until ?? 0, Repeated = again };
            case ExpireCommand expire:
                GroupRules.Advance(steps, Math.Max(facts.Now, expire.Now));
                return new();
            case EndCommand:
                return new() { Refusal = GroupRules.End(steps, facts.Now) };
        }

        var order = OrderOf(command);
        var stored = facts.Seats.FirstOrDefault(s => s.OrderId == order);
        var (refusal, repeated) = command switch
        {
            TakeCommand => GroupRules.Take(steps, order, stored, facts.Elsewhere, facts.Now),
            ReleaseCommand => GroupRules.Release(steps, order, stored, facts.Now),
            LeaveCommand => GroupRules.Leave(steps, order, stored, facts.Now),
            _ => throw new NotSupportedException(command.GetType().Name),
        };
        return new() { Refusal = refusal, OrderId = order, Repeated = repeated };
    }

    private static async Task<bool> LoadEndsAsync(IReads reads, EndCommand[] ends, GroupFacts facts)
    {
        var (rpc, operators, requests) = (
            ends[0].Rpc, ends.Select(e => e.OperatorId).Distinct().ToArray(), ends.Select(e => e.RequestId).ToArray());
        var entries = await reads.Query<AuditEntry>()
            .Where(a => a.Rpc == rpc && operators.Contains(a.OperatorId) && requests.Contains(a.RequestId)).ToListAsync();
        foreach (var entry in entries)
        {
            facts.Ends[(entry.OperatorId, entry.RequestId)] = entry.RequestHash;
        }

        return true;
    }

    private async Task<bool> LoadSeatsAsync(
        IReads reads, IReadOnlyList<GroupCommand> batch, long[] orders, GroupFacts facts)
    {
        var id = GroupId;
        var reserve = batch.OfType<ReserveCommand>().FirstOrDefault();
        var (user, request) = (reserve?.UserId ?? 0, reserve is null ? "" : RequestIdOf(reserve));
        var rows = await reads.Query<SeatRow>()
            .Where(s => s.GroupId == id && (orders.Contains(s.OrderId) || (s.UserId == user && s.RequestId == request))).ToListAsync();
        facts.Seats.AddRange(rows.Select(r => r.Seat));
        return true;
    }

    private (GroupBuyState State, GroupOutcome Outcome) DecideOpen(
        GroupBuyState draft, OpenCommand command, GroupFacts facts, Rows rows)
    {
        if (facts.Campaign is not { } campaign)
        {
            return (draft, Refuse(GroupBuysRefusals.CampaignUnknown));
        }

        if (GroupRules.OpenRefusal(campaign.Enabled, campaign.Over, campaign.OpenUntil, facts.Now) is { } refusal)
        {
            return (draft, Refuse(refusal));
        }

        var state = GroupRules.Open(campaign.Id, campaign.Version, GroupBuysWire.Terms(campaign), command.UserId, facts.Now);
        rows.Append(GroupRow.Of(GroupId, state));
        if (command.RequestId.Length > 0)
        {
            rows.Append(new OpeningRow
            {
                UserId = command.UserId,
                RequestId = command.RequestId,
                RequestHash = command.RequestHash,
                GroupId = GroupId,
            });
        }

        rows.Enqueue(
            GroupExpiry.WorkKind,
            GroupId.ToString(CultureInfo.InvariantCulture),
            state.EndsAt,
            GroupExpiry.Payload(GroupId, state.EndsAt));
        return (state, new() { GroupId = GroupId, Version = state.Version, Terms = state.Terms });
    }

    private void Write(GroupBuyState draft, GroupSteps steps, Rows rows)
    {
        foreach (var seat in steps.Changed)
        {
            rows.Put(SeatRow.Of(GroupId, draft.CampaignId, seat));
        }

        foreach (var (kind, seat) in steps.Works)
        {
            rows.Enqueue(
                kind,
                GroupWork.KeyOf(kind, seat.OrderId),
                clock.NowMs,
                new GroupOrderWork(GroupId, seat.OrderId, seat.UserId, draft.Terms.RefundTo).Write());
        }

        if (!ReferenceEquals(draft, steps.State))
        {
            rows.Put(GroupRow.Of(GroupId, steps.State));
        }
    }

    private AuditEntry Audit(EndCommand command, GroupBuyState before, GroupBuyState after, long now)
    {
        var id = ids.Next();
        return new()
        {
            Id = id,
            At = now,
            OperatorId = command.OperatorId,
            Rpc = command.Rpc,
            Subject = $"group:{GroupId}",
            Reason = command.Reason,
            Before = JsonFormatter.Default.Format(GroupBuysWire.Group(GroupId, before, now)),
            After = JsonFormatter.Default.Format(GroupBuysWire.Group(GroupId, after, now)),
            RequestId = command.RequestId.Length > 0 ? command.RequestId : $" {id:x}",
            RequestHash = command.RequestHash,
        };
    }
}

/// <summary>Names of groups.</summary>
internal static class GroupKeys
{
    private const string Prefix = "group:";

    /// <summary>The grain's key; it begins with a letter that is no hexadecimal digit.</summary>
    public static string Of(long groupId) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{groupId}");

    public static long IdOf(string key) => long.Parse(key.AsSpan(Prefix.Length), CultureInfo.InvariantCulture);

    public static StateKey StateOf(long groupId) => new(GroupBuyState.Name, Of(groupId));

    public static IGroupGrain GetGroup(this IGrainFactory grains, long groupId) => grains.GetGrain<IGroupGrain>(Of(groupId));
}
