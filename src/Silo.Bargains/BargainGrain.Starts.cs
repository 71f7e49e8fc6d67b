using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <content>Starts, and how a bargain is dropped again.</content>
internal sealed partial class BargainGrain
{
    private async Task LoadStartsAsync(IReads reads, StartCommand[] starts, BargainFacts facts)
    {
        if (starts.Length == 0)
        {
            return;
        }

        var key = MyKey;
        facts.StockLeft = (await reads.Query<StockRow>().SingleOrDefaultAsync(s => s.CampaignId == key.CampaignId))?.Left ?? 0;
        var requests = starts.Where(s => s.RequestId.Length > 0).Select(s => s.RequestId).ToArray();
        if (requests.Length > 0)
        {
            var rows = await reads.Query<BargainRow>().Where(b => b.InitiatorId == key.InitiatorId
                && b.CampaignId == key.CampaignId && requests.Contains(b.RequestId)).ToListAsync();
            rows.ForEach(row => facts.Started[row.RequestId] = BargainReads.View(row));
            var scope = key.StartScope;
            facts.CountAnswered(key.InitiatorId, await reads.Query<AcceptedRequest>()
                .CountAsync(a => a.Scope == scope && a.CallerId == key.InitiatorId));
            var answered = await reads.Query<AcceptedRequest>()
                .Where(a => a.Scope == scope && a.CallerId == key.InitiatorId && requests.Contains(a.RequestId))
                .Join(reads.Query<BargainRow>(), a => a.Answer, b => b.Id, (a, b) => new { a.RequestId, Bargain = b }).ToListAsync();
            answered.ForEach(a => facts.Started[a.RequestId] = BargainReads.View(a.Bargain));
        }
    }

    /// <summary>The requests that have cleared before, and whether an order holds the bargain. One that the batch itself starts has none.</summary>
    private async Task LoadClearsAsync(IReads reads, ClearCommand[] clears, BargainFacts facts)
    {
        if (clears.Length == 0)
        {
            return;
        }

        var (key, bargainId) = (MyKey, State.BargainId);
        var requests = clears.Where(c => c.RequestId.Length > 0).Select(c => c.RequestId).ToArray();
        if (requests.Length > 0)
        {
            var scope = key.ClearScope;
            (await reads.Query<AcceptedRequest>()
                .Where(a => a.Scope == scope && a.CallerId == key.InitiatorId && requests.Contains(a.RequestId))
                .Select(a => a.RequestId).ToListAsync()).ForEach(facts.Clear);
        }

        if (State.Exists && await reads.Query<BargainOrderRow>().AnyAsync(
            o => o.BargainId == bargainId && o.State < BargainOrderState.GivenBack))
        {
            facts.Ordered = bargainId;
        }
    }

    private (BargainState State, BargainOutcome Outcome) DecideStart(
        BargainState draft, StartCommand command, BargainFacts facts, Rows rows)
    {
        if (facts.Started.TryGetValue(command.RequestId, out var first) && first.Id != draft.BargainId)
        {
            return (draft, new() { Bargain = first });
        }

        if (draft.Exists)
        {
            var present = BargainView.Of(MyKey, draft);
            if (command.RequestId.Length > 0 && command.RequestId != draft.RequestId
                && facts.Started.TryAdd(command.RequestId, present) && facts.KeepsAnswered(MyKey.InitiatorId))
            {
                rows.Append(Accepted(MyKey.StartScope, MyKey.InitiatorId, command, draft.BargainId, facts.Now));
            }

            return (draft, new() { Bargain = present });
        }

        if (facts.Campaign is not { } campaign)
        {
            return (draft, BargainOutcome.Refused(BargainsRefusals.CampaignUnknown));
        }

        if (BargainRules.StartRefusal(draft, campaign, facts.StockLeft, facts.Now) is { } refusal)
        {
            return (draft, BargainOutcome.Refused(refusal));
        }

        var id = Ids.Next();
        var plan = BargainRules.Plan(campaign.Terms, RandomNumberGenerator.GetInt32);
        var next = BargainRules.Start(draft, campaign, id, OwnRequestId.Or(command.RequestId, id), plan, facts.Now);
        rows.Append(RowOf(next, clearedAt: 0));
        var started = BargainView.Of(MyKey, next);
        facts.Started[next.RequestId] = started;
        return (next, new() { Bargain = started });
    }

    private (BargainState State, BargainOutcome Outcome) DecideClear(
        BargainState draft, ClearCommand command, BargainFacts facts, Rows rows)
    {
        if (facts.HasCleared(command.RequestId))
        {
            return (draft, new());
        }

        if (BargainRules.ClearRefusal(draft, draft.Exists && draft.BargainId == facts.Ordered) is { } refusal)
        {
            return (draft, BargainOutcome.Refused(refusal));
        }

        if (command.RequestId.Length > 0)
        {
            rows.Append(Accepted(MyKey.ClearScope, MyKey.InitiatorId, command, draft.BargainId, facts.Now));
            facts.Clear(command.RequestId);
        }

        rows.Put(RowOf(draft, clearedAt: facts.Now));
        return (BargainRules.AfterClear(draft, facts.Now), new());
    }
}
