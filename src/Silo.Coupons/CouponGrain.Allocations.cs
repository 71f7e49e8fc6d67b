using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Coupons;

/// <content>What other modules take from the stock, and give back.</content>
internal sealed partial class CouponGrain
{
    private static async Task LoadAllocationsAsync(IReads reads, IReadOnlyList<CouponCommand> batch, CouponFacts facts)
    {
        var allocations = batch.OfType<AllocateCommand>().Select(c => c.AllocationId).ToArray();
        if (allocations.Length > 0)
        {
            facts.Allocations.UnionWith(await reads.Query<AllocationRow>()
                .Where(a => allocations.Contains(a.Id)).Select(a => a.Id).ToListAsync());
        }
    }

    /// <summary>Decides an allocation, once for each id.</summary>
    private (CouponState State, CouponOutcome Outcome) DecideAllocation(
        CouponState draft, AllocateCommand command, CouponFacts facts, Rows rows)
    {
        var next = draft;
        if (!facts.Allocations.Contains(command.AllocationId))
        {
            var decision = CouponRules.Allocate(draft, command.Quantity);
            if (!decision.IsAccepted)
            {
                return (draft, CouponOutcome.Refused(decision.Refusal));
            }

            next = decision.Value;
            facts.Allocations.Add(command.AllocationId);
            rows.Append(new AllocationRow
            {
                Id = command.AllocationId,
                CouponId = CouponId,
                Quantity = command.Quantity,
                At = facts.Now,
            });
        }

        return (next, new()
        {
            CouponId = CouponId,
            Allocated = new()
            {
                CouponId = CouponId,
                Version = next.Version,
                DrawnFrom = next.Terms.AmountCents,
                DrawnTo = next.Terms.IsDrawn ? next.Terms.AmountMaxCents : 0,
            },
        });
    }
}
