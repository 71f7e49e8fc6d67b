using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The rules by which points are given, read from memory until they change.</summary>
internal sealed class PointsRulesReads
{
    public const string CacheTag = "points.rules";
    private readonly TaggedCache<int, List<PointsRuleRow>> cache;

    public PointsRulesReads(IUnits units, CacheInvalidation invalidation) => cache = new(
        invalidation,
        CacheTag,
        1,
        _ => units.ReadAsync(
            r => r.Query<PointsRuleRow>().OrderBy(x => x.Event).ThenBy(x => x.ThresholdCents).ToListAsync(),
            CancellationToken.None));

    /// <summary>A page of the rules of an event, or of all where it is null, by event and threshold.</summary>
    public async Task<(IReadOnlyList<PointsRuleRow> Page, int Total)> ListAsync(
        PointsEvent? happened, bool withDisabled, Paging paging, CancellationToken cancellation)
    {
        var rules = (await cache.GetAsync(0, cancellation))
            .Where(r => (happened is null || r.Event == happened) && (withDisabled || !r.Disabled))
            .ToList();
        return ([.. rules.Skip(paging.Skip).Take(paging.Take)], rules.Count);
    }
}
