using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <content>What operators do: changes, issues, imports of cards.</content>
internal sealed partial class CouponGrain
{
    private static async Task LoadWritesAsync(IReads reads, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        facts.Log = await OperatorLog.ReadAsync(reads, batch.OfType<IOperatorCommand>(), CancellationToken.None);
        var numbers = batch.OfType<ImportCardsCommand>().SelectMany(c => c.Numbers).Distinct().ToArray();
        if (numbers.Length > 0)
        {
            facts.CardNumbers.UnionWith(
                await reads.Query<CardRow>().Where(c => numbers.Contains(c.Number)).Select(c => c.Number).ToListAsync());
        }
    }

    /// <summary>Decides an operator's write, once for each request id, and notes it in the audit log.</summary>
    private (CouponState State, CouponOutcome Outcome) DecideWrite(
        CouponState draft, IOperatorCommand command, CouponFacts facts, Rows rows)
    {
        var change = command as ChangeCommand;
        if (!draft.Exists && change is not { Create: true })
        {
            return (draft, CouponOutcome.Refused(CouponsRefusals.Unknown));
        }

        if (facts.Log!.FirstAnswer(command) is { } first)
        {
            return (draft, first.IsAccepted
                ? CouponJson.Read(first.Value).AnswerTo(change?.Terms?.Password ?? draft.Terms.Password)
                : CouponOutcome.Refused(first.Refusal));
        }

        var decision = command switch
        {
            IssueCommand issue => DecideIssue(draft, issue, facts, rows),
            ImportCardsCommand import => DecideImport(draft, import, facts, rows),
            _ => DecideChange(draft, change!, facts.Now),
        };
        if (!decision.IsAccepted)
        {
            return (draft, CouponOutcome.Refused(decision.Refusal));
        }

        var (next, count) = decision.Value;
        rows.Append(facts.Log.Write(
            command,
            Ids.Next(),
            facts.Now,
            $"coupon:{CouponId}",
            draft.Exists ? CouponJson.Write(CouponId, draft, 0) : null,
            CouponJson.Write(CouponId, next, count)));
        rows.Put(CouponRow.Of(CouponId, next));
        if (next.Version != draft.Version)
        {
            rows.Append(CouponTermsRow.Of(CouponId, next));
        }

        return (next, new() { CouponId = CouponId, Coupon = next, Count = count });
    }

    private Result<(CouponState Next, int Count)> DecideChange(CouponState draft, ChangeCommand command, long now)
    {
        var decision = command switch
        {
            { Create: true, Terms: { } terms } => CouponRules.Create(terms, now, Clock),
            { Terms: { } terms } => CouponRules.Update(draft, terms, command.ExpectedVersion, now, Clock),
            _ => CouponRules.SetEnabled(draft, command.Enabled, now),
        };
        return decision.IsAccepted ? (decision.Value, 0) : decision.Refusal;
    }

    private Result<(CouponState Next, int Count)> DecideIssue(CouponState draft, IssueCommand command, CouponFacts facts, Rows rows)
    {
        var decision = CouponRules.Issue(draft, command.Users.Length, command.AsManyAsLeft);
        if (!decision.IsAccepted)
        {
            return decision.Refusal;
        }

        var next = draft;
        foreach (var user in command.Users.Take(decision.Value))
        {
            Give(draft, user, "", 0, UserCouponOrigin.Issue, facts, rows);
            next = CouponRules.AfterGiving(next, firstOfUser: CouponRules.OfStock(facts.UserCouponsOf(user)) == 1);
        }

        return (next, decision.Value);
    }

    private Result<(CouponState Next, int Count)> DecideImport(
        CouponState draft, ImportCardsCommand command, CouponFacts facts, Rows rows)
    {
        var numbers = command.Numbers;
        if (numbers.Distinct(StringComparer.Ordinal).Count() < numbers.Length || numbers.Any(facts.CardNumbers.Contains))
        {
            return CouponsRefusals.CardNumberTaken;
        }

        var decision = CouponRules.Allocate(draft, numbers.Length);
        if (!decision.IsAccepted)
        {
            return decision.Refusal;
        }

        facts.CardNumbers.UnionWith(numbers);
        for (var i = 0; i < numbers.Length; i++)
        {
            rows.Append(new CardRow
            {
                Number = numbers[i],
                Hash = command.Hashes[i],
                CouponId = CouponId,
                ImportedAt = facts.Now,
            });
        }

        return (decision.Value, numbers.Length);
    }
}
