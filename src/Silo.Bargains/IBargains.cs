using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// The door for orders. An order buys a bargain with one of the campaign's pieces: reserved with the order, sold by its
/// payment, given back when it is closed unpaid or refunded before delivery.
/// </summary>
/// <remarks>
/// <see cref="Confirm"/>, <see cref="Release"/> and <see cref="Return"/> execute nothing: they name the order's piece at a
/// stage, before its first read, and the function that they return decides and adds the rows. It says whether it has changed
/// something: false of a repeat, and where there is nothing of that order to change.
/// </remarks>
public interface IBargains
{
    /// <summary>What a shopper would pay for their bargain now, for a preview; refused as the purchase would be.</summary>
    /// <returns>
    /// The purchase without an order, or BARGAIN_UNKNOWN, BARGAIN_NOT_OPEN, BARGAIN_ENDED, BARGAIN_BOUGHT,
    /// BARGAIN_SOLD_OUT.
    /// </returns>
    Task<Result<BargainPurchase>> QuoteAsync(long campaignId, long userId, CancellationToken cancellation);

    /// <summary>
    /// Buys a shopper's bargain for an order that the joined work creates; both stand or neither. The work sees the
    /// <see cref="BargainPurchase"/> as the decision. It may keep the purchase or refuse; with
    /// <see cref="JoinedVerdict.KeepRows"/> nothing is reserved.
    /// </summary>
    /// <param name="joined">The work, such as <c>orders.create</c>.</param>
    /// <param name="orderId">The order's id.</param>
    /// <param name="request">What is bought and by whom.</param>
    /// <returns>As <see cref="QuoteAsync"/>, and REQUEST_ID_REUSED before the others; and the work's answer, if it ran.</returns>
    /// <exception cref="StorageUnavailableException">It could not be committed, or that is not known.</exception>
    Task<Joined<BargainPurchase>> ReserveAsync(JoinedCommand joined, long orderId, BargainRequest request);

    /// <summary>The order is paid: its reserved piece is sold.</summary>
    Func<Rows, Result<bool>> Confirm(Stage stage, long orderId);

    /// <summary>The order is closed unpaid: its reserved piece is free again, and the bargain usable until its own end.</summary>
    Func<Rows, Result<bool>> Release(Stage stage, long orderId);

    /// <summary>
    /// The paid order is refunded in full before delivery: its sold piece is free again, and the bargain usable until its own
    /// end.
    /// </summary>
    Func<Rows, Result<bool>> Return(Stage stage, long orderId);
}

/// <summary>What an order asks of a campaign.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="UserId">The shopper, who has started the bargain.</param>
/// <param name="RequestId">The request id of the order, or empty. A repeat is answered with the first purchase.</param>
/// <param name="RequestHash">Hash of the order's request.</param>
public sealed record BargainRequest(long CampaignId, long UserId, string RequestId = "", long RequestHash = 0);

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
}
