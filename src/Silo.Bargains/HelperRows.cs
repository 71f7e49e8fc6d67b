using Microsoft.EntityFrameworkCore;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>The rows by which helpers are held while their helps in a campaign are counted.</summary>
internal static class HelperRows
{
    /// <summary>
    /// Makes the rows by which helpers are held. They are committed before the batch's own transaction: within it another
    /// bargain's would be waited for until that one's batch is committed.
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
        if (known.Count == helpers.Length)
        {
            return;
        }

        await units.RunAsync<bool>(
            async unit =>
            {
                foreach (var helper in helpers.Where(h => !known.Contains(h)))
                {
                    await unit.ExecuteAsync(
                        $"""
                        INSERT INTO bargains_helpers (id, campaign_id, helper_id) VALUES ({unit.NewId()}, {campaignId}, {helper})
                        ON CONFLICT DO NOTHING
                        """,
                        CancellationToken.None);
                }

                return true;
            },
            CancellationToken.None);
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
}
