using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>Writes campaigns, each in the unit of an operator's write.</summary>
internal sealed class CampaignWrites(ICatalog catalog)
{
    /// <summary>More than any least number of a purchase: what is asked is whether the combination is there.</summary>
    private const long AnyNumber = 1_000_000_000;

    public async Task<Result<OperatorChange<CampaignRow>>> CreateAsync(
        Unit unit, CampaignTerms terms, CancellationToken cancellation)
    {
        if (GroupRules.TermsRefusal(terms) is { } invalid)
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
            GoodsId = terms.Group.GoodsId,
            Version = 1,
            Enabled = true,
            OpenUntil = terms.OpenUntil,
            Terms = GroupBuysWire.Json(whole.Value),
            CreatedAt = unit.NowMs,
            UpdatedAt = unit.NowMs,
        };
        unit.Set<CampaignRow>().Add(row);
        await unit.InvalidateAsync(GroupReads.CacheTag, cancellation);
        return new OperatorChange<CampaignRow>(SubjectOf(row), null, row);
    }

    public async Task<Result<OperatorChange<CampaignRow>>> UpdateAsync(
        Unit unit, long id, CampaignTerms terms, int expectedVersion, CancellationToken cancellation)
    {
        if (GroupRules.TermsRefusal(terms) is { } invalid)
        {
            return invalid;
        }

        if (await FindAsync(unit, id, cancellation) is not { } row)
        {
            return GroupBuysRefusals.CampaignUnknown;
        }

        var refusal = expectedVersion != 0 && expectedVersion != row.Version ? GroupBuysRefusals.CampaignVersionStale
            : row.Over ? GroupBuysRefusals.CampaignOver
            : row.GoodsId != terms.Group.GoodsId ? GroupBuysRefusals.OtherGoods
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
                (changed.Terms, changed.OpenUntil) = (GroupBuysWire.Json(whole.Value), terms.OpenUntil);
                changed.Version++;
            },
            alsoOver: false,
            cancellation);
    }

    /// <summary>Ends a campaign for good; its open groups are ended by work.</summary>
    public static async Task<Result<OperatorChange<CampaignRow>>> EndAsync(Unit unit, long id, CancellationToken cancellation)
    {
        var ended = await ChangeAsync(
            unit, id, row => (row.Enabled, row.Over) = (false, true), alsoOver: true, cancellation);
        if (ended.IsAccepted)
        {
            await unit.EnqueueAsync(
                CampaignEnd.EndCampaign,
                id.ToString(CultureInfo.InvariantCulture),
                unit.NowMs,
                new CampaignEnd.Payload(id),
                cancellation);
        }

        return ended;
    }

    /// <summary>Changes a campaign that is there; one that was ended early only where that is said.</summary>
    public static async Task<Result<OperatorChange<CampaignRow>>> ChangeAsync(
        Unit unit, long id, Action<CampaignRow> change, bool alsoOver, CancellationToken cancellation)
    {
        if (await FindAsync(unit, id, cancellation) is not { } row)
        {
            return GroupBuysRefusals.CampaignUnknown;
        }

        if (row.Over && !alsoOver)
        {
            return GroupBuysRefusals.CampaignOver;
        }

        var before = row.Copy();
        change(row);
        row.UpdatedAt = unit.NowMs;
        await unit.InvalidateAsync(GroupReads.CacheTag, cancellation);
        return new OperatorChange<CampaignRow>(SubjectOf(row), before, row);
    }

    private static string SubjectOf(CampaignRow row) => $"group-campaign:{row.Id}";

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
        var goods = terms.Group.GoodsId;
        // Goods off sale can have a campaign; that they are there, and stay, is all that is asked.
        if ((await catalog.KeepAsync(unit, [goods], cancellation)).Count == 0)
        {
            return CatalogRefusals.GoodsUnknown;
        }

        if (terms.Combinations.Count == 0)
        {
            return terms;
        }

        var lines = await catalog.PriceAsync(
            unit, 0, [.. terms.Combinations.Select(pairs => new PurchaseLine(goods, pairs, AnyNumber))], unit.NowMs, cancellation);
        if (!lines.IsAccepted)
        {
            return lines.Refusal;
        }

        if (lines.Value.DistinctBy(l => l.SkuId).Count() < lines.Value.Count)
        {
            return GroupBuysRefusals.CampaignPricesInvalid;
        }

        return terms with
        {
            Group = terms.Group with
            {
                SkuPrices = [.. terms.Group.SkuPrices.Zip(lines.Value, (price, line) => price with { SkuId = line.SkuId })],
            },
        };
    }
}
