using System.Globalization;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <content>How a group begins.</content>
internal sealed partial class GroupGrain
{
    private (GroupBuyState State, GroupOutcome Outcome) DecideOpen(
        GroupBuyState draft, OpenCommand command, GroupFacts facts, Rows rows)
    {
        if (facts.Campaign?.Only is not { } campaign)
        {
            return (draft, GroupOutcome.Refused(GroupBuysRefusals.CampaignUnknown));
        }

        if (GroupRules.OpenRefusal(campaign.Enabled, campaign.Over, campaign.OpenUntil, facts.Now) is { } refusal)
        {
            return (draft, GroupOutcome.Refused(refusal));
        }

        var terms = GroupBuysWire.Terms(campaign);
        var state = GroupRules.Open(campaign.Id, campaign.Version, terms, command.UserId, facts.Now);
        rows.Append(GroupRow.Of(GroupId, state));
        if (command.RequestId.Length > 0)
        {
            rows.Append(GroupWrites.Opened(command.UserId, command.RequestId, command.RequestHash, GroupId, facts.Now));
        }

        rows.Enqueue(
            GroupExpiry.Expire,
            GroupId.ToString(CultureInfo.InvariantCulture),
            state.EndsAt,
            new GroupExpiry.Payload(GroupId, state.EndsAt));
        return (state, new() { GroupId = GroupId, Version = state.Version, Terms = state.Terms });
    }
}
