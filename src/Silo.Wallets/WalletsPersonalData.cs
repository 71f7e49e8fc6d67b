using System.Text.Json.Nodes;
using Google.Protobuf;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>
/// What the ledger holds of shoppers: wallets and entries. All of it is under the user id alone, and stays: books are kept.
/// </summary>
internal sealed class WalletsPersonalData : IPersonalData
{
    private static readonly LedgerAccount[] Accounts =
    [
        LedgerAccount.Balance, LedgerAccount.Frozen, LedgerAccount.Commission, LedgerAccount.BalanceDebt,
        LedgerAccount.Points, LedgerAccount.PointsDebt,
    ];

    public string Name => "wallets";

    public async Task<JsonNode> ExportAsync(IReads reads, long userId, CancellationToken cancellation)
    {
        var wallet = await WalletsReads.WalletAsync(reads, userId, cancellation);
        var entries = new JsonArray();
        foreach (var account in Accounts)
        {
            var (lines, _) = await WalletsReads.StatementAsync(
                reads, userId, new(account, true, true, [], null, null), new Paging(1, int.MaxValue), cancellation);
            lines.ForEach(line => entries.Add(Json(WalletsWire.Entry(line))));
        }

        return new JsonObject { ["wallet"] = Json(WalletsWire.Wallet(userId, wallet)), ["entries"] = entries };
    }

    public Task EraseAsync(Unit unit, long userId, CancellationToken cancellation) => Task.CompletedTask;

    private static JsonNode Json(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!;
}
