using Grpc.Core;
using Silo.Content.V1;
using Silo.Edge;

namespace Silo.Content;

/// <summary>The operator's rpcs for settings.</summary>
internal sealed class SettingsAdminGrpc(OperatorWrites writes, SettingsWrites settings, SettingsReads reads)
    : SettingsAdminService.SettingsAdminServiceBase
{
    public override async Task<PutSettingResponse> PutSetting(PutSettingRequest request, ServerCallContext context) =>
        new() { Setting = await writes.RunAsync(context, request, settings.PutAsync) };

    public override async Task<GetSettingResponse> GetSetting(GetSettingRequest request, ServerCallContext context) =>
        new() { Setting = await reads.ByKeyAsync(request.Key, context.CancellationToken) };

    public override async Task<SearchSettingsResponse> SearchSettings(SearchSettingsRequest request, ServerCallContext context)
    {
        var (page, total) = await reads.SearchAsync(request, context.CancellationToken);
        var response = new SearchSettingsResponse { TotalCount = total };
        response.Settings.AddRange(page);
        return response;
    }
}
