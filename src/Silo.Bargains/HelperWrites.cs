using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>The rows by which helpers are held while their helps in a campaign are counted.</summary>
internal static class HelperRows
{
    /// <summary>
    /// Makes the rows by which helpers are held. They are committed before the batch's own transaction, as soon as they are
    /// written: within it another bargain's would be waited for until that one's batch is committed.
    /// </summary>
    public static async Task AddAsync(IUnits units, long campaignId, long[] helpers)
    {
        if (helpers.Length == 0)
        {
            return;
        }

        var known = await units.ReadAsync(
            r => r.Query<HelperRow>().Where(h => h.CampaignId == campaignId && helpers.Contains(h.HelperId))
                .Select(h => h.HelperId).ToHashSetAsync(),
            CancellationToken.None);
        long[] missing = [.. helpers.Where(h => !known.Contains(h)).Order()];
        if (missing.Length > 0)
        {
            await units.RunAsync<bool>(
                async unit =>
                {
                    await MakeAsync(unit, campaignId, missing);
                    return true;
                },
                CancellationToken.None);
        }
    }

    /// <summary>Holds those of the helpers whom no other bargain holds, and counts their helps in the campaign.</summary>
    public static async Task HoldAsync(Unit unit, long campaignId, long[] helpers, BargainFacts facts)
    {
        if (helpers.Length == 0)
        {
            return;
        }

        var rows = await unit.Query<HelperRow>().Where(h => h.CampaignId == campaignId && helpers.Contains(h.HelperId))
            .Select(h => h.Id).ToListAsync();
        var held = (await unit.LockAsync<HelperRow>(rows, wait: false, CancellationToken.None)).Values
            .Select(h => h.HelperId).ToArray();
        var given = await unit.Query<HelpRow>().Where(h => held.Contains(h.HelperId) && h.CampaignId == campaignId)
            .GroupBy(h => h.HelperId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count);
        foreach (var helper in held)
        {
            facts.Given[helper] = given.GetValueOrDefault(helper);
        }
    }

    /// <summary>Makes rows, as many as a batch may need, with one statement; ascending, so that no two wait crosswise.</summary>
    private static Task MakeAsync(Unit unit, long campaignId, long[] helpers)
    {
        var rows = string.Join(", ", helpers.Select((_, i) => $"({{{(2 * i) + 1}}}, {{0}}, {{{(2 * i) + 2}}})"));
        return unit.ExecuteAsync(
            FormattableStringFactory.Create(
                $"INSERT INTO bargains_helpers (id, campaign_id, helper_id) VALUES {rows} ON CONFLICT DO NOTHING",
                [campaignId, .. helpers.SelectMany(h => new object[] { unit.NewId(), h })]),
            CancellationToken.None);
    }
}
