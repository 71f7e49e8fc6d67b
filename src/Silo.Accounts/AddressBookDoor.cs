using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>Copies addresses from their rows.</summary>
internal sealed class AddressBookDoor : IAddressBook
{
    public Func<Rows, Result<ShippingAddress>> Copy(Stage stage, long userId, long addressId)
    {
        var addresses = stage.Read<AddressRow>([addressId]);
        return rows =>
        {
            if (addresses.Only is not { DeletedAt: 0 } row || row.UserId != userId)
            {
                return AccountsRefusals.AddressUnknown;
            }

            rows.Require<UserRow>(userId, $"id = {userId} AND deleted_at = 0");
            return new ShippingAddress(
                row.LinkMan,
                row.Mobile,
                string.Join(' ', new[] { row.ProvinceName, row.CityName, row.DistrictName, row.StreetName }.Where(n => n.Length > 0)),
                row.Detail,
                row.PostCode);
        };
    }
}
