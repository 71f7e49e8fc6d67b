using Microsoft.EntityFrameworkCore;
using Silo.Catalog.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>What a shopper pays as a member of a level.</summary>
/// <param name="LevelId">The level.</param>
/// <param name="Rebate">In hundredths of a tenth of the price.</param>
/// <param name="Since">0 where it is not known.</param>
/// <param name="ExpiresAt">Exclusive; 0 for a level that stays.</param>
internal sealed record Member(long LevelId, int Rebate, long Since = 0, long ExpiresAt = 0);

/// <summary>Levels of shoppers, and what they make of prices.</summary>
internal sealed class MembersReads
{
    private const int MaxKnown = 50_000;
    private readonly TaggedCache<long, Member?> members;
    private readonly ShopClock clock;

    public MembersReads(IUnits units, CacheInvalidation invalidation, ShopClock clock)
    {
        this.clock = clock;
        members = new TaggedCache<long, Member?>(
            invalidation, CatalogCacheTags.Whole, MaxKnown, userId => units.ReadAsync(r => EverAsync(r, userId, CancellationToken.None), CancellationToken.None))
            .ForgetsBy(CatalogCacheTags.Members, userId => userId);
    }

    /// <summary>The membership of a shopper; null for none.</summary>
    public static async Task<Member?> OfAsync(IReads reads, long userId, long nowMs, CancellationToken cancellation) =>
        userId == 0 ? null : Now(await EverAsync(reads, userId, cancellation), nowMs);

    /// <summary>What members of a level pay for combinations, where they have a price of their own.</summary>
    public static Task<Dictionary<long, long>> PricesAsync(
        IReads reads, long levelId, long[] skus, CancellationToken cancellation) =>
        reads.Query<MemberPriceRow>().Where(p => p.LevelId == levelId && skus.Contains(p.SkuId))
            .ToDictionaryAsync(p => p.SkuId, p => p.PriceCents, cancellation);

    /// <summary>The membership of a caller, from memory; null for none, and for those who are no shoppers.</summary>
    public ValueTask<Member?> OfAsync(Caller caller, CancellationToken cancellation) =>
        caller.Kind == CallerKind.User ? new(OfAsync(caller.Id, cancellation)) : default;

    /// <summary>The membership of a shopper, from memory; null for none.</summary>
    public async Task<Member?> OfAsync(long userId, CancellationToken cancellation) =>
        Now(await members.GetAsync(userId, cancellation), clock.NowMs);

    /// <summary>A price as a member has it; the same one for others.</summary>
    public static Price For(Price price, Member? member, long? ownCents) => member is null
        ? price
        : new(price) { PriceCents = CatalogRules.MemberPrice(price.PriceCents, member.Rebate, ownCents) };

    private static Member? Now(Member? member, long nowMs) =>
        member is null || CatalogRules.HasEnded(member.ExpiresAt, nowMs) ? null : member;

    /// <summary>The membership of a shopper, also where it has ended.</summary>
    private static Task<Member?> EverAsync(IReads reads, long userId, CancellationToken cancellation) => (
        from member in reads.Query<MemberRow>()
        join level in reads.Query<LevelRow>() on member.LevelId equals level.Id
        where member.UserId == userId
        select new Member(level.Id, level.Rebate, member.Since, member.ExpiresAt)).SingleOrDefaultAsync(cancellation);
}
