using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Reads addresses.</summary>
internal sealed class AddressesReads(IUnits units)
{
    /// <summary>The addresses that are there, the default first, then the newest first; at most 50.</summary>
    public Task<List<AddressRow>> ListAsync(long userId, CancellationToken cancellation) =>
        units.ReadAsync(r => ListAsync(r, userId, cancellation), cancellation);

    public static Task<List<AddressRow>> ListAsync(IReads reads, long userId, CancellationToken cancellation) =>
        reads.Query<AddressRow>().Where(a => a.UserId == userId && a.DeletedAt == 0)
            .OrderByDescending(a => a.IsDefault).ThenByDescending(a => a.Id).ToListAsync(cancellation);

    /// <summary>Those with texts in the recipient's name and in the telephone.</summary>
    public async Task<List<AddressRow>> SearchAsync(
        long userId, string linkManContains, string mobileContains, CancellationToken cancellation)
    {
        var name = SearchText.Normalise(linkManContains);
        return (await ListAsync(userId, cancellation)).FindAll(
            a => SearchText.Normalise(a.LinkMan).Contains(name, StringComparison.Ordinal)
                && a.Mobile.Contains(mobileContains, StringComparison.Ordinal));
    }

    /// <summary>An address of the shopper, tracked; null for none, and for another's.</summary>
    public static Task<AddressRow?> FindAsync(Unit unit, long userId, long addressId, CancellationToken cancellation) =>
        unit.Set<AddressRow>().SingleOrDefaultAsync(
            a => a.Id == addressId && a.UserId == userId && a.DeletedAt == 0, cancellation);
}
