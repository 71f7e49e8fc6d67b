using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>Sells by messages to the grains, and moves what is sold by rows.</summary>
internal sealed class BargainsDoor(
    HotGrains<BargainKey, BargainCommand, BargainOutcome> bargains, IUnits units, BargainReads reads, ShopClock clock) : IBargains
{
    public async Task<Result<BargainPurchase>> QuoteAsync(long campaignId, long userId, CancellationToken cancellation)
    {
        var state = await reads.StateAsync(new(campaignId, userId));
        var (campaign, stock, hasOrder) = await units.ReadAsync(
            async r => (
                await CampaignReads.FindAsync(r, campaignId, cancellation),
                await r.Query<StockRow>().SingleOrDefaultAsync(s => s.CampaignId == campaignId, cancellation),
                await r.Query<BargainOrderRow>().AnyAsync(
                    o => o.BargainId == state.BargainId && o.State < BargainOrderState.GivenBack, cancellation)),
            cancellation);
        return BargainRules.BuyRefusal(state, campaign, new(hasOrder, stock?.Left ?? 0), clock.NowMs) is { } refusal
            ? refusal
            : new BargainPurchase
            {
                BargainId = state.BargainId,
                CampaignId = campaignId,
                GoodsId = state.Terms.GoodsId,
                PriceCents = state.PriceCents,
                RuleVersion = state.RuleVersion,
            };
    }

    public async Task<Joined<BargainPurchase>> ReserveAsync(JoinedCommand joined, long orderId, BargainRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var command = new BuyCommand { OrderId = orderId, RequestId = request.RequestId, RequestHash = request.RequestHash };
        var ran = await bargains.RunJoinedAsync(new(request.CampaignId, request.UserId), command, joined);
        return new(ran.Outcome.Refusal is { } refusal ? refusal : ran.Outcome.Purchase!, ran.Answer);
    }

    public Func<Rows, Result<bool>> Confirm(Stage stage, long orderId) =>
        Move(stage, orderId, BargainOrderState.Reserved, BargainOrderState.Paid);

    public Func<Rows, Result<bool>> Release(Stage stage, long orderId) =>
        Move(stage, orderId, BargainOrderState.Reserved, BargainOrderState.GivenBack);

    public Func<Rows, Result<bool>> Return(Stage stage, long orderId) =>
        Move(stage, orderId, BargainOrderState.Paid, BargainOrderState.GivenBack);

    /// <summary>
    /// Moves an order's piece. Where the command has its transaction for itself, the campaign's pieces are locked in their
    /// place, which the order's row names; else the guards say whether the order is still as it was read.
    /// </summary>
    private static Func<Rows, Result<bool>> Move(Stage stage, long orderId, BargainOrderState from, BargainOrderState to)
    {
        ArgumentNullException.ThrowIfNull(stage);
        stage.LockBy<StockRow>(
            $"""
            UPDATE bargains_stocks SET total = total
            WHERE campaign_id IN (SELECT campaign_id FROM bargains_orders WHERE order_id = {orderId})
            """);
        var named = stage.Read<BargainOrderRow>([orderId]);
        return rows =>
        {
            if (named.Only is not { } order || order.State != from)
            {
                return false;
            }

            // What each state counts among the pieces.
            var (reserved, sold) = (Count(BargainOrderState.Reserved), Count(BargainOrderState.Paid));
            rows.Update<StockRow>(
                order.CampaignId,
                $"""
                UPDATE bargains_stocks SET reserved = reserved + {reserved}, sold = sold + {sold}
                WHERE campaign_id = {order.CampaignId} AND reserved + {reserved} >= 0 AND sold + {sold} >= 0
                """);
            rows.Update<BargainOrderRow>(
                orderId,
                $"""
                UPDATE bargains_orders SET state = {(short)to}, updated_at = {stage.NowMs}
                WHERE order_id = {orderId} AND state = {(short)from}
                """);
            return true;
        };

        long Count(BargainOrderState state) => (to == state ? 1 : 0) - (from == state ? 1 : 0);
    }
}
