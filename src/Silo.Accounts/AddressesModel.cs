using Microsoft.EntityFrameworkCore;

namespace Silo.Accounts;

/// <summary>A shipping address.</summary>
internal sealed class AddressRow
{
    public long Id { get; init; }

    public long UserId { get; init; }

    public string LinkMan { get; set; } = "";

    public string Mobile { get; set; } = "";

    public string ProvinceId { get; set; } = "";

    public string CityId { get; set; } = "";

    public string DistrictId { get; set; } = "";

    public string StreetId { get; set; } = "";

    /// <summary>The official names, as they were when the address was written: later lists may not have its ids.</summary>
    public string ProvinceName { get; set; } = "";

    public string CityName { get; set; } = "";

    public string DistrictName { get; set; } = "";

    public string StreetName { get; set; } = "";

    public string Detail { get; set; } = "";

    public string PostCode { get; set; } = "";

    public double? Latitude { get; set; }

    public double? Longitude { get; set; }

    public bool Disabled { get; set; }

    public bool IsDefault { get; set; }

    public string ExtraJson { get; set; } = "";

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; set; }

    /// <summary>The caller's request id; empty where they sent none.</summary>
    public string RequestId { get; init; } = "";

    public long RequestHash { get; init; }

    /// <summary>When it was deleted; 0 while it is there. A deleted row only answers repeats, and holds nothing else.</summary>
    public long DeletedAt { get; set; }
}

/// <summary>The table of addresses.</summary>
internal static class AddressesModel
{
    public static void Configure(ModelBuilder model) => model.Entity<AddressRow>(address =>
    {
        address.ToTable("accounts_addresses");
        address.HasKey(a => a.Id);
        address.HasIndex(a => new { a.UserId, a.Id });
        // The writers take turns by a lock; these are the database's word on it.
        address.HasIndex(a => a.UserId).IsUnique().HasFilter("is_default");
        address.HasIndex(a => new { a.UserId, a.RequestId }).IsUnique().HasFilter("request_id <> ''");
        address.HasIndex(a => a.DeletedAt).HasFilter("deleted_at > 0");
    });
}
