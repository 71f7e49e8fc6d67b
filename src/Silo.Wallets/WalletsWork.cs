using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>The kinds of the module's work.</summary>
internal static class WalletsWork
{
    public const string Checkpoint = "wallets.checkpoint";
}

/// <summary>Makes checkpoints of the shop's accounts.</summary>
internal sealed class CheckpointHandler(IUnits units, ShopClock clock)
    : RecurringWork(WalletsWork.Checkpoint, TimeSpan.FromHours(1))
{
    /// <summary>
    /// A transaction's id is older than its commit by as long as it took, seconds at most; what is older than this can
    /// no longer be joined by a late one.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        var before = IdSource.FirstOf(clock.Time.GetUtcNow() - Settled);
        await units.RunAsync(
            async unit =>
            {
                foreach (var account in Enum.GetValues<LedgerAccount>().Where(a => !LedgerRules.IsUsers(a)))
                {
                    var (amount, since) = await ShopAccountsReads.SumAsync(unit, account, before, cancellation);
                    // Nothing came since the last one: it serves as well.
                    if (since > 0)
                    {
                        await unit.ExecuteAsync(
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
            },
            cancellation);
        return WorkOutcome.Done;
    }
}
