using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>An operator's writes of what signing in gives.</summary>
internal static class SignInTermsWrites
{
    /// <summary>Replaces the terms.</summary>
    public static async Task<Result<OperatorChange<VersionedTerms>>> SetAsync(
        Unit unit, SignInTerms wanted, int expectedVersion, CancellationToken cancellation)
    {
        // Locks the tag, so that of two at once the second finds the version of the first.
        await unit.InvalidateAsync(SignInTermsReads.CacheTag, cancellation);
        var row = await unit.Set<SignInTermsRow>().SingleOrDefaultAsync(cancellation);
        if (expectedVersion != 0 && expectedVersion != (row?.Version ?? 0))
        {
            return PointsRefusals.TermsStale;
        }

        if (HasTwice(wanted.StreakRewards) || HasTwice(wanted.CumulativeRewards))
        {
            return PointsRefusals.RewardTwice;
        }

        var before = row is null ? null : SignInTermsReads.TermsOf(row);
        if (row is null)
        {
            row = new SignInTermsRow { Terms = "" };
            unit.Set<SignInTermsRow>().Add(row);
        }

        (row.Version, row.Terms) = (row.Version + 1, JsonSerializer.Serialize(wanted));
        return new OperatorChange<VersionedTerms>("sign-in-terms", before, new VersionedTerms(wanted, row.Version));
    }

    private static bool HasTwice(IReadOnlyList<DaysReward> rewards) =>
        rewards.DistinctBy(r => r.Days).Count() < rewards.Count;
}
