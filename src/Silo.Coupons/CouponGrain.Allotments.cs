using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Coupons;

/// <content>What other modules take from the stock, and give back.</content>
internal sealed partial class CouponGrain
{
    private static async Task LoadAllotmentsAsync(IReads reads, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        var allotments = batch.OfType<AllotCommand>().Select(c => c.AllotmentId).ToArray();
        if (allotments.Length > 0)
        {
            facts.Allotments.UnionWith(await reads.Query<AllotmentRow>()
                .Where(a => allotments.Contains(a.Id)).Select(a => a.Id).ToListAsync());
        }
    }

    /// <summary>Decides an allotment, once for each id.</summary>
    private (CouponState State, CouponOutcome Outcome) DecideAllotment(
        CouponState draft, AllotCommand command, CouponFacts facts, Rows rows)
    {
        var next = draft;
        if (!facts.Allotments.Contains(command.AllotmentId))
        {
            var decision = CouponRules.Allot(draft, command.Quantity);
            if (!decision.IsAccepted)
            {
                return (draft, CouponOutcome.Refused(decision.Refusal));
            }

            next = decision.Value;
            facts.Allotments.Add(command.AllotmentId);
            rows.Append(new AllotmentRow
            {
                Id = command.AllotmentId,
                CouponId = CouponId,
                Quantity = command.Quantity,
                At = facts.Now,
            });
        }

        return (next, new()
        {
            CouponId = CouponId,
            Allotted = new()
            {
                CouponId = CouponId,
                Version = next.Version,
                DrawnFrom = next.Terms.AmountCents,
                DrawnTo = next.Terms.IsDrawn ? next.Terms.AmountMaxCents : 0,
            },
        });
    }
}
