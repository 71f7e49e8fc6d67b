using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>A slice of a proof.</summary>
internal sealed record ProofSlice(int Transactions, int Wallets, IReadOnlyList<string> Faults);

/// <summary>
/// Proves the ledger beside the running shop. What holds is about one transaction or one wallet each, and each statement
/// sees one instant, so slices that are read one after the other prove the whole.
/// </summary>
internal sealed class LedgerProof(IUnits units)
{
    public const int MaxFaults = 100;
    private const int TransactionsOfSlice = 20_000;
    private const int WalletsOfSlice = 500;
    private static readonly LedgerAccount[] UserAccounts = [.. Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsUsers)];

    public async IAsyncEnumerable<ProofSlice> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long after = 0, last; (last = await EndOfAsync<TransactionRow>(t => t.Id, after, TransactionsOfSlice, cancellation)) > after; after = last)
        {
            yield return await TransactionsAsync(after, last, cancellation);
        }

        for (long after = 0, last; (last = await EndOfAsync<WalletRow>(w => w.UserId, after, WalletsOfSlice, cancellation)) > after; after = last)
        {
            yield return await WalletsAsync(after, last, cancellation);
        }

        yield return new(0, 0, await CheckpointsAsync(cancellation));
    }

    /// <summary>The key with which a slice after <paramref name="after"/> ends; <paramref name="after"/> where there is none.</summary>
    private Task<long> EndOfAsync<T>(
        System.Linq.Expressions.Expression<Func<T, long>> key, long after, int size, CancellationToken cancellation)
        where T : class => units.ReadAsync(
        async r =>
        {
            var keys = r.Query<T>().Select(key).Where(k => k > after).OrderBy(k => k).Take(size);
            return await keys.OrderByDescending(k => k).FirstOrDefaultAsync(cancellation) is > 0 and var last ? last : after;
        },
        cancellation);

    private Task<ProofSlice> TransactionsAsync(long after, long last, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var entries = r.Query<EntryRow>().Where(e => e.TransactionId > after && e.TransactionId <= last);
            var transactions = r.Query<TransactionRow>().Where(t => t.Id > after && t.Id <= last);
            var unbalanced = await entries
                .GroupBy(e => new
                {
                    e.TransactionId,
                    InPoints = e.Account == LedgerAccount.Points || e.Account == LedgerAccount.PointsDebt
                        || e.Account == LedgerAccount.ShopPointsIssued || e.Account == LedgerAccount.ShopPointsRedeemed,
                })
                .Where(g => g.Sum(e => e.Amount) != 0)
                .Select(g => new { g.Key.TransactionId, g.Key.InPoints, Sum = g.Sum(e => e.Amount) })
                .Take(MaxFaults).ToListAsync(cancellation);
            var empty = await transactions.Where(t => !r.Query<EntryRow>().Any(e => e.TransactionId == t.Id))
                .Select(t => t.Id).Take(MaxFaults).ToListAsync(cancellation);
            var orphans = await entries
                .Where(e => !r.Query<TransactionRow>().Any(t => t.Id == e.TransactionId)
                    || (e.UserId != 0 && !r.Query<WalletRow>().Any(w => w.UserId == e.UserId)))
                .Select(e => new { e.TransactionId, e.Line }).Take(MaxFaults).ToListAsync(cancellation);
            IEnumerable<string> faults =
            [
                .. unbalanced.Select(u => $"transaction {u.TransactionId} sums to {u.Sum} {(u.InPoints ? "points" : "cents")}"),
                .. empty.Select(id => $"transaction {id} has no entries"),
                .. orphans.Select(o => $"entry {o.TransactionId}/{o.Line} has no transaction or no wallet"),
            ];
            return new ProofSlice(await transactions.CountAsync(cancellation), 0, [.. faults.Take(MaxFaults)]);
        },
        cancellation);

    private Task<ProofSlice> WalletsAsync(long after, long last, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            // One statement, so that each wallet and its entries are of one instant.
            var rows = r.Query<WalletRow>().Where(w => w.UserId > after && w.UserId <= last)
                .SelectMany(
                    w => r.Query<EntryRow>().Where(e => e.UserId == w.UserId).DefaultIfEmpty(),
                    (Wallet, Entry) => new { Wallet, Entry })
                .OrderBy(x => x.Wallet.UserId).ThenBy(x => x.Entry!.Sequence)
                .AsAsyncEnumerable();
            var (wallets, faults) = (0, new List<string>());
            WalletRow? current = null;
            WalletState running = default;
            await foreach (var row in rows.WithCancellation(cancellation))
            {
                if (current?.UserId != row.Wallet.UserId)
                {
                    Compare(current, running, faults);
                    (current, running) = (row.Wallet, default);
                    wallets++;
                }

                if (row.Entry is { } entry)
                {
                    running = Follow(running, entry, faults);
                }
            }

            Compare(current, running, faults);
            return new ProofSlice(0, wallets, [.. faults.Take(MaxFaults)]);
        },
        cancellation);

    private static WalletState Follow(WalletState running, EntryRow entry, List<string> faults)
    {
        var amount = running[entry.Account] + entry.Amount;
        if (entry.Sequence != running.Entries + 1)
        {
            faults.Add($"entry {entry.TransactionId}/{entry.Line} of user {entry.UserId} has number {entry.Sequence} after {running.Entries}");
        }

        if (entry.BalanceAfter != amount)
        {
            faults.Add($"entry {entry.TransactionId}/{entry.Line} of user {entry.UserId} says {entry.BalanceAfter} and makes {amount}");
        }

        return running.With(entry.Account, amount) with { Entries = running.Entries + 1 };
    }

    private static void Compare(WalletRow? wallet, WalletState sums, List<string> faults)
    {
        if (wallet is null)
        {
            return;
        }

        faults.AddRange(UserAccounts.Where(a => wallet.State[a] != sums[a])
            .Select(a => $"{a} of user {wallet.UserId} is {wallet.State[a]} and its entries sum to {sums[a]}"));
        faults.AddRange(UserAccounts
            .Where(a => a is LedgerAccount.BalanceDebt or LedgerAccount.PointsDebt ? wallet.State[a] > 0 : wallet.State[a] < 0)
            .Select(a => $"{a} of user {wallet.UserId} is {wallet.State[a]}"));
        if (wallet.Entries != sums.Entries)
        {
            faults.Add($"user {wallet.UserId} counts {wallet.Entries} entries and has {sums.Entries}");
        }
    }

    /// <summary>Each checkpoint against the one before it and what lies between.</summary>
    private async Task<IReadOnlyList<string>> CheckpointsAsync(CancellationToken cancellation)
    {
        var checkpoints = await units.ReadAsync(
            r => r.Query<CheckpointRow>().OrderBy(c => c.Account).ThenBy(c => c.BeforeId).ToListAsync(cancellation), cancellation);
        List<string> faults = [];
        CheckpointRow? before = null;
        foreach (var checkpoint in checkpoints)
        {
            var (from, held) = before?.Account == checkpoint.Account ? (before.BeforeId, before.Amount) : (0, 0);
            var sum = held + await units.ReadAsync(
                r => r.Query<EntryRow>().Where(e => e.Sequence == null && e.Account == checkpoint.Account
                    && e.TransactionId >= from && e.TransactionId < checkpoint.BeforeId).SumAsync(e => e.Amount, cancellation),
                cancellation);
            if (sum != checkpoint.Amount)
            {
                faults.Add($"the checkpoint of {checkpoint.Account} before {checkpoint.BeforeId} says {checkpoint.Amount} and is {sum}");
            }

            before = checkpoint;
        }

        return [.. faults.Take(MaxFaults)];
    }
}
