using Silo.Catalog;

namespace Silo.GroupBuys;

/// <summary>Where the money of a failed group's orders goes.</summary>
public enum GroupRefundTo
{
    /// <summary>The shopper's balance.</summary>
    Balance = 1,

    /// <summary>The channel through which it came.</summary>
    Channel = 2,
}

/// <summary>The rules that a group keeps from its opening; see the proto for the ranges. Amounts in cents.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupTerms")]
public sealed record GroupTerms
{
    /// <summary>The goods.</summary>
    [Id(0)]
    public long GoodsId { get; init; }

    /// <summary>Members that complete the group.</summary>
    [Id(1)]
    public int Size { get; init; }

    /// <summary>Hours for which it is open.</summary>
    [Id(2)]
    public int Hours { get; init; }

    /// <summary>Price of a piece; 0 for the catalogue's.</summary>
    [Id(3)]
    public long PriceCents { get; init; }

    /// <summary>Prices of single combinations.</summary>
    [Id(4)]
    public IReadOnlyList<GroupSkuPrice> SkuPrices { get; init; } = [];

    /// <summary>Seats that one user may have in the campaign's groups; 0 for any number.</summary>
    [Id(5)]
    public int SeatsPerUser { get; init; }

    /// <summary>Pieces that one order may have; 0 for any number.</summary>
    [Id(6)]
    public int PiecesPerOrder { get; init; }

    /// <summary>Where the money goes if the group fails.</summary>
    [Id(7)]
    public GroupRefundTo RefundTo { get; init; } = GroupRefundTo.Balance;

    /// <summary>Least percentage of taken seats for virtual members at the end; 0 for none.</summary>
    [Id(8)]
    public int VirtualPercent { get; init; }

    /// <summary>Least number of taken seats for virtual members at the end; 0 for none.</summary>
    [Id(9)]
    public int VirtualCount { get; init; }

    /// <summary>What a piece costs in the group, in cents; null where the goods cannot be bought in one.</summary>
    /// <param name="line">The line as the catalogue prices it.</param>
    public long? CentsOf(PriceLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        foreach (var price in SkuPrices)
        {
            if (price.SkuId == line.SkuId)
            {
                return price.PriceCents;
            }
        }

        return PriceCents > 0 ? PriceCents : line.GroupCents;
    }
}

/// <summary>The group price of a combination.</summary>
[GenerateSerializer, Immutable, Alias("silo.groupbuys.GroupSkuPrice")]
public readonly record struct GroupSkuPrice
{
    /// <summary>The combination.</summary>
    [Id(0)]
    public long SkuId { get; init; }

    /// <summary>Price of a piece in cents.</summary>
    [Id(1)]
    public long PriceCents { get; init; }
}
