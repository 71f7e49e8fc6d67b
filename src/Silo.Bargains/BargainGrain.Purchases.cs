using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <content>Purchases: each has its transaction for itself, with the campaign's pieces held until its commit.</content>
internal sealed partial class BargainGrain
{
    /// <summary>What is sold is decided on what the database holds now, and not on what is remembered.</summary>
    private void StagePurchase(Stage stage, BuyCommand buy, BargainFacts facts)
    {
        var (key, bargainId) = (MyKey, State.BargainId);
        facts.Purchase = new()
        {
            Stock = stage.Lock<StockRow>([key.CampaignId], RowLock.Wait),
            Campaign = stage.Read<CampaignRow>([key.CampaignId]),
            Holding = stage.Where<BargainOrderRow>(
                $"bargain_id = {bargainId} AND state < {(short)BargainOrderState.GivenBack}"),
            First = buy.RequestId.Length == 0 ? null : stage.Where<BargainOrderRow>(
                $"initiator_id = {key.InitiatorId} AND campaign_id = {key.CampaignId} AND request_id = {buy.RequestId}"),
        };
    }

    private BargainOutcome DecideBuy(BargainState draft, BuyCommand command, BargainFacts facts, Rows rows)
    {
        var purchase = facts.Purchase!;
        if (purchase.First?.Only is { } first)
        {
            return first.RequestHash == command.RequestHash
                ? new() { Purchase = first.Purchase }
                : BargainOutcome.Refused(Refusals.RequestIdReused);
        }

        var campaign = purchase.Stock.Only is { } stock && purchase.Campaign.Only is { } row ? CampaignReads.Of(row, stock) : null;
        var buyer = new Buyer(purchase.Holding.Only is not null, purchase.Stock.Only?.Left ?? 0);
        if (BargainRules.BuyRefusal(draft, campaign, buyer, facts.Now) is { } refusal)
        {
            return BargainOutcome.Refused(refusal);
        }

        var key = MyKey;
        var order = new BargainOrderRow
        {
            OrderId = command.OrderId,
            BargainId = draft.BargainId,
            CampaignId = key.CampaignId,
            InitiatorId = key.InitiatorId,
            GoodsId = draft.Terms.GoodsId,
            PriceCents = draft.PriceCents,
            RuleVersion = draft.RuleVersion,
            State = BargainOrderState.Reserved,
            ReservedAt = facts.Now,
            UpdatedAt = facts.Now,
            RequestId = OwnRequestId.Or(command.RequestId, command.OrderId),
            RequestHash = command.RequestHash,
        };
        rows.Append(order);
        rows.Update<StockRow>(
            key.CampaignId,
            $"UPDATE bargains_stocks SET reserved = reserved + 1 WHERE campaign_id = {key.CampaignId} AND reserved + sold < total");
        return new() { Purchase = order.Purchase };
    }
}
