using Silo.Kernel;

namespace Silo.Wallets;

/// <summary>The refusals of the module.</summary>
public static class WalletsRefusals
{
    /// <summary>Operators adjust balances and points; the other accounts move with what they stand for.</summary>
    public static readonly Refusal AccountNotAdjustable =
        new("ACCOUNT_NOT_ADJUSTABLE", RefusalKind.Invalid, "Only the balance and the points can be adjusted.");

    /// <summary>A user's account of money would become negative.</summary>
    public static readonly Refusal BalanceTooLow =
        new("BALANCE_TOO_LOW", RefusalKind.Precondition, "The balance is too low.");

    /// <summary>A user's points would become negative.</summary>
    public static readonly Refusal PointsTooLow =
        new("POINTS_TOO_LOW", RefusalKind.Precondition, "There are too few points.");

    /// <summary>An account would exceed its largest amount.</summary>
    public static readonly Refusal WalletFull =
        new("WALLET_FULL", RefusalKind.Precondition, "The account cannot hold so much.");
}
