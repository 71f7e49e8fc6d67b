using Silo.Kernel;
using Silo.Reference;

namespace Silo.Accounts;

/// <summary>Where an address is: ids of divisions, each of the one before. The last two may be empty.</summary>
internal readonly record struct AddressRegion(string Province, string City, string District, string Street);

/// <summary>The divisions of an address; the last two may be missing.</summary>
internal sealed record AddressPlace(Region Province, Region City, Region? District, Region? Street);

/// <summary>What an address may hold. Pure.</summary>
internal static class AddressesRules
{
    public const int MaxPerUser = 50;

    /// <summary>A deleted address answers repeats of the request that added it for so long.</summary>
    public const long RepeatMs = 7L * 24 * 60 * 60 * 1000;

    /// <summary>The divisions, if each is one of the one before.</summary>
    public static Result<AddressPlace> PlaceOf(AddressRegion ids, IRegions regions)
    {
        if (regions.Find(ids.Province) is not { Parent: null } province
            || regions.Find(ids.City) is not { } city || city.Parent != province)
        {
            return AccountsRefusals.AddressRegionInvalid;
        }

        var district = ids.District.Length == 0 ? null : regions.Find(ids.District);
        var street = ids.Street.Length == 0 ? null : regions.Find(ids.Street);
        return (ids.District.Length > 0 && district?.Parent != city)
            || (ids.Street.Length > 0 && (district is null || street?.Parent != district))
                ? AccountsRefusals.AddressRegionInvalid
                : new AddressPlace(province, city, district, street);
    }

    /// <summary>
    /// The ids of a change: what is not given stays, but a district or street that is not of the new division above it
    /// is cleared.
    /// </summary>
    public static AddressRegion Changed(
        AddressRegion present, string? province, string? city, string? district, string? street, IRegions regions)
    {
        var cityId = city ?? present.City;
        var districtId = district ?? (IsOf(present.District, cityId, regions) ? present.District : "");
        return new(
            province ?? present.Province,
            cityId,
            districtId,
            street ?? (IsOf(present.Street, districtId, regions) ? present.Street : ""));
    }

    /// <summary>Why a point cannot be kept, or null.</summary>
    public static Refusal? PointRefusal(double? latitude, double? longitude) =>
        latitude.HasValue == longitude.HasValue && latitude is null or (>= -90 and <= 90) && longitude is null or (>= -180 and <= 180)
            ? null
            : AccountsRefusals.AddressPointInvalid;

    private static bool IsOf(string id, string above, IRegions regions) =>
        id.Length > 0 && regions.Find(id)?.Parent?.Id == above;
}
