using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>An operator's writes of the rules by which points are given.</summary>
internal static class PointsRulesWrites
{
    private const int MaxRules = 200;

    public static async Task<Result<OperatorChange<PointsRuleRow>>> CreateAsync(
        Unit unit, PointsRuleTerms terms, CancellationToken cancellation)
    {
        // Locks the tag, so that operators' writes go one after the other.
        await unit.InvalidateAsync(PointsRulesReads.CacheTag, cancellation);
        if (LacksLimit(terms))
        {
            return PointsRefusals.LimitMissing;
        }

        if (await IsTakenAsync(unit, terms, 0, cancellation))
        {
            return PointsRefusals.RuleTaken;
        }

        if (await unit.Query<PointsRuleRow>().CountAsync(cancellation) >= MaxRules)
        {
            return PointsRefusals.RulesFull;
        }

        var row = new PointsRuleRow { Id = unit.NewId(), CreatedAt = unit.NowMs };
        Apply(row, terms);
        unit.Set<PointsRuleRow>().Add(row);
        return Change(row.Id, null, row);
    }

    public static async Task<Result<OperatorChange<PointsRuleRow>>> UpdateAsync(
        Unit unit, long id, PointsRuleTerms terms, int expectedVersion, CancellationToken cancellation)
    {
        await unit.InvalidateAsync(PointsRulesReads.CacheTag, cancellation);
        if (await unit.Set<PointsRuleRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } row)
        {
            return PointsRefusals.RuleUnknown;
        }

        if (expectedVersion != 0 && expectedVersion != row.Version)
        {
            return PointsRefusals.RuleStale;
        }

        if (LacksLimit(terms))
        {
            return PointsRefusals.LimitMissing;
        }

        if (await IsTakenAsync(unit, terms, id, cancellation))
        {
            return PointsRefusals.RuleTaken;
        }

        var before = row.Copy();
        Apply(row, terms);
        return Change(id, before, row);
    }

    public static async Task<Result<OperatorChange<PointsRuleRow>>> DeleteAsync(Unit unit, long id, CancellationToken cancellation)
    {
        await unit.InvalidateAsync(PointsRulesReads.CacheTag, cancellation);
        if (await unit.Set<PointsRuleRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } row)
        {
            return PointsRefusals.RuleUnknown;
        }

        unit.Set<PointsRuleRow>().Remove(row);
        return Change(id, row, new PointsRuleRow());
    }

    private static OperatorChange<PointsRuleRow> Change(long id, PointsRuleRow? before, PointsRuleRow after) =>
        new($"points-rule:{id}", before, after);

    private static bool LacksLimit(PointsRuleTerms terms) =>
        terms.DailyLimit == 0 && PointsRules.NeedsLimit(terms.Event);

    private static Task<bool> IsTakenAsync(Unit unit, PointsRuleTerms terms, long exceptId, CancellationToken cancellation) =>
        unit.Query<PointsRuleRow>().AnyAsync(
            r => r.Event == terms.Event && r.ThresholdCents == terms.ThresholdCents && r.Id != exceptId, cancellation);

    private static void Apply(PointsRuleRow row, PointsRuleTerms terms)
    {
        (row.Event, row.ThresholdCents) = (terms.Event, terms.ThresholdCents);
        (row.Points, row.DailyLimit) = (terms.Points, terms.DailyLimit);
        (row.Disabled, row.Version) = (terms.Disabled, row.Version + 1);
    }
}
