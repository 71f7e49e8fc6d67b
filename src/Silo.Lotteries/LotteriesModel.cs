using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>A lottery as operators search it. The grain writes it with its state.</summary>
internal sealed class LotteryRow
{
    public long Id { get; init; }

    public required string Title { get; init; }

    /// <summary>The title, normalised for searching.</summary>
    public required string SearchTitle { get; init; }

    public long CreatedAt { get; init; }
}

/// <summary>One version of a lottery's rule. Append-only.</summary>
internal sealed class RuleRow
{
    public long LotteryId { get; init; }

    public int Version { get; init; }

    /// <summary>It holds from this position until the next version's.</summary>
    public long FirstPosition { get; init; }

    public bool IsDeck { get; init; }

    /// <summary>The prizes as JSON.</summary>
    public required string Prizes { get; init; }
}

/// <summary>A draw. Narrow, because it is the row of the hot path; append-only.</summary>
internal sealed class DrawRow
{
    public long Id { get; init; }

    public long LotteryId { get; init; }

    /// <summary>Its place in the order of commits, from 1 without gaps.</summary>
    public long Position { get; init; }

    public int RuleVersion { get; init; }

    public long UserId { get; init; }

    /// <summary>
    /// How many the user had before. Unique, so that a draw which was decided without a look at the rows cannot be one
    /// too many.
    /// </summary>
    public int Ordinal { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }

    public long At { get; init; }

    public long PrizeId { get; init; }

    /// <summary>How often the prize was drawn before, so that nobody has to count.</summary>
    public long PrizeOrdinal { get; init; }

    /// <summary>The user coupon of a coupon prize; 0 for none.</summary>
    public long UserCouponId { get; init; }

    /// <summary>Whether an operator has to deliver it.</summary>
    public bool IsGoods { get; init; }
}

/// <summary>How a goods prize was sent.</summary>
internal sealed class DeliveryRow
{
    public long DrawId { get; init; }

    public long LotteryId { get; init; }

    public string Address { get; set; } = "";

    public string Carrier { get; set; } = "";

    public string TrackingNumber { get; set; } = "";

    public long At { get; set; }
}

/// <summary>
/// Where the winner of a goods prize wants it: a copy of one of their addresses. The last one counts; those before it only
/// answer repeats, and hold nothing else.
/// </summary>
internal sealed class PrizeAddressRow
{
    public long DrawId { get; init; }

    /// <summary>How many were given for the draw before.</summary>
    public int Ordinal { get; init; }

    public string LinkMan { get; set; } = "";

    public string Mobile { get; set; } = "";

    public string Region { get; set; } = "";

    public string Detail { get; set; } = "";

    public string PostCode { get; set; } = "";

    public long At { get; init; }

    /// <summary>The caller's request id; empty where they sent none.</summary>
    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }
}

/// <summary>
/// An allocation that was settled: used by a lottery, or given back. Its key lets one of the two through.
/// </summary>
internal sealed class SettledRow
{
    public long AllocationId { get; init; }

    /// <summary>The lottery that uses it; 0 where it was given back.</summary>
    public long LotteryId { get; init; }
}

/// <summary>
/// A prize that is goods, of whatever version of the rule: the goods stay in the catalogue while it can be won, and until
/// all that were won are sent.
/// </summary>
internal sealed class GoodsPrizeRow
{
    public long PrizeId { get; init; }

    public long LotteryId { get; init; }

    public long GoodsId { get; init; }

    /// <summary>Whether it can be won: the lottery is not over and has it.</summary>
    public bool IsOffered { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class LotteriesModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<LotteryRow>(lottery =>
        {
            lottery.ToTable("lotteries_lotteries");
            lottery.HasKey(l => l.Id);
        });
        model.Entity<RuleRow>(rule =>
        {
            rule.ToTable("lotteries_rules");
            rule.HasKey(r => new { r.LotteryId, r.Version });
        });
        model.Entity<DrawRow>(draw =>
        {
            draw.ToTable("lotteries_draws");
            draw.HasKey(d => d.Id);
            draw.HasIndex(d => new { d.LotteryId, d.Position }).IsUnique();
            draw.HasIndex(d => new { d.UserId, d.LotteryId, d.Ordinal }).IsUnique();
            draw.HasIndex(d => new { d.LotteryId, d.PrizeId, d.Position });
            // What is to be sent is found among goods alone.
            draw.HasIndex(d => new { d.LotteryId, d.Position }, "IX_lotteries_draws_goods").HasFilter("is_goods");
        });
        model.Entity<DeliveryRow>(delivery =>
        {
            delivery.ToTable("lotteries_deliveries");
            delivery.HasKey(d => d.DrawId);
            delivery.HasIndex(d => d.LotteryId);
        });
        model.Entity<PrizeAddressRow>(address =>
        {
            address.ToTable("lotteries_addresses");
            address.HasKey(a => new { a.DrawId, a.Ordinal });
        });
        model.Entity<GoodsPrizeRow>(prize =>
        {
            prize.ToTable("lotteries_goods_prizes");
            prize.HasKey(p => p.PrizeId);
        });
        model.Entity<SettledRow>(settled =>
        {
            settled.ToTable("lotteries_settled");
            settled.HasKey(s => s.AllocationId);
        });
    }
}
