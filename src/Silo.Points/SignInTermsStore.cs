using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The terms of signing in, with their version; 0 before they were first set.</summary>
internal sealed record VersionedTerms(SignInTerms Terms, int Version);

/// <summary>What signing in gives: read from memory until it changes, and set by operators.</summary>
internal sealed class SignInTermsStore
{
    private const string Topic = "points.sign_in_terms";
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private readonly VersionedCache<int, VersionedTerms> cache;

    public SignInTermsStore(IUnits units, Versions versions) => cache = new(
        versions, Topic, 1, _ => units.ReadAsync(async r => Read(await r.Query<SignInTermsRow>().SingleOrDefaultAsync()), CancellationToken.None));

    public Task<VersionedTerms> GetAsync(CancellationToken cancellation) => cache.GetAsync(0, cancellation);

    /// <summary>Replaces the terms, in the unit; the versions before and after.</summary>
    public static async Task<Result<(VersionedTerms? Before, VersionedTerms After)>> SetAsync(
        Unit unit, V1.SignInTerms wanted, int expectedVersion, CancellationToken cancellation)
    {
        // Locks the topic, so that of two at once the second finds the version of the first.
        await unit.TouchAsync(Topic, cancellation);
        var row = await unit.Set<SignInTermsRow>().SingleOrDefaultAsync(cancellation);
        if (expectedVersion != 0 && expectedVersion != (row?.Version ?? 0))
        {
            return PointsRefusals.TermsStale;
        }

        if (HasTwice(wanted.StreakRewards) || HasTwice(wanted.CumulativeRewards))
        {
            return PointsRefusals.RewardTwice;
        }

        var before = row is null ? null : Read(row);
        if (row is null)
        {
            row = new SignInTermsRow { Terms = "" };
            unit.Set<SignInTermsRow>().Add(row);
        }

        (row.Version, row.Terms) = (row.Version + 1, JsonFormatter.Default.Format(wanted));
        return (before, Read(row));
    }

    private static bool HasTwice(IReadOnlyCollection<V1.DaysReward> rewards) =>
        rewards.DistinctBy(r => r.Days).Count() < rewards.Count;

    private static VersionedTerms Read(SignInTermsRow? row) => row is null
        ? new(new SignInTerms(), 0)
        : new(PointsWire.Terms(Parser.Parse<V1.SignInTerms>(row.Terms)), row.Version);
}
