using Silo.Accounts;
using Silo.Kernel;
using Silo.Storage;

namespace Silo.Wallets;

/// <summary>Money and points of the demo shop's shopper.</summary>
internal sealed class WalletsDemo(IUnits units, IUsers users, IWallets wallets) : IDemoData
{
    private const long Cents = 100_00;
    private const long Points = 1_000;

    public async Task LoadAsync(CancellationToken cancellation)
    {
        if (await users.DemoUserAsync(cancellation) is not { } userId)
        {
            return;
        }

        await units.StageAsync(
            stage => wallets.Post(
                stage,
                new LedgerTransaction
                {
                    Kind = LedgerKind.Adjustment,
                    Reference = "demo",
                    Remark = "演示",
                    Lines =
                    [
                        new(userId, LedgerAccount.Balance, Cents),
                        new(0, LedgerAccount.ShopAdjustments, -Cents),
                        new(userId, LedgerAccount.Points, Points),
                        new(0, LedgerAccount.ShopPointsIssued, -Points),
                    ],
                }),
            cancellation);
    }
}
