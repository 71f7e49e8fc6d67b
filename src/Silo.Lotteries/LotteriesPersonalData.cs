using System.Text.Json.Nodes;
using Silo.Storage;

namespace Silo.Lotteries;

/// <summary>
/// What the module holds of shoppers: their draws, and where they wanted prizes and these were sent. The draws are under the
/// user id alone, and stay: without them nobody could replay the lottery. How prizes were sent goes.
/// </summary>
internal sealed class LotteriesPersonalData : IPersonalData
{
    public string Name => "lotteries";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var draws = await LotteriesReads.OfUserAsync(reads, userId, cancellation);
        return new JsonObject { ["draws"] = new JsonArray([.. draws.Select(LotteriesWire.Json)]) };
    }

    public async Task EraseAsync(Unit unit, long userId, CancellationToken cancellation)
    {
        await unit.ExecuteAsync(
            $"""
            UPDATE lotteries_deliveries SET address = '', tracking_number = ''
            WHERE draw_id IN (SELECT id FROM lotteries_draws WHERE user_id = {userId})
            """,
            cancellation);
        await unit.ExecuteAsync(
            $"DELETE FROM lotteries_addresses WHERE draw_id IN (SELECT id FROM lotteries_draws WHERE user_id = {userId})",
            cancellation);
    }
}
