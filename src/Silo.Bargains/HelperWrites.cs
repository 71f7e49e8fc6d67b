using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>Makes the rows by which helpers are held while their helps in a campaign are counted.</summary>
internal static class HelperWrites
{
    /// <summary>
    /// The ids of the helpers' rows, by helper; missing ones are made. They are committed before the batch's own
    /// transaction, as soon as they are written: within it another bargain's rows would be waited for until its batch is
    /// committed.
    /// </summary>
    public static async Task<IReadOnlyDictionary<long, long>> EnsureAsync(IUnits units, long campaignId, long[] helpers)
    {
        if (helpers.Length == 0)
        {
            return new Dictionary<long, long>();
        }

        var known = await units.ReadAsync(r => FindAsync(r, campaignId, helpers), CancellationToken.None);
        long[] missing = [.. helpers.Where(h => !known.ContainsKey(h)).Order()];
        if (missing.Length == 0)
        {
            return known;
        }

        return (await units.RunAsync<Dictionary<long, long>>(
            async unit =>
            {
                await MakeAsync(unit, campaignId, missing);
                return await FindAsync(unit, campaignId, helpers);
            },
            CancellationToken.None)).Value!;
    }

    private static Task<Dictionary<long, long>> FindAsync(IReads reads, long campaignId, long[] helpers) =>
        reads.Query<HelperRow>().Where(h => h.CampaignId == campaignId && helpers.Contains(h.HelperId))
            .ToDictionaryAsync(h => h.HelperId, h => h.Id);

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
