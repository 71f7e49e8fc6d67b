using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Books attempts in rows, so that a restart or another node forgets none.</summary>
internal sealed class AttemptsDoor : IAttempts
{
    public async Task<bool> TakeAsync(Unit unit, string key, int limit, CancellationToken cancellation)
    {
        var now = unit.NowMs;
        var over = now - AccountsRules.AttemptWindowMs;
        return await unit.ExecuteAsync(
            $"""
            INSERT INTO accounts_attempts (key, count, since) VALUES ({key}, 1, {now})
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN accounts_attempts.since <= {over} THEN 1 ELSE accounts_attempts.count + 1 END,
                since = CASE WHEN accounts_attempts.since <= {over} THEN {now} ELSE accounts_attempts.since END
            WHERE accounts_attempts.since <= {over} OR accounts_attempts.count < {limit}
            """,
            cancellation) == 1;
    }

    public Task<bool> IsUsedUpAsync(Unit unit, string key, int limit, CancellationToken cancellation)
    {
        var over = unit.NowMs - AccountsRules.AttemptWindowMs;
        return unit.Query<AttemptRow>().AnyAsync(a => a.Key == key && a.Since > over && a.Count >= limit, cancellation);
    }

    public Task<int> GiveBackAsync(Unit unit, string key, CancellationToken cancellation) => unit.Set<AttemptRow>()
        .Where(a => a.Key == key && a.Count > 0)
        .ExecuteUpdateAsync(a => a.SetProperty(x => x.Count, x => x.Count - 1), cancellation);
}
