using System.Globalization;
using Silo.Accounts.V1;
using Silo.Edge.V1;
using Silo.Kernel;
using Silo.Storage;
using static Silo.Edge.WireTime;

namespace Silo.Accounts;

/// <summary>Between the module's rows and the wire's messages.</summary>
internal static class AccountsWire
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

    public static Profile Profile(UserRow row) => new()
    {
        UserId = row.Id,
        Username = row.UserName,
        Nick = row.Nick,
        AvatarUrl = row.AvatarUrl,
        Gender = (Gender)row.Gender,
        Birthday = row.Birthday,
        Province = row.Province,
        City = row.City,
        ExtraJson = ExtraRules.Canonical(row.ExtraJson),
        ReferrerUserId = row.ReferrerId,
        HasPassword = row.PasswordHash.Length > 0,
        RegisteredAt = Instant(row.CreatedAt),
        RegisteredAddress = row.RegisteredAddress,
        LastLoginAt = row.LastLoginAt == 0 ? null : Instant(row.LastLoginAt),
        LastLoginAddress = row.LastLoginAddress,
        CardNumber = CardNumber(row.Id),
    };

    public static Inviter Inviter(UserRow row) => new() { UserId = row.Id, Nick = row.Nick, AvatarUrl = row.AvatarUrl };

    public static Operator Operator(OperatorRow row) => new()
    {
        Id = row.Id,
        Username = row.UserName,
        Role = (Role)row.Role,
        Enabled = !row.Disabled,
        CreatedAt = Instant(row.CreatedAt),
    };

    public static User User(UserRow row) => new()
    {
        Id = row.Id,
        Username = row.UserName,
        Nick = row.Nick,
        Province = row.Province,
        City = row.City,
        ReferrerUserId = row.ReferrerId,
        Enabled = !row.Disabled,
        CreatedAt = Instant(row.CreatedAt),
    };

    public static AuditRecord AuditRecord(AuditEntry entry) => new()
    {
        Id = entry.Id,
        At = Instant(entry.At),
        OperatorId = entry.OperatorId,
        Rpc = entry.Rpc,
        Subject = entry.Subject,
        Reason = entry.Reason,
        BeforeJson = entry.Before ?? "",
        AfterJson = entry.After,
    };

    /// <summary>
    /// The number of a shopper's card: the day of their id as yyMMdd (UTC), and twelve digits with what the id adds to the
    /// first one of that day. As unique as the id.
    /// </summary>
    public static string CardNumber(long userId)
    {
        var day = new DateTimeOffset(IdSource.InstantOf(userId).Date, TimeSpan.Zero);
        return string.Create(CultureInfo.InvariantCulture, $"{day:yyMMdd}{userId - IdSource.FirstOf(day):D12}");
    }
}
