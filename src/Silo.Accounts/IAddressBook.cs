using Silo.Kernel;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>A shopper's addresses, for modules that send them something.</summary>
public interface IAddressBook
{
    /// <summary>
    /// An address as it is now, for a copy in the caller's command; or the refusal <c>ADDRESS_UNKNOWN</c>, also of
    /// another shopper's. The copy stands only while the account is there: one that is deleted leaves none behind.
    /// </summary>
    Func<Rows, Result<ShippingAddress>> Copy(Stage stage, long userId, long addressId);
}

/// <summary>A copy of an address.</summary>
/// <param name="LinkMan">The recipient.</param>
/// <param name="Mobile">Their telephone.</param>
/// <param name="Region">Names of province, city, district and street, as far as there are any, with blanks between.</param>
/// <param name="Detail">The street text.</param>
/// <param name="PostCode">The postal code; may be empty.</param>
public sealed record ShippingAddress(string LinkMan, string Mobile, string Region, string Detail, string PostCode);
