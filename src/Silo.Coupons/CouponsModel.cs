using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>A coupon as it is now; what operators search and shoppers list. The grain writes it with its state.</summary>
internal sealed class CouponRow
{
    public long Id { get; init; }

    public int Version { get; init; }

    public required string Name { get; init; }

    /// <summary>The name, normalised for searching.</summary>
    public required string SearchName { get; init; }

    public required string Type { get; init; }

    public long RefId { get; init; }

    /// <summary>The password in its one form, by which claims without an id find it; empty where there is none.</summary>
    public required string Password { get; init; }

    public bool Enabled { get; init; }

    public bool Hidden { get; init; }

    public long ClaimableFrom { get; init; }

    public long ClaimableUntil { get; init; }

    public long CreatedAt { get; init; }

    public static CouponRow Of(long id, CouponState state) => new()
    {
        Id = id,
        Version = state.Version,
        Name = state.Terms.Name,
        SearchName = SearchText.Normalise(state.Terms.Name),
        Type = state.Terms.Type,
        RefId = state.Terms.RefId,
        Password = CodeText.Normalise(state.Terms.Password),
        Enabled = state.Enabled,
        Hidden = state.Terms.Hidden,
        ClaimableFrom = state.Terms.ClaimableFrom,
        ClaimableUntil = state.Terms.ClaimableUntil,
        CreatedAt = state.CreatedAt,
    };
}

/// <summary>One version of a coupon's terms, as far as a user coupon keeps them. Append-only.</summary>
internal sealed class CouponTermsRow
{
    public long CouponId { get; init; }

    public int Version { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public bool IsPercent { get; init; }

    public long AmountCents { get; init; }

    public long ThresholdCents { get; init; }

    public int UsableAfterDays { get; init; }

    public long UsableFrom { get; init; }

    public int UsableDays { get; init; }

    public long UsableUntil { get; init; }

    /// <summary>The targets as JSON; empty where there are none.</summary>
    public string Targets { get; init; } = "";

    public long RefId { get; init; }

    public long ShopId { get; init; }

    public bool FreightOnly { get; init; }

    public UserCouponTerms Terms => new()
    {
        Name = Name,
        Type = Type,
        IsPercent = IsPercent,
        AmountCents = AmountCents,
        ThresholdCents = ThresholdCents,
        UsableAfterDays = UsableAfterDays,
        UsableFrom = UsableFrom,
        UsableDays = UsableDays,
        UsableUntil = UsableUntil,
        Targets = Targets.Length == 0 ? [] : JsonSerializer.Deserialize<CouponTarget[]>(Targets)!,
        RefId = RefId,
        ShopId = ShopId,
        FreightOnly = FreightOnly,
    };

    public static CouponTermsRow Of(long couponId, CouponState state)
    {
        var terms = UserCouponTerms.Of(state.Terms);
        return new()
        {
            CouponId = couponId,
            Version = state.Version,
            Name = terms.Name,
            Type = terms.Type,
            IsPercent = terms.IsPercent,
            AmountCents = terms.AmountCents,
            ThresholdCents = terms.ThresholdCents,
            UsableAfterDays = terms.UsableAfterDays,
            UsableFrom = terms.UsableFrom,
            UsableDays = terms.UsableDays,
            UsableUntil = terms.UsableUntil,
            Targets = terms.Targets.Count == 0 ? "" : JsonSerializer.Serialize(terms.Targets),
            RefId = terms.RefId,
            ShopId = terms.ShopId,
            FreightOnly = terms.FreightOnly,
        };
    }
}

/// <summary>
/// A user coupon. Narrow, because it is the row of the hot path: what it shares with its fellows is in the terms, and what
/// becomes of it later is in its mark.
/// </summary>
internal sealed class UserCouponRow
{
    public long CouponId { get; init; }

    public long Id { get; init; }

    public int Version { get; init; }

    public long UserId { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }

    public long ClaimedAt { get; init; }

    public UserCouponOrigin Origin { get; init; }

    /// <summary>The face value, where it was drawn.</summary>
    public long? DrawnCents { get; init; }

    /// <summary>
    /// How many the user had got from the coupon's stock before; of a card's user coupon or a gift minus its id. Unique, so
    /// that a claim which was decided without a look at the rows cannot be one too many.
    /// </summary>
    public long Ordinal { get; init; }

    /// <summary>One that comes from a card, another shopper or an allocation, and not from the stock.</summary>
    public static UserCouponRow Given(
        long id, long couponId, int version, long userId, UserCouponOrigin origin, long claimedAt, long? drawnCents) => new()
        {
            CouponId = couponId,
            Id = id,
            Version = version,
            UserId = userId,
            RequestId = OwnRequestId.Of(id),
            ClaimedAt = claimedAt,
            Origin = origin,
            DrawnCents = drawnCents,
            Ordinal = -id,
        };
}

/// <summary>What has become of a user coupon. Its key is the user coupon, so that of two who want it one gets it.</summary>
internal sealed class UserCouponMarkRow
{
    public long UserCouponId { get; init; }

    public long CouponId { get; init; }

    public UserCouponMark Mark { get; init; }

    /// <summary>The order that it is in, or the user coupon that it became; 0 for neither.</summary>
    public long SubjectId { get; init; }

    public long At { get; init; }

    public static UserCouponMarkRow Of(UserCouponRow userCoupon, UserCouponMark mark, long subjectId, long nowMs) => new()
    {
        UserCouponId = userCoupon.Id,
        CouponId = userCoupon.CouponId,
        Mark = mark,
        SubjectId = subjectId,
        At = nowMs,
    };
}

/// <summary>A card that is good for one user coupon.</summary>
internal sealed class CardRow
{
    public required string Number { get; init; }

    /// <summary>SHA-256 of number and password.</summary>
    public required byte[] Hash { get; init; }

    public long CouponId { get; init; }

    public long ImportedAt { get; init; }

    /// <summary>Who exchanged it; 0 for nobody yet.</summary>
    public long UserId { get; init; }

    /// <summary>The user coupon that it became; 0 for none yet.</summary>
    public long UserCouponId { get; init; }
}

/// <summary>User coupons that were set aside for another module, or, negative, given back by it. Append-only.</summary>
internal sealed class AllocationRow
{
    public long Id { get; init; }

    public long CouponId { get; init; }

    public long Quantity { get; init; }

    public long At { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class CouponsModel : IModuleModel
{
    /// <summary>
    /// True of every row. A query that asks for it may go through the index of a coupon's user coupons; one that does not,
    /// cannot: with statistics that lag behind, the planner would read all user coupons of a hot coupon to find those of a
    /// few users.
    /// </summary>
    public const string ByCoupon = "claimed_at >= 0";

    public void Configure(ModelBuilder model)
    {
        model.Entity<CouponRow>(coupon =>
        {
            coupon.ToTable("coupons_coupons");
            coupon.HasKey(c => c.Id);
            coupon.HasIndex(c => c.Password).HasFilter("password <> ''");
        });
        model.Entity<CouponTermsRow>(terms =>
        {
            terms.ToTable("coupons_terms");
            terms.HasKey(t => new { t.CouponId, t.Version });
            terms.Ignore(t => t.Terms);
            // Named when a user coupon could only end with its coupon's window.
            terms.Property(t => t.UsableUntil).HasColumnName("valid_until");
        });
        model.Entity<UserCouponRow>(userCoupon =>
        {
            userCoupon.ToTable("coupons_user_coupons");
            userCoupon.HasKey(p => p.Id);
            // One index for a user's coupons and for their count against the limit.
            userCoupon.HasIndex(p => new { p.UserId, p.CouponId, p.Ordinal }).IsUnique();
            userCoupon.HasIndex(p => new { p.CouponId, p.Id }).HasFilter(ByCoupon);
        });
        model.Entity<UserCouponMarkRow>(mark =>
        {
            mark.ToTable("coupons_marks");
            mark.HasKey(m => m.UserCouponId);
            mark.HasLockRank(LockRank.UserCouponMark);
            mark.HasIndex(m => m.SubjectId);
            mark.HasIndex(m => new { m.CouponId, m.Mark });
        });
        model.Entity<CardRow>(card =>
        {
            card.ToTable("coupons_cards");
            card.HasKey(c => c.Number);
        });
        model.Entity<AllocationRow>(allocation =>
        {
            allocation.ToTable("coupons_allocations");
            allocation.HasKey(a => a.Id);
        });
    }
}
