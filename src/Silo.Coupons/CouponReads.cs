using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>A piece with its terms and what has become of it.</summary>
internal sealed record FullPiece(PieceRow Piece, CouponTermsRow Terms, PieceMarkRow? Mark);

/// <summary>Which pieces of a user to list; those that he gave away never are.</summary>
internal sealed record PieceQuery(
    IReadOnlyCollection<PieceStatus> States, string Type = "", long RefId = 0, long SpendCents = 0)
{
    public bool Wants(PieceStatus state) => States.Count == 0 || States.Contains(state);
}

/// <summary>The module's queries: lists come from rows, stocks from the committed states of the grains.</summary>
internal sealed class CouponReads(IUnits units, IStates states)
{
    /// <summary>So many used pieces of a coupon are counted exactly.</summary>
    public const long MaxUsedCounted = 10_000;

    /// <summary>As many listed coupons are looked at to count what a user can claim.</summary>
    private const int MaxCounted = 1_000;
    private const long DayMs = 24L * 60 * 60 * 1000;

    /// <summary>Coupons with more used pieces than are counted. What was used stays used, so they are never counted again.</summary>
    private readonly ConcurrentDictionary<long, bool> uncounted = new();

    public async Task<CouponState> StateAsync(long couponId) =>
        (await states.ReadManyAsync<CouponState>([new(CouponState.Name, couponId)]))[0];

    public async Task<(List<(long Id, CouponState State)> Coupons, long Total)> ListAsync(
        Func<IQueryable<CouponRow>, IQueryable<CouponRow>> filter, Paging paging, CancellationToken cancellation)
    {
        var (ids, total) = await units.ReadAsync(
            r => filter(r.Query<CouponRow>()).OrderByDescending(c => c.Id).Select(c => c.Id).PageAsync(paging, cancellation),
            cancellation);
        return (await StatesAsync(ids), total);
    }

    /// <summary>The used pieces of coupons: of each at most one more than <see cref="MaxUsedCounted"/>.</summary>
    public async Task<Dictionary<long, long>> UsedAsync(IReadOnlyCollection<long> coupons, CancellationToken cancellation)
    {
        var asked = coupons.Where(id => !uncounted.ContainsKey(id)).ToArray();
        var counts = asked.Length == 0 ? [] : await units.ReadAsync(
            r => r.Query<CouponRow>().Where(c => asked.Contains(c.Id))
                .Select(c => new
                {
                    c.Id,
                    Count = r.Query<PieceMarkRow>().Where(m => m.CouponId == c.Id && m.Mark == PieceMark.Used)
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
        string password, long userId, string requestId, long now, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<CouponRow>().Where(c => c.Password == password && c.Password != "")
            .OrderByDescending(c => requestId != ""
                && r.Query<PieceRow>().Any(p => p.UserId == userId && p.CouponId == c.Id && p.RequestId == requestId))
            .ThenByDescending(c => c.Enabled && c.ClaimableFrom <= now && now < c.ClaimableUntil).ThenByDescending(c => c.Id)
            .Select(c => c.Id).FirstOrDefaultAsync(cancellation),
        cancellation);

    public Task<(List<FullPiece> Pieces, long Total)> PiecesAsync(
        long userId, PieceQuery query, long now, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var (usable, expired) = (query.Wants(PieceStatus.Usable), query.Wants(PieceStatus.Expired));
            var (used, ended) = (query.Wants(PieceStatus.Used), query.Wants(PieceStatus.Void));
            var rows = Full(r, r.Query<PieceRow>().Where(p => p.UserId == userId))
                .Where(x => x.Mark == null
                    ? (usable && x.Until > now) || (expired && x.Until <= now)
                    : (used && (x.Mark.Mark == PieceMark.Used || x.Mark.Mark == PieceMark.Reserved))
                        || (ended && x.Mark.Mark == PieceMark.Void));
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

            var (page, total) = await rows.OrderByDescending(x => x.Piece.Id).PageAsync(paging, cancellation);
            return (page.ConvertAll(x => new FullPiece(x.Piece, x.Terms, x.Mark)), total);
        },
        cancellation);

    /// <summary>The pieces of a coupon, newest first.</summary>
    public Task<(List<FullPiece> Pieces, long Total)> ClaimsAsync(
        long couponId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            // Asking for the time of the claim opens the index of the coupon's pieces, see CouponModel.ByCoupon.
            var pieces = r.Query<PieceRow>().Where(p => p.CouponId == couponId && p.ClaimedAt >= 0);
            var total = await pieces.LongCountAsync(cancellation);
            var page = pieces.OrderByDescending(p => p.Id).Skip(paging.Skip).Take(paging.Take);
            var rows = await Full(r, page).OrderByDescending(x => x.Piece.Id).ToListAsync(cancellation);
            return (rows.ConvertAll(x => new FullPiece(x.Piece, x.Terms, x.Mark)), total);
        },
        cancellation);

    /// <summary>The pieces with these ids, in their order; those of another user are left out where one is named.</summary>
    public static async Task<List<FullPiece>> PiecesAsync(
        IReads reads, IReadOnlyCollection<long> ids, long? ofUser, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<PieceRow>().Where(p => ids.Contains(p.Id) && (ofUser == null || p.UserId == ofUser)))
            .OrderBy(x => x.Piece.Id).ToListAsync(cancellation)).ConvertAll(x => new FullPiece(x.Piece, x.Terms, x.Mark));

    /// <summary>The pieces of a user that are neither marked nor expired, newest first.</summary>
    public static async Task<List<FullPiece>> UsableAsync(
        IReads reads, long userId, long now, int max, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<PieceRow>().Where(p => p.UserId == userId))
            .Where(x => x.Mark == null && x.Until > now)
            .OrderByDescending(x => x.Piece.Id).Take(max).ToListAsync(cancellation))
        .ConvertAll(x => new FullPiece(x.Piece, x.Terms, x.Mark));

    /// <summary>All pieces of a user, whatever became of them, in the order of their ids.</summary>
    public static async Task<List<FullPiece>> OfUserAsync(IReads reads, long userId, CancellationToken cancellation) =>
        (await Full(reads, reads.Query<PieceRow>().Where(p => p.UserId == userId))
            .OrderBy(x => x.Piece.Id).ToListAsync(cancellation)).ConvertAll(x => new FullPiece(x.Piece, x.Terms, x.Mark));

    /// <summary>How many listed coupons a user can claim, and how many of his pieces are in each state.</summary>
    public async Task<(long Claimable, Dictionary<PieceStatus, long> Pieces)> CountAsync(
        long userId, long now, CancellationToken cancellation)
    {
        var (open, mine, pieces) = await units.ReadAsync(
            async r =>
            {
                var offered = await r.Query<CouponRow>()
                    .Where(c => c.Enabled && !c.Hidden && c.ClaimableFrom <= now && c.ClaimableUntil > now)
                    .OrderByDescending(c => c.Id).Take(MaxCounted).Select(c => c.Id).ToListAsync(cancellation);
                var claimed = await r.Query<PieceRow>()
                    .Where(p => p.UserId == userId && p.Origin == PieceOrigin.Claim && offered.Contains(p.CouponId))
                    .GroupBy(p => p.CouponId).Select(g => new { g.Key, Count = g.Count() })
                    .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
                var counts = await Full(r, r.Query<PieceRow>().Where(p => p.UserId == userId))
                    .GroupBy(x => new { Mark = x.Mark == null ? 0 : (int)x.Mark.Mark, Alive = x.Until > now })
                    .Select(g => new { g.Key.Mark, g.Key.Alive, Count = g.LongCount() }).ToListAsync(cancellation);
                return (offered, claimed, counts);
            },
            cancellation);
        var claimable = (await StatesAsync(open)).LongCount(
            c => c.State.StockLeft > 0 && mine.GetValueOrDefault(c.Id) < c.State.Terms.LimitPerUser);
        return (claimable, pieces
            .GroupBy(p => CouponRules.StatusOf(p.Mark == 0 ? null : (PieceMark)p.Mark, p.Alive ? now + 1 : now, now))
            .ToDictionary(g => g.Key, g => g.Sum(p => p.Count)));
    }

    public Task<PieceTerms> TermsAsync(long couponId, int version, CancellationToken cancellation) => units.ReadAsync(
        async r => (await r.Query<CouponTermsRow>()
            .SingleAsync(t => t.CouponId == couponId && t.Version == version, cancellation)).Terms,
        cancellation);

    public Task<AuditEntry?> AuditAsync(long operatorId, string rpc, string requestId, CancellationToken cancellation) =>
        units.ReadAsync(
            r => r.Query<AuditEntry>().SingleOrDefaultAsync(
                a => a.OperatorId == operatorId && a.Rpc == rpc && a.RequestId == requestId, cancellation),
            cancellation);

    private static IQueryable<Joined> Full(IReads reads, IQueryable<PieceRow> pieces) =>
        from piece in pieces
        join terms in reads.Query<CouponTermsRow>()
            on new { piece.CouponId, piece.Version } equals new { terms.CouponId, terms.Version }
        join mark in reads.Query<PieceMarkRow>() on piece.Id equals mark.PieceId into marks
        from mark in marks.DefaultIfEmpty()
        select new Joined
        {
            Piece = piece,
            Terms = terms,
            Mark = mark,
            Until = terms.UsableDays > 0 ? piece.ClaimedAt + (terms.UsableDays * DayMs) : terms.UsableUntil,
        };

    private async Task<List<(long Id, CouponState State)>> StatesAsync(List<long> ids) =>
        [.. ids.Zip(await states.ReadManyAsync<CouponState>([.. ids.Select(id => new StateKey(CouponState.Name, id))]))];

    private sealed class Joined
    {
        public required PieceRow Piece { get; init; }

        public required CouponTermsRow Terms { get; init; }

        public PieceMarkRow? Mark { get; init; }

        public long Until { get; init; }
    }
}
