using System.Security.Cryptography;
using System.Text.Json;
using Silo.Catalog;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Lotteries;

/// <content>What operators do.</content>
internal sealed partial class LotteryGrain
{
    /// <summary>Decides an operator's write, once for each request id, and notes it in the audit log.</summary>
    private (LotteryState State, LotteryOutcome Outcome) DecideChange(
        LotteryState draft, LotteryChangeCommand command, LotteryFacts facts, Rows rows)
    {
        if (!draft.Exists && command.Change != LotteryChange.Create)
        {
            return (draft, LotteryOutcome.Refused(LotteriesRefusals.Unknown));
        }

        if (facts.Log!.FirstAnswer(command) is { } first)
        {
            return (draft, first.IsAccepted ? new() { Lottery = first.Value } : LotteryOutcome.Refused(first.Refusal));
        }

        var decision = Decision(draft, command, facts);
        if (!decision.IsAccepted)
        {
            return (draft, LotteryOutcome.Refused(decision.Refusal));
        }

        var next = decision.Value;
        WriteRows(draft, next, command, rows, facts.Now);
        var after = LotteriesWire.Json(LotteryId, next);
        rows.Append(facts.Log.Write(
            command,
            Ids.Next(),
            facts.Now,
            $"lottery:{LotteryId}",
            draft.Exists ? LotteriesWire.Json(LotteryId, draft) : null,
            after));
        return (next, new() { Lottery = after });
    }

    private Result<LotteryState> Decision(LotteryState draft, LotteryChangeCommand command, LotteryFacts facts)
    {
        var now = facts.Now;
        switch (command.Change)
        {
            case LotteryChange.SetEnabled:
                return LotteryRules.SetEnabled(draft, command.Enabled, now);
            case LotteryChange.End:
                return LotteryRules.End(draft, now);
        }

        if (LotteryRules.SavingRefusal(draft, command.Terms, command.ExpectedVersion, now) is { } refusal)
        {
            return refusal;
        }

        if (!facts.Goods.IsSupersetOf(LotteryRules.NewGoods(draft.Terms, command.Terms)))
        {
            return CatalogRefusals.GoodsUnknown;
        }

        if (WithCoupons(draft, command) is not { } terms)
        {
            return LotteriesRefusals.VersionStale;
        }

        return draft.Exists
            ? LotteryRules.Update(draft, terms, now)
            : LotteryRules.Create(
                terms,
                RandomNumberGenerator.GetBytes(LotteryNumbers.KeyBytes),
                RandomNumberGenerator.GetBytes(LotteryNumbers.KeyBytes),
                now);
    }

    /// <summary>
    /// The terms with the ids of new prizes and what was taken from coupons; null where that does not fit any more, because
    /// somebody else has changed the prizes meanwhile.
    /// </summary>
    private LotteryTerms? WithCoupons(LotteryState draft, LotteryChangeCommand command)
    {
        var prizes = command.Terms.Prizes.ToArray();
        for (var place = 0; place < prizes.Length; place++)
        {
            var prize = prizes[place];
            var (take, needed) = (command.Takes.SingleOrDefault(t => t.Place == place), LotteryRules.Needed(draft.Terms, prize));
            if ((take?.Quantity ?? 0) != Math.Max(0, needed))
            {
                return null;
            }

            prizes[place] = prize with
            {
                Id = prize.Id == 0 ? Ids.Next() : prize.Id,
                Coupon = take?.Coupon ?? draft.Terms.Prizes.SingleOrDefault(p => p.Id == prize.Id)?.Coupon,
            };
        }

        return command.Terms with { Prizes = prizes };
    }

    /// <summary>The rows of a change: what is searched, a new rule, what coupons get back, and the end.</summary>
    private void WriteRows(LotteryState draft, LotteryState next, LotteryChangeCommand command, Rows rows, long now)
    {
        rows.Put(new LotteryRow
        {
            Id = LotteryId,
            Title = next.Terms.Title,
            SearchTitle = SearchText.Normalise(next.Terms.Title),
            CreatedAt = next.CreatedAt,
        });
        if (next.RuleVersion != draft.RuleVersion)
        {
            rows.Append(new RuleRow
            {
                LotteryId = LotteryId,
                Version = next.RuleVersion,
                FirstPosition = next.Draws + 1,
                IsDeck = next.Terms.IsDeck,
                Prizes = JsonSerializer.Serialize(next.Terms.Prizes),
            });
        }

        foreach (var take in command.Takes)
        {
            rows.Append(new SettledRow { AllocationId = take.AllocationId, LotteryId = LotteryId });
        }

        var offered = next.Closed ? [] : next.Terms.Prizes;
        catalog.Keep(rows, LotteryRules.NewGoods(draft.Terms, next.Terms));
        WriteGoods(draft, offered, rows);
        GiveBackWhatIsLeft(draft, offered, rows, now);
        if (!next.Closed && next.Terms.EndsAt != draft.Terms.EndsAt)
        {
            rows.Enqueue(LotteriesWork.Close, $"{LotteryId}:{next.Version}", next.Terms.EndsAt, LotteryId);
        }
    }
}
