using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>A page of a list: 1-based, with the defaults of the API.</summary>
internal readonly record struct Paging(int Page, int PageSize)
{
    public int Take => PageSize == 0 ? 20 : PageSize;

    public int Skip => (int)Math.Min(int.MaxValue, (long)(Math.Max(1, Page) - 1) * Take);
}

/// <summary>The room's queries: lists come from rows, stocks from the committed states of the grains.</summary>
internal sealed class CouponReads(IUnits units, IStates states)
{
    public async Task<CouponState> StateAsync(long couponId) =>
        (await states.ReadManyAsync<CouponState>([new(CouponState.Name, couponId)]))[0];

    public async Task<(List<(long Id, CouponState State)> Coupons, long Total)> ListAsync(
        Func<IQueryable<CouponRow>, IQueryable<CouponRow>> filter, Paging paging, CancellationToken cancellation)
    {
        var (ids, total) = await units.ReadAsync(
            async r =>
            {
                var rows = filter(r.Query<CouponRow>());
                var count = await rows.LongCountAsync(cancellation);
                var page = await rows.OrderByDescending(c => c.Id).Skip(paging.Skip).Take(paging.Take)
                    .Select(c => c.Id).ToListAsync(cancellation);
                return (page, count);
            },
            cancellation);
        var found = await states.ReadManyAsync<CouponState>([.. ids.Select(id => new StateKey(CouponState.Name, id))]);
        return ([.. ids.Zip(found)], total);
    }

    public Task<(List<(PieceRow Piece, CouponTermsRow Terms)> Pieces, long Total)> PiecesAsync(
        long userId, long now, bool usable, bool expired, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var rows = r.Query<PieceRow>().Where(p => p.UserId == userId)
                .Join(
                    r.Query<CouponTermsRow>(),
                    p => new { p.CouponId, p.Version },
                    t => new { t.CouponId, t.Version },
                    (Piece, Terms) => new { Piece, Terms })
                .Where(x => (usable && x.Terms.ValidUntil > now) || (expired && x.Terms.ValidUntil <= now));
            var total = await rows.LongCountAsync(cancellation);
            var page = await rows.OrderByDescending(x => x.Piece.Id).Skip(paging.Skip).Take(paging.Take)
                .ToListAsync(cancellation);
            return (page.ConvertAll(x => (x.Piece, x.Terms)), total);
        },
        cancellation);

    public Task<PieceTerms> TermsAsync(long couponId, int version, CancellationToken cancellation) => units.ReadAsync(
        async r => CouponWire.PieceTerms(
            await r.Query<CouponTermsRow>().SingleAsync(t => t.CouponId == couponId && t.Version == version, cancellation)),
        cancellation);

    public Task<AuditEntry?> AuditAsync(ChangeCommand command, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<AuditEntry>().SingleOrDefaultAsync(
            a => a.OperatorId == command.OperatorId && a.Rpc == command.Rpc && a.RequestId == command.RequestId,
            cancellation),
        cancellation);
}
