using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>A campaign: what an operator defines.</summary>
internal sealed class CampaignRow
{
    public long Id { get; init; }

    public long GoodsId { get; init; }

    public int Version { get; set; }

    public bool Enabled { get; set; }

    /// <summary>Whether it was ended early, for good.</summary>
    public bool Over { get; set; }

    public long OpenUntil { get; set; }

    /// <summary>The API's terms as JSON.</summary>
    public string Terms { get; set; } = "";

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }

    /// <summary>The row as it is now, which later changes of it leave alone.</summary>
    public CampaignRow Copy() => (CampaignRow)MemberwiseClone();
}

/// <summary>A group as far as it is searched by; the grain writes it with its state.</summary>
internal sealed class GroupRow
{
    public long Id { get; init; }

    public long CampaignId { get; init; }

    public long GoodsId { get; init; }

    public long OpenerId { get; init; }

    /// <summary>Whether the opener is sent to it when asking for a group; at most one such group of goods.</summary>
    public bool Reusable { get; init; }

    public GroupStatus Status { get; init; }

    public bool Published { get; init; }

    public long EndsAt { get; init; }

    public static GroupRow Of(long id, GroupBuyState state) => new()
    {
        Id = id,
        CampaignId = state.CampaignId,
        GoodsId = state.Terms.GoodsId,
        OpenerId = state.OpenerId,
        Reusable = state.IsOpeners,
        Status = state.Status,
        Published = state.Published,
        EndsAt = state.EndsAt,
    };
}

/// <summary>A seat, whatever has become of it. Its key is the order, which is in one group at most.</summary>
internal sealed class SeatRow
{
    public long OrderId { get; init; }

    public long GroupId { get; init; }

    public long CampaignId { get; init; }

    public long UserId { get; init; }

    public SeatStatus Status { get; init; }

    public long ReservedAt { get; init; }

    public long Until { get; init; }

    public long TakenAt { get; init; }

    public long EndedAt { get; init; }

    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }

    public OrderSeat Seat => new()
    {
        OrderId = OrderId,
        UserId = UserId,
        Status = Status,
        ReservedAt = ReservedAt,
        Until = Until,
        TakenAt = TakenAt,
        EndedAt = EndedAt,
        RequestId = RequestId,
        RequestHash = RequestHash,
    };

    public static SeatRow Of(long groupId, long campaignId, OrderSeat seat) => new()
    {
        OrderId = seat.OrderId,
        GroupId = groupId,
        CampaignId = campaignId,
        UserId = seat.UserId,
        Status = seat.Status,
        ReservedAt = seat.ReservedAt,
        Until = seat.Until,
        TakenAt = seat.TakenAt,
        EndedAt = seat.EndedAt,
        RequestId = seat.RequestId,
        RequestHash = seat.RequestHash,
    };
}

/// <summary>A user in a campaign with a limit; locked while their seats are counted.</summary>
internal sealed class CampaignUserRow
{
    public long CampaignId { get; init; }

    public long UserId { get; init; }

    /// <summary>When their seats were last counted.</summary>
    public long CountedAt { get; init; }
}

/// <summary>The module's part of the database model.</summary>
internal sealed class GroupBuysModel : IModuleModel
{
    public void Configure(ModelBuilder model)
    {
        model.Entity<CampaignRow>(campaign =>
        {
            campaign.ToTable("groupbuys_campaigns");
            campaign.HasLockRank(LockRank.CampaignStock);
            campaign.HasKey(c => c.Id);
            campaign.Property(c => c.Over).HasColumnName("is_over");
            campaign.HasIndex(c => new { c.GoodsId, c.Id });
        });
        model.Entity<GroupRow>(group =>
        {
            group.ToTable("groupbuys_groups");
            group.HasKey(g => g.Id);
            group.HasIndex(g => new { g.OpenerId, g.GoodsId }).HasFilter("reusable").IsUnique();
            group.HasIndex(g => new { g.GoodsId, g.Status, g.Id });
            group.HasIndex(g => new { g.CampaignId, g.Status, g.Published });
        });
        model.Entity<SeatRow>(seat =>
        {
            seat.ToTable("groupbuys_seats");
            seat.HasKey(s => s.OrderId);
            seat.Ignore(s => s.Seat);
            seat.Property(s => s.Until).HasColumnName("reserved_until");
            seat.HasIndex(s => new { s.GroupId, s.UserId, s.RequestId }).IsUnique();
            seat.HasIndex(s => new { s.UserId, s.CampaignId, s.OrderId });
        });
        model.Entity<CampaignUserRow>(user =>
        {
            user.ToTable("groupbuys_users");
            user.HasLockRank(LockRank.CampaignUser);
            user.HasKey(u => new { u.CampaignId, u.UserId });
        });
    }
}
