using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The rules by which points are given: read from memory until they change, and written by operators.</summary>
internal sealed class PointsRuleStore
{
    public const int MaxRules = 200;
    private const string Topic = "points.rules";
    private readonly VersionedCache<int, List<V1.PointsRule>> cache;

    public PointsRuleStore(IUnits units, Versions versions) => cache = new(
        versions,
        Topic,
        1,
        _ => units.ReadAsync(
            async r => (await r.Query<PointsRuleRow>().OrderBy(x => x.Event).ThenBy(x => x.ThresholdCents).ToListAsync())
                .ConvertAll(PointsWire.Rule),
            CancellationToken.None));

    /// <summary>A page of the rules of an event, or of all, by event and threshold.</summary>
    public async Task<(IReadOnlyList<V1.PointsRule> Page, int Total)> ListAsync(
        V1.PointsEvent happened, bool withDisabled, Paging paging, CancellationToken cancellation)
    {
        var rules = (await cache.GetAsync(0, cancellation))
            .Where(r => (happened == V1.PointsEvent.Unspecified || r.Terms.Event == happened) && (withDisabled || !r.Terms.Disabled))
            .ToList();
        return ([.. rules.Skip(paging.Skip).Take(paging.Take)], rules.Count);
    }

    public static async Task<Result<OperatorChange<V1.PointsRule>>> CreateAsync(
        Unit unit, V1.PointsRuleTerms terms, CancellationToken cancellation)
    {
        // Locks the topic, so that operators' writes go one after the other.
        await unit.TouchAsync(Topic, cancellation);
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
        return Change(row.Id, null, PointsWire.Rule(row));
    }

    public static async Task<Result<OperatorChange<V1.PointsRule>>> UpdateAsync(
        Unit unit, long id, V1.PointsRuleTerms terms, int expectedVersion, CancellationToken cancellation)
    {
        await unit.TouchAsync(Topic, cancellation);
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

        var before = PointsWire.Rule(row);
        Apply(row, terms);
        return Change(id, before, PointsWire.Rule(row));
    }

    public static async Task<Result<OperatorChange<V1.PointsRule>>> DeleteAsync(Unit unit, long id, CancellationToken cancellation)
    {
        await unit.TouchAsync(Topic, cancellation);
        if (await unit.Set<PointsRuleRow>().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } row)
        {
            return PointsRefusals.RuleUnknown;
        }

        unit.Set<PointsRuleRow>().Remove(row);
        return Change(id, PointsWire.Rule(row), new V1.PointsRule());
    }

    private static OperatorChange<V1.PointsRule> Change(long id, V1.PointsRule? before, V1.PointsRule after) =>
        new($"points-rule:{id}", before, after);

    private static bool LacksLimit(V1.PointsRuleTerms terms) =>
        terms.DailyLimit == 0 && PointsRules.NeedsLimit((PointsEvent)terms.Event);

    private static Task<bool> IsTakenAsync(Unit unit, V1.PointsRuleTerms terms, long exceptId, CancellationToken cancellation)
    {
        var happened = (PointsEvent)terms.Event;
        return unit.Query<PointsRuleRow>().AnyAsync(
            r => r.Event == happened && r.ThresholdCents == terms.ThresholdCents && r.Id != exceptId, cancellation);
    }

    private static void Apply(PointsRuleRow row, V1.PointsRuleTerms terms)
    {
        (row.Event, row.ThresholdCents) = ((PointsEvent)terms.Event, terms.ThresholdCents);
        (row.Points, row.DailyLimit) = (terms.Points, terms.DailyLimit);
        (row.Disabled, row.Version) = (terms.Disabled, row.Version + 1);
    }
}
