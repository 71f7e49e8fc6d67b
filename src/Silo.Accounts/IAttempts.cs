using System.Net;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>
/// Limits guesses at secrets: passwords of accounts, coupons and cards. An attempt is booked before the secret is
/// looked at, so that parallel attempts cannot pass the limit, and given back when it was right.
/// </summary>
public interface IAttempts
{
    /// <summary>
    /// Under which guesses of all accounts at one address are booked; null for callers of the same machine, who are behind a
    /// proxy that names nobody. Accounts are made for nothing, so a limit for each of them alone bounds no guessing.
    /// </summary>
    static string? OfAddress(string secret, IPAddress address) =>
        address.CountedNetwork() is { } network ? $"{secret}-address:{network}" : null;

    /// <summary>Books an attempt; false when <paramref name="limit"/> are booked within 15 minutes of the first.</summary>
    Task<bool> TakeAsync(Unit unit, string key, int limit, CancellationToken cancellation);

    /// <summary>Whether <paramref name="limit"/> are booked already; books none.</summary>
    Task<bool> IsUsedUpAsync(Unit unit, string key, int limit, CancellationToken cancellation);

    /// <summary>
    /// Takes one attempt back: the secret was right, or was not looked at. The others stay, so that knowing one secret
    /// does not help to guess the next.
    /// </summary>
    Task<int> GiveBackAsync(Unit unit, string key, CancellationToken cancellation);
}
