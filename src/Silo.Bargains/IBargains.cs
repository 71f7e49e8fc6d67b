using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// The door for orders. An order buys a bargain with one of the campaign's pieces: reserved with the order, sold by its
/// payment, given back when it is closed unpaid or refunded before delivery.
/// </summary>
/// <remarks>
/// The campaign's pieces come first in the order of locks: a unit that calls one of these does so before it locks users,
/// stock of goods or coupons, as the purchase does.
/// </remarks>
public interface IBargains
{
    /// <summary>What a shopper would pay for his bargain now, for a preview; refused as the purchase would be.</summary>
    /// <returns>
    /// The purchase without an order, or BARGAIN_UNKNOWN, BARGAIN_NOT_OPEN, BARGAIN_ENDED, BARGAIN_BOUGHT,
    /// BARGAIN_SOLD_OUT.
    /// </returns>
    Task<Result<BargainPurchase>> QuoteAsync(long campaignId, long userId, CancellationToken cancellation);

    /// <summary>
    /// Buys a shopper's bargain for an order that the joined work creates; both stand or neither. The work finds its
    /// <see cref="BargainPurchase"/> in the decision. It may keep the purchase or refuse; with
    /// <see cref="JoinedVerdict.KeepRows"/> nothing is reserved.
    /// </summary>
    /// <param name="purchase">What is bought, by whom and for which order.</param>
    /// <param name="joined">The work, such as <c>orders.create</c>.</param>
    /// <returns>As <see cref="QuoteAsync"/>, and REQUEST_ID_REUSED before the others; and the work's answer, if it ran.</returns>
    /// <exception cref="StorageUnavailableException">It could not be committed, or that is not known.</exception>
    Task<(Result<BargainPurchase> Purchase, JoinedAnswer? Answer)> BuyAsync(BuyBargain purchase, JoinedCommand joined);

    /// <summary>The order is paid: its piece is sold. False where no piece is reserved for it; a repeat changes nothing.</summary>
    Task<bool> PayAsync(Unit unit, long orderId, CancellationToken cancellation);

    /// <summary>
    /// The order is closed unpaid: its piece is free again, and the bargain usable until its own end. False where no piece
    /// is reserved for it; a repeat changes nothing.
    /// </summary>
    Task<bool> ReleaseAsync(Unit unit, long orderId, CancellationToken cancellation);

    /// <summary>
    /// The paid order is refunded in full before delivery: its piece is free again, and the bargain usable until its own
    /// end. False where no piece is sold to it; a repeat changes nothing.
    /// </summary>
    Task<bool> ReturnAsync(Unit unit, long orderId, CancellationToken cancellation);
}

/// <summary>An order that wants a bargain.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="UserId">The shopper, who has started the bargain.</param>
/// <param name="OrderId">The order's id.</param>
/// <param name="RequestId">The request id of the order, or empty. A repeat is answered with the first purchase.</param>
/// <param name="RequestHash">Hash of the order's request.</param>
public sealed record BuyBargain(long CampaignId, long UserId, long OrderId, string RequestId = "", long RequestHash = 0);

/// <summary>A bargain that is bought. Later helps do not change it.</summary>
[GenerateSerializer, Immutable, Alias("silo.bargains.BargainPurchase")]
public sealed record BargainPurchase
{
    /// <summary>The order that holds it: of a repeat the first one, whose id is another than the one that was sent; 0 in a preview.</summary>
    [Id(0)]
    public long OrderId { get; init; }

    /// <summary>The bargain.</summary>
    [Id(1)]
    public long BargainId { get; init; }

    /// <summary>The campaign.</summary>
    [Id(2)]
    public long CampaignId { get; init; }

    /// <summary>The goods, of which it is one piece.</summary>
    [Id(3)]
    public long GoodsId { get; init; }

    /// <summary>What the piece costs, in hundredths of the shop's currency.</summary>
    [Id(4)]
    public long PriceCents { get; init; }

    /// <summary>Version of the campaign's terms under which the bargain started.</summary>
    [Id(5)]
    public int RuleVersion { get; init; }

    /// <summary>The purchase in the decision that a joined work is handed; null where it was refused.</summary>
    public static BargainPurchase? Of(JoinedDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return ((BargainOutcome)decision.Outcome).Purchase;
    }
}

/// <summary>Sells, and gives back by rows.</summary>
internal sealed class BargainOrders(IGrainFactory grains, IUnits units, BargainReads reads, ShopClock clock) : IBargains
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

    public async Task<(Result<BargainPurchase> Purchase, JoinedAnswer? Answer)> BuyAsync(BuyBargain purchase, JoinedCommand joined)
    {
        var key = new BargainKey(purchase.CampaignId, purchase.UserId);
        var decided = await grains.GetGrain<IBargainGrain>(key.ToString()).BuyAsync(
            new() { OrderId = purchase.OrderId, RequestId = purchase.RequestId, RequestHash = purchase.RequestHash }, joined);
        return decided.Outcome switch
        {
            { Refusal: { } refusal } => (refusal, decided.Answer),
            { Purchase: { } bought } => (bought, decided.Answer),
            // Its campaign's pieces were not to be had.
            _ => throw new StorageUnavailableException("The bargain could not be bought."),
        };
    }

    public Task<bool> PayAsync(Unit unit, long orderId, CancellationToken cancellation) =>
        MoveAsync(unit, orderId, BargainOrderState.Reserved, BargainOrderState.Paid, -1, 1, cancellation);

    public Task<bool> ReleaseAsync(Unit unit, long orderId, CancellationToken cancellation) =>
        MoveAsync(unit, orderId, BargainOrderState.Reserved, BargainOrderState.GivenBack, -1, 0, cancellation);

    public Task<bool> ReturnAsync(Unit unit, long orderId, CancellationToken cancellation) =>
        MoveAsync(unit, orderId, BargainOrderState.Paid, BargainOrderState.GivenBack, 0, -1, cancellation);

    public static BargainPurchase Purchase(BargainOrderRow order) => new()
    {
        OrderId = order.OrderId,
        BargainId = order.BargainId,
        CampaignId = order.CampaignId,
        GoodsId = order.GoodsId,
        PriceCents = order.PriceCents,
        RuleVersion = order.RuleVersion,
    };

    /// <summary>
    /// Holds the campaign's pieces before the order's row, as the purchase does; the order's state decides whether they move.
    /// </summary>
    private static async Task<bool> MoveAsync(
        Unit unit,
        long orderId,
        BargainOrderState from,
        BargainOrderState to,
        int reserved,
        int sold,
        CancellationToken cancellation)
    {
        var campaignId = await unit.Query<BargainOrderRow>().Where(o => o.OrderId == orderId && o.State == from)
            .Select(o => o.CampaignId).SingleOrDefaultAsync(cancellation);
        if (campaignId == 0)
        {
            return false;
        }

        await unit.LockAsync<StockRow>([campaignId], wait: true, cancellation);
        var now = unit.NowMs;
        if (await unit.Set<BargainOrderRow>().Where(o => o.OrderId == orderId && o.State == from).ExecuteUpdateAsync(
            set => set.SetProperty(o => o.State, to).SetProperty(o => o.UpdatedAt, now), cancellation) == 0)
        {
            return false;
        }

        await unit.Set<StockRow>().Where(s => s.CampaignId == campaignId).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Reserved, s => s.Reserved + reserved).SetProperty(s => s.Sold, s => s.Sold + sold),
            cancellation);
        return true;
    }
}
