using Silo.Kernel;
using Silo.Storage;

namespace Silo.Catalog;

/// <summary>The door for orders and promotions: what goods cost, and their stock.</summary>
public interface ICatalog
{
    /// <summary>
    /// What lines cost and weigh now, in their order, for one shopper. The number of statements does not depend on that
    /// of lines. Stocks are not looked at: taking them decides.
    /// </summary>
    /// <param name="reads">The unit of the order, or reads outside any for a preview.</param>
    /// <param name="userId">The shopper; 0 for nobody, who pays the full price.</param>
    /// <param name="lines">What is to be bought; at most a few hundred.</param>
    /// <param name="nowMs">Now, in unix milliseconds.</param>
    /// <param name="cancellation">Ends the reads.</param>
    /// <returns>
    /// The lines, or of the first that cannot be bought: <see cref="CatalogRefusals.GoodsUnknown"/>,
    /// <see cref="CatalogRefusals.GoodsOffSale"/>, <see cref="CatalogRefusals.SaleNotStarted"/>,
    /// <see cref="CatalogRefusals.SaleEnded"/>, <see cref="CatalogRefusals.SkuNeeded"/>,
    /// <see cref="CatalogRefusals.SkuUnknown"/>, <see cref="CatalogRefusals.NumberTooSmall"/>.
    /// </returns>
    Task<Result<IReadOnlyList<PriceLine>>> PriceAsync(
        IReads reads, long userId, IReadOnlyList<PurchaseLine> lines, long nowMs, CancellationToken cancellation);

    /// <summary>
    /// What shipping of priced lines costs with a carrier, in hundredths of the shop's currency: the lines of one template
    /// are counted together. A carrier that a template has not costs what its first one does.
    /// </summary>
    /// <param name="reads">The unit of the order, or reads outside any.</param>
    /// <param name="lines">The priced lines.</param>
    /// <param name="carrier">1 express, 2 EMS, 3 surface mail.</param>
    /// <param name="regions">Ids of the regions of the address, from the province down; those that are empty count for nothing.</param>
    /// <param name="cancellation">Ends the reads.</param>
    Task<long> FreightAsync(
        IReads reads, IReadOnlyList<PriceLine> lines, int carrier, IReadOnlyList<string> regions, CancellationToken cancellation);

    /// <summary>Which of the ids are goods, on sale or not.</summary>
    Task<IReadOnlySet<long>> ExistingAsync(IReads reads, IReadOnlyCollection<long> goods, CancellationToken cancellation);

    /// <summary>
    /// Keeps goods from being deleted until the unit ends, for who begins to need them (see <see cref="IGoodsUse"/>), and says
    /// which of them there are, on sale or not. Campaigns are locked before, see <see cref="LockRank"/>.
    /// </summary>
    Task<IReadOnlySet<long>> KeepAsync(Unit unit, IReadOnlyCollection<long> goods, CancellationToken cancellation);

    /// <summary>
    /// The same where a grain decides: the goods, which <see cref="ExistingAsync"/> has found, are still there when the rows are
    /// committed, or nothing stands and the command is decided anew.
    /// </summary>
    void Keep(Rows rows, IEnumerable<long> goods);

    /// <summary>Goods on sale that can be bought in a group, in the order of their ids; at most so many.</summary>
    Task<IReadOnlyList<long>> GroupGoodsAsync(IReads reads, int max, CancellationToken cancellation);

    /// <summary>
    /// The order is made: takes what its lines name from stock, all of it or nothing. Goods that go off sale with their last
    /// quantity do so.
    /// </summary>
    /// <returns>
    /// Decides, or refuses with <see cref="CatalogRefusals.SkuUnknown"/>, <see cref="CatalogRefusals.StockTooLow"/> or
    /// <see cref="CatalogRefusals.GoodsOffSale"/>.
    /// </returns>
    Func<Rows, Result<bool>> Reserve(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines);

    /// <summary>The order is paid: counts it as sold, one order for each of its goods, and the quantity.</summary>
    Func<Rows, Result<bool>> Confirm(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines);

    /// <summary>
    /// The order is closed unpaid: gives back what it had taken; what is not sold any more is gone. The caller sees to it
    /// that this happens once: the order's state is compared and set in the same command.
    /// </summary>
    Func<Rows, Result<bool>> Release(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines);

    /// <summary>
    /// Lines are refunded, in whole or in part, and what they name can be sold again: gives that back. What was counted as
    /// sold stays counted. The caller sees to it that this happens once.
    /// </summary>
    Func<Rows, Result<bool>> Return(Stage stage, long orderId, IReadOnlyCollection<StockLine> lines);

    /// <summary>
    /// Goods on sale, without combinations, that are shown as open to bargains, the oldest first and priced as for nobody;
    /// for demo data.
    /// </summary>
    Task<IReadOnlyList<PriceLine>> BargainedAsync(IReads reads, int max, CancellationToken cancellation);
}

/// <summary>What is to be bought.</summary>
/// <param name="GoodsId">The goods.</param>
/// <param name="Pairs">Pairs of property and value in any order; empty for goods without combinations.</param>
/// <param name="Number">Pieces, from 1.</param>
public readonly record struct PurchaseLine(long GoodsId, string Pairs, long Number);

/// <summary>A quantity of what is sold.</summary>
/// <param name="GoodsId">The goods.</param>
/// <param name="SkuId">The combination; of goods without any the id of the goods.</param>
/// <param name="Quantity">How many, from 1.</param>
public readonly record struct StockLine(long GoodsId, long SkuId, long Quantity);

/// <summary>A line as it is priced. Amounts are in hundredths of the shop's currency, for a piece.</summary>
public sealed record PriceLine
{
    /// <summary>The goods.</summary>
    public required long GoodsId { get; init; }

    /// <summary>What is taken from stock.</summary>
    public required long SkuId { get; init; }

    /// <summary>Pieces.</summary>
    public required long Number { get; init; }

    /// <summary>The name of the goods.</summary>
    public required string Name { get; init; }

    /// <summary>Address of the picture of the combination, or of the goods.</summary>
    public required string Picture { get; init; }

    /// <summary>The combination in words; empty for none.</summary>
    public required string Property { get; init; }

    /// <summary>The category and all above it, itself first.</summary>
    public required IReadOnlyList<long> Categories { get; init; }

    /// <summary>The store; 0 for none.</summary>
    public required long StoreId { get; init; }

    /// <summary>What the shopper pays for a piece, as a member where they are one.</summary>
    public required long PriceCents { get; init; }

    /// <summary>What a piece costs without membership.</summary>
    public required long FullCents { get; init; }

    /// <summary>Points that a piece costs in addition.</summary>
    public required long Points { get; init; }

    /// <summary>What a piece costs in a group; null where it cannot be bought so.</summary>
    public required long? GroupCents { get; init; }

    /// <summary>How low a bargain can go; null where there is none.</summary>
    public required long? BargainCents { get; init; }

    /// <summary>Grams of a piece.</summary>
    public required long WeightGrams { get; init; }

    /// <summary>Millilitres of a piece.</summary>
    public required long VolumeMl { get; init; }

    /// <summary>The freight template; 0 where nothing is shipped.</summary>
    public required long FreightId { get; init; }

    /// <summary>Coupons that one order may use for it.</summary>
    public required int MaxCoupons { get; init; }
}
