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

    /// <summary>Most entries that one statement follows.</summary>
    public int EntriesOfSlice { get; init; } = 100_000;

    public async IAsyncEnumerable<ProofSlice> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // What is booked from here on is left to the next proof: in a busy shop this one would never end.
        var (lastTransaction, lastUser) = await EndsAsync(cancellation);
        long after = 0, last;
        for (; (last = await EndOfTransactionsAsync(after, lastTransaction, cancellation)) > after; after = last)
        {
            yield return await TransactionsAsync(after, last, cancellation);
        }

        // An entry without a transaction can lie behind the last one.
        yield return await TransactionsAsync(after, lastTransaction, cancellation);

        for (after = 0; await EndOfWalletsAsync(after, lastUser, cancellation) is var end && end.Last > after; after = end.Last)
        {
            if (end.Entries <= EntriesOfSlice)
            {
                yield return await WalletsAsync(after, end.Last, cancellation);
                continue;
            }

            await foreach (var slice in LongWalletAsync(end.Last, cancellation))
            {
                yield return slice;
            }
        }

        yield return new(0, 0, await CheckpointsAsync(cancellation));
    }

    /// <summary>The last transaction, or entry of one that is not there, and the last wallet.</summary>
    private Task<(long Transaction, long User)> EndsAsync(CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var transaction = await r.Query<TransactionRow>().MaxAsync(t => (long?)t.Id, cancellation) ?? 0;
            var entry = await r.Query<EntryRow>().MaxAsync(e => (long?)e.TransactionId, cancellation) ?? 0;
            return (Math.Max(transaction, entry), await r.Query<WalletRow>().MaxAsync(w => (long?)w.UserId, cancellation) ?? 0);
        },
        cancellation);

    /// <summary>The transaction with which a slice ends; <paramref name="after"/> where there is none.</summary>
    private Task<long> EndOfTransactionsAsync(long after, long end, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var ids = r.Query<TransactionRow>().Select(t => t.Id).Where(id => id > after && id <= end).OrderBy(id => id)
                .Take(TransactionsOfSlice);
            return await ids.OrderByDescending(id => id).FirstOrDefaultAsync(cancellation) is > 0 and var last ? last : after;
        },
        cancellation);

    /// <summary>The wallet with which a slice ends, and the entries that its wallets count: more than fit only of one alone.</summary>
    private Task<(long Last, long Entries)> EndOfWalletsAsync(long after, long end, CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            var wallets = await r.Query<WalletRow>().Where(w => w.UserId > after && w.UserId <= end).OrderBy(w => w.UserId)
                .Take(WalletsOfSlice).Select(w => new { w.UserId, w.Entries }).ToListAsync(cancellation);
            var (last, entries) = (after, 0L);
            foreach (var wallet in wallets)
            {
                if (last > after && entries + wallet.Entries > EntriesOfSlice)
                {
                    break;
                }

                (last, entries) = (wallet.UserId, entries + wallet.Entries);
            }

            return (last, entries);
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

    /// <summary>
    /// A wallet of more entries than one statement follows. Those that it counts at one instant stay as they are, so that
    /// they can be read one after the other.
    /// </summary>
    private async IAsyncEnumerable<ProofSlice> LongWalletAsync(long user, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var at = await units.ReadAsync(
            r => r.Query<WalletRow>().Where(w => w.UserId == user)
                .Select(w => new
                {
                    Wallet = w,
                    HasMore = r.Query<EntryRow>().Any(e => e.UserId == w.UserId && UserAccounts.Contains(e.Account) && e.Sequence > w.Entries),
                })
                .SingleAsync(cancellation),
            cancellation);
        WalletState running = default;
        for (var first = 0L; first < at.Wallet.Entries; first += EntriesOfSlice)
        {
            var last = Math.Min(first + EntriesOfSlice, at.Wallet.Entries);
            var entries = await units.ReadAsync(
                r => r.Query<EntryRow>()
                    .Where(e => e.UserId == user && UserAccounts.Contains(e.Account) && e.Sequence > first && e.Sequence <= last)
                    .OrderBy(e => e.Sequence).ToListAsync(cancellation),
                cancellation);
            List<string> wrong = [];
            foreach (var entry in entries)
            {
                running = Follow(running, entry, wrong);
            }

            yield return new(0, 0, wrong);
        }

        List<string> faults = [];
        Compare(at.Wallet, running, faults);
        if (at.HasMore)
        {
            Note(faults, $"user {user} counts {at.Wallet.Entries} entries and has more");
        }

        yield return new(0, 1, faults);
    }

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

        var received = entry is { Account: LedgerAccount.Points, Amount: > 0 } ? entry.Amount : 0;
        return running.With(entry.Account, amount) with
        {
            PointsReceived = running.PointsReceived + received,
            Entries = running.Entries + 1,
        };
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
        }

        if (wallet.PointsReceived != sums.PointsReceived)
        {
            Note(faults, $"user {wallet.UserId} counts {wallet.PointsReceived} points received and got {sums.PointsReceived}");
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
            var sum = held + await SumAsync(checkpoint.Account, from, checkpoint.BeforeId, cancellation);
            if (sum != checkpoint.Amount)
            {
                faults.Add($"the checkpoint of {checkpoint.Account} before {checkpoint.BeforeId} says {checkpoint.Amount} and is {sum}");
            }

            before = checkpoint;
        }

        return [.. faults.Take(MaxFaults)];
    }

    /// <summary>What one of the shop's accounts gained between two ids.</summary>
    private async Task<long> SumAsync(LedgerAccount account, long from, long before, CancellationToken cancellation)
    {
        var sum = 0L;
        while (from < before)
        {
            var (start, slice) = (from, 0L);
            (from, slice) = await units.ReadAsync(
                async r =>
                {
                    var entries = r.Query<EntryRow>().Where(e => e.Sequence == null && e.Account == account
                        && e.TransactionId >= start && e.TransactionId < before);
                    var next = await entries.Select(e => e.TransactionId).Where(id => id > start).OrderBy(id => id)
                        .Skip(TransactionsOfSlice).FirstOrDefaultAsync(cancellation);
                    var end = next > 0 ? next : before;
                    return (end, await entries.Where(e => e.TransactionId < end).SumAsync(e => e.Amount, cancellation));
                },
                cancellation);
            sum += slice;
        }

        return sum;
    }
}
