using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Which entries of an account to list.</summary>
internal sealed record EntryQuery(
    LedgerAccount Account,
    bool Income,
    bool Expense,
    IReadOnlyCollection<LedgerKind> Kinds,
    long? Since,
    long? Until,
    string RemarkContains = "");

/// <summary>An entry with what a statement shows beside it.</summary>
internal sealed record StatementLine(EntryRow Entry, TransactionRow Transaction, long FrozenAfter);

/// <summary>The module's queries.</summary>
internal sealed class WalletsReads(IUnits units)
{
    public Task<WalletState> WalletAsync(long userId, CancellationToken cancellation) =>
        units.ReadAsync(r => WalletAsync(r, userId, cancellation), cancellation);

    public static async Task<WalletState> WalletAsync(IReads reads, long userId, CancellationToken cancellation) =>
        (await reads.Query<WalletRow>().SingleOrDefaultAsync(w => w.UserId == userId, cancellation))?.State ?? default;

    public Task<(List<StatementLine> Page, long Total)> StatementAsync(
        long userId, EntryQuery query, Paging paging, CancellationToken cancellation) =>
        units.ReadAsync(r => StatementAsync(r, userId, query, paging, cancellation), cancellation);

    public static async Task<(List<StatementLine> Page, long Total)> StatementAsync(
        IReads reads, long userId, EntryQuery query, Paging paging, CancellationToken cancellation)
    {
        var rows = EntriesOf(reads, userId, query.Account)
            .Where(e => (query.Income && e.Amount > 0) || (query.Expense && e.Amount < 0))
            .Join(reads.Query<TransactionRow>(), e => e.TransactionId, t => t.Id, (Entry, Transaction) => new { Entry, Transaction });
        if (query.Kinds.Count > 0)
        {
            rows = rows.Where(x => query.Kinds.Contains(x.Transaction.Kind));
        }

        if (query.RemarkContains.Length > 0)
        {
            rows = rows.Where(x => x.Transaction.Remark.Contains(query.RemarkContains));
        }

        if (query.Since is { } since)
        {
            rows = rows.Where(x => x.Transaction.At >= since);
        }

        if (query.Until is { } until)
        {
            rows = rows.Where(x => x.Transaction.At < until);
        }

        var frozen = EntriesOf(reads, userId, LedgerAccount.Frozen);
        var (page, total) = await rows.OrderByDescending(x => x.Entry.Sequence)
            .Select(x => new
            {
                x.Entry,
                x.Transaction,
                // The first condition is implied, and lets the index begin beside the entry.
                Frozen = frozen.Where(f => f.Sequence < x.Entry.Sequence + LedgerRules.MaxEntries)
                    .Where(f => f.Sequence < x.Entry.Sequence || f.TransactionId == x.Entry.TransactionId)
                    .OrderByDescending(f => f.Sequence).Select(f => f.BalanceAfter).FirstOrDefault(),
            })
            .PageAsync(paging, cancellation);
        return (page.ConvertAll(x => new StatementLine(x.Entry, x.Transaction, x.Frozen ?? 0)), total);
    }

    /// <summary>Said with the number, without which the index of statements, which has no others, would not serve.</summary>
    private static IQueryable<EntryRow> EntriesOf(IReads reads, long userId, LedgerAccount account) =>
        reads.Query<EntryRow>().Where(e => e.UserId == userId && e.Account == account && e.Sequence != null);
}
