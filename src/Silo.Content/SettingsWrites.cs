using Microsoft.EntityFrameworkCore;
using Silo.Content.V1;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Content;

/// <summary>Writes settings. Their terms are the request that puts them.</summary>
internal sealed class SettingsWrites(SettingsReads reads) : ContentEditor<SettingRow, PutSettingRequest, Setting>(reads)
{
    public const int MaxSettings = 1_000;

    public override ContentKind Kind => ContentKind.Setting;

    protected override IReadOnlyList<string> CacheTags => [ContentCacheTags.Settings];

    protected override int MaxRows => MaxSettings;

    public override Result<PutSettingRequest> Check(PutSettingRequest terms) =>
        !ContentRules.IsKey(terms.Key, dashes: false) ? ContentRefusals.SettingKeyInvalid
        : !ContentRules.FitsSetting(terms.Value) ? ContentRefusals.SettingTooLong
        : terms;

    /// <summary>Creates a setting, or replaces its value and remark.</summary>
    public async Task<Result<OperatorChange<Setting>>> PutAsync(
        Unit unit, PutSettingRequest request, CancellationToken cancellation)
    {
        var terms = Check(request);
        if (!terms.IsAccepted)
        {
            return terms.Refusal;
        }

        await InvalidateAsync(unit, cancellation);
        var row = await unit.Set<SettingRow>().SingleOrDefaultAsync(s => s.Name == request.Key, cancellation);
        return row is not null ? await ChangeAsync(unit, row, terms, request.ExpectedVersion, cancellation)
            : request.ExpectedVersion != 0 ? ContentRefusals.VersionStale
            : await AddAsync(unit, terms, draft: false, cancellation);
    }

    protected override Task<Refusal?> ApplyAsync(
        Unit unit, SettingRow row, PutSettingRequest terms, CancellationToken cancellation)
    {
        row.Rename(terms.Key);
        (row.Value, row.Remark) = (terms.Value, terms.Remark);
        return Task.FromResult<Refusal?>(null);
    }
}
