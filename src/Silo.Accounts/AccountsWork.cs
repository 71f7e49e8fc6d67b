using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>The kinds of the module's work.</summary>
internal static class AccountsWork
{
    public const string Purge = "accounts.purge";
}

/// <summary>Removes tokens, attempts, revocations and deleted addresses whose time is over.</summary>
internal sealed class AccountPurge(IUnits units, ShopClock clock)
    : RecurringWork(AccountsWork.Purge, TimeSpan.FromHours(1))
{
    private const long RevocationLifeMs = 24L * 60 * 60 * 1000;

    protected override async Task<WorkOutcome> RunAsync(WorkItem<NoPayload> item, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        await units.RunAsync(
            async unit =>
            {
                await unit.Set<TokenRow>().Where(t => t.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
                await unit.Set<AttemptRow>().Where(a => a.Since <= now - AccountsRules.AttemptWindowMs).ExecuteDeleteAsync(cancellation);
                await unit.Set<RevocationRow>().Where(r => r.At <= now - RevocationLifeMs).ExecuteDeleteAsync(cancellation);
                await unit.Set<AddressRow>().Where(a => a.DeletedAt > 0 && a.DeletedAt <= now - AddressesRules.RepeatMs)
                    .ExecuteDeleteAsync(cancellation);
            },
            cancellation);
        return WorkOutcome.Done;
    }
}
