using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.GroupBuys;

/// <summary>
/// What the module holds of shoppers: their seats, and the groups that they opened. They are under the user id alone, and
/// stay: groups count them, and orders refer to them.
/// </summary>
internal sealed class GroupBuysPersonalData(ShopClock clock) : IPersonalData
{
    public string Name => "groupbuys";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var seats = await reads.Query<SeatRow>().Where(s => s.UserId == userId).OrderBy(s => s.OrderId).ToListAsync(cancellation);
        var opened = await reads.Query<GroupRow>().Where(g => g.OpenerId == userId).OrderBy(g => g.Id).Select(g => g.Id)
            .ToListAsync(cancellation);
        return new JsonObject
        {
            ["seats"] = new JsonArray([.. seats.Select(s => GroupBuysWire.Json(s, now))]),
            ["opened_groups"] = new JsonArray([.. opened.Select(id => JsonValue.Create(id))]),
        };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => Task.CompletedTask;
}
