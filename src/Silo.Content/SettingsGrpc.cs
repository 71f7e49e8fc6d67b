using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The rpcs with which clients read settings.</summary>
internal sealed class SettingsGrpc(SettingsReads reads) : SettingsService.SettingsServiceBase
{
    private const string VipLevelKey = "vipLevel";

    public override async Task<ListSettingsResponse> ListSettings(ListSettingsRequest request, ServerCallContext context)
    {
        var all = await reads.PublishedAsync(context.CancellationToken);
        var found = request.Keys.Distinct().Where(all.ContainsKey).Select(key => all[key]).ToList();
        var response = new ListSettingsResponse { TotalCount = found.Count };
        response.Settings.AddRange(found.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<DescribeSettingResponse> DescribeSetting(
        DescribeSettingRequest request, ServerCallContext context) => new()
        {
            Setting = (await reads.PublishedAsync(context.CancellationToken)).GetValueOrDefault(request.Key)
                ?? throw new RefusalException(ContentRefusals.Unknown),
        };

    public override async Task<DescribeVipLevelResponse> DescribeVipLevel(
        DescribeVipLevelRequest request, ServerCallContext context)
    {
        var all = await reads.PublishedAsync(context.CancellationToken);
        return new() { Level = ContentRules.VipLevel(all.GetValueOrDefault(VipLevelKey)?.Value) };
    }
}
