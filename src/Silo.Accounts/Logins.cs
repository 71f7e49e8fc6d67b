using System.Net;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>An account as a login sees it.</summary>
internal sealed record Account(long Id, string PasswordHash, bool Disabled);

/// <summary>
/// Checks passwords under the limits for wrong ones. An attempt is booked before the password is looked at, so that
/// parallel attempts cannot pass the limit, and a right password gives the booking back.
/// </summary>
internal sealed class Logins(IUnits units, Passwords passwords, IAttempts attempts)
{
    /// <summary>Under which attempts of one account from one network are booked.</summary>
    public static string PairOf(OwnerKind kind, string name, string network) => $"{kind}:{name}|{network}";

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
        var pair = PairOf(kind, name, network);
        var ofAddress = IPAddress.IsLoopback(address) ? null : $"address:{network}";
        var tooMany = await units.RunAsync(
            async unit => await attempts.TakeAsync(unit, pair, AccountsRules.AttemptsPerPair, cancellation)
                && (ofAddress is null || await attempts.TakeAsync(unit, ofAddress, AccountsRules.AttemptsPerAddress, cancellation))
                ? null
                : AttemptsRefusals.TooMany,
            cancellation,
            queue: ofAddress ?? pair);
        if (tooMany is not null)
        {
            return tooMany;
        }

        var account = await units.ReadAsync(find, cancellation);
        var verified = await passwords.VerifyAsync(account?.PasswordHash, password, cancellation);
        if (!verified.IsAccepted || verified.Value)
        {
            await units.RunAsync(
                async unit =>
                {
                    // In the order in which they are booked, or two logins at once could each wait for the other.
                    if (verified.IsAccepted)
                    {
                        await unit.Set<AttemptRow>().Where(a => a.Key == pair).ExecuteDeleteAsync(CancellationToken.None);
                    }
                    else
                    {
                        await attempts.GiveBackAsync(unit, pair, CancellationToken.None);
                    }

                    if (ofAddress is not null)
                    {
                        await attempts.GiveBackAsync(unit, ofAddress, CancellationToken.None);
                    }
                },
                CancellationToken.None,
                queue: ofAddress ?? pair);
        }

        return !verified.IsAccepted ? verified.Refusal
            : !verified.Value ? wrong
            : account!.Disabled ? AccountsRefusals.AccountDisabled
            : account;
    }
}
