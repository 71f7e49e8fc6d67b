using Microsoft.EntityFrameworkCore;
using Silo.Accounts.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Reference;
using Silo.Storage;

namespace Silo.Accounts;

/// <summary>
/// Writes addresses. Every writer first locks the shopper's own row, so that the count and the one default are decided
/// by one after the other.
/// </summary>
internal sealed class AddressesWrites(IUnits units, IRegions regions)
{
    /// <summary>Adds one and says its id; a repeat gets the first answer.</summary>
    public async Task<Result<long>> AddAsync(long userId, AddAddressRequest request, CancellationToken cancellation)
    {
        var place = AddressesRules.PlaceOf(
            new(request.ProvinceId, request.CityId, request.DistrictId, request.StreetId), regions);
        if (!place.IsAccepted)
        {
            return place.Refusal;
        }

        var (latitude, longitude) = (
            request.HasLatitude ? request.Latitude : (double?)null, request.HasLongitude ? request.Longitude : (double?)null);
        if (AddressesRules.PointRefusal(latitude, longitude) is { } pointless)
        {
            return pointless;
        }

        var extra = ExtraRules.Merge("", request.ExtraJson);
        if (!extra.IsAccepted)
        {
            return extra.Refusal;
        }

        var hash = request.RequestId.Length == 0 ? 0 : RequestHash.Of(request);
        return await units.StageAsync<long>(
            stage =>
            {
                var users = stage.Lock<UserRow>([userId], RowLock.Wait);
                var addresses = stage.Where<AddressRow>(
                    $"user_id = {userId} AND (deleted_at = 0 OR (request_id = {request.RequestId} AND request_id <> ''))");
                return rows =>
                {
                    if (users.Only is not { DeletedAt: 0 } user)
                    {
                        // The account was deleted after the token was looked at.
                        return Refusals.TokenInvalid;
                    }

                    if (request.RequestId.Length > 0
                        && addresses.All.SingleOrDefault(a => a.RequestId == request.RequestId) is { } first)
                    {
                        return first.RequestHash == hash ? first.Id : Refusals.RequestIdReused;
                    }

                    var present = addresses.All.Where(a => a.DeletedAt == 0).ToArray();
                    if (present.Length >= AddressesRules.MaxPerUser)
                    {
                        return AccountsRefusals.AddressLimitReached;
                    }

                    var row = new AddressRow
                    {
                        Id = stage.NewId(),
                        UserId = userId,
                        LinkMan = request.LinkMan,
                        Mobile = request.Mobile,
                        Detail = request.Detail,
                        PostCode = request.PostCode,
                        Latitude = latitude,
                        Longitude = longitude,
                        Disabled = request.Disabled,
                        IsDefault = request.IsDefault || present.Length == 0,
                        ExtraJson = extra.Value,
                        CreatedAt = stage.NowMs,
                        UpdatedAt = stage.NowMs,
                        RequestId = request.RequestId,
                        RequestHash = hash,
                    };
                    Put(row, place.Value);
                    rows.Update<UserRow>(userId, $"""
                        UPDATE accounts_users SET addresses_version = addresses_version + 1
                        WHERE id = {userId} AND deleted_at = 0 AND addresses_version = {user.AddressesVersion}
                        """);
                    // Put, so that the rows of the table are written by their ids: the default goes from the older one first.
                    rows.Put(row);
                    if (row.IsDefault && present.SingleOrDefault(a => a.IsDefault) is { } before)
                    {
                        before.IsDefault = false;
                        rows.Put(before);
                    }

                    return row.Id;
                };
            },
            cancellation);
    }

    /// <summary>Changes what is given.</summary>
    public Task<Result<AddressRow>> UpdateAsync(long userId, UpdateAddressRequest request, CancellationToken cancellation) =>
        units.RunAsync<AddressRow>(
            async unit =>
            {
                await LockAsync(unit, userId, cancellation);
                if (await AddressesReads.FindAsync(unit, userId, request.AddressId, cancellation) is not { } row)
                {
                    return AccountsRefusals.AddressUnknown;
                }

                if (Change(row, request) is { } refusal)
                {
                    return refusal;
                }

                row.UpdatedAt = unit.NowMs;
                if (request is { HasIsDefault: true, IsDefault: true } && !row.IsDefault)
                {
                    await NoDefaultAsync(unit, userId, cancellation);
                    row.IsDefault = true;
                }

                return row;
            },
            cancellation);

    /// <summary>Deletes one; if it was the default, the newest remaining one takes its place.</summary>
    public Task<Refusal?> DeleteAsync(long userId, long addressId, CancellationToken cancellation) => units.RunAsync(
        async unit =>
        {
            await LockAsync(unit, userId, cancellation);
            if (await AddressesReads.FindAsync(unit, userId, addressId, cancellation) is not { } row)
            {
                return AccountsRefusals.AddressUnknown;
            }

            unit.Set<AddressRow>().Remove(row);
            if (row.RequestId.Length > 0)
            {
                // What is left answers repeats of the request.
                await unit.SaveAsync(cancellation);
                unit.Set<AddressRow>().Add(new AddressRow
                {
                    Id = row.Id,
                    UserId = userId,
                    CreatedAt = row.CreatedAt,
                    RequestId = row.RequestId,
                    RequestHash = row.RequestHash,
                    DeletedAt = unit.NowMs,
                });
            }

            await unit.SaveAsync(cancellation);
            if (row.IsDefault)
            {
                var newest = await unit.Query<AddressRow>().Where(a => a.UserId == userId && a.DeletedAt == 0)
                    .MaxAsync(a => (long?)a.Id, cancellation);
                await unit.Set<AddressRow>().Where(a => a.Id == newest)
                    .ExecuteUpdateAsync(a => a.SetProperty(x => x.IsDefault, true), cancellation);
            }

            return null;
        },
        cancellation);

    private static Task<int> NoDefaultAsync(Unit unit, long userId, CancellationToken cancellation) =>
        unit.Set<AddressRow>().Where(a => a.UserId == userId && a.IsDefault)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.IsDefault, false), cancellation);

    /// <summary>Locks the shopper until the unit ends, and says that their addresses change.</summary>
    /// <exception cref="RefusalException">The account was deleted.</exception>
    private static async Task LockAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        if (await unit.Set<UserRow>().Where(u => u.Id == userId && u.DeletedAt == 0).ExecuteUpdateAsync(
            u => u.SetProperty(x => x.AddressesVersion, x => x.AddressesVersion + 1), cancellation) == 0)
        {
            // The account was deleted after the token was looked at.
            Refusals.TokenInvalid.Throw();
        }
    }

    private static void Put(AddressRow row, AddressPlace place)
    {
        (row.ProvinceId, row.ProvinceName) = (place.Province.Id, place.Province.Name);
        (row.CityId, row.CityName) = (place.City.Id, place.City.Name);
        (row.DistrictId, row.DistrictName) = (place.District?.Id ?? "", place.District?.Name ?? "");
        (row.StreetId, row.StreetName) = (place.Street?.Id ?? "", place.Street?.Name ?? "");
    }

    private Refusal? Change(AddressRow row, UpdateAddressRequest request)
    {
        (row.LinkMan, row.Mobile, row.Detail) = (
            request.HasLinkMan ? request.LinkMan : row.LinkMan,
            request.HasMobile ? request.Mobile : row.Mobile,
            request.HasDetail ? request.Detail : row.Detail);
        if (row.LinkMan.Length == 0 || row.Mobile.Length == 0 || row.Detail.Length == 0)
        {
            return AccountsRefusals.AddressFieldEmpty;
        }

        if (request.HasProvinceId || request.HasCityId || request.HasDistrictId || request.HasStreetId)
        {
            var place = AddressesRules.PlaceOf(
                AddressesRules.Changed(
                    new(row.ProvinceId, row.CityId, row.DistrictId, row.StreetId),
                    request.HasProvinceId ? request.ProvinceId : null,
                    request.HasCityId ? request.CityId : null,
                    request.HasDistrictId ? request.DistrictId : null,
                    request.HasStreetId ? request.StreetId : null,
                    regions),
                regions);
            if (!place.IsAccepted)
            {
                return place.Refusal;
            }

            Put(row, place.Value);
        }

        row.Latitude = request.HasLatitude ? request.Latitude : row.Latitude;
        row.Longitude = request.HasLongitude ? request.Longitude : row.Longitude;
        var extra = ExtraRules.Merge(row.ExtraJson, request.ExtraJson);
        row.ExtraJson = extra.IsAccepted ? extra.Value : row.ExtraJson;
        row.PostCode = request.HasPostCode ? request.PostCode : row.PostCode;
        row.Disabled = request.HasDisabled ? request.Disabled : row.Disabled;
        return AddressesRules.PointRefusal(row.Latitude, row.Longitude) ?? extra.Refusal;
    }
}
