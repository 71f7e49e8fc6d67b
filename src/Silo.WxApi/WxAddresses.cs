using Silo.Accounts.V1;

namespace Silo.WxApi;

/// <summary>Shipping addresses.</summary>
internal static class WxAddresses
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["queryAddress"] = ListAsync,
        ["queryAddressV2"] = ListV2Async,
        ["addAddress"] = AddAsync,
        ["updateAddress"] = UpdateAsync,
        ["deleteAddress"] = DeleteAsync,
        ["defaultAddress"] = async call => WxAnswer.Of(WxAddress.Of(await DefaultAsync(call), call)),
        ["defaultAddress_v2"] = async call => WxAnswer.Of(WxFullAddress.Of(await DefaultAsync(call), call)),
        ["addressDetail"] = async call => WxAnswer.Of(WxAddress.Of(await FindAsync(call, call.Id("id")!.Value), call)),
        ["addressDetail_v2"] = async call => WxAnswer.Of(WxFullAddress.Of(await FindAsync(call, call.Id("id")!.Value), call)),
    };

    private static async Task<WxAnswer> ListAsync(WxCall call)
    {
        var (items, _) = await ReadAsync(call, WxPage.Whole, new());
        return WxAnswer.List(items);
    }

    private static async Task<WxAnswer> ListV2Async(WxCall call)
    {
        var page = call.Page();
        var (items, total) = await ReadAsync(
            call, page, new() { LinkManContains = call.TextOrEmpty("nameLike"), MobileContains = call.TextOrEmpty("mobileLike") });
        return items.Count == 0 ? WxAnswer.NoData
            : WxAnswer.Of(new { Result = items, TotalRow = total, TotalPage = (total + page.Size - 1) / page.Size });
    }

    private static async Task<WxAnswer> AddAsync(WxCall call)
    {
        var request = new AddAddressRequest
        {
            LinkMan = call.TextOrEmpty("linkMan"),
            Mobile = call.TextOrEmpty("mobile"),
            ProvinceId = call.TextOrEmpty("provinceId"),
            CityId = call.TextOrEmpty("cityId"),
            DistrictId = call.TextOrEmpty("districtId"),
            StreetId = call.TextOrEmpty("streetId"),
            Detail = call.TextOrEmpty("address"),
            PostCode = call.TextOrEmpty("code"),
            Disabled = IsDisabled(call) ?? false,
            IsDefault = call.Flag("isDefault"),
            ExtraJson = call.TextOrEmpty("extJsonStr"),
        };
        if (call.Double("latitude") is { } latitude)
        {
            request.Latitude = latitude;
        }

        if (call.Double("longitude") is { } longitude)
        {
            request.Longitude = longitude;
        }

        var added = await new AddressesService.AddressesServiceClient(call.Shopper).AddAddressAsync(request);
        return WxAnswer.Of(WxAddress.Of(await FindAsync(call, added.AddressId), call));
    }

    private static async Task<WxAnswer> UpdateAsync(WxCall call)
    {
        var request = new UpdateAddressRequest { AddressId = call.Id("id")!.Value };
        call.Give("linkMan", text => request.LinkMan = text);
        call.Give("mobile", text => request.Mobile = text);
        call.Give("provinceId", text => request.ProvinceId = text);
        call.Give("cityId", text => request.CityId = text);
        call.Give("districtId", text => request.DistrictId = text);
        call.Give("streetId", text => request.StreetId = text);
        call.Give("address", text => request.Detail = text);
        call.Give("code", text => request.PostCode = text);
        call.Give("extJsonStr", text => request.ExtraJson = text);
        if (call.IsEmptied("districtId"))
        {
            request.DistrictId = "";
        }

        if (call.IsEmptied("streetId"))
        {
            request.StreetId = "";
        }

        if (call.Double("latitude") is { } latitude)
        {
            request.Latitude = latitude;
        }

        if (call.Double("longitude") is { } longitude)
        {
            request.Longitude = longitude;
        }

        if (IsDisabled(call) is { } disabled)
        {
            request.Disabled = disabled;
        }

        request.IsDefault = call.Flag("isDefault");
        var updated = await new AddressesService.AddressesServiceClient(call.Shopper).UpdateAddressAsync(request);
        return WxAnswer.Of(WxAddress.Of(updated.Address, call));
    }

    private static async Task<WxAnswer> DeleteAsync(WxCall call)
    {
        await new AddressesService.AddressesServiceClient(call.Shopper).DeleteAddressAsync(new() { AddressId = call.Id("id")!.Value });
        return WxAnswer.Success;
    }

    private static async Task<Address> FindAsync(WxCall call, long id) =>
        (await new AddressesService.AddressesServiceClient(call.Shopper).GetAddressAsync(new() { AddressId = id })).Address;

    private static async Task<Address> DefaultAsync(WxCall call) =>
        (await new AddressesService.AddressesServiceClient(call.Shopper).GetDefaultAddressAsync(new())).Address;

    private static async Task<(List<WxAddress> Items, long Total)> ReadAsync(
        WxCall call, WxPage page, ListAddressesRequest request)
    {
        var client = new AddressesService.AddressesServiceClient(call.Shopper);
        var (addresses, total) = await page.ReadAsync<Address>(async (number, size) =>
        {
            (request.Page, request.PageSize) = (number, size);
            var answer = await client.ListAddressesAsync(request);
            return (answer.Addresses, answer.TotalCount);
        });
        return (addresses.ConvertAll(a => WxAddress.Of(a, call)), total);
    }

    private static bool? IsDisabled(WxCall call) => call.Int("status") switch
    {
        null => null,
        0 => false,
        1 => true,
        _ => throw new WxFault(WxAnswer.Malformed("status")),
    };

    private sealed record WxFullAddress(WxAddress Info, IReadOnlyDictionary<string, string> ExtJson)
    {
        public static WxFullAddress Of(Address address, WxCall call) =>
            new(WxAddress.Of(address, call), WxUsers.Extra(address.ExtraJson) ?? new Dictionary<string, string>());
    }

    /// <summary>An address as the wire has it.</summary>
    private sealed record WxAddress
    {
        public required long Id { get; init; }

        public required long Uid { get; init; }

        /// <summary>The shop's number.</summary>
        public required long UserId { get; init; }

        public required string LinkMan { get; init; }

        public required string Mobile { get; init; }

        public required string Address { get; init; }

        public required string ProvinceId { get; init; }

        public required string CityId { get; init; }

        public required string? DistrictId { get; init; }

        public required string? StreetId { get; init; }

        public required string ProvinceStr { get; init; }

        public required string CityStr { get; init; }

        /// <summary>The district; "-" without one.</summary>
        public required string AreaStr { get; init; }

        public required string? StreetStr { get; init; }

        public required string? Code { get; init; }

        public required bool IsDefault { get; init; }

        public required double? Latitude { get; init; }

        public required double? Longitude { get; init; }

        public required int Status { get; init; }

        public required string StatusStr { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        public static WxAddress Of(Address address, WxCall call) => new()
        {
            Id = address.Id,
            Uid = address.UserId,
            UserId = call.MerchantId,
            LinkMan = address.LinkMan,
            Mobile = address.Mobile,
            Address = address.Detail,
            ProvinceId = address.ProvinceId,
            CityId = address.CityId,
            DistrictId = WxScalars.NullIfEmpty(address.DistrictId),
            StreetId = WxScalars.NullIfEmpty(address.StreetId),
            ProvinceStr = address.ProvinceName,
            CityStr = address.CityName,
            AreaStr = WxScalars.NullIfEmpty(address.DistrictName) ?? "-",
            StreetStr = WxScalars.NullIfEmpty(address.StreetName),
            Code = WxScalars.NullIfEmpty(address.PostCode),
            IsDefault = address.IsDefault,
            Latitude = address.HasLatitude ? address.Latitude : null,
            Longitude = address.HasLongitude ? address.Longitude : null,
            Status = address.Disabled ? 1 : 0,
            StatusStr = address.Disabled ? "禁用" : "正常",
            DateAdd = call.Clock.Time(address.CreatedAt),
            DateUpdate = call.Clock.Time(address.UpdatedAt),
        };
    }
}
