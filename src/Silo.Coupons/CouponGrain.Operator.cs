using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <content>What operators do: changes, issues, imports of cards.</content>
internal sealed partial class CouponGrain
{
    private async Task LoadWritesAsync(IReads reads, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        facts.Log = await OperatorLog.ReadAsync(reads, batch.OfType<IOperatorCommand>(), CancellationToken.None);
        long[] goods = [.. batch.OfType<ChangeCommand>().SelectMany(GoodsOf).Distinct()];
        facts.Goods = await catalog.ExistingAsync(reads, goods, CancellationToken.None);
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
            _ => DecideChange(draft, change!, facts, rows),
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

    private static IEnumerable<long> GoodsOf(ChangeCommand command) => CouponTarget.GoodsOf(command.Terms?.Targets ?? []);

    private Result<(CouponState Next, int Count)> DecideChange(CouponState draft, ChangeCommand command, CouponFacts facts, Rows rows)
    {
        var decision = command switch
        {
            { Create: true, Terms: { } terms } => CouponRules.Create(terms, facts.Now, Clock),
            { Terms: { } terms } => CouponRules.Update(draft, terms, command.ExpectedVersion, facts.Now, Clock),
            _ => CouponRules.SetEnabled(draft, command.Enabled, facts.Now),
        };
        if (!decision.IsAccepted)
        {
            return decision.Refusal;
        }

        // Also those that were targets before: of a coupon that was over they may be gone.
        if (!facts.Goods.IsSupersetOf(GoodsOf(command)))
        {
            return CatalogRefusals.GoodsUnknown;
        }

        catalog.Keep(rows, GoodsOf(command));
        return (decision.Value, 0);
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
