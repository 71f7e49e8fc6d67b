using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Points;

/// <summary>A day for which a user has signed in. Append-only; its key is what makes it one a day.</summary>
internal sealed class SignInRow
{
    public long UserId { get; init; }

    /// <summary>The day's number.</summary>
    public int Day { get; init; }

    public long At { get; init; }

    public int Streak { get; init; }

    public long Points { get; init; }

    public bool MadeUp { get; init; }

    /// <summary>The caller's, or empty.</summary>
    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }
}

/// <summary>How make-up cards came or went. The numbers are stored, and the wire's.</summary>
internal enum CardMoveReason : short
{
    Grant = 1,
    Purchase = 2,
    Use = 3,
}

/// <summary>One movement of a user's make-up cards. Append-only.</summary>
internal sealed class CardMoveRow
{
    public long Id { get; init; }

    public long UserId { get; init; }

    public CardMoveReason Reason { get; init; }

    public int Change { get; init; }

    public int CardsAfter { get; init; }

    public long At { get; init; }

    /// <summary>Of a purchase the caller's; else empty.</summary>
    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }
}

/// <summary>What signing in gives; one row.</summary>
internal sealed class SignInTermsRow
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;

    public int Version { get; set; }

    /// <summary>A <see cref="SignInTerms"/> as JSON.</summary>
    public required string Terms { get; set; }
}

/// <summary>A rule by which points are given.</summary>
internal sealed class PointsRuleRow
{
    public long Id { get; init; }

    public PointsEvent Event { get; set; }

    public long ThresholdCents { get; set; }

    public long Points { get; set; }

    /// <summary>Grants of the event that one user gets on a day of the shop; 0 for no limit.</summary>
    public int DailyLimit { get; set; }

    public bool Disabled { get; set; }

    public int Version { get; set; }

    public long CreatedAt { get; init; }

    public PointsRuleRow Copy() => (PointsRuleRow)MemberwiseClone();
}

/// <summary>Points that an event gave, and what was taken back of them.</summary>
internal sealed class GrantRow
{
    public PointsEvent Event { get; init; }

    /// <summary>What for; unique within the event.</summary>
    public required string Reference { get; init; }

    public long UserId { get; init; }

    /// <summary>0 where the day's limit was reached.</summary>
    public long Points { get; init; }

    public long AmountCents { get; init; }

    public long TakenPoints { get; set; }

    public long At { get; init; }
}

/// <summary>A voucher for points.</summary>
internal sealed class VoucherRow
{
    public long Id { get; init; }

    public long BatchId { get; init; }

    public required string Number { get; init; }

    public long Points { get; init; }

    /// <summary>Good before this instant.</summary>
    public long ExpiresAt { get; init; }

    /// <summary>Who used it; 0 for nobody.</summary>
    public long UserId { get; init; }

    /// <summary>0 while it is not used.</summary>
    public long UsedAt { get; init; }

    /// <summary>0 while it is not void.</summary>
    public long VoidedAt { get; init; }

    public string Remark { get; init; } = "";

    public long CreatedAt { get; init; }

    /// <summary>The request id of its user, or empty.</summary>
    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class PointsModel : IModuleModel
{
    private const string WithRequestId = "request_id <> ''";

    public void Configure(ModelBuilder model)
    {
        model.Entity<SignInRow>(day =>
        {
            day.ToTable("points_sign_ins");
            day.HasKey(d => new { d.UserId, d.Day });
            day.HasIndex(d => new { d.Day, d.UserId });
            day.HasIndex(d => new { d.UserId, d.MadeUp, d.RequestId }).IsUnique().HasFilter(WithRequestId);
        });
        model.Entity<CardMoveRow>(move =>
        {
            move.ToTable("points_card_moves");
            move.HasKey(m => m.Id);
            move.HasIndex(m => new { m.UserId, m.Id });
            move.HasIndex(m => new { m.UserId, m.RequestId }).IsUnique().HasFilter(WithRequestId);
        });
        model.Entity<SignInTermsRow>(terms =>
        {
            terms.ToTable("points_sign_in_terms");
            terms.HasKey(t => t.Id);
        });
        model.Entity<PointsRuleRow>(rule =>
        {
            rule.ToTable("points_rules");
            rule.HasKey(r => r.Id);
            rule.HasIndex(r => new { r.Event, r.ThresholdCents }).IsUnique();
        });
        model.Entity<GrantRow>(grant =>
        {
            grant.ToTable("points_grants");
            grant.HasKey(g => new { g.Event, g.Reference });
            // Those of one day are counted before each that has a limit.
            grant.HasIndex(g => new { g.UserId, g.Event, g.At });
        });
        model.Entity<VoucherRow>(voucher =>
        {
            voucher.ToTable("points_vouchers");
            voucher.HasKey(v => v.Id);
            voucher.HasIndex(v => v.Number).IsUnique();
            voucher.HasIndex(v => new { v.BatchId, v.Id });
            voucher.HasIndex(v => v.UserId).HasFilter("user_id <> 0");
            voucher.HasIndex(v => new { v.UserId, v.RequestId }).IsUnique().HasFilter(WithRequestId);
        });
    }
}
