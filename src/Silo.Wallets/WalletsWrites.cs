using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Storage;
using Silo.Wallets.V1;

namespace Silo.Wallets;

/// <summary>Writes what operators do with wallets.</summary>
internal sealed class WalletsWrites(IUsers users, IWallets wallets)
{
    /// <summary>Adjusts the balance or the points of a shopper.</summary>
    public async Task<Result<OperatorChange<Wallet>>> AdjustAsync(
        Unit unit, AdjustWalletRequest request, CancellationToken cancellation)
    {
        if (request.Account is not (WalletAccount.Balance or WalletAccount.Points))
        {
            return WalletsRefusals.AccountNotAdjustable;
        }

        var userId = request.UserId;
        if ((await users.ExistingAsync(unit, [userId], cancellation)).Count == 0)
        {
            return UsersRefusals.Unknown;
        }

        return await unit.StageAsync<OperatorChange<Wallet>>(
            stage =>
            {
                var (draft, id) = (wallets.Stage(stage, [userId]), stage.NewId());
                return rows =>
                {
                    var before = WalletsWire.Wallet(userId, draft.WalletOf(userId));
                    var posted = draft.Post(Adjustment(request, draft, id), rows);
                    return posted.IsAccepted
                        ? new OperatorChange<Wallet>($"user:{userId}", before, WalletsWire.Wallet(userId, draft.WalletOf(userId)))
                        : posted.Refusal;
                };
            },
            cancellation);
    }

    private static LedgerTransaction Adjustment(AdjustWalletRequest request, LedgerDraft draft, long id)
    {
        var (userId, points) = (request.UserId, request.Account == WalletAccount.Points);
        return new()
        {
            Kind = LedgerKind.Adjustment,
            Reference = $"adjustment:{id}",
            Remark = request.Reason,
            Lines =
            [
                .. request is { TakeAsDebt: true, Amount: < 0 }
                    ? LedgerRules.TakeBack(draft.WalletOf(userId), userId, points, -request.Amount)
                    : [new LedgerLine(userId, points ? LedgerAccount.Points : LedgerAccount.Balance, request.Amount)],
                new LedgerLine(0, points ? LedgerAccount.ShopPointsIssued : LedgerAccount.ShopAdjustments, -request.Amount),
            ],
        };
    }
}
