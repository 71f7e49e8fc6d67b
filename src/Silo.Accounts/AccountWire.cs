using Google.Protobuf.WellKnownTypes;
using Silo.Accounts.V1;

namespace Silo.Accounts;

/// <summary>Between the room's rows and the wire's messages.</summary>
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

    public static Timestamp Instant(long unixMs) =>
        Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(unixMs));
}
