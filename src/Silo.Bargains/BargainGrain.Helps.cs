using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <content>Helps: guessed to be their helper's first, and counted under a lock where they are limited.</content>
internal sealed partial class BargainGrain
{
    /// <summary>Helpers who are remembered; bounded, so that the grain does not grow with helps.</summary>
    private const int HelpersRemembered = 4096;

    private readonly LruCache<(long Bargain, long Helper), GivenHelp> remembered = new(HelpersRemembered);

    /// <summary>
    /// Takes helpers whom nobody remembers not to have helped. If they have, the key of their help is taken, and if that is
    /// why they were refused, the refusal is not sure.
    /// </summary>
    protected override bool TryGuess(IReadOnlyList<BargainCommand> batch, out BargainFacts facts)
    {
        facts = null!;
        if (!State.Exists
            || campaigns.FindAsync(MyKey.CampaignId, CancellationToken.None) is not { IsCompletedSuccessfully: true } campaign)
        {
            return false;
        }

        facts = new BargainFacts { Now = Clock.NowMs, Campaign = campaign.Result };
        foreach (var command in batch)
        {
            if (command is not HelpCommand help)
            {
                return false;
            }

            if (!remembered.TryGet((State.BargainId, help.HelperId), out var given))
            {
                if (State.Starts > 1 && help.RequestId.Length > 0)
                {
                    // The request may have been answered for an earlier bargain with another one's help: no key says so.
                    return false;
                }

                facts.Guessed.Add(help.HelperId);
            }
            else if (help.RequestId.Length == 0 || help.RequestId == given.RequestId)
            {
                facts.Know(help.HelperId, given);
            }
            else
            {
                // Its request may be one of an earlier bargain, which is only known from the rows.
                return false;
            }
        }

        return true;
    }

    protected override bool IsSure(BargainCommand command, BargainOutcome outcome, BargainFacts facts) =>
        outcome.Help is not null || !facts.Guessed.Contains(((HelpCommand)command).HelperId);

    protected override void Remember(BargainFacts facts)
    {
        foreach (var (key, help) in facts.Helps)
        {
            remembered.Set(key, help);
        }
    }

    protected override void ForgetFacts() => remembered.Clear();

    private static GivenHelp Given(HelpRow row) => new()
    {
        BargainId = row.BargainId,
        Ordinal = row.Ordinal,
        CutCents = row.CutCents,
        PriceCents = row.PriceCents,
        Remark = row.Remark,
        At = row.At,
        RequestId = row.RequestId,
        RequestHash = row.RequestHash,
    };

    private static BargainOutcome Helped(long helperId, GivenHelp help, bool isRepeat, BargainFacts facts) => new()
    {
        Help = new()
        {
            HelperId = helperId,
            GoodsId = facts.Campaign!.Terms.GoodsId,
            Ordinal = help.Ordinal,
            CutCents = help.CutCents,
            PriceCents = help.PriceCents,
            Remark = help.Remark,
            At = help.At,
        },
        Repeated = isRepeat,
    };

    /// <summary>The helpers of a batch whose helps are limited, ascending; empty where none are.</summary>
    private long[] LimitedHelpers(IReadOnlyList<BargainCommand> batch, Campaign? campaign) =>
        batch.Any(Locks) && (State.Terms.HelpsPerUser > 0 || campaign?.Terms.HelpsPerUser > 0)
            ? [.. batch.OfType<HelpCommand>().Select(h => h.HelperId).Distinct().Order()]
            : [];

    private async Task LoadHelpsAsync(IReads reads, HelpCommand[] helps, BargainFacts facts)
    {
        if (helps.Length == 0)
        {
            return;
        }

        var (key, bargainId) = (MyKey, State.BargainId);
        var helpers = helps.Select(h => h.HelperId).Distinct().ToArray();
        var requests = helps.Where(h => h.RequestId.Length > 0).Select(h => h.RequestId).ToArray();
        var rows = await reads.Query<HelpRow>().Where(h => h.BargainId == bargainId && helpers.Contains(h.HelperId)).ToListAsync();
        if (requests.Length > 0)
        {
            rows.AddRange(await reads.Query<HelpRow>().Where(h => helpers.Contains(h.HelperId)
                && h.CampaignId == key.CampaignId && h.InitiatorId == key.InitiatorId && requests.Contains(h.RequestId)).ToListAsync());
        }

        foreach (var row in rows)
        {
            facts.Know(row.HelperId, Given(row));
        }

        if (requests.Length > 0)
        {
            await LoadAnsweredAsync(reads, helpers, requests, facts);
        }
    }

    /// <summary>The requests that were answered with a help that was there, for this or an earlier bargain.</summary>
    private async Task LoadAnsweredAsync(IReads reads, long[] helpers, string[] requests, BargainFacts facts)
    {
        var scope = MyKey.HelpScope;
        var counts = await reads.Query<AcceptedRequest>().Where(a => a.Scope == scope && helpers.Contains(a.CallerId))
            .GroupBy(a => a.CallerId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync();
        if (counts.Count == 0)
        {
            return;
        }

        counts.ForEach(c => facts.CountAnswered(c.Key, c.Count));
        var answered = await reads.Query<AcceptedRequest>().Where(
            a => a.Scope == scope && helpers.Contains(a.CallerId) && requests.Contains(a.RequestId)).ToListAsync();
        if (answered.Count == 0)
        {
            return;
        }

        var bargains = answered.Select(a => a.Answer).Distinct().ToArray();
        var helps = (await reads.Query<HelpRow>().Where(h => bargains.Contains(h.BargainId) && helpers.Contains(h.HelperId))
            .ToListAsync()).ToDictionary(h => (h.BargainId, h.HelperId));
        foreach (var a in answered)
        {
            facts.Answer(a.CallerId, a.RequestId, a.RequestHash, Given(helps[(a.Answer, a.CallerId)]));
        }
    }

    /// <summary>Holds the helpers whom no other bargain holds, and counts their helps in the campaign behind that.</summary>
    private void StageHelpers(Stage stage, BargainFacts facts)
    {
        long[] helpers = [.. facts.HelperRows.Keys];
        facts.Held = stage.Lock<HelperRow>([.. facts.HelperRows.Values], RowLock.SkipLocked);
        facts.Counts = stage.Numbers(
            $"""
            SELECT helper_id, count(*) FROM bargains_helps WHERE campaign_id = {MyKey.CampaignId} AND helper_id IN {helpers}
            GROUP BY helper_id
            """);
    }

    private (BargainState State, BargainOutcome Outcome) DecideHelp(
        BargainState draft, HelpCommand command, BargainFacts facts, Rows rows)
    {
        var helper = facts.HelperOf(draft.BargainId, command);
        var (refusal, repeat) = BargainRules.Help(draft, command, helper, facts.Campaign, facts.Now);
        if (refusal is not null)
        {
            return (draft, BargainOutcome.Refused(refusal));
        }

        if (repeat is not null)
        {
            if (helper.OfRequest is null && command.RequestId.Length > 0 && facts.KeepsAnswered(command.HelperId))
            {
                rows.Append(Accepted(MyKey.HelpScope, command.HelperId, command, repeat.BargainId, facts.Now));
                facts.Answer(command.HelperId, command.RequestId, command.RequestHash, repeat);
            }

            // The request that gave the help is answered as it was; another one is told that it came too late.
            return (draft, Helped(command.HelperId, repeat, isRepeat: repeat.RequestId != command.RequestId, facts));
        }

        var cut = BargainRules.NextCut(draft, RandomNumberGenerator.GetInt32);
        var next = BargainRules.AfterCut(draft, cut, facts.Now);
        var row = NewHelp(next, cut, command, facts);
        rows.Append(row);
        facts.Give(command.HelperId, Given(row));
        if (next.IsAtFloor)
        {
            rows.Put(RowOf(next, clearedAt: 0));
        }

        return (next, Helped(command.HelperId, Given(row), isRepeat: false, facts));
    }

    private HelpRow NewHelp(BargainState next, long cut, HelpCommand command, BargainFacts facts) => new()
    {
        BargainId = next.BargainId,
        HelperId = command.HelperId,
        CampaignId = MyKey.CampaignId,
        InitiatorId = MyKey.InitiatorId,
        Ordinal = next.Helps,
        CutCents = cut,
        PriceCents = next.PriceCents,
        Remark = command.Remark,
        At = facts.Now,
        RequestId = OwnRequestId.Or(command.RequestId, next.BargainId),
        RequestHash = command.RequestHash,
    };
}
