using System.Text.Json.Nodes;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// What the module holds of shoppers: their coupons. They are under the user id alone, and stay: coupons count them.
/// </summary>
internal sealed class CouponsPersonalData(ShopClock clock) : IPersonalData
{
    public string Name => "coupons";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var userCoupons = await CouponsReads.OfUserAsync(reads, userId, cancellation);
        return new JsonObject { ["userCoupons"] = new JsonArray([.. userCoupons.Select(u => CouponsWire.Json(u, now, clock))]) };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => Task.CompletedTask;
}
