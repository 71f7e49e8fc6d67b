using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Settings for operators. Their terms are the request that puts them.</summary>
internal sealed class SettingEditor(OperatorWrites writes, IUnits units)
    : ContentEditor<SettingRow, PutSettingRequest, Setting>(writes, units)
{
    public const string Topic = "content.settings";
    public const int MaxSettings = 1_000;
    private readonly OperatorWrites writes = writes;
    private readonly IUnits units = units;

    public override ContentKind Kind => ContentKind.Setting;

    protected override IReadOnlyList<string> Topics => [Topic];

    protected override int MaxRows => MaxSettings;

    public override Result<PutSettingRequest> Check(PutSettingRequest terms) =>
        !ContentRules.IsKey(terms.Key, dashes: false) ? ContentRefusals.SettingKeyInvalid
        : !ContentRules.FitsSetting(terms.Value) ? ContentRefusals.SettingTooLong
        : terms;

    /// <summary>Creates a setting, or replaces its value and remark.</summary>
    public Task<Setting> PutAsync(ServerCallContext context, PutSettingRequest request) => writes.RunAsync<Setting>(
        context, request, async unit =>
        {
            var terms = Check(request);
            if (!terms.IsAccepted)
            {
                return terms.Refusal;
            }

            await TouchAsync(unit, context.CancellationToken);
            var row = await unit.Set<SettingRow>().SingleOrDefaultAsync(s => s.Name == request.Key, context.CancellationToken);
            return row is not null ? await ChangeAsync(unit, row, terms, request.ExpectedVersion, context.CancellationToken)
                : request.ExpectedVersion != 0 ? ContentRefusals.VersionStale
                : await AddAsync(unit, terms, draft: false, context.CancellationToken);
        });

    /// <summary>The one with this key, published or not.</summary>
    public Task<Setting> ByKeyAsync(string key, CancellationToken cancellation) => units.ReadAsync(
        async r => await r.Query<SettingRow>().SingleOrDefaultAsync(s => s.Name == key, cancellation) is { } row
            ? ContentWire.Setting(row)
            : throw new RefusalException(ContentRefusals.Unknown),
        cancellation);

    protected override Task<Refusal?> ApplyAsync(
        Unit unit, SettingRow row, PutSettingRequest terms, CancellationToken cancellation)
    {
        row.Rename(terms.Key);
        (row.Value, row.Remark) = (terms.Value, terms.Remark);
        return Task.FromResult<Refusal?>(null);
    }

    protected override Task<List<Setting>> WireAsync(
        IReads reads, IReadOnlyList<SettingRow> rows, bool texts, CancellationToken cancellation) =>
        Task.FromResult(rows.Select(ContentWire.Setting).ToList());
}

/// <summary>The rpcs with which clients read settings.</summary>
internal sealed class SettingsGrpc : SettingsService.SettingsServiceBase
{
    private const string VipLevelKey = "vipLevel";
    private readonly VersionedCache<int, Dictionary<string, Setting>> published;

    public SettingsGrpc(SettingEditor editor, Versions versions) => published = new(versions, SettingEditor.Topic, 1, async _ =>
    {
        var (settings, _) = await editor.SearchAsync(
            (_, rows) => rows.OrderBy(s => s.Id), Publication.Published, new Paging(1, SettingEditor.MaxSettings), CancellationToken.None);
        return settings.ToDictionary(s => s.Key, StringComparer.Ordinal);
    });

    public override async Task<ListSettingsResponse> ListSettings(ListSettingsRequest request, ServerCallContext context)
    {
        var all = await published.GetAsync(0, context.CancellationToken);
        var found = request.Keys.Distinct().Where(all.ContainsKey).Select(key => all[key]).ToList();
        var response = new ListSettingsResponse { TotalCount = found.Count };
        response.Settings.AddRange(found.Page(request.Page, request.PageSize));
        return response;
    }

    public override async Task<DescribeSettingResponse> DescribeSetting(
        DescribeSettingRequest request, ServerCallContext context) => new()
        {
            Setting = (await published.GetAsync(0, context.CancellationToken)).GetValueOrDefault(request.Key)
                ?? throw new RefusalException(ContentRefusals.Unknown),
        };

    public override async Task<DescribeVipLevelResponse> DescribeVipLevel(
        DescribeVipLevelRequest request, ServerCallContext context)
    {
        var all = await published.GetAsync(0, context.CancellationToken);
        return new() { Level = ContentRules.VipLevel(all.GetValueOrDefault(VipLevelKey)?.Value) };
    }
}

/// <summary>The operator's rpcs for settings.</summary>
internal sealed class SettingsAdminGrpc(SettingEditor editor) : SettingsAdminService.SettingsAdminServiceBase
{
    public override async Task<PutSettingResponse> PutSetting(PutSettingRequest request, ServerCallContext context) =>
        new() { Setting = await editor.PutAsync(context, request) };

    public override async Task<GetSettingResponse> GetSetting(GetSettingRequest request, ServerCallContext context) =>
        new() { Setting = await editor.ByKeyAsync(request.Key, context.CancellationToken) };

    public override async Task<SearchSettingsResponse> SearchSettings(SearchSettingsRequest request, ServerCallContext context)
    {
        var key = SearchText.Normalise(request.KeyContains);
        var (page, total) = await editor.SearchAsync(
            (_, rows) => rows.Where(s => key == "" || s.SearchName.Contains(key)).OrderBy(s => s.SearchName).ThenBy(s => s.Id),
            request.Publication,
            new Paging(request.Page, request.PageSize),
            context.CancellationToken);
        var response = new SearchSettingsResponse { TotalCount = total };
        response.Settings.AddRange(page);
        return response;
    }
}
