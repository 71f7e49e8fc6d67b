using Microsoft.EntityFrameworkCore;
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

    public bool Enabled { get; init; }

    public bool Hidden { get; init; }

    public long ClaimableUntil { get; init; }

    public long CreatedAt { get; init; }
}

/// <summary>One version of a coupon's terms, as far as a claimed piece keeps them. Append-only.</summary>
internal sealed class CouponTermsRow
{
    public long CouponId { get; init; }

    public int Version { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    public long AmountCents { get; init; }

    public long ThresholdCents { get; init; }

    public long ValidUntil { get; init; }
}

/// <summary>
/// A claimed piece. Narrow, because it is the row of the hot path: what it shares with its fellows is in the terms.
/// </summary>
internal sealed class PieceRow
{
    public long CouponId { get; init; }

    public long Id { get; init; }

    public int Version { get; init; }

    public long UserId { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }

    public long ClaimedAt { get; init; }
}

/// <summary>The room's part of the database model.</summary>
internal sealed class CouponModel : IRoomModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<CouponRow>(coupon =>
        {
            coupon.ToTable("coupons_coupons");
            coupon.HasKey(c => c.Id);
            coupon.Property(c => c.Id).HasColumnName("id").ValueGeneratedNever();
            coupon.Property(c => c.Version).HasColumnName("version");
            coupon.Property(c => c.Name).HasColumnName("name");
            coupon.Property(c => c.SearchName).HasColumnName("search_name");
            coupon.Property(c => c.Type).HasColumnName("type");
            coupon.Property(c => c.Enabled).HasColumnName("enabled");
            coupon.Property(c => c.Hidden).HasColumnName("hidden");
            coupon.Property(c => c.ClaimableUntil).HasColumnName("claimable_until");
            coupon.Property(c => c.CreatedAt).HasColumnName("created_at");
        });
        model.Entity<CouponTermsRow>(terms =>
        {
            terms.ToTable("coupons_terms");
            terms.HasKey(t => new { t.CouponId, t.Version });
            terms.Property(t => t.CouponId).HasColumnName("coupon_id");
            terms.Property(t => t.Version).HasColumnName("version");
            terms.Property(t => t.Name).HasColumnName("name");
            terms.Property(t => t.Type).HasColumnName("type");
            terms.Property(t => t.AmountCents).HasColumnName("amount_cents");
            terms.Property(t => t.ThresholdCents).HasColumnName("threshold_cents");
            terms.Property(t => t.ValidUntil).HasColumnName("valid_until");
        });
        model.Entity<PieceRow>(piece =>
        {
            piece.ToTable("coupons_pieces");
            // No index begins with the coupon: with statistics that lag behind, the planner would read all claims of
            // a hot coupon through it to find those of a few users.
            piece.HasKey(p => p.Id);
            piece.Property(p => p.Id).HasColumnName("id").ValueGeneratedNever();
            piece.Property(p => p.CouponId).HasColumnName("coupon_id");
            piece.Property(p => p.Version).HasColumnName("version");
            piece.Property(p => p.UserId).HasColumnName("user_id");
            piece.Property(p => p.RequestId).HasColumnName("request_id");
            piece.Property(p => p.RequestHash).HasColumnName("request_hash");
            piece.Property(p => p.ClaimedAt).HasColumnName("claimed_at");
            // One index for a user's pieces, for his count against the limit and for the uniqueness of request ids.
            piece.HasIndex(p => new { p.UserId, p.CouponId, p.RequestId }).IsUnique();
        });
    }
}
