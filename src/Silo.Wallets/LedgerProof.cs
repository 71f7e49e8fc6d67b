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
    private static readonly LedgerAccount[] UserAccounts = [.. Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsUsers)];

    public int TransactionsOfSlice { get; init; } = 20_000;

    public int WalletsOfSlice { get; init; } = 500;

    public async IAsyncEnumerable<ProofSlice> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        long after = 0, last;
        for (; (last = await EndOfAsync<TransactionRow>(t => t.Id, after, TransactionsOfSlice, cancellation)) > after; after = last)
        {
            yield return await TransactionsAsync(after, last, cancellation);
        }

        // An entry without a transaction can lie behind the last one.
        yield return await TransactionsAsync(after, long.MaxValue, cancellation);

        for (after = 0; (last = await EndOfAsync<WalletRow>(w => w.UserId, after, WalletsOfSlice, cancellation)) > after; after = last)
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
            // Whose an entry is, its account and its number say the same; otherwise no wallet would answer for it.
            var misplaced = await entries
                .Where(e => (e.UserId == 0) != (e.Account >= LedgerAccount.ShopAdjustments) || (e.UserId == 0) != (e.Sequence == null))
                .Select(e => new { e.TransactionId, e.Line }).Take(MaxFaults).ToListAsync(cancellation);
            IEnumerable<string> faults =
            [
                .. unbalanced.Select(u => $"transaction {u.TransactionId} sums to {u.Sum} {(u.InPoints ? "points" : "cents")}"),
                .. empty.Select(id => $"transaction {id} has no entries"),
                .. orphans.Select(o => $"entry {o.TransactionId}/{o.Line} has no transaction or no wallet"),
                .. misplaced.Select(m => $"entry {m.TransactionId}/{m.Line} is neither a user's nor the shop's"),
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
                    w => r.Query<EntryRow>().Where(e => e.UserId == w.UserId && e.Sequence != null).DefaultIfEmpty(),
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
            return new ProofSlice(0, wallets, faults);
        },
        cancellation);

    private static WalletState Follow(WalletState running, EntryRow entry, List<string> faults)
    {
        if (!LedgerRules.IsUsers(entry.Account))
        {
            // Named with its transaction.
            return running with { Entries = running.Entries + 1 };
        }

        var amount = running[entry.Account] + entry.Amount;
        if (entry.Sequence != running.Entries + 1)
        {
            Note(faults, $"entry {entry.TransactionId}/{entry.Line} of user {entry.UserId} has number {entry.Sequence} after {running.Entries}");
        }

        if (entry.BalanceAfter != amount)
        {
            Note(faults, $"entry {entry.TransactionId}/{entry.Line} of user {entry.UserId} says {entry.BalanceAfter} and makes {amount}");
        }

        return running.With(entry.Account, amount) with { Entries = running.Entries + 1 };
    }

    private static void Compare(WalletRow? wallet, WalletState sums, List<string> faults)
    {
        if (wallet is null)
        {
            return;
        }

        foreach (var account in UserAccounts)
        {
            var amount = wallet.State[account];
            if (amount != sums[account])
            {
                Note(faults, $"{account} of user {wallet.UserId} is {amount} and its entries sum to {sums[account]}");
            }

            if (LedgerRules.RefusalOf(account, amount) is not null)
            {
                Note(faults, $"{account} of user {wallet.UserId} is beyond its bound: {amount}");
            }
        }

        if (wallet.Entries != sums.Entries)
        {
            Note(faults, $"user {wallet.UserId} counts {wallet.Entries} entries and has {sums.Entries}");
        }
    }

    /// <summary>One wrong entry makes every later one wrong: more than are told are not kept.</summary>
    private static void Note(List<string> faults, string fault)
    {
        if (faults.Count < MaxFaults)
        {
            faults.Add(fault);
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
