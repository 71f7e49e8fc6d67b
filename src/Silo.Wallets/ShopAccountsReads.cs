using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>What the shop's accounts hold: the newest checkpoint and the entries after it.</summary>
internal sealed class ShopAccountsReads(IUnits units)
{
    public Task<List<(LedgerAccount Account, long Amount)>> ListAsync(CancellationToken cancellation) => units.ReadAsync(
        async r =>
        {
            List<(LedgerAccount, long)> accounts = [];
            foreach (var account in Enum.GetValues<LedgerAccount>().Where(a => !LedgerRules.IsUsers(a)))
            {
                accounts.Add((account, (await SumAsync(r, account, long.MaxValue, cancellation)).Amount));
            }

            return accounts;
        },
        cancellation);

    /// <summary>What an account held before a transaction id, and the entries since the checkpoint that it is summed from.</summary>
    public static async Task<(long Amount, int Since)> SumAsync(
        IReads reads, LedgerAccount account, long before, CancellationToken cancellation)
    {
        var checkpoint = await reads.Query<CheckpointRow>().Where(c => c.Account == account && c.BeforeId <= before)
            .OrderByDescending(c => c.BeforeId).FirstOrDefaultAsync(cancellation);
        var from = checkpoint?.BeforeId ?? 0;
        var since = await reads.Query<EntryRow>()
            .Where(e => e.Sequence == null && e.Account == account && e.TransactionId >= from && e.TransactionId < before)
            .GroupBy(e => 1).Select(g => new { Sum = g.Sum(e => e.Amount), Count = g.Count() })
            .SingleOrDefaultAsync(cancellation);
        return ((checkpoint?.Amount ?? 0) + (since?.Sum ?? 0), since?.Count ?? 0);
    }
}
