using System.Globalization;
using Silo.Catalog.V1;

namespace Silo.WxApi;

/// <summary>Stores.</summary>
internal static class WxShops
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["fetchShops"] = ListAsync,
        ["shopSubdetail"] = DetailAsync,
    };

    /// <summary>
    /// The kilometres to a store that does not say where it is, for those who ask for the nearest: clients format the number
    /// without looking whether there is one.
    /// </summary>
    private const decimal Unknown = 99_999;

    private static async Task<WxAnswer> ListAsync(WxCall call)
    {
        var request = new ListStoresRequest
        {
            ProvinceId = call.TextOrEmpty("provinceId"),
            CityId = call.TextOrEmpty("cityId"),
            DistrictId = call.TextOrEmpty("districtId"),
            NameContains = call.TextOrEmpty("nameLike"),
            Type = call.TextOrEmpty("type"),
        };
        if (Micro(call, "curlatitude", 90) is { } latitude && Micro(call, "curlongitude", 180) is { } longitude)
        {
            request.Position = new() { LatitudeMicro = latitude, LongitudeMicro = longitude };
        }

        var client = new StoresService.StoresServiceClient(call.Anyone);
        var (stores, _) = await call.Page().ReadAsync<Store>(async (page, size) =>
        {
            (request.Page, request.PageSize) = (page, size);
            var answer = await client.ListStoresAsync(request);
            return (answer.Stores, answer.TotalCount);
        });
        return WxAnswer.List(stores.ConvertAll(s => WxShop.Of(s, call, request.Position is null ? null : Unknown)));
    }

    private static async Task<WxAnswer> DetailAsync(WxCall call)
    {
        var answer = await new StoresService.StoresServiceClient(call.Anyone)
            .DescribeStoreAsync(new() { StoreId = call.Id("id")!.Value });
        return WxAnswer.Of(new
        {
            Info = WxShop.Of(answer.Store, call, null),
            ExtJson = WxScalars.Map(answer.Store.Terms.Attributes),
        });
    }

    /// <summary>Degrees in millionths.</summary>
    private static long? Micro(WxCall call, string name, int max) => call.Text(name) is not { } text ? null
        : decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var degrees)
            && Math.Abs(degrees) <= max ? (long)Math.Round(degrees * 1_000_000)
        : throw new WxFault(WxAnswer.Malformed(name));

    /// <summary>A store as the wire has it.</summary>
    private sealed record WxShop
    {
        public required long Id { get; init; }

        public required string Name { get; init; }

        public required string Type { get; init; }

        public required string Pic { get; init; }

        public required string Address { get; init; }

        public required string LinkPhone { get; init; }

        public required string Number { get; init; }

        public required string Activity { get; init; }

        public required string Characteristic { get; init; }

        public required string Introduce { get; init; }

        public required string ExpressType { get; init; }

        public required string OpeningHours { get; init; }

        public required string ProvinceId { get; init; }

        public required string CityId { get; init; }

        public required string DistrictId { get; init; }

        public required decimal? Latitude { get; init; }

        public required decimal? Longitude { get; init; }

        /// <summary>Kilometres from the position that was sent; null where none was.</summary>
        public required decimal? Distance { get; init; }

        /// <summary>How far it delivers, in kilometres.</summary>
        public required decimal ServiceDistance { get; init; }

        public int NumberOrder { get; init; }

        public int NumberFav { get; init; }

        public int NumberReputation { get; init; }

        public int NumberGoodReputation { get; init; }

        /// <summary>1 is put forward.</summary>
        public required int RecommendStatus { get; init; }

        /// <summary>Orders at its tables, by a code that is scanned.</summary>
        public required bool OpenScan { get; init; }

        public required bool OpenWaimai { get; init; }

        public required bool OpenZiqu { get; init; }

        /// <summary>Where it is false, <see cref="LinkPhone"/> is empty.</summary>
        public required bool LinkPhoneShow { get; init; }

        public required int Paixu { get; init; }

        /// <summary>0: others are not shown.</summary>
        public int Status { get; init; }

        public string StatusStr { get; init; } = "正常";

        public int WorkStatus { get; init; }

        public required string? DateAdd { get; init; }

        public required string? DateUpdate { get; init; }

        /// <summary>The shop's number.</summary>
        public required long UserId { get; init; }

        public static WxShop Of(Store store, WxCall call, decimal? unknown)
        {
            var terms = store.Terms;
            return new()
            {
                Id = store.Id,
                Name = terms.Name,
                Type = terms.Type,
                Pic = terms.Picture,
                Address = terms.Address,
                LinkPhone = terms.Phone,
                Number = terms.Number,
                Activity = terms.Activity,
                Characteristic = terms.Characteristic,
                Introduce = terms.Introduction,
                ExpressType = terms.ExpressType,
                OpeningHours = terms.OpeningHours,
                ProvinceId = terms.ProvinceId,
                CityId = terms.CityId,
                DistrictId = terms.DistrictId,
                Latitude = terms.Position is { } north ? north.LatitudeMicro * 0.000001m : null,
                Longitude = terms.Position is { } east ? east.LongitudeMicro * 0.000001m : null,
                Distance = store.HasDistanceMetres ? store.DistanceMetres * 0.001m : unknown,
                ServiceDistance = terms.ServiceMetres * 0.001m,
                RecommendStatus = terms.Recommended ? 1 : 0,
                OpenScan = terms.TakesTableOrders,
                OpenWaimai = terms.Delivers,
                OpenZiqu = terms.OffersPickup,
                LinkPhoneShow = !terms.HidesPhone,
                Paixu = terms.Sort,
                DateAdd = call.Clock.Time(store.CreatedAt),
                DateUpdate = call.Clock.Time(store.UpdatedAt),
                UserId = call.MerchantId,
            };
        }
    }
}
