using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>A shopper's addresses, for modules that send him something.</summary>
public interface IAddressBook
{
    /// <summary>
    /// An address as it is now, for a copy in the caller's unit; or <see cref="AddressBookRefusals.Unknown"/>, also of
    /// another shopper's. Locks the shopper first, so that an account that is being deleted leaves no copy behind.
    /// </summary>
    Task<Result<ShippingAddress>> CopyAsync(Unit unit, long userId, long addressId, CancellationToken cancellation);
}

/// <summary>A copy of an address.</summary>
/// <param name="LinkMan">The recipient.</param>
/// <param name="Mobile">His telephone.</param>
/// <param name="Region">Names of province, city, district and street, as far as there are any, with blanks between.</param>
/// <param name="Detail">The street text.</param>
/// <param name="PostCode">The postal code; may be empty.</param>
public sealed record ShippingAddress(string LinkMan, string Mobile, string Region, string Detail, string PostCode);

/// <summary>The refusals that other modules give of addresses.</summary>
public static class AddressBookRefusals
{
    /// <summary>The shopper has no such address.</summary>
    public static readonly Refusal Unknown = AccountsRefusals.AddressUnknown;
}

/// <summary>Copies them from their rows.</summary>
internal sealed class AddressBookDoor : IAddressBook
{
    public async Task<Result<ShippingAddress>> CopyAsync(
        Unit unit, long userId, long addressId, CancellationToken cancellation)
    {
        await AddressesWrites.LockAsync(unit, userId, cancellation);
        return await AddressesWrites.FindAsync(unit, userId, addressId, cancellation) is { } row
            ? new ShippingAddress(
                row.LinkMan,
                row.Mobile,
                string.Join(' ', new[] { row.ProvinceName, row.CityName, row.DistrictName, row.StreetName }.Where(n => n.Length > 0)),
                row.Detail,
                row.PostCode)
            : AddressBookRefusals.Unknown;
    }
}
