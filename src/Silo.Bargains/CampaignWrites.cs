using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>A campaign with its stock.</summary>
internal sealed record StockedCampaign(Campaign Campaign, StockRow Stock);

/// <summary>What operators change, each in a unit.</summary>
internal sealed class CampaignWrites(ICatalog catalog)
{
    public async Task<Result<OperatorChange<StockedCampaign>>> CreateAsync(Unit unit, BargainTerms terms, CancellationToken cancellation)
    {
        if (BargainRules.TermsRefusal(terms) is { } refusal)
        {
            return refusal;
        }

        if (await GoodsRefusalAsync(unit, terms.GoodsId, cancellation) is { } unknown)
        {
            return unknown;
        }

        var row = new CampaignRow
        {
            Id = unit.NewId(),
            GoodsId = terms.GoodsId,
            Enabled = true,
            CreatedAt = unit.NowMs,
        };
        Fill(row, terms, unit.NowMs);
        var stock = new StockRow { CampaignId = row.Id, Total = terms.StockTotal };
        unit.Set<CampaignRow>().Add(row);
        unit.Set<StockRow>().Add(stock);
        await CampaignReads.InvalidateAsync(unit, cancellation);
        return new OperatorChange<StockedCampaign>(Subject(row.Id), null, new(CampaignReads.Of(row, stock), stock));
    }

    public Task<Result<OperatorChange<StockedCampaign>>> UpdateAsync(
        Unit unit, long id, BargainTerms terms, int expectedVersion, CancellationToken cancellation) =>
        ChangeAsync(unit, id, row => UpdateAsync(unit, row, terms, expectedVersion, cancellation), cancellation);

    public static Task<Result<OperatorChange<StockedCampaign>>> SetEnabledAsync(
        Unit unit, long id, bool enabled, CancellationToken cancellation) => ChangeAsync(
        unit,
        id,
        async row =>
        {
            (row.Enabled, row.UpdatedAt) = (enabled, unit.NowMs);
            await CampaignReads.InvalidateAsync(unit, cancellation);
            return null;
        },
        cancellation);

    /// <summary>Ends a campaign for good; one that is over stays as it is.</summary>
    public static Task<Result<OperatorChange<StockedCampaign>>> EndAsync(Unit unit, long id, CancellationToken cancellation) => ChangeAsync(
        unit,
        id,
        async row =>
        {
            if (row.EndedAt == 0)
            {
                (row.EndedAt, row.UpdatedAt) = (unit.NowMs, unit.NowMs);
                await CampaignReads.InvalidateAsync(unit, cancellation);
            }

            return null;
        },
        cancellation);

    private static async Task<Result<OperatorChange<StockedCampaign>>> ChangeAsync(
        Unit unit, long id, Func<CampaignRow, Task<Refusal?>> change, CancellationToken cancellation)
    {
        if (!(await unit.LockAsync<CampaignRow>([id], wait: true, cancellation)).ContainsKey(id))
        {
            return BargainsRefusals.CampaignUnknown;
        }

        var row = await unit.Set<CampaignRow>().SingleAsync(c => c.Id == id, cancellation);
        var before = await OfAsync();
        return await change(row) is { } refusal
            ? refusal
            : new OperatorChange<StockedCampaign>(Subject(id), before, await OfAsync());

        async Task<StockedCampaign> OfAsync()
        {
            var stock = await unit.Query<StockRow>().SingleAsync(s => s.CampaignId == id, cancellation);
            return new(CampaignReads.Of(row, stock), stock);
        }
    }

    private static string Subject(long campaignId) => $"bargain-campaign:{campaignId}";

    private async Task<Refusal?> UpdateAsync(
        Unit unit, CampaignRow row, BargainTerms terms, int expectedVersion, CancellationToken cancellation)
    {
        var refusal = expectedVersion != 0 && expectedVersion != row.Version ? BargainsRefusals.VersionStale
            : row.EndedAt > 0 ? BargainsRefusals.Ended
            : BargainRules.TermsRefusal(terms) ?? (terms.GoodsId != row.GoodsId ? BargainsRefusals.GoodsFixed : null);
        if (refusal is not null)
        {
            return refusal;
        }

        // In the statement, so that no purchase slips in between.
        if (await unit.Set<StockRow>().Where(s => s.CampaignId == row.Id && s.Reserved + s.Sold <= terms.StockTotal)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Total, terms.StockTotal), cancellation) == 0)
        {
            return BargainsRefusals.StockBelowSold;
        }

        // Of a campaign that is over the goods may be gone, and new terms may open it again.
        if (await GoodsRefusalAsync(unit, row.GoodsId, cancellation) is { } unknown)
        {
            return unknown;
        }

        Fill(row, terms, unit.NowMs);
        await CampaignReads.InvalidateAsync(unit, cancellation);
        return null;
    }

    /// <summary>Keeps the goods of a campaign; whether they are on sale is a matter of the order.</summary>
    private async Task<Refusal?> GoodsRefusalAsync(Unit unit, long goodsId, CancellationToken cancellation) =>
        (await catalog.KeepAsync(unit, [goodsId], cancellation)).Count == 0 ? CatalogRefusals.GoodsUnknown : null;

    private static void Fill(CampaignRow row, BargainTerms terms, long now)
    {
        row.Version++;
        (row.StartCents, row.FloorCents) = (terms.StartCents, terms.FloorCents);
        (row.CutMinCents, row.CutMaxCents, row.HelpersToFloor) = (terms.CutMinCents, terms.CutMaxCents, terms.HelpersToFloor);
        (row.StartsAt, row.EndsAt, row.DurationMinutes) = (terms.StartsAt, terms.EndsAt, terms.DurationMinutes);
        row.LatestEndsAt = Math.Max(row.LatestEndsAt, terms.EndsAt);
        (row.StartsPerUser, row.HelpsPerUser) = (terms.StartsPerUser, terms.HelpsPerUser);
        row.UpdatedAt = now;
    }
}
