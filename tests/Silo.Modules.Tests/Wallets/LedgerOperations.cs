using System.Globalization;
using Silo.Wallets;

namespace Silo.Modules.Tests.Wallets;

/// <summary>Something that a shop does with wallets.</summary>
internal enum Move
{
    AdjustMoney,
    AdjustPoints,
    SpendPoints,
    Transfer,
    Freeze,
    Unfreeze,
    TakeBackMoney,
    TakeBackPoints,
}

/// <summary>One generated operation, as plain numbers.</summary>
internal readonly record struct Operation(Move Move, long User, long Other, long Amount)
{
    /// <summary>The operation as lines of a transaction.</summary>
    public LedgerLine[] Lines(WalletState wallet) => Move switch
    {
        Move.AdjustMoney => [new(User, LedgerAccount.Balance, Amount), new(0, LedgerAccount.ShopAdjustments, -Amount)],
        Move.AdjustPoints => [new(User, LedgerAccount.Points, Amount), new(0, LedgerAccount.ShopPointsIssued, -Amount)],
        Move.SpendPoints => [new(User, LedgerAccount.Points, -Amount), new(0, LedgerAccount.ShopPointsRedeemed, Amount)],
        Move.Transfer => [new(User, LedgerAccount.Balance, -Amount), new(Other, LedgerAccount.Balance, Amount)],
        Move.Freeze => [new(User, LedgerAccount.Balance, -Amount), new(User, LedgerAccount.Frozen, Amount)],
        Move.Unfreeze => [new(User, LedgerAccount.Frozen, -Amount), new(User, LedgerAccount.Balance, Amount)],
        Move.TakeBackMoney =>
            [.. LedgerRules.TakeBack(wallet, User, points: false, Amount), new(0, LedgerAccount.ShopAdjustments, Amount)],
        _ => [.. LedgerRules.TakeBack(wallet, User, points: true, Amount), new(0, LedgerAccount.ShopPointsIssued, Amount)],
    };

    /// <summary>The wallets that it touches.</summary>
    public long[] Users => Move == Move.Transfer ? [User, Other] : [User];
}

/// <summary>
/// Generates operations from a seed: mostly amounts near what wallets hold, at times the largest, so that every refusal
/// comes up.
/// </summary>
internal sealed class Operations(int seed, int users)
{
    private readonly Random random = new(seed);

    /// <summary>How many operations the environment asks for, or the short form.</summary>
    public static int Count(int shortForm) => Number("SILO_LEDGER_OPERATIONS", shortForm);

    public Operation Next()
    {
        var move = (Move)random.Next(8);
        var user = random.NextInt64(1, users + 1);
        var other = 1 + ((user - 1 + random.NextInt64(1, users)) % users);
        var amount = random.Next(100) switch
        {
            0 => LedgerRules.MaxAmount,
            < 4 => LedgerRules.MaxAmount - random.Next(3),
            < 40 => random.NextInt64(1, 20),
            _ => random.NextInt64(1, 2_000),
        };
        // As much goes in as comes out, so that wallets are often nearly empty.
        var adjusts = move is Move.AdjustMoney or Move.AdjustPoints;
        return new(move, user, other, adjusts && random.Next(3) == 0 ? -amount : amount);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}

/// <summary>
/// The ledger a second time, as small as it can be: it knows operations and no lines. What a user holds in a unit is one
/// number that may be below zero (then it is his debt), and beside it what is frozen.
/// </summary>
internal sealed class LedgerModel
{
    private const long Max = 9_007_199_254_740_991;
    private readonly Dictionary<long, long> money = [];
    private readonly Dictionary<long, long> points = [];
    private readonly Dictionary<long, long> frozen = [];
    private readonly Dictionary<long, long> received = [];

    public long ShopMoney { get; private set; }

    public long ShopPoints { get; private set; }

    public (long Balance, long Frozen, long Debt, long Points, long PointsDebt, long Received) WalletOf(long user)
    {
        var (m, p) = (Of(money, user), Of(points, user));
        return (Math.Max(m, 0), Of(frozen, user), Math.Min(m, 0), Math.Max(p, 0), Math.Min(p, 0), Of(received, user));
    }

    /// <summary>Does it, or says why not and does nothing.</summary>
    public string? Do(Operation operation)
    {
        var (move, user, other, amount) = (operation.Move, operation.User, operation.Other, operation.Amount);
        switch (move)
        {
            case Move.AdjustMoney or Move.AdjustPoints or Move.SpendPoints:
                var isMoney = move == Move.AdjustMoney;
                var change = move == Move.SpendPoints ? -amount : amount;
                var refusal = Refusal(isMoney ? money : points, user, change, isMoney ? "BALANCE_TOO_LOW" : "POINTS_TOO_LOW");
                var comes = isMoney ? 0 : Math.Max(change, 0);
                refusal ??= Of(received, user) > long.MaxValue - comes ? "WALLET_FULL" : null;
                received[user] = Of(received, user) + (refusal is null ? comes : 0);
                return refusal ?? Apply(isMoney, user, change);
            case Move.TakeBackMoney or Move.TakeBackPoints:
                var taken = Of(move == Move.TakeBackMoney ? money : points, user) - amount;
                return taken < -Max ? "WALLET_FULL" : Apply(move == Move.TakeBackMoney, user, -amount);
            case Move.Transfer:
                if ((Refusal(money, user, -amount, "BALANCE_TOO_LOW") ?? Refusal(money, other, amount, "")) is { } refused)
                {
                    return refused;
                }

                Apply(isMoney: true, user, -amount);
                return Apply(isMoney: true, other, amount);
            case Move.Freeze:
                return Refusal(money, user, -amount, "BALANCE_TOO_LOW") ?? Refusal(frozen, user, amount, "") ?? Set(user, amount);
            default:
                return Refusal(frozen, user, -amount, "BALANCE_TOO_LOW") ?? Refusal(money, user, amount, "") ?? Set(user, -amount);
        }
    }

    private static long Of(Dictionary<long, long> accounts, long user) => accounts.GetValueOrDefault(user);

    private static string? Refusal(Dictionary<long, long> accounts, long user, long change, string tooLow)
    {
        var there = Math.Max(Of(accounts, user), 0);
        // What comes in is there whole for an instant, before it pays a debt.
        return there + change < 0 ? tooLow : there + change > Max ? "WALLET_FULL" : null;
    }

    private string? Apply(bool isMoney, long user, long change)
    {
        var accounts = isMoney ? money : points;
        accounts[user] = Of(accounts, user) + change;
        ShopMoney = isMoney ? ShopMoney - change : ShopMoney;
        ShopPoints = isMoney ? ShopPoints : ShopPoints - change;
        return null;
    }

    private string? Set(long user, long aside)
    {
        money[user] = Of(money, user) - aside;
        frozen[user] = Of(frozen, user) + aside;
        return null;
    }
}
