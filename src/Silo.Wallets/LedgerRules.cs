using Silo.Kernel;

namespace Silo.Wallets;

/// <summary>What a user owns and owes. A default instance is a wallet that never moved.</summary>
internal readonly record struct WalletState
{
    public long Balance { get; init; }

    public long Frozen { get; init; }

    public long Commission { get; init; }

    public long BalanceDebt { get; init; }

    public long Points { get; init; }

    public long PointsDebt { get; init; }

    /// <summary>Points ever received, those that paid a debt included; never less than before.</summary>
    public long PointsReceived { get; init; }

    /// <summary>How many entries the wallet has; numbers them.</summary>
    public long Entries { get; init; }

    public long this[LedgerAccount account] => account switch
    {
        LedgerAccount.Balance => Balance,
        LedgerAccount.Frozen => Frozen,
        LedgerAccount.Commission => Commission,
        LedgerAccount.BalanceDebt => BalanceDebt,
        LedgerAccount.Points => Points,
        LedgerAccount.PointsDebt => PointsDebt,
        _ => throw new ArgumentOutOfRangeException(nameof(account), account, "Not an account of a wallet."),
    };

    public WalletState With(LedgerAccount account, long amount) => account switch
    {
        LedgerAccount.Balance => this with { Balance = amount },
        LedgerAccount.Frozen => this with { Frozen = amount },
        LedgerAccount.Commission => this with { Commission = amount },
        LedgerAccount.BalanceDebt => this with { BalanceDebt = amount },
        LedgerAccount.Points => this with { Points = amount },
        LedgerAccount.PointsDebt => this with { PointsDebt = amount },
        _ => throw new ArgumentOutOfRangeException(nameof(account), account, "Not an account of a wallet."),
    };
}

/// <summary>One line as it was booked: with its number in the wallet and the account after it, for a user's account.</summary>
internal readonly record struct BookedLine(LedgerLine Line, long? Sequence, long? BalanceAfter);

/// <summary>What moves, and whether it may. Pure.</summary>
internal static class LedgerRules
{
    /// <summary>The largest amount of an account: what public clients still read exactly as a JSON number.</summary>
    public const long MaxAmount = 9_007_199_254_740_991;

    public const int MaxLines = 64;

    /// <summary>What the lines of one transaction are at most as entries: each may pay a debt by two more.</summary>
    public const int MaxEntries = 3 * MaxLines;

    public static bool IsUsers(LedgerAccount account) => account < LedgerAccount.ShopAdjustments;

    public static bool IsInPoints(LedgerAccount account) => account is LedgerAccount.Points or LedgerAccount.PointsDebt
        or LedgerAccount.ShopPointsIssued or LedgerAccount.ShopPointsRedeemed;

    /// <summary>Why a transaction is not one, or null; the caller's mistake and not the user's.</summary>
    public static string? FaultOf(LedgerTransaction transaction)
    {
        var lines = transaction.Lines;
        if (transaction.Reference.Length is 0 or > 64)
        {
            return "the reference must have 1 to 64 characters";
        }

        if (lines.Count is < 2 or > MaxLines)
        {
            return $"{lines.Count} lines";
        }

        Int128 cents = 0, points = 0;
        foreach (var line in lines)
        {
            if (line.Amount is 0 or > MaxAmount or < -MaxAmount)
            {
                return $"the amount {line.Amount}";
            }

            if (IsUsers(line.Account) != line.UserId > 0)
            {
                return $"{line.Account} of user {line.UserId}";
            }

            (cents, points) = IsInPoints(line.Account) ? (cents, points + line.Amount) : (cents + line.Amount, points);
        }

        return lines.DistinctBy(line => (line.UserId, line.Account)).Count() != lines.Count ? "an account twice"
            : cents != 0 || points != 0 ? $"sums of {cents} cents and {points} points"
            : null;
    }

    /// <summary>
    /// The lines as they are booked, and the wallets after them; or the refusal, and nothing moves. What comes into an
    /// account with a debt pays the debt first, by two more lines.
    /// </summary>
    /// <param name="transaction">Without a fault.</param>
    /// <param name="wallets">The wallets of the users in it; those that change are replaced.</param>
    public static Result<List<BookedLine>> Book(LedgerTransaction transaction, IDictionary<long, WalletState> wallets)
    {
        var after = new Dictionary<long, WalletState>();
        List<BookedLine> booked = [];
        foreach (var line in WithDebtsPaid(transaction.Lines, WalletOf))
        {
            if (!IsUsers(line.Account))
            {
                booked.Add(new(line, null, null));
                continue;
            }

            var wallet = WalletOf(line.UserId);
            var amount = wallet[line.Account] + line.Amount;
            if (RefusalOf(line.Account, amount) is { } refusal)
            {
                return refusal;
            }

            var received = line is { Account: LedgerAccount.Points, Amount: > 0 } ? line.Amount : 0;
            if (wallet.PointsReceived > long.MaxValue - received)
            {
                return WalletsRefusals.WalletFull;
            }

            wallet = wallet.With(line.Account, amount) with
            {
                PointsReceived = wallet.PointsReceived + received,
                Entries = wallet.Entries + 1,
            };
            after[line.UserId] = wallet;
            booked.Add(new(line, wallet.Entries, amount));
        }

        foreach (var (user, wallet) in after)
        {
            wallets[user] = wallet;
        }

        return booked;

        WalletState WalletOf(long user) => after.TryGetValue(user, out var moved) ? moved : wallets[user];
    }

    /// <summary>
    /// The lines that take an amount back from a user: what is there, and the rest as a debt. They need the other
    /// side's line of the whole amount.
    /// </summary>
    public static List<LedgerLine> TakeBack(WalletState wallet, long userId, bool points, long amount)
    {
        var (account, debt) = points
            ? (LedgerAccount.Points, LedgerAccount.PointsDebt)
            : (LedgerAccount.Balance, LedgerAccount.BalanceDebt);
        var there = Math.Min(wallet[account], amount);
        return [.. new LedgerLine[] { new(userId, account, -there), new(userId, debt, there - amount) }.Where(l => l.Amount != 0)];
    }

    /// <summary>Why a user's account cannot hold an amount, or null.</summary>
    public static Refusal? RefusalOf(LedgerAccount account, long amount) => account switch
    {
        LedgerAccount.BalanceDebt or LedgerAccount.PointsDebt => amount is > 0 or < -MaxAmount ? WalletsRefusals.WalletFull : null,
        _ when amount > MaxAmount => WalletsRefusals.WalletFull,
        LedgerAccount.Points when amount < 0 => WalletsRefusals.PointsTooLow,
        _ when amount < 0 => WalletsRefusals.BalanceTooLow,
        _ => null,
    };

    /// <summary>Line by line: what a debt is when a line is asked for, the lines before it have left.</summary>
    private static IEnumerable<LedgerLine> WithDebtsPaid(IReadOnlyList<LedgerLine> lines, Func<long, WalletState> walletOf)
    {
        foreach (var line in lines)
        {
            yield return line;
            var debt = line switch
            {
                { Amount: > 0, Account: LedgerAccount.Balance } => LedgerAccount.BalanceDebt,
                { Amount: > 0, Account: LedgerAccount.Points } => LedgerAccount.PointsDebt,
                _ => (LedgerAccount?)null,
            };
            if (debt is { } owed && walletOf(line.UserId)[owed] is < 0 and var owes)
            {
                var paid = Math.Min(line.Amount, -owes);
                yield return line with { Amount = -paid };
                yield return line with { Account = owed, Amount = paid };
            }
        }
    }
}
