using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Stores what the clock does to a group: the lapse of a seat, and the group's end. Runs on whichever node lives.</summary>
internal sealed class GroupExpiry(HotGrains<long, GroupCommand, GroupOutcome> groups, ShopClock clock)
    : WorkHandler<GroupExpiry.Payload>(Expire)
{
    public static readonly WorkKind<Payload> Expire = new("groupbuys.expire");

    protected override async Task<WorkOutcome> RunAsync(WorkItem<Payload> item, CancellationToken cancellation)
    {
        // The item is due, whatever the clock of the group's node says.
        var now = Math.Max(item.Payload.DueAtMs, clock.NowMs);
        await groups.RunAsync(item.Payload.GroupId, new ExpireCommand { Now = now }).WaitAsync(cancellation);
        return WorkOutcome.Done;
    }

    /// <summary>The group, and when something in it is over.</summary>
    internal sealed record Payload(long GroupId, long DueAtMs);
}

/// <summary>
/// Ends the open groups of a campaign that an operator has ended, some of them at a time: a campaign has any number, and
/// other work waits for the runner. What is left is found by the rows, so the work may be cut off anywhere. A group that
/// cannot be ended keeps no other from it.
/// </summary>
internal sealed class CampaignEnd(HotGrains<long, GroupCommand, GroupOutcome> groups, IUnits units, ILogger<CampaignEnd> logger)
    : WorkHandler<CampaignEnd.Payload>(EndCampaign)
{
    /// <summary>Groups that one run ends.</summary>
    public const int AtOnce = 200;

    /// <summary>Groups that one run fails to end before it leaves the rest to the next: each may have waited for seconds.</summary>
    public const int MaxFailed = 20;

    public static readonly WorkKind<Payload> EndCampaign = new("groupbuys.end_campaign");

    protected override async Task<WorkOutcome> RunAsync(WorkItem<Payload> item, CancellationToken cancellation)
    {
        var campaign = item.Payload.CampaignId;
        // None is opened after the campaign's end was committed, so this comes to an end.
        var (left, some) = await units.ReadAsync(r => OpenAsync(r, campaign, item.Attempt, cancellation), cancellation);
        var (ended, failed) = (0, 0);
        foreach (var group in some)
        {
            if (await TryEndAsync(group, cancellation))
            {
                ended++;
            }
            else if (++failed == MaxFailed)
            {
                break;
            }
        }

        return ended == left ? WorkOutcome.Done : ended > 0 ? WorkOutcome.RunAgain : WorkOutcome.RetryLater;
    }

    /// <summary>
    /// How many groups are open, and some of them. An attempt after one that ended none begins behind those that failed, and
    /// in the end with the first again.
    /// </summary>
    private static async Task<(int Left, List<long> Some)> OpenAsync(
        IReads reads, long campaign, int attempt, CancellationToken cancellation)
    {
        var open = reads.Query<GroupRow>().Where(g => g.CampaignId == campaign && g.Status == GroupStatus.Open);
        var left = await open.CountAsync(cancellation);
        var behind = left == 0 ? 0 : (attempt - 1) * MaxFailed % left;
        return (left, await open.OrderBy(g => g.Id).Select(g => g.Id).Skip(behind).Take(AtOnce).ToListAsync(cancellation));
    }

    private async Task<bool> TryEndAsync(long group, CancellationToken cancellation)
    {
        try
        {
            // What is over by the clock cannot be ended; that it is over is stored then.
            return (await groups.RunAsync(group, new EndCommand()).WaitAsync(cancellation)).Refusal is null
                || (await groups.RunAsync(group, new ExpireCommand()).WaitAsync(cancellation)).Refusal is null;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            logger.LogWarning(exception, "Group {Group} of an ended campaign could not be ended", group);
            return false;
        }
    }

    /// <summary>The campaign.</summary>
    internal sealed record Payload(long CampaignId);
}
