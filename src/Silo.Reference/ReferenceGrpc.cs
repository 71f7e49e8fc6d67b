using System.Globalization;
using Grpc.Core;
using Silo.Edge;
using Silo.Kernel;
using Silo.Reference.V1;

namespace Silo.Reference;

/// <summary>The rpcs of everybody.</summary>
internal sealed class ReferenceGrpc(IRegions regions, MobileNumbers mobiles, IdSource ids) : ReferenceService.ReferenceServiceBase
{
    private const int DefaultPageSize = 100;

    /// <summary>As people look for them.</summary>
    private readonly IReadOnlyList<Region> provinces =
        [.. regions.Provinces.OrderBy(province => string.Concat(province.Syllables), StringComparer.Ordinal)];

    public override Task<ListRegionsResponse> ListRegions(ListRegionsRequest request, ServerCallContext context)
    {
        var listed = request.ParentId.Length == 0 ? provinces : Existing(request.ParentId).Children;
        var size = request.PageSize == 0 ? DefaultPageSize : request.PageSize;
        var response = new ListRegionsResponse { TotalCount = listed.Count };
        response.Regions.AddRange(listed.Chunk(size).ElementAtOrDefault(Math.Max(1, request.Page) - 1)?.Select(ReferenceWire.Region) ?? []);
        return Task.FromResult(response);
    }

    public override Task<GetRegionResponse> GetRegion(GetRegionRequest request, ServerCallContext context)
    {
        var region = Existing(request.Id);
        var response = new GetRegionResponse { Region = ReferenceWire.Region(region) };
        for (var above = region.Parent; above is not null; above = above.Parent)
        {
            response.Above.Insert(0, ReferenceWire.Region(above));
        }

        return Task.FromResult(response);
    }

    public override Task<LocateMobileResponse> LocateMobile(LocateMobileRequest request, ServerCallContext context)
    {
        var segment = mobiles.Locate(request.Mobile).OrRefuse();
        return Task.FromResult(new LocateMobileResponse
        {
            Prefix = segment.Prefix,
            Province = segment.Place.Province,
            City = segment.Place.City,
            Carrier = segment.Carrier,
        });
    }

    public override Task<MakeUniqueIdResponse> MakeUniqueId(MakeUniqueIdRequest request, ServerCallContext context) =>
        // Unique over all name spaces, hence within each.
        Task.FromResult(new MakeUniqueIdResponse { Id = ids.Next().ToString(CultureInfo.InvariantCulture) });

    private Region Existing(string id) => regions.Find(id) ?? throw new RefusalException(ReferenceRefusals.RegionUnknown);
}
