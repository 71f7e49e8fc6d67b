using System.Globalization;
using Silo.Accounts.V1;
using Silo.Kernel;
using static Silo.Edge.WireTime;

namespace Silo.Accounts;

/// <summary>Between the module's rows and the wire's messages.</summary>
internal static class AccountWire
{
    public static Address Address(AddressRow row)
    {
        var wire = new Address
        {
            Id = row.Id,
            UserId = row.UserId,
            LinkMan = row.LinkMan,
            Mobile = row.Mobile,
            ProvinceId = row.ProvinceId,
            CityId = row.CityId,
            DistrictId = row.DistrictId,
            StreetId = row.StreetId,
            ProvinceName = row.ProvinceName,
            CityName = row.CityName,
            DistrictName = row.DistrictName,
            StreetName = row.StreetName,
            Detail = row.Detail,
            PostCode = row.PostCode,
            Disabled = row.Disabled,
            IsDefault = row.IsDefault,
            ExtraJson = row.ExtraJson,
            CreatedAt = Instant(row.CreatedAt),
            UpdatedAt = Instant(row.UpdatedAt),
        };
        if (row is { Latitude: { } latitude, Longitude: { } longitude })
        {
            (wire.Latitude, wire.Longitude) = (latitude, longitude);
        }

        return wire;
    }

    /// <summary>
    /// The number of a shopper's card: the day of his id as yyMMdd (UTC), and twelve digits with what the id adds to the
    /// first one of that day. As unique as the id.
    /// </summary>
    public static string CardNumber(long userId)
    {
        var day = new DateTimeOffset(IdSource.InstantOf(userId).Date, TimeSpan.Zero);
        return string.Create(CultureInfo.InvariantCulture, $"{day:yyMMdd}{userId - IdSource.FirstOf(day):D12}");
    }
}
