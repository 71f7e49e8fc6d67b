using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Storage;

namespace Silo.Points;

/// <summary>The sign-ins of one day.</summary>
internal sealed record DayCount(int Day, long SignIns, long MadeUp, long Points);

/// <summary>What has become of a voucher. The numbers are the wire's.</summary>
internal enum VoucherState
{
    Unused = 1,
    Used = 2,
    Void = 3,
    Expired = 4,
}

/// <summary>Which vouchers to list; those of any state where it is null.</summary>
internal sealed record VoucherQuery(long BatchId, VoucherState? State, string Number);

/// <summary>The module's queries.</summary>
internal sealed class PointsReads(IUnits units, IStates states, IUsers users)
{
    /// <summary>Whether there is such a shopper.</summary>
    public Task<bool> IsUserAsync(long userId, CancellationToken cancellation) => units.ReadAsync(
        async r => (await users.ExistingAsync(r, [userId], cancellation)).Count == 1, cancellation);

    /// <summary>A user's committed state, without waking the grain.</summary>
    public async Task<SignInState> StateAsync(long userId) =>
        (await states.ReadManyAsync<SignInState>([SignInGrain.StateKeyOf(userId)]))[0];

    public Task<SignInRow?> DayAsync(long userId, int day, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<SignInRow>().SingleOrDefaultAsync(d => d.UserId == userId && d.Day == day, cancellation), cancellation);

    /// <summary>The signed-in days of a user, or of all users where the id is 0, the latest first.</summary>
    public Task<(List<SignInRow> Page, long Total)> DaysAsync(
        long userId, int? from, int? to, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r =>
        {
            var days = r.Query<SignInRow>();
            days = userId > 0 ? days.Where(d => d.UserId == userId) : days;
            days = from is { } first ? days.Where(d => d.Day >= first) : days;
            days = to is { } last ? days.Where(d => d.Day <= last) : days;
            return days.OrderByDescending(d => d.Day).ThenByDescending(d => d.UserId).PageAsync(paging, cancellation);
        },
        cancellation);

    public Task<List<DayCount>> CountAsync(int from, int to, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<SignInRow>().Where(d => d.Day >= from && d.Day <= to)
            .GroupBy(d => d.Day).OrderByDescending(g => g.Key)
            .Select(g => new DayCount(g.Key, g.LongCount(), g.LongCount(d => d.MadeUp), g.Sum(d => d.Points)))
            .ToListAsync(cancellation),
        cancellation);

    public Task<(List<CardMoveRow> Page, long Total)> CardMovesAsync(
        long userId, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r => r.Query<CardMoveRow>().Where(m => m.UserId == userId).OrderByDescending(m => m.Id).PageAsync(paging, cancellation),
        cancellation);

    public Task<(List<VoucherRow> Page, long Total)> VouchersAsync(
        VoucherQuery query, long now, Paging paging, CancellationToken cancellation) => units.ReadAsync(
        r =>
        {
            var vouchers = r.Query<VoucherRow>();
            vouchers = query.BatchId > 0 ? vouchers.Where(v => v.BatchId == query.BatchId) : vouchers;
            vouchers = query.Number.Length > 0 ? vouchers.Where(v => v.Number == query.Number) : vouchers;
            vouchers = query.State switch
            {
                VoucherState.Used => vouchers.Where(v => v.UsedAt > 0),
                VoucherState.Void => vouchers.Where(v => v.UsedAt == 0 && v.VoidedAt > 0),
                VoucherState.Expired => vouchers.Where(v => v.UsedAt == 0 && v.VoidedAt == 0 && v.ExpiresAt <= now),
                VoucherState.Unused => vouchers.Where(v => v.UsedAt == 0 && v.VoidedAt == 0 && v.ExpiresAt > now),
                _ => vouchers,
            };
            return vouchers.OrderByDescending(v => v.Id).PageAsync(paging, cancellation);
        },
        cancellation);
}
