using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Copies addresses from their rows.</summary>
internal sealed class AddressBookDoor : IAddressBook
{
    public async Task<Result<ShippingAddress>> CopyAsync(
        Unit unit, long userId, long addressId, CancellationToken cancellation)
    {
        await AddressesWrites.LockAsync(unit, userId, cancellation);
        return await AddressesReads.FindAsync(unit, userId, addressId, cancellation) is { } row
            ? new ShippingAddress(
                row.LinkMan,
                row.Mobile,
                string.Join(' ', new[] { row.ProvinceName, row.CityName, row.DistrictName, row.StreetName }.Where(n => n.Length > 0)),
                row.Detail,
                row.PostCode)
            : AccountsRefusals.AddressUnknown;
    }
}
