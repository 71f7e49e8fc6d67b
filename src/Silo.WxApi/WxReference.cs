using System.Globalization;
using Silo.Reference.V1;

namespace Silo.WxApi;

/// <summary>Regions, places of mobile numbers, unique ids.</summary>
internal static class WxReference
{
    public static readonly IReadOnlyDictionary<string, WxHandler> Handlers = new Dictionary<string, WxHandler>
    {
        ["province"] = call => RegionsAsync(call, ""),
        ["provinceV2"] = call => RegionsAsync(call, ""),
        ["nextRegion"] = call => RegionsAsync(call, call.TextOrEmpty("pid")),
        ["nextRegionV2"] = call => RegionsAsync(call, call.TextOrEmpty("pid")),
        ["uniqueId"] = UniqueIdAsync,
        ["queryMobileLocation"] = LocateAsync,
    };

    private static async Task<WxAnswer> RegionsAsync(WxCall call, string parent)
    {
        var client = new ReferenceService.ReferenceServiceClient(call.Anyone);
        var (regions, _) = await WxPage.Whole.ReadAsync<Region>(async (page, size) =>
        {
            var answer = await client.ListRegionsAsync(new() { ParentId = parent, Page = page, PageSize = size });
            return (answer.Regions, answer.TotalCount);
        });
        return WxAnswer.List(regions.ConvertAll(r => new WxRegion(
            r.Id,
            r.Name,
            (int)r.Level,
            r.ParentId.Length == 0 ? null : r.ParentId,
            r.Initials[..1].ToUpperInvariant(),
            r.Pinyin,
            r.Initials)));
    }

    private static async Task<WxAnswer> UniqueIdAsync(WxCall call) => WxAnswer.Of(
        (await new ReferenceService.ReferenceServiceClient(call.Anyone)
            .MakeUniqueIdAsync(new() { Type = call.TextOrEmpty("type") })).Id);

    private static async Task<WxAnswer> LocateAsync(WxCall call)
    {
        var found = await new ReferenceService.ReferenceServiceClient(call.Anyone)
            .LocateMobileAsync(new() { Mobile = call.TextOrEmpty("mobile") });
        return WxAnswer.Of(new WxSegment(
            int.Parse(found.Prefix, CultureInfo.InvariantCulture),
            WxScalars.NullIfEmpty(found.Province),
            WxScalars.NullIfEmpty(found.City),
            WxScalars.NullIfEmpty(found.Carrier)));
    }

    /// <summary>An administrative division.</summary>
    private sealed record WxRegion(
        string Id, string Name, int Level, string? Pid, string FirstLetter, string Pinyin, string Jianpin);

    /// <summary>Where and by whom numbers were given out that begin with <c>Code</c>.</summary>
    private sealed record WxSegment(int Code, string? Province, string? CityName, string? SegmentName);
}
