using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Bargains;

/// <summary>
/// What the module holds of shoppers: the bargains that they started and the helps that they gave. Both stay under the user
/// id alone, since prices rest on them; what a helper wrote goes.
/// </summary>
internal sealed class BargainsPersonalData(BargainReads bargains, ShopClock clock) : IPersonalData
{
    public string Name => "bargains";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var (started, helps) = await bargains.OfUserAsync(reads, userId, cancellation);
        var ids = started.Select(b => b.CampaignId).Distinct().ToArray();
        var campaigns = new Dictionary<long, Campaign>();
        foreach (var id in ids)
        {
            campaigns[id] = (await CampaignReads.FindAsync(reads, id, cancellation))!;
        }

        var goods = await reads.Query<CampaignRow>().Where(c => helps.Select(h => h.CampaignId).Contains(c.Id))
            .ToDictionaryAsync(c => c.Id, c => c.GoodsId, cancellation);
        return new JsonObject
        {
            ["bargains"] = new JsonArray([.. started.Select(
                b => BargainsWire.Json(b, campaigns[b.CampaignId], now))]),
            ["helps"] = new JsonArray([.. helps.Select(h => BargainsWire.Json(h, goods[h.CampaignId]))]),
        };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => unit.Set<HelpRow>()
        .Where(h => h.HelperId == userId && h.Remark != "")
        .ExecuteUpdateAsync(set => set.SetProperty(h => h.Remark, ""), cancellation);
}
