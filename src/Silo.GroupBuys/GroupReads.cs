using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>A group with its id.</summary>
internal readonly record struct GroupView(long Id, GroupBuyState State);

/// <summary>How many groups of a campaign everybody may know of.</summary>
/// <param name="Open">Open ones, at most <see cref="GroupReads.MaxCounted"/>.</param>
/// <param name="Completed">Completed ones, at most as many.</param>
/// <param name="AreCapped">Whether there are more of either.</param>
internal readonly record struct GroupCounts(long Open, long Completed, bool AreCapped);

/// <summary>Which groups to list; 0 and empty mean all.</summary>
internal sealed record GroupQuery
{
    public long GoodsId { get; init; }

    public long CampaignId { get; init; }

    public GroupStatus[] Statuses { get; init; } = [];

    /// <summary>Only those that everybody may know of, and of the open ones those whose time is not over at this instant.</summary>
    public long? PublicAt { get; init; }
}

/// <summary>Which seats of a user to list; 0 and empty mean all.</summary>
internal sealed record SeatQuery(long UserId, long GoodsId, long OrderId, long CampaignId, long GroupId, SeatStatus[] Statuses);

/// <summary>The module's queries: what is listed comes from rows, what a group is like from its committed state.</summary>
internal sealed class GroupReads
{
    /// <summary>The cache tag that a change of a campaign invalidates.</summary>
    public const string CacheTag = "groupbuys.campaigns";

    /// <summary>So many groups of a campaign in one state, or of a public list, are counted exactly.</summary>
    public const int MaxCounted = 10_000;

    private const int CampaignsRemembered = 4_096;
    private readonly IUnits units;
    private readonly IStates states;
    private readonly IUserNames names;
    private readonly TaggedCache<long, CampaignRow?> newest;

    public GroupReads(IUnits units, IStates states, IUserNames names, CacheInvalidation invalidation)
    {
        (this.units, this.states, this.names) = (units, states, names);
        newest = new TaggedCache<long, CampaignRow?>(invalidation, CacheTag, CampaignsRemembered, goods => units.ReadAsync(
            r => r.Query<CampaignRow>().Where(c => c.GoodsId == goods).OrderByDescending(c => c.Id).FirstOrDefaultAsync(),
            CancellationToken.None)).KeepsApart(campaign => campaign is null);
    }

    /// <summary>The newest campaign of goods, or null.</summary>
    public Task<CampaignRow?> NewestAsync(long goodsId, CancellationToken cancellation) => newest.GetAsync(goodsId, cancellation);

    /// <summary>The newest campaigns of several goods, in the order of the ids; of goods that have one.</summary>
    public async Task<List<CampaignRow>> NewestAsync(long[] goods, CancellationToken cancellation)
    {
        var rows = await units.ReadAsync(
            r => r.Query<CampaignRow>()
                .Where(c => goods.Contains(c.GoodsId) && !r.Query<CampaignRow>().Any(n => n.GoodsId == c.GoodsId && n.Id > c.Id))
                .ToDictionaryAsync(c => c.GoodsId, cancellation),
            cancellation);
        return [.. goods.Where(rows.ContainsKey).Select(id => rows[id])];
    }

    public Task<CampaignRow?> CampaignAsync(long id, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<CampaignRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation), cancellation);

    public Task<(List<CampaignRow> Campaigns, long Total)> CampaignsAsync(
        long goodsId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<CampaignRow>().Where(c => goodsId == 0 || c.GoodsId == goodsId).OrderByDescending(c => c.Id)
            .PageAsync(paging, cancellation),
        cancellation);

    /// <summary>The open and the completed groups of campaigns, as far as everybody may know of them.</summary>
    public Task<Dictionary<long, GroupCounts>> CountsAsync(
        IReadOnlyCollection<long> campaigns, CancellationToken cancellation) => units.ReadAsync(
        async r => (await r.Query<CampaignRow>().Where(c => campaigns.Contains(c.Id))
            .Select(c => new
            {
                c.Id,
                Open = r.Query<GroupRow>().Where(g => g.CampaignId == c.Id && g.Status == GroupStatus.Open && g.Published)
                    .Take(MaxCounted + 1).Count(),
                Completed = r.Query<GroupRow>().Where(g => g.CampaignId == c.Id && g.Status == GroupStatus.Completed && g.Published)
                    .Take(MaxCounted + 1).Count(),
            })
            .ToListAsync(cancellation)).ToDictionary(c => c.Id, c => new GroupCounts(
                Math.Min(c.Open, MaxCounted),
                Math.Min(c.Completed, MaxCounted),
                c.Open > MaxCounted || c.Completed > MaxCounted)),
        cancellation);

    public async Task<GroupBuyState> StateAsync(long groupId) =>
        (await states.ReadManyAsync<GroupBuyState>([GroupKeys.StateOf(groupId)]))[0];

    /// <summary>A page, newest first, and the number on all pages; of a public list more than is counted are told as that many and one.</summary>
    public async Task<(List<GroupView> Groups, long Total)> GroupsAsync(
        GroupQuery query, Paging paging, CancellationToken cancellation)
    {
        var (ids, total) = await units.ReadAsync(
            async r =>
            {
                var rows = r.Query<GroupRow>();
                rows = query.GoodsId == 0 ? rows : rows.Where(g => g.GoodsId == query.GoodsId);
                rows = query.CampaignId == 0 ? rows : rows.Where(g => g.CampaignId == query.CampaignId);
                rows = query.Statuses.Length == 0 ? rows : rows.Where(g => query.Statuses.Contains(g.Status));
                rows = query.PublicAt is not { } now ? rows
                    : rows.Where(g => g.Published && (g.Status != GroupStatus.Open || g.EndsAt > now));
                var ordered = rows.OrderByDescending(g => g.Id).Select(g => g.Id);
                return query.PublicAt is null
                    ? await ordered.PageAsync(paging, cancellation)
                    : (await ordered.Skip(paging.Skip).Take(paging.Take).ToListAsync(cancellation),
                        await rows.Take(MaxCounted + 1).LongCountAsync(cancellation));
            },
            cancellation);
        return (await ViewsAsync(ids), total);
    }

    /// <summary>The seats of a user, newest first, each with its group.</summary>
    public async Task<(List<(SeatRow Seat, GroupView Group)> Seats, long Total)> MineAsync(
        SeatQuery query, Paging paging, CancellationToken cancellation)
    {
        var (seats, total) = await units.ReadAsync(
            r =>
            {
                var rows = r.Query<SeatRow>().Where(s => s.UserId == query.UserId);
                rows = query.OrderId == 0 ? rows : rows.Where(s => s.OrderId == query.OrderId);
                rows = query.GroupId == 0 ? rows : rows.Where(s => s.GroupId == query.GroupId);
                rows = query.CampaignId == 0 ? rows : rows.Where(s => s.CampaignId == query.CampaignId);
                rows = query.Statuses.Length == 0 ? rows : rows.Where(s => query.Statuses.Contains(s.Status));
                rows = query.GoodsId == 0 ? rows
                    : rows.Where(s => r.Query<GroupRow>().Any(g => g.Id == s.GroupId && g.GoodsId == query.GoodsId));
                return rows.OrderByDescending(s => s.OrderId).PageAsync(paging, cancellation);
            },
            cancellation);
        var groups = (await ViewsAsync([.. seats.Select(s => s.GroupId).Distinct()])).ToDictionary(g => g.Id);
        return (seats.ConvertAll(s => (s, groups[s.GroupId])), total);
    }

    /// <summary>Every seat of a group, newest first.</summary>
    public Task<(List<SeatRow> Seats, long Total)> SeatsAsync(long groupId, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(
            r => r.Query<SeatRow>().Where(s => s.GroupId == groupId).OrderByDescending(s => s.OrderId).PageAsync(paging, cancellation),
            cancellation);

    /// <summary>The group that a user is sent to when asking for one of goods, or null.</summary>
    public Task<long?> OpenersAsync(long userId, long goodsId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<GroupRow>().Where(g => g.OpenerId == userId && g.GoodsId == goodsId && g.Reusable)
            .Select(g => (long?)g.Id).SingleOrDefaultAsync(cancellation),
        cancellation);

    /// <summary>What a request id of a user was answered with; null for nothing.</summary>
    public Task<AcceptedRequest?> OpeningAsync(long userId, string requestId, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<AcceptedRequest>().SingleOrDefaultAsync(
            o => o.Scope == GroupWrites.OpenScope && o.CallerId == userId && o.RequestId == requestId, cancellation),
        cancellation);

    /// <summary>How users are shown to others.</summary>
    public Task<IReadOnlyDictionary<long, ShownUser>> NamesAsync(IReadOnlyCollection<long> users, CancellationToken cancellation) =>
        users.Count == 0
            ? Task.FromResult<IReadOnlyDictionary<long, ShownUser>>(new Dictionary<long, ShownUser>())
            : units.ReadAsync(r => names.ShownAsync(r, users, cancellation), cancellation);

    /// <summary>
    /// Counts the seats that count against a user's limit, in other groups than this one. The user's row in the campaign is
    /// locked first, so that of two at once the second counts the first.
    /// </summary>
    public static StagedNumbers CountSeats(Stage stage, long campaignId, long userId, long groupId, long now)
    {
        stage.LockBy<CampaignUserRow>(
            $"""
            INSERT INTO groupbuys_users (campaign_id, user_id, counted_at) VALUES ({campaignId}, {userId}, {now})
            ON CONFLICT (campaign_id, user_id) DO UPDATE SET counted_at = excluded.counted_at
            """);
        var (reserved, taken, failed) = ((short)SeatStatus.Reserved, (short)SeatStatus.Taken, (short)GroupStatus.Failed);
        return stage.Numbers(
            $"""
            SELECT count(*) FROM groupbuys_seats s
            WHERE s.user_id = {userId} AND s.campaign_id = {campaignId} AND s.group_id <> {groupId}
                AND (s.status = {taken} OR (s.status = {reserved} AND s.reserved_until > {now}))
                AND EXISTS (SELECT 1 FROM groupbuys_groups g WHERE g.id = s.group_id AND g.status <> {failed})
            """);
    }

    private async Task<List<GroupView>> ViewsAsync(List<long> ids) =>
        [.. ids.Zip(await states.ReadManyAsync<GroupBuyState>([.. ids.Select(GroupKeys.StateOf)]), (id, state) => new GroupView(id, state))];
}
