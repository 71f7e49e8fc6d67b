using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>
/// Limits guesses at secrets: passwords of accounts, coupons and cards. An attempt is booked before the secret is
/// looked at, so that parallel attempts cannot pass the limit, and given back when it was right.
/// </summary>
public interface IAttempts
{
    /// <summary>Books an attempt; false when <paramref name="limit"/> are booked within 15 minutes of the first.</summary>
    Task<bool> TakeAsync(Unit unit, string key, int limit, CancellationToken cancellation);

    /// <summary>
    /// Takes one attempt back: the secret was right, or was not looked at. The others stay, so that knowing one secret
    /// does not help to guess the next.
    /// </summary>
    Task<int> GiveBackAsync(Unit unit, string key, CancellationToken cancellation);
}

/// <summary>What guessing is told.</summary>
public static class AttemptsRefusals
{
    /// <summary>The limit is reached.</summary>
    public static readonly Refusal TooMany =
        new("TOO_MANY_ATTEMPTS", RefusalKind.Exhausted, "Too many wrong passwords; try again in 15 minutes.");
}

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

    public Task<int> GiveBackAsync(Unit unit, string key, CancellationToken cancellation) => unit.Set<AttemptRow>()
        .Where(a => a.Key == key && a.Count > 0)
        .ExecuteUpdateAsync(a => a.SetProperty(x => x.Count, x => x.Count - 1), cancellation);
}
