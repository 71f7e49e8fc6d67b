using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Accounts;
using Silo.Bargains.V1;
using static Silo.Edge.WireTime;

namespace Silo.Bargains;

/// <summary>Between the module's types and the wire's.</summary>
internal static class BargainsWire
{
    public static BargainTerms Terms(CampaignTerms wire) => new()
    {
        GoodsId = wire.GoodsId,
        StartCents = wire.StartCents,
        FloorCents = wire.FloorCents,
        CutMinCents = wire.CutMinCents,
        CutMaxCents = wire.CutMaxCents,
        HelpersToFloor = wire.HelpersToFloor,
        StockTotal = wire.StockTotal,
        StartsAt = Milliseconds(wire.StartsAt),
        EndsAt = Milliseconds(wire.EndsAt),
        DurationMinutes = wire.DurationMinutes,
        StartsPerUser = wire.StartsPerUser,
        HelpsPerUser = wire.HelpsPerUser,
    };

    public static V1.Campaign Campaign(Campaign campaign, StockRow stock) => new()
    {
        Id = campaign.Id,
        Terms = new()
        {
            GoodsId = campaign.Terms.GoodsId,
            StartCents = campaign.Terms.StartCents,
            FloorCents = campaign.Terms.FloorCents,
            CutMinCents = campaign.Terms.CutMinCents,
            CutMaxCents = campaign.Terms.CutMaxCents,
            HelpersToFloor = campaign.Terms.HelpersToFloor,
            StockTotal = stock.Total,
            StartsAt = Instant(campaign.Terms.StartsAt),
            EndsAt = Instant(campaign.Terms.EndsAt),
            DurationMinutes = campaign.Terms.DurationMinutes,
            StartsPerUser = campaign.Terms.StartsPerUser,
            HelpsPerUser = campaign.Terms.HelpsPerUser,
        },
        Version = campaign.Version,
        Enabled = campaign.Enabled,
        Sold = stock.Sold,
        Reserved = stock.Reserved,
        EndedAt = InstantOrNull(campaign.EndedAt),
        CreatedAt = Instant(campaign.CreatedAt),
        UpdatedAt = Instant(campaign.UpdatedAt),
    };

    public static Bargain Bargain(BargainView bargain, Campaign campaign, long now)
    {
        var endsAt = BargainRules.EndOf(bargain.EndsAt, campaign);
        return new()
        {
            Id = bargain.Id,
            CampaignId = bargain.CampaignId,
            GoodsId = bargain.GoodsId,
            InitiatorId = bargain.InitiatorId,
            StartCents = bargain.StartCents,
            FloorCents = bargain.FloorCents,
            PriceCents = bargain.PriceCents,
            Helps = bargain.Helps,
            State = bargain.ClearedAt > 0 ? V1.BargainState.Cleared : State(bargain.PriceCents, bargain.FloorCents, endsAt, now),
            RuleVersion = bargain.RuleVersion,
            StartedAt = Instant(bargain.StartedAt),
            EndsAt = Instant(endsAt),
            UpdatedAt = Instant(bargain.UpdatedAt),
        };
    }

    public static WatchBargainResponse Progress(BargainProgress progress, Campaign campaign, long now)
    {
        var endsAt = BargainRules.EndOf(progress.EndsAt, campaign);
        return progress.BargainId == 0 ? new() { State = V1.BargainState.Cleared } : new()
        {
            BargainId = progress.BargainId,
            PriceCents = progress.PriceCents,
            Helps = progress.Helps,
            State = State(progress.PriceCents, progress.FloorCents, endsAt, now),
            EndsAt = Instant(endsAt),
        };
    }

    public static BargainHelp Help(HelpView help) => new()
    {
        HelperId = help.HelperId,
        GoodsId = help.GoodsId,
        CutCents = help.CutCents,
        PriceCents = help.PriceCents,
        Remark = help.Remark,
        HelpedAt = Instant(help.At),
        Ordinal = help.Ordinal,
    };

    public static BargainHelp Help(HelpRow row, ShownUser? helper, long goodsId) => new()
    {
        HelperId = row.HelperId,
        GoodsId = goodsId,
        CutCents = row.CutCents,
        PriceCents = row.PriceCents,
        Remark = row.Remark,
        HelpedAt = Instant(row.At),
        Ordinal = row.Ordinal,
        Nick = helper?.Nick ?? "",
        AvatarUrl = helper?.AvatarUrl ?? "",
    };

    /// <summary>A bargain as it is exported.</summary>
    public static JsonNode? Json(BargainView bargain, Campaign campaign, long now) => Json(Bargain(bargain, campaign, now));

    /// <summary>A help as it is exported.</summary>
    public static JsonNode? Json(HelpRow help, long goodsId) => Json(Help(help, null, goodsId));

    private static JsonNode? Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message));

    private static V1.BargainState State(long price, long floor, long endsAt, long now) =>
        price == floor ? V1.BargainState.AtFloor
        : now >= endsAt ? V1.BargainState.Expired
        : V1.BargainState.Running;
}
