using System.Net;
using Microsoft.EntityFrameworkCore;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>An account as a login sees it.</summary>
internal sealed record Account(long Id, string PasswordHash, bool Disabled);

/// <summary>
/// Checks passwords under the limits for wrong ones. An attempt is booked before the password is looked at, so that
/// parallel attempts cannot pass the limit, and a right password gives the booking back.
/// </summary>
internal sealed class Logins(IUnits units, Passwords passwords, ShopClock clock)
{
    /// <summary>The account, if the password is right.</summary>
    /// <param name="kind">Shoppers and operators have names of their own.</param>
    /// <param name="name">The normalised name; it need not exist.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">Where the caller is: a stranger elsewhere cannot lock an owner out.</param>
    /// <param name="find">Reads the account by its normalised name.</param>
    /// <param name="wrong">What a wrong password is told.</param>
    /// <param name="cancellation">The caller left.</param>
    public async Task<Result<Account>> CheckAsync(
        OwnerKind kind,
        string name,
        string password,
        IPAddress address,
        Func<IReads, Task<Account?>> find,
        Refusal wrong,
        CancellationToken cancellation)
    {
        var network = address.Network();
        var pair = $"{kind}:{name}|{network}";
        var ofAddress = IPAddress.IsLoopback(address) ? null : $"address:{network}";
        var booked = await units.RunAsync<bool>(
            async unit => await BookAsync(unit, pair, AccountRules.AttemptsPerPair, cancellation)
                && (ofAddress is null || await BookAsync(unit, ofAddress, AccountRules.AttemptsPerAddress, cancellation))
                ? true
                : AccountRefusals.TooManyAttempts,
            cancellation);
        if (!booked.IsAccepted)
        {
            return booked.Refusal;
        }

        var account = await units.ReadAsync(find, cancellation);
        var verified = await passwords.VerifyAsync(account?.PasswordHash, password, cancellation);
        if (!verified.IsAccepted || verified.Value)
        {
            await units.RunAsync<int>(
                async unit => verified.IsAccepted
                    ? await unit.Set<AttemptRow>().Where(a => a.Key == pair).ExecuteDeleteAsync(CancellationToken.None)
                        + await GiveBackAsync(unit, ofAddress)
                    : await GiveBackAsync(unit, pair) + await GiveBackAsync(unit, ofAddress),
                CancellationToken.None);
        }

        return !verified.IsAccepted ? verified.Refusal
            : !verified.Value ? wrong
            : account!.Disabled ? AccountRefusals.AccountDisabled
            : account;
    }

    private static Task<int> GiveBackAsync(Unit unit, string? key) => unit.Set<AttemptRow>()
        .Where(a => a.Key == key && a.Count > 0)
        .ExecuteUpdateAsync(a => a.SetProperty(x => x.Count, x => x.Count - 1), CancellationToken.None);

    private async Task<bool> BookAsync(Unit unit, string key, int limit, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var over = now - AccountRules.AttemptWindowMs;
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
}
