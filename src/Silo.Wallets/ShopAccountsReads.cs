using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>What the shop's accounts hold: the newest checkpoint and the entries after it.</summary>
internal sealed class ShopAccountsReads(IUnits units, ShopClock clock)
    : RecurringWork("wallets.checkpoint", TimeSpan.FromHours(1))
{
    /// <summary>
    /// A transaction's id is older than its commit by as long as it took, seconds at most; what is older than this can
    /// no longer be joined by a late one.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

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

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        var before = IdSource.FirstOf(clock.Time.GetUtcNow() - Settled);
        await units.RunAsync<int>(
            async unit =>
            {
                var written = 0;
                foreach (var account in Enum.GetValues<LedgerAccount>().Where(a => !LedgerRules.IsUsers(a)))
                {
                    var (amount, since) = await SumAsync(unit, account, before, cancellation);
                    // Nothing came since the last one: it serves as well.
                    if (since > 0)
                    {
                        written += await unit.ExecuteAsync(
                            $"INSERT INTO wallets_checkpoints (account, before_id, amount) VALUES ({(short)account}, {before}, {amount}) ON CONFLICT DO NOTHING",
                            cancellation);
                    }

                    // Entries stay, so that a reader who has an older one by now sums from there all the same.
                    await unit.ExecuteAsync(
                        $"""
                        DELETE FROM wallets_checkpoints WHERE account = {(short)account}
                            AND before_id < (SELECT max(c.before_id) FROM wallets_checkpoints c WHERE c.account = {(short)account})
                        """,
                        cancellation);
                }

                return written;
            },
            cancellation);
        return WorkOutcome.Done;
    }

    private static async Task<(long Amount, int Since)> SumAsync(
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
