using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The rules by which points are given, read from memory until they change.</summary>
internal sealed class PointsRulesReads
{
    public const string CacheTag = "points.rules";
    private readonly TaggedCache<int, List<V1.PointsRule>> cache;

    public PointsRulesReads(IUnits units, CacheInvalidation invalidation) => cache = new(
        invalidation,
        CacheTag,
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
}
