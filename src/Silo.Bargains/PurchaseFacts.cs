using Silo.Storage;

namespace Silo.Bargains;

/// <summary>What a purchase is decided on: named with the campaign's pieces, which are held until its commit.</summary>
internal sealed class PurchaseFacts
{
    public required StagedRows<StockRow> Stock { get; init; }

    public required StagedRows<CampaignRow> Campaign { get; init; }

    /// <summary>The order that holds the bargain.</summary>
    public required StagedRows<BargainOrderRow> Holding { get; init; }

    /// <summary>The order that the request id made before; null where there is no request id.</summary>
    public StagedRows<BargainOrderRow>? First { get; init; }
}
