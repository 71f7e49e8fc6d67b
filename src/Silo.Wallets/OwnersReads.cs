using Silo.Accounts;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Whose wallets there can be: a wallet that never moved has no row, and may still be looked at.</summary>
internal sealed class OwnersReads(IUnits units, IUsers users)
{
    /// <summary>Whether there is such a shopper.</summary>
    public Task<bool> IsUserAsync(long userId, CancellationToken cancellation) => units.ReadAsync(
        async r => (await users.ExistingAsync(r, [userId], cancellation)).Count == 1, cancellation);
}
