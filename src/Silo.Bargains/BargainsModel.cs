using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>A campaign as it is now.</summary>
internal sealed class CampaignRow
{
    public long Id { get; init; }

    public int Version { get; set; }

    public long GoodsId { get; init; }

    public long StartCents { get; set; }

    public long FloorCents { get; set; }

    public long CutMinCents { get; set; }

    public long CutMaxCents { get; set; }

    public int HelpersToFloor { get; set; }

    public long StartsAt { get; set; }

    public long EndsAt { get; set; }

    /// <summary>The latest end that it ever had: no bargain of it runs longer.</summary>
    public long LatestEndsAt { get; set; }

    public int DurationMinutes { get; set; }

    public int StartsPerUser { get; set; }

    public int HelpsPerUser { get; set; }

    public bool Enabled { get; set; }

    /// <summary>When an operator ended it early; 0 for never.</summary>
    public long EndedAt { get; set; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }
}

/// <summary>
/// A campaign's pieces: what every purchase and every operator's change of the stock meets at. The database itself
/// refuses more pieces than there are.
/// </summary>
internal sealed class StockRow
{
    public long CampaignId { get; init; }

    public long Total { get; init; }

    /// <summary>In orders that are not paid.</summary>
    public long Reserved { get; init; }

    /// <summary>In paid orders.</summary>
    public long Sold { get; init; }

    public long Left => Total - Reserved - Sold;
}

/// <summary>
/// A bargain: what it started with, and where it stood when it reached its floor or was cleared. Where it stands between
/// is in the grain's state.
/// </summary>
internal sealed class BargainRow
{
    public long Id { get; init; }

    public long CampaignId { get; init; }

    public long InitiatorId { get; init; }

    public long GoodsId { get; init; }

    public int RuleVersion { get; init; }

    public long StartCents { get; init; }

    public long FloorCents { get; init; }

    public long StartedAt { get; init; }

    public long EndsAt { get; init; }

    public long PriceCents { get; init; }

    public long Helps { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>When it was cleared; 0 for never.</summary>
    public long ClearedAt { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }
}

/// <summary>One help. Its key is what makes a helper help a bargain once.</summary>
internal sealed class HelpRow
{
    public long BargainId { get; init; }

    public long HelperId { get; init; }

    public long CampaignId { get; init; }

    public long InitiatorId { get; init; }

    /// <summary>Which of the bargain's helps it is, from 1.</summary>
    public long Ordinal { get; init; }

    public long CutCents { get; init; }

    /// <summary>The price that it left.</summary>
    public long PriceCents { get; init; }

    public required string Remark { get; init; }

    public long At { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }
}

/// <summary>
/// Stands for one helper in one campaign that limits helps: whoever counts their helps holds it, so that two bargains at
/// once do not count the same ones.
/// </summary>
internal sealed class HelperRow
{
    public long Id { get; init; }

    public long CampaignId { get; init; }

    public long HelperId { get; init; }
}

/// <summary>An order that has bought a bargain. Of one bargain only one is live: reserved or paid.</summary>
internal sealed class BargainOrderRow
{
    public long OrderId { get; init; }

    public long BargainId { get; init; }

    public long CampaignId { get; init; }

    public long InitiatorId { get; init; }

    public long GoodsId { get; init; }

    public long PriceCents { get; init; }

    public int RuleVersion { get; init; }

    public BargainOrderState State { get; init; }

    public long ReservedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>The caller's request id, or one made here that no caller can send.</summary>
    public required string RequestId { get; init; }

    public long RequestHash { get; init; }

    public BargainPurchase Purchase => new()
    {
        OrderId = OrderId,
        BargainId = BargainId,
        CampaignId = CampaignId,
        GoodsId = GoodsId,
        PriceCents = PriceCents,
        RuleVersion = RuleVersion,
    };
}

/// <summary>What has become of an order's piece.</summary>
internal enum BargainOrderState : short
{
    /// <summary>Its order is not paid.</summary>
    Reserved = 1,

    /// <summary>Its order is paid.</summary>
    Paid = 2,

    /// <summary>Given back: its order was closed unpaid, or refunded before delivery.</summary>
    GivenBack = 3,
}

/// <summary>The module's part of the database model.</summary>
internal sealed class BargainsModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<CampaignRow>(campaign =>
        {
            campaign.ToTable("bargains_campaigns");
            campaign.HasLockRank(LockRank.CampaignStock);
            campaign.HasKey(c => c.Id);
            campaign.HasIndex(c => new { c.GoodsId, c.Id });
            campaign.HasIndex(c => c.EndsAt);
        });
        model.Entity<StockRow>(stock =>
        {
            stock.ToTable("bargains_stocks", table => table.HasCheckConstraint(
                "ck_bargains_stocks", "reserved >= 0 AND sold >= 0 AND reserved + sold <= total"));
            stock.HasLockRank(LockRank.CampaignStock);
            stock.HasKey(s => s.CampaignId);
            stock.Ignore(s => s.Left);
        });
        model.Entity<BargainRow>(bargain =>
        {
            bargain.ToTable("bargains_bargains");
            bargain.HasKey(b => b.Id);
            bargain.HasIndex(b => new { b.InitiatorId, b.CampaignId, b.RequestId }).IsUnique();
            bargain.HasIndex(b => new { b.CampaignId, b.Id });
        });
        model.Entity<HelpRow>(help =>
        {
            help.ToTable("bargains_helps");
            help.HasKey(h => new { h.BargainId, h.HelperId });
            // One index for a request's first answer, for a helper's count in a campaign and for all that they gave.
            help.HasIndex(h => new { h.HelperId, h.CampaignId, h.InitiatorId, h.RequestId }).IsUnique();
        });
        model.Entity<HelperRow>(helper =>
        {
            helper.ToTable("bargains_helpers");
            helper.HasLockRank(LockRank.CampaignUser);
            helper.HasKey(h => h.Id);
            helper.HasIndex(h => new { h.CampaignId, h.HelperId }).IsUnique();
        });
        model.Entity<BargainOrderRow>(order =>
        {
            order.ToTable("bargains_orders");
            order.HasKey(o => o.OrderId);
            order.Ignore(o => o.Purchase);
            order.HasIndex(o => o.BargainId).IsUnique().HasFilter("state < 3");
            order.HasIndex(o => new { o.InitiatorId, o.CampaignId, o.RequestId }).IsUnique();
        });
    }
}
