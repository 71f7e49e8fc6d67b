using Silo.Wallets.V1;
using static Silo.Edge.WireTime;

namespace Silo.Wallets;

/// <summary>Between the module's types and the wire's. The numbers of accounts and kinds are the same on both sides.</summary>
internal static class WalletsWire
{
    public static Wallet Wallet(long userId, WalletState state) => new()
    {
        UserId = userId,
        BalanceCents = state.Balance,
        FrozenCents = state.Frozen,
        CommissionCents = state.Commission,
        DebtCents = -state.BalanceDebt,
        Points = state.Points,
        PointsDebt = -state.PointsDebt,
        PointsReceived = state.PointsReceived,
    };

    public static EntryQuery Query(EntryFilter filter) => new(
        (LedgerAccount)filter.Account,
        filter.Direction is not EntryDirection.Expense,
        filter.Direction is not EntryDirection.Income,
        [.. filter.Kinds.Select(k => (LedgerKind)k)],
        MillisecondsOrNull(filter.Since),
        MillisecondsOrNull(filter.Until),
        filter.RemarkContains);

    public static Entry Entry(StatementLine line) => new()
    {
        TransactionId = line.Entry.TransactionId,
        Line = line.Entry.Line,
        Account = (WalletAccount)line.Entry.Account,
        Amount = line.Entry.Amount,
        BalanceAfter = line.Entry.BalanceAfter ?? 0,
        FrozenAfterCents = line.Entry.Account == LedgerAccount.Balance ? line.FrozenAfter : 0,
        Kind = (TransactionKind)line.Transaction.Kind,
        Reference = line.Transaction.Reference,
        Remark = line.Transaction.Remark,
        At = Instant(line.Transaction.At),
    };

    public static ShopAccount ShopAccount(LedgerAccount account, long amount) => new()
    {
        Name = account switch
        {
            LedgerAccount.ShopAdjustments => "SHOP_ADJUSTMENTS",
            LedgerAccount.ShopPointsIssued => "SHOP_POINTS_ISSUED",
            LedgerAccount.ShopPointsRedeemed => "SHOP_POINTS_REDEEMED",
            LedgerAccount.ShopPromotions => "SHOP_PROMOTIONS",
            _ => throw new ArgumentOutOfRangeException(nameof(account), account, "Not an account of the shop."),
        },
        Amount = amount,
        InPoints = LedgerRules.IsInPoints(account),
    };
}
