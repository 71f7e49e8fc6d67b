using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The terms of signing in, with their version; 0 before they were first set.</summary>
internal sealed record VersionedTerms(SignInTerms Terms, int Version);

/// <summary>What signing in gives, read from memory until it changes.</summary>
internal sealed class SignInTermsReads
{
    public const string CacheTag = "points.sign_in_terms";
    private readonly TaggedCache<int, VersionedTerms> cache;

    public SignInTermsReads(IUnits units, CacheInvalidation invalidation) => cache = new(
        invalidation,
        CacheTag,
        1,
        _ => units.ReadAsync(async r => TermsOf(await r.Query<SignInTermsRow>().SingleOrDefaultAsync()), CancellationToken.None));

    public Task<VersionedTerms> GetAsync(CancellationToken cancellation) => cache.GetAsync(0, cancellation);

    public static VersionedTerms TermsOf(SignInTermsRow? row) => row is null
        ? new(new SignInTerms(), 0)
        : new(JsonSerializer.Deserialize<SignInTerms>(row.Terms)!, row.Version);
}
