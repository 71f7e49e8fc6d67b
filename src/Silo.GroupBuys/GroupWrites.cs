using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Opens groups: a shopper who leads an open one of the goods gets that, else a new one.</summary>
internal sealed class GroupWrites(
    HotGrains<long, GroupCommand, GroupOutcome> groups, GroupReads reads, IUnits units, IdSource ids, ShopClock clock)
{
    /// <summary>Of openings, as <see cref="AcceptedRequest.Scope"/>.</summary>
    public const string OpenScope = "groupbuys.open";

    /// <summary>The request id of an opening, which may answer with a group that was there.</summary>
    public static AcceptedRequest Opened(long userId, string requestId, long requestHash, long groupId, long now) => new()
    {
        Scope = OpenScope,
        CallerId = userId,
        RequestId = requestId,
        RequestHash = requestHash,
        Answer = groupId,
        At = now,
    };

    /// <summary>Answers the group's id.</summary>
    public async Task<Result<long>> OpenAsync(
        long userId, long goodsId, string requestId, long requestHash, CancellationToken cancellation)
    {
        if (await FirstAsync(userId, goodsId, requestId, requestHash, cancellation) is { } first)
        {
            return first;
        }

        if (await reads.NewestAsync(goodsId, cancellation) is not { } campaign)
        {
            return GroupBuysRefusals.CampaignUnknown;
        }

        var command = new OpenCommand
        {
            UserId = userId,
            CampaignId = campaign.Id,
            RequestId = requestId,
            RequestHash = requestHash,
        };
        try
        {
            var outcome = await groups.RunAsync(ids.Next(), command).WaitAsync(cancellation);
            return outcome.Refusal is { } refusal ? refusal : outcome.GroupId;
        }
        catch (StorageUnavailableException)
        {
            // Of two at once, each with a group id of its own, the second is rolled back.
            return await FirstAsync(userId, goodsId, requestId, requestHash, cancellation)
                ?? throw new StorageUnavailableException("The group could not be opened.");
        }
    }

    /// <summary>The group that the request id was answered with, or the open one that the user leads; null for neither.</summary>
    private async Task<Result<long>?> FirstAsync(
        long userId, long goodsId, string requestId, long requestHash, CancellationToken cancellation)
    {
        if (requestId.Length > 0 && await reads.OpeningAsync(userId, requestId, cancellation) is { } opening)
        {
            return opening.RequestHash == requestHash ? opening.Answer : Refusals.RequestIdReused;
        }

        if (await reads.OpenersAsync(userId, goodsId, cancellation) is not { } own)
        {
            return null;
        }

        if (GroupRules.At(await reads.StateAsync(own), clock.NowMs).IsOpeners)
        {
            return requestId.Length == 0 ? own : await RememberAsync(userId, requestId, requestHash, own, cancellation);
        }

        // Over by the clock, which is stored now, so that a new one can be opened.
        await groups.RunAsync(own, new ExpireCommand()).WaitAsync(cancellation);
        return null;
    }

    /// <summary>Has the request id answered with the group from now on; of two at once the first is.</summary>
    private Task<Result<long>> RememberAsync(
        long userId, string requestId, long requestHash, long groupId, CancellationToken cancellation) => units.StageAsync<long>(
        stage =>
        {
            var first = stage.Where<AcceptedRequest>(
                $"scope = {OpenScope} AND caller_id = {userId} AND request_id = {requestId}");
            var kept = stage.Numbers($"SELECT count(*) FROM silo_requests WHERE scope = {OpenScope} AND caller_id = {userId}");
            return rows =>
            {
                if (first.Only is { } opening)
                {
                    return opening.RequestHash == requestHash ? opening.Answer : Refusals.RequestIdReused;
                }

                if (kept.All[0][0] < AcceptedRequest.MostOfCaller)
                {
                    rows.Append(Opened(userId, requestId, requestHash, groupId, clock.NowMs));
                }

                return groupId;
            };
        },
        cancellation);
}
