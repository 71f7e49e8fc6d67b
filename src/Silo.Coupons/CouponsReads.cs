using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>A user coupon with its terms and what has become of it.</summary>
internal sealed record FullUserCoupon(UserCouponRow Row, CouponTermsRow Terms, UserCouponMarkRow? Mark)
{
    /// <summary>As an order finds it.</summary>
    public HeldUserCoupon Held
    {
        get
        {
            var terms = Terms.Terms;
            return new(Row.Id, terms, Row.DrawnCents ?? terms.AmountCents, Row.ClaimedAt, Mark?.Mark);
        }
    }

    public bool IsUsable(long now) => CouponRules.StatusOf(
        Mark?.Mark, CouponRules.UsableUntil(Terms.Terms, Row.ClaimedAt), now) == UserCouponStatus.Usable;
}

/// <summary>User coupons that a command has named, each with its terms and what has become of it.</summary>
internal sealed class StagedUserCoupons
{
    private readonly StagedRows<UserCouponRow> rows;
    private readonly StagedRows<UserCouponMarkRow> marks;
    private readonly StagedRows<CouponTermsRow>[] terms;

    public StagedUserCoupons(Stage stage, params IReadOnlyCollection<long> ids)
    {
        rows = stage.Read<UserCouponRow>(ids);
        marks = stage.Read<UserCouponMarkRow>(ids);
        // One statement for each: a list is no parameter that both databases take.
        terms = [.. ids.Distinct().Select(id => stage.Where<CouponTermsRow>(
            $"(coupon_id, version) IN (SELECT u.coupon_id, u.version FROM coupons_user_coupons u WHERE u.id = {id})"))];
    }

    /// <summary>Those that there are.</summary>
    public IReadOnlyList<FullUserCoupon> All
    {
        get
        {
            var termsOf = terms.SelectMany(t => t.All).DistinctBy(t => (t.CouponId, t.Version))
                .ToDictionary(t => (t.CouponId, t.Version));
            var markOf = marks.All.ToDictionary(m => m.UserCouponId);
            return [.. rows.All.Select(
                row => new FullUserCoupon(row, termsOf[(row.CouponId, row.Version)], markOf.GetValueOrDefault(row.Id)))];
        }
    }

    /// <summary>The only one, or null.</summary>
    public FullUserCoupon? Only => All.SingleOrDefault();
}

/// <summary>Which user coupons of a user to list; those that they gave away never are.</summary>
internal sealed record UserCouponQuery(
    IReadOnlyCollection<UserCouponStatus> States, string Type = "", long RefId = 0, long SpendCents = 0)
{
    public bool Wants(UserCouponStatus state) => States.Count == 0 || States.Contains(state);
}

/// <summary>The module's queries: lists come from rows, stocks from the committed states of the grains.</summary>
internal sealed class CouponsReads(IUnits units, IStates states, IUsers users)
{
    /// <summary>So many used user coupons of a coupon are counted exactly.</summary>
    public const long MaxUsedCounted = 10_000;

    /// <summary>As many listed coupons are looked at to count what a user can claim.</summary>
    private const int MaxCounted = 1_000;
    private const long DayMs = 24L * 60 * 60 * 1000;

    /// <summary>Coupons with more used user coupons than are counted. What was used stays used, so they are never counted again.</summary>
    private readonly ConcurrentDictionary<long, bool> uncounted = new();

    public async Task<CouponState> StateAsync(long couponId) =>
        (await states.ReadManyAsync<CouponState>([new(CouponState.Name, couponId)]))[0];

    /// <summary>Whether all of the ids are shoppers.</summary>
    public async Task<bool> AreUsersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var named = ids.Distinct().ToArray();
        return (await units.ReadAsync(r => users.ExistingAsync(r, named, cancellation), cancellation)).Count == named.Length;
    }

    public async Task<(List<(long Id, CouponState State)> Coupons, long Total)> ListAsync(
        Func<IQueryable<CouponRow>, IQueryable<CouponRow>> filter, Paging paging, CancellationToken cancellation)
    {
        var (ids, total) = await units.ReadAsync(
            r => filter(r.Query<CouponRow>()).OrderByDescending(c => c.Id).Select(c => c.Id).PageAsync(paging, cancellation),
            cancellation);
        return (await StatesAsync(ids), total);
    }

    /// <summary>The used user coupons of coupons: of each at most one more than <see cref="MaxUsedCounted"/>.</summary>
    public async Task<Dictionary<long, long>> UsedAsync(IReadOnlyCollection<long> coupons, CancellationToken cancellation)
    {
        var asked = coupons.Where(id => !uncounted.ContainsKey(id)).ToArray();
        var counts = asked.Length == 0 ? [] : await units.ReadAsync(
            r => r.Query<CouponRow>().Where(c => asked.Contains(c.Id))
                .Select(c => new
                {
                    c.Id,
                    Count = r.Query<UserCouponMarkRow>().Where(m => m.CouponId == c.Id && m.Mark == UserCouponMark.Used)
                        .Take((int)MaxUsedCounted + 1).LongCount(),
                })
                .ToDictionaryAsync(c => c.Id, c => c.Count, cancellation),
            cancellation);
        foreach (var id in counts.Where(c => c.Value > MaxUsedCounted).Select(c => c.Key))
        {
            uncounted.TryAdd(id, true);
        }

        return coupons.Distinct().ToDictionary(
            id => id, id => counts.TryGetValue(id, out var count) ? count : uncounted.ContainsKey(id) ? MaxUsedCounted + 1 : 0);
    }

    /// <summary>
    /// The coupon that a password names: the one that the user has claimed with the request id, or else the newest that
    /// is open, or else the newest; 0 for none.
    /// </summary>
    public Task<long> ByPasswordAsync(
        string password, long userId, string requestId, long now, CancellationToken cancellation)
    {
        var code = CodeText.Normalise(password);
        return units.ReadAsync(
            r => r.Query<CouponRow>().Where(c => c.Password == code && c.Password != "")
                .OrderByDescending(c => requestId != ""
                    && r.Query<UserCouponRow>().Any(p => p.UserId == userId && p.CouponId == c.Id && p.RequestId == requestId))
                .ThenByDescending(c => c.Enabled && c.ClaimableFrom <= now && now < c.ClaimableUntil).ThenByDescending(c => c.Id)
                .Select(c => c.Id).FirstOrDefaultAsync(cancellation),
            cancellation);
    }

    public Task<(List<FullUserCoupon> UserCoupons, long Total)> UserCouponsAsync(
        long userId, UserCouponQuery query, long now, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var (usable, expired) = (query.Wants(UserCouponStatus.Usable), query.Wants(UserCouponStatus.Expired));
            var (used, ended) = (query.Wants(UserCouponStatus.Used), query.Wants(UserCouponStatus.Void));
            var rows = Full(r, r.Query<UserCouponRow>().Where(p => p.UserId == userId))
                .Where(x => x.Mark == null
                    ? (usable && x.Until > now) || (expired && x.Until <= now)
                    : (used && (x.Mark.Mark == UserCouponMark.Used || x.Mark.Mark == UserCouponMark.Reserved))
                        || (ended && x.Mark.Mark == UserCouponMark.Void));
            if (query.Type.Length > 0)
            {
                rows = rows.Where(x => x.Terms.Type == query.Type);
            }

            if (query.RefId > 0)
            {
                rows = rows.Where(x => x.Terms.RefId == query.RefId);
            }

            if (query.SpendCents > 0)
            {
                rows = rows.Where(x => x.Terms.ThresholdCents <= query.SpendCents);
            }

            var (page, total) = await rows.OrderByDescending(x => x.Row.Id).PageAsync(paging, cancellation);
            return (page.ConvertAll(x => x.Full), total);
        },
        cancellation);

    /// <summary>The user coupons of a coupon, newest first.</summary>
    public Task<(List<FullUserCoupon> UserCoupons, long Total)> ClaimsAsync(
        long couponId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            // Asking for the time of the claim opens the index of the coupon's user coupons, see CouponsModel.ByCoupon.
            var userCoupons = r.Query<UserCouponRow>().Where(p => p.CouponId == couponId && p.ClaimedAt >= 0);
            var total = await userCoupons.LongCountAsync(cancellation);
            var page = userCoupons.OrderByDescending(p => p.Id).Skip(paging.Skip).Take(paging.Take);
            var rows = await Full(r, page).OrderByDescending(x => x.Row.Id).ToListAsync(cancellation);
            return (rows.ConvertAll(x => x.Full), total);
        },
        cancellation);

    /// <summary>The user coupons with these ids, in their order; those of another user are left out where one is named.</summary>
    public static async Task<List<FullUserCoupon>> UserCouponsAsync(
        IReads reads, IReadOnlyCollection<long> ids, long? ofUser, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<UserCouponRow>().Where(p => ids.Contains(p.Id) && (ofUser == null || p.UserId == ofUser)))
            .OrderBy(x => x.Row.Id).ToListAsync(cancellation)).ConvertAll(x => x.Full);

    /// <summary>The user coupons of a user that are neither marked nor expired, newest first.</summary>
    public static async Task<List<FullUserCoupon>> UsableAsync(
        IReads reads, long userId, long now, int most, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<UserCouponRow>().Where(p => p.UserId == userId))
            .Where(x => x.Mark == null && x.Until > now)
            .OrderByDescending(x => x.Row.Id).Take(most).ToListAsync(cancellation))
        .ConvertAll(x => x.Full);

    /// <summary>All user coupons of a user, whatever became of them, in the order of their ids.</summary>
    public static async Task<List<FullUserCoupon>> OfUserAsync(IReads reads, long userId, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<UserCouponRow>().Where(p => p.UserId == userId))
            .OrderBy(x => x.Row.Id).ToListAsync(cancellation)).ConvertAll(x => x.Full);

    /// <summary>How many listed coupons a user can claim, and how many of their coupons are in each state.</summary>
    public async Task<(long Claimable, Dictionary<UserCouponStatus, long> UserCoupons)> CountAsync(
        long userId, long now, CancellationToken cancellation)
    {
        var (open, mine, userCoupons) = await units.ReadAsync(
            async r =>
            {
                var offered = await r.Query<CouponRow>()
                    .Where(c => c.Enabled && !c.Hidden && c.ClaimableFrom <= now && c.ClaimableUntil > now)
                    .OrderByDescending(c => c.Id).Take(MaxCounted).Select(c => c.Id).ToListAsync(cancellation);
                var claimed = await r.Query<UserCouponRow>()
                    .Where(p => p.UserId == userId && p.Origin == UserCouponOrigin.Claim && offered.Contains(p.CouponId))
                    .GroupBy(p => p.CouponId).Select(g => new { g.Key, Count = g.Count() })
                    .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
                var counts = await Full(r, r.Query<UserCouponRow>().Where(p => p.UserId == userId))
                    .GroupBy(x => new { Mark = x.Mark == null ? 0 : (int)x.Mark.Mark, Alive = x.Until > now })
                    .Select(g => new { g.Key.Mark, g.Key.Alive, Count = g.LongCount() }).ToListAsync(cancellation);
                return (offered, claimed, counts);
            },
            cancellation);
        var claimable = (await StatesAsync(open)).LongCount(
            c => c.State.StockLeft > 0 && mine.GetValueOrDefault(c.Id) < c.State.Terms.LimitPerUser);
        return (claimable, userCoupons
            .GroupBy(p => CouponRules.StatusOf(p.Mark == 0 ? null : (UserCouponMark)p.Mark, p.Alive ? now + 1 : now, now))
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Count)));
    }

    public Task<UserCouponTerms> TermsAsync(long couponId, int version, CancellationToken cancellation) => units.ReadAsync(
        async r => (await r.Query<CouponTermsRow>()
            .SingleAsync(t => t.CouponId == couponId && t.Version == version, cancellation)).Terms,
        cancellation);

    private static IQueryable<Parts> Full(IReads reads, IQueryable<UserCouponRow> userCoupons) =>
        from userCoupon in userCoupons
        join terms in reads.Query<CouponTermsRow>()
            on new { userCoupon.CouponId, userCoupon.Version } equals new { terms.CouponId, terms.Version }
        join mark in reads.Query<UserCouponMarkRow>() on userCoupon.Id equals mark.UserCouponId into marks
        from mark in marks.DefaultIfEmpty()
        select new Parts
        {
            Row = userCoupon,
            Terms = terms,
            Mark = mark,
            Until = terms.UsableDays > 0 ? userCoupon.ClaimedAt + (terms.UsableDays * DayMs) : terms.UsableUntil,
        };

    private async Task<List<(long Id, CouponState State)>> StatesAsync(List<long> ids) =>
        [.. ids.Zip(await states.ReadManyAsync<CouponState>([.. ids.Select(id => new StateKey(CouponState.Name, id))]))];

    private sealed class Parts
    {
        public required UserCouponRow Row { get; init; }

        public required CouponTermsRow Terms { get; init; }

        public UserCouponMarkRow? Mark { get; init; }

        public long Until { get; init; }

        public FullUserCoupon Full => new(Row, Terms, Mark);
    }
}
