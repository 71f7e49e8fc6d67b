using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Locks wallets and books transactions in units.</summary>
internal sealed class Ledger(IUnits units, IdSource ids, ShopClock clock) : IWallets
{
    private const int MaxMade = 1_000;
    private readonly ConditionalWeakTable<Unit, UnitWallets> ofUnits = [];
    private readonly GatheredReads<long, WalletState> reads = new(users => WalletsAsync(units, users));

    public async Task<Result<long>> PostAsync(Unit unit, LedgerTransaction transaction, CancellationToken cancellation)
    {
        var users = transaction.Lines.Where(line => line.UserId > 0).Select(line => line.UserId).Distinct().ToArray();
        var draft = await LockAsync(unit, users, cancellation);
        // After the locks: of two at once, the second finds the first.
        if (await BookedAsync(unit, transaction, cancellation) is { } first)
        {
            return first;
        }

        var rows = new Rows();
        var booked = draft.Post(transaction, rows);
        if (booked.IsAccepted)
        {
            await unit.WriteAsync(rows);
        }

        return booked;
    }

    public Task<Dictionary<long, long>> PointsAsync(
        IReads reads, IReadOnlyCollection<long> users, CancellationToken cancellation) =>
        reads.Query<WalletRow>().Where(w => users.Contains(w.UserId)).ToDictionaryAsync(w => w.UserId, w => w.Points, cancellation);

    public async Task<LedgerDraft> LockAsync(Unit unit, IReadOnlyCollection<long> users, CancellationToken cancellation)
    {
        // Making one and locking the next are one ascending walk: whoever made first and locked then would hold a high one
        // and wait for a low one. The update, which never is one, locks what is there already.
        await MakeAsync(unit, users, "DO UPDATE SET user_id = excluded.user_id WHERE FALSE", cancellation);
        var rows = await unit.LockAsync<WalletRow>(users, wait: true, cancellation);
        var wallets = rows.ToDictionary(r => r.Key, r => r.Value.State);
        return new(wallets, new HashSet<long>(), new HashSet<long>(), TakenIn(unit, wallets), unit.NewId, unit.NowMs);
    }

    public async Task<LedgerDraft> TryLockAsync(
        Unit unit, IReadOnlyCollection<long> users, CancellationToken cancellation, bool make = false)
    {
        if (make)
        {
            var known = await unit.Query<WalletRow>().Where(w => users.Contains(w.UserId)).Select(w => w.UserId)
                .ToHashSetAsync(cancellation);
            await MakeAsync(unit, users.Where(u => !known.Contains(u)), "DO NOTHING", cancellation);
        }

        var rows = await unit.LockAsync<WalletRow>(users, wait: false, cancellation);
        var wallets = rows.ToDictionary(r => r.Key, r => r.Value.State);
        var ofUnit = TakenIn(unit, wallets);
        var missing = users.Where(u => !rows.ContainsKey(u)).ToHashSet();
        HashSet<long> elsewhere = missing.Count == 0
            ? []
            : [.. await unit.Query<WalletRow>().Where(w => missing.Contains(w.UserId)).Select(w => w.UserId).ToListAsync(cancellation)];
        foreach (var user in missing)
        {
            wallets[user] = default;
        }

        return new(wallets, missing, elsewhere, ofUnit, unit.NewId, unit.NowMs);
    }

    public async Task<LedgerDraft> ReadAsync(long userId) => new(
        new Dictionary<long, WalletState> { [userId] = await reads.ReadAsync(userId) },
        new HashSet<long>(),
        new HashSet<long>(),
        new UnitWallets(),
        ids.Next,
        clock.NowMs);

    private static Task<IReadOnlyList<WalletState>> WalletsAsync(IUnits units, IReadOnlyList<long> users) =>
        units.ReadAsync<IReadOnlyList<WalletState>>(
            async r =>
            {
                var rows = await r.Query<WalletRow>().Where(w => users.Contains(w.UserId))
                    .ToDictionaryAsync(w => w.UserId, w => w.State);
                return [.. users.Select(user => rows.GetValueOrDefault(user))];
            },
            CancellationToken.None);

    private UnitWallets TakenIn(Unit unit, Dictionary<long, WalletState> wallets)
    {
        var ofUnit = ofUnits.GetOrCreateValue(unit);
        foreach (var (user, wallet) in wallets)
        {
            ofUnit.Take(user, wallet);
        }

        return ofUnit;
    }

    /// <summary>Makes the wallets that are missing, ascending, with one statement for as many as one may have parameters for.</summary>
    private static async Task MakeAsync(Unit unit, IEnumerable<long> users, string conflict, CancellationToken cancellation)
    {
        foreach (var some in users.Distinct().Order().Chunk(MaxMade))
        {
            var rows = string.Join(", ", some.Select((_, i) => $"({{{i}}}, 0, 0, 0, 0, 0, 0, 0, 0)"));
            await unit.ExecuteAsync(
                FormattableStringFactory.Create(
                    $"""
                    INSERT INTO wallets_wallets
                        (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries)
                    VALUES {rows} ON CONFLICT (user_id) {conflict}
                    """,
                    [.. some.Cast<object>()]),
                cancellation);
        }
    }

    private static async Task<long?> BookedAsync(Unit unit, LedgerTransaction transaction, CancellationToken cancellation) =>
        await unit.Query<TransactionRow>()
            .Where(t => t.Kind == transaction.Kind && t.Reference == transaction.Reference)
            .Select(t => (long?)t.Id).SingleOrDefaultAsync(cancellation);
}
