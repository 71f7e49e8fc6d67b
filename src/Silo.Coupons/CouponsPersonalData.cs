using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Coupons;

/// <summary>
/// What the module holds of shoppers: their pieces. They are under the user id alone, and stay: coupons count them.
/// </summary>
internal sealed class CouponsPersonalData(ShopClock clock) : IPersonalData
{
    public string Name => "coupons";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var now = clock.NowMs;
        var pieces = await CouponReads.OfUserAsync(reads, userId, cancellation);
        return new JsonObject
        {
            ["userCoupons"] = new JsonArray([.. pieces.Select(p => JsonNode.Parse(
                JsonFormatter.Default.Format(CouponWire.Piece(p, now, clock))))]),
        };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => Task.CompletedTask;
}
