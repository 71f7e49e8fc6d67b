using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Accounts;
using Silo.GroupBuys.V1;
using static Silo.Edge.WireTime;

namespace Silo.GroupBuys;

/// <summary>Between the module's types and the wire's.</summary>
internal static class GroupBuysWire
{
    private static readonly ShownUser Nobody = new("", "");

    // What a later version has written is read by an earlier node of the same shop.
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Terms as they are stored.</summary>
    public static string Json(CampaignTerms terms)
    {
        var wire = new V1.CampaignTerms
        {
            GoodsId = terms.Group.GoodsId,
            Size = terms.Group.Size,
            Hours = terms.Group.Hours,
            OpenUntil = Instant(terms.OpenUntil),
            PriceCents = terms.Group.PriceCents,
            SeatsPerUser = terms.Group.SeatsPerUser,
            QuantityPerOrder = terms.Group.PiecesPerOrder,
            Refund = terms.NamesRefund ? (GroupRefund)terms.Group.RefundTo : GroupRefund.Unspecified,
            VirtualPercent = terms.Group.VirtualPercent,
            VirtualCount = terms.Group.VirtualCount,
        };
        wire.CombinationPrices.AddRange(terms.Combinations.Zip(terms.Group.SkuPrices, (pairs, price) => new CombinationPrice
        {
            Pairs = pairs,
            PriceCents = price.PriceCents,
            SkuId = price.SkuId,
        }));
        return JsonFormatter.Default.Format(wire);
    }

    /// <summary>A group as the audit log has it; of its leader the id alone.</summary>
    public static string Json(long id, GroupBuyState state, long now) => JsonFormatter.Default.Format(Group(id, state, now));

    /// <summary>A seat as it is exported.</summary>
    public static JsonNode? Json(SeatRow seat, long now) => JsonNode.Parse(JsonFormatter.Default.Format(Seat(seat, now)));

    public static CampaignTerms Terms(V1.CampaignTerms wire) => new()
    {
        Group = Group(wire),
        Combinations = [.. wire.CombinationPrices.Select(p => p.Pairs)],
        NamesRefund = wire.Refund != GroupRefund.Unspecified,
        OpenUntil = Milliseconds(wire.OpenUntil),
    };

    public static Campaign Campaign(CampaignRow row, GroupCounts groups) => new()
    {
        Id = row.Id,
        Terms = Parser.Parse<V1.CampaignTerms>(row.Terms),
        Version = row.Version,
        Enabled = row.Enabled,
        Over = row.Over,
        GroupsOpen = groups.Open,
        GroupsCompleted = groups.Completed,
        GroupsAreCapped = groups.AreCapped,
        CreatedAt = Instant(row.CreatedAt),
        UpdatedAt = Instant(row.UpdatedAt),
    };

    /// <summary>The terms that a group opened now keeps.</summary>
    public static GroupTerms Terms(CampaignRow row) => Group(Parser.Parse<V1.CampaignTerms>(row.Terms));

    /// <summary>A group; of its leader the id alone.</summary>
    public static Group Group(long id, GroupBuyState state, long now) => new()
    {
        Id = id,
        CampaignId = state.CampaignId,
        Version = state.Version,
        GoodsId = state.Terms.GoodsId,
        Leader = new() { UserId = state.LeaderId },
        State = (GroupState)state.Status,
        Size = state.Terms.Size,
        Taken = state.Taken,
        Held = state.HeldAt(now),
        VirtualMembers = state.VirtualMembers,
        Published = state.Published,
        OpenedAt = Instant(state.OpenedAt),
        EndsAt = Instant(state.EndsAt),
        EndedAt = InstantOrNull(state.EndedAt),
    };

    public static Group Group(GroupView view, IReadOnlyDictionary<long, ShownUser> names, long now)
    {
        var group = Group(view.Id, view.State, now);
        group.Leader = User(view.State.LeaderId, names);
        return group;
    }

    /// <summary>The members in the order in which they paid, virtual ones last.</summary>
    public static IEnumerable<GroupMember> Members(GroupBuyState state, IReadOnlyDictionary<long, ShownUser> names) => state.Seats
        .Where(s => s.Status == SeatStatus.Taken)
        .Select(s => new GroupMember { User = User(s.UserId, names), TakenAt = Instant(s.TakenAt) })
        .Concat(Enumerable.Range(0, state.VirtualMembers)
            .Select(_ => new GroupMember { User = new(), TakenAt = Instant(state.EndedAt), Virtual = true }));

    public static IEnumerable<long> MemberIds(GroupBuyState state) =>
        state.Seats.Where(s => s.Status == SeatStatus.Taken).Select(s => s.UserId).Append(state.LeaderId).Distinct();

    public static Seat Seat(SeatRow row, long now) => new()
    {
        OrderId = row.OrderId,
        GroupId = row.GroupId,
        UserId = row.UserId,
        State = row.Status == SeatStatus.Reserved && row.Until <= now ? SeatState.Lapsed : (SeatState)row.Status,
        ReservedAt = Instant(row.ReservedAt),
        ReservedUntil = Instant(row.Until),
        TakenAt = InstantOrNull(row.TakenAt),
        EndedAt = InstantOrNull(row.EndedAt),
    };

    public static WatchGroupResponse Progress(GroupProgress progress) => new()
    {
        State = (GroupState)progress.Status,
        Size = progress.Size,
        Taken = progress.Taken,
        Held = progress.Held,
        VirtualMembers = progress.VirtualMembers,
        EndsAt = Instant(progress.EndsAt),
    };

    /// <summary>The states that are asked for; what is none of them is no group's.</summary>
    public static GroupStatus[] Statuses(IEnumerable<GroupState> states) =>
        [.. states.Select(s => s is GroupState.Open or GroupState.Completed or GroupState.Failed ? (GroupStatus)s : default).Distinct()];

    /// <summary>The states that are asked for; what is none of them is no seat's.</summary>
    public static SeatStatus[] Statuses(IEnumerable<SeatState> states) =>
        [.. states.Select(s => s is >= SeatState.Reserved and <= SeatState.Left ? (SeatStatus)s : default).Distinct()];

    private static GroupTerms Group(V1.CampaignTerms wire) => new()
    {
        GoodsId = wire.GoodsId,
        Size = wire.Size,
        Hours = wire.Hours,
        PriceCents = wire.PriceCents,
        SkuPrices = [.. wire.CombinationPrices.Select(p => new GroupSkuPrice { SkuId = p.SkuId, PriceCents = p.PriceCents })],
        SeatsPerUser = wire.SeatsPerUser,
        PiecesPerOrder = wire.QuantityPerOrder,
        RefundTo = wire.Refund == GroupRefund.Channel ? GroupRefundTo.Channel : GroupRefundTo.Balance,
        VirtualPercent = wire.VirtualPercent,
        VirtualCount = wire.VirtualCount,
    };

    private static GroupUser User(long userId, IReadOnlyDictionary<long, ShownUser> names)
    {
        var shown = names.GetValueOrDefault(userId, Nobody);
        return new() { UserId = userId, Nick = shown.Nick, AvatarUrl = shown.AvatarUrl };
    }
}
