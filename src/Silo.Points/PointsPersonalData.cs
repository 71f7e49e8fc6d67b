using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Points;

/// <summary>
/// What the module holds of shoppers: signed-in days, make-up cards, vouchers and what they were given points for. All of it
/// is under the user id alone, and stays: the ledger rests on it.
/// </summary>
internal sealed class PointsPersonalData(ShopClock clock) : IPersonalData
{
    public string Name => "points";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var days = await reads.Query<SignInRow>().Where(d => d.UserId == userId).OrderBy(d => d.Day).ToListAsync(cancellation);
        var moves = await reads.Query<CardMoveRow>().Where(m => m.UserId == userId).OrderBy(m => m.Id).ToListAsync(cancellation);
        var vouchers = await reads.Query<VoucherRow>().Where(v => v.UserId == userId && v.UserId != 0)
            .OrderBy(v => v.Id).ToListAsync(cancellation);
        var grants = await reads.Query<GrantRow>().Where(g => g.UserId == userId)
            .OrderBy(g => g.Event).ThenBy(g => g.Reference).ToListAsync(cancellation);
        return new JsonObject
        {
            ["signIns"] = new JsonArray([.. days.Select(d => Json(PointsWire.SignIn(d)))]),
            ["cardMoves"] = new JsonArray([.. moves.Select(m => Json(PointsWire.CardMove(m)))]),
            ["vouchers"] = new JsonArray([.. vouchers.Select(v => Json(PointsWire.Voucher(v, clock.NowMs)))]),
            ["grants"] = new JsonArray([.. grants.Select(g => new JsonObject
            {
                ["event"] = g.Event.ToString(),
                ["reference"] = g.Reference,
                ["points"] = g.Points,
                ["amountCents"] = g.AmountCents,
                ["takenPoints"] = g.TakenPoints,
                ["at"] = g.At,
            })]),
        };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => Task.CompletedTask;

    private static JsonNode Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!;
}
