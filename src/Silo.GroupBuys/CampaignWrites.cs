using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Edge;
using Silo.Groupbuys.V1;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Writes campaigns, each in the unit of an operator's write.</summary>
internal sealed class CampaignWrites(ICatalog catalog)
{
    /// <summary>More than any least number of a purchase: what is asked is whether the combination is there.</summary>
    private const long AnyNumber = 1_000_000_000;

    public async Task<Result<OperatorChange<Campaign>>> CreateAsync(
        Unit unit, CampaignTerms terms, CancellationToken cancellation)
    {
        if (TermsRefusal(terms) is { } invalid)
        {
            return invalid;
        }

        var whole = await WithSkusAsync(unit, terms, cancellation);
        if (!whole.IsAccepted)
        {
            return whole.Refusal;
        }

        var row = new CampaignRow
        {
            Id = unit.NewId(),
            GoodsId = terms.GoodsId,
            Version = 1,
            Enabled = true,
            OpenUntil = GroupBuysWire.Milliseconds(terms.OpenUntil),
            Terms = GroupBuysWire.Json(whole.Value),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<CampaignRow>().Add(row);
        await unit.TouchAsync(GroupReads.Topic, cancellation);
        return new OperatorChange<Campaign>(SubjectOf(row), null, GroupBuysWire.Campaign(row, default));
    }

    public async Task<Result<OperatorChange<Campaign>>> UpdateAsync(
        Unit unit, long id, CampaignTerms terms, int expectedVersion, CancellationToken cancellation)
    {
        if (TermsRefusal(terms) is { } invalid)
        {
            return invalid;
        }

        if (await FindAsync(unit, id, cancellation) is not { } row)
        {
            return GroupBuysRefusals.CampaignUnknown;
        }

        var refusal = expectedVersion != 0 && expectedVersion != row.Version ? GroupBuysRefusals.CampaignVersionStale
            : row.Over ? GroupBuysRefusals.CampaignOver
            : row.GoodsId != terms.GoodsId ? GroupBuysRefusals.OtherGoods
            : null;
        if (refusal is not null)
        {
            return refusal;
        }

        var whole = await WithSkusAsync(unit, terms, cancellation);
        if (!whole.IsAccepted)
        {
            return whole.Refusal;
        }

        return await ChangeAsync(
            unit,
            id,
            changed =>
            {
                (changed.Terms, changed.OpenUntil) = (GroupBuysWire.Json(whole.Value), GroupBuysWire.Milliseconds(terms.OpenUntil));
                changed.Version++;
                return Task.CompletedTask;
            },
            alsoOver: false,
            cancellation);
    }

    /// <summary>Changes a campaign that is there; one that was ended early only where that is said.</summary>
    public static async Task<Result<OperatorChange<Campaign>>> ChangeAsync(
        Unit unit, long id, Func<CampaignRow, Task> change, bool alsoOver, CancellationToken cancellation)
    {
        if (await FindAsync(unit, id, cancellation) is not { } row)
        {
            return GroupBuysRefusals.CampaignUnknown;
        }

        if (row.Over && !alsoOver)
        {
            return GroupBuysRefusals.CampaignOver;
        }

        var before = GroupBuysWire.Campaign(row, default);
        await change(row);
        row.UpdatedAt = unit.NowMs;
        await unit.TouchAsync(GroupReads.Topic, cancellation);
        return new OperatorChange<Campaign>(SubjectOf(row), before, GroupBuysWire.Campaign(row, default));
    }

    private static string SubjectOf(CampaignRow row) => $"group-campaign:{row.Id}";

    private static Refusal? TermsRefusal(CampaignTerms terms) =>
        !GroupRules.IsVirtualValid(terms.Size, terms.VirtualPercent, terms.VirtualCount) ? GroupBuysRefusals.CampaignVirtualInvalid
        : terms.CombinationPrices.DistinctBy(p => p.Pairs).Count() < terms.CombinationPrices.Count ? GroupBuysRefusals.CampaignPricesInvalid
        : null;

    /// <summary>
    /// Locked, so that of two writes at once the second sees the first, and so does a group that is being opened; in its turn,
    /// however many are being opened.
    /// </summary>
    private static async Task<CampaignRow?> FindAsync(Unit unit, long id, CancellationToken cancellation)
    {
        await unit.LockAloneAsync<CampaignRow>([id], cancellation);
        return await unit.Set<CampaignRow>().SingleOrDefaultAsync(c => c.Id == id, cancellation);
    }

    /// <summary>The terms with the combinations that their prices are of, as the catalogue knows them.</summary>
    private async Task<Result<CampaignTerms>> WithSkusAsync(Unit unit, CampaignTerms terms, CancellationToken cancellation)
    {
        var (whole, goods) = (terms.Clone(), terms.GoodsId);
        // Goods off sale can have a campaign; that they are there is all that is asked.
        var known = await catalog.PriceAsync(unit, 0, [new(goods, "", AnyNumber)], unit.NowMs, cancellation);
        if (known.Refusal == CatalogRefusals.GoodsUnknown)
        {
            return known.Refusal;
        }

        if (whole.CombinationPrices.Count > 0)
        {
            var lines = await catalog.PriceAsync(
                unit, 0, [.. whole.CombinationPrices.Select(p => new PurchaseLine(goods, p.Pairs, AnyNumber))], unit.NowMs, cancellation);
            if (!lines.IsAccepted)
            {
                return lines.Refusal;
            }

            foreach (var (price, line) in whole.CombinationPrices.Zip(lines.Value))
            {
                price.SkuId = line.SkuId;
            }

            if (lines.Value.DistinctBy(l => l.SkuId).Count() < lines.Value.Count)
            {
                return GroupBuysRefusals.CampaignPricesInvalid;
            }
        }

        return whole;
    }
}
