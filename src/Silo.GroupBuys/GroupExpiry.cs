using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Stores what the clock does to a group: the lapse of a seat, and the group's end. Runs on whichever node lives.</summary>
internal sealed class GroupExpiry(IGrainFactory grains, ShopClock clock) : IWorkHandler
{
    public const string WorkKind = "groupbuys.expire";

    public string Kind => WorkKind;

    public static string Payload(long groupId, long dueAt) => string.Create(CultureInfo.InvariantCulture, $"{groupId} {dueAt}");

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var parts = item.Payload.Split(' ');
        var (group, due) = (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
        // The item is due, whatever the clock of the group's node says.
        await grains.GetGroup(group).RunAsync(new ExpireCommand { Now = Math.Max(due, clock.NowMs) }).WaitAsync(cancellation);
        return WorkOutcome.Done;
    }
}

/// <summary>
/// Ends the open groups of a campaign that an operator has ended, some of them at a time: a campaign has any number, and
/// other work waits for the runner. What is left is found by the rows, so the work may be cut off anywhere.
/// </summary>
internal sealed class CampaignEnd(IGrainFactory grains, IUnits units) : IWorkHandler
{
    public const string WorkKind = "groupbuys.end_campaign";

    /// <summary>Groups that one run ends.</summary>
    public const int AtOnce = 200;

    public string Kind => WorkKind;

    public async Task<WorkOutcome> RunAsync(WorkItem item, CancellationToken cancellation)
    {
        var campaign = long.Parse(item.Payload, CultureInfo.InvariantCulture);
        // None is opened after the campaign's end was committed, so this comes to an end.
        var open = await units.ReadAsync(
            r => r.Query<GroupRow>().Where(g => g.CampaignId == campaign && g.Status == GroupStatus.Open)
                .OrderBy(g => g.Id).Select(g => g.Id).Take(AtOnce).ToListAsync(cancellation),
            cancellation);
        foreach (var group in open)
        {
            // What is over by the clock cannot be ended; that it is over is stored then.
            var outcome = await grains.GetGroup(group).RunAsync(new EndCommand()).WaitAsync(cancellation);
            if (outcome.Refusal is not null
                && (await grains.GetGroup(group).RunAsync(new ExpireCommand()).WaitAsync(cancellation)).Refusal is not null)
            {
                return WorkOutcome.RetryLater;
            }
        }

        return open.Count < AtOnce ? WorkOutcome.Done : WorkOutcome.RunAgain;
    }
}
