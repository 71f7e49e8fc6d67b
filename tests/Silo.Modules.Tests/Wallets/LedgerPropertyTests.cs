using Silo.Testing;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>
/// Goal: the rules keep every bound and every sum, whatever is done in whatever order. Method: 100,000 generated
/// operations on a few wallets, each compared with a small second ledger that shares nothing with the rules.
/// </summary>
public sealed class LedgerPropertyTests(ITestOutputHelper output)
{
    private const int Users = 5;

    [Fact]
    public void Book_GeneratedOperations_AgreesWithTheModelAndKeepsEverySum()
    {
        var (seed, count) = (TestSeed.Draw(), Operations.Count(100_000));
        output.WriteLine($"SILO_LEDGER_OPERATIONS={count}");
        var operations = new Operations(seed, Users);
        var model = new LedgerModel();
        var wallets = Enumerable.Range(1, Users).ToDictionary(u => (long)u, _ => default(WalletState));
        Dictionary<LedgerAccount, long> shop = [];
        Dictionary<string, int> outcomes = [];
        for (var i = 0; i < count; i++)
        {
            var operation = operations.Next();
            var before = new Dictionary<long, WalletState>(wallets);
            var transaction = new LedgerTransaction
            {
                Kind = LedgerKind.Adjustment,
                Reference = $"{i}",
                Lines = operation.Lines(wallets[operation.User]),
            };
            Assert.True(LedgerRules.FaultOf(transaction) is null, $"{operation}, number {i} of seed {seed}");

            var booked = LedgerRules.Book(transaction, wallets);

            var refusal = booked.Refusal?.Reason;
            var expected = model.Do(operation);
            Assert.True(expected == refusal, $"{operation}: {expected} and not {refusal}, number {i} of seed {seed}");
            outcomes[refusal ?? "ok"] = outcomes.GetValueOrDefault(refusal ?? "ok") + 1;
            if (booked.IsAccepted)
            {
                Follow(booked.Value, before, wallets, shop, $"{operation}, number {i} of seed {seed}");
            }
            else
            {
                Assert.True(before.All(b => wallets[b.Key] == b.Value), $"{operation} moved, number {i} of seed {seed}");
            }

            foreach (var user in operation.Users)
            {
                var (w, m) = (wallets[user], model.WalletOf(user));
                Assert.True(
                    m == (w.Balance, w.Frozen, w.BalanceDebt, w.Points, w.PointsDebt, w.PointsReceived),
                    $"{operation}: {m} and not {w}, number {i} of seed {seed}");
                Assert.True(
                    w is { Balance: >= 0, Frozen: >= 0, Points: >= 0, BalanceDebt: <= 0, PointsDebt: <= 0 },
                    $"{operation} made {w}, number {i} of seed {seed}");
            }
        }

        Assert.Equal(model.ShopMoney, shop.GetValueOrDefault(LedgerAccount.ShopAdjustments));
        Assert.Equal(
            model.ShopPoints,
            shop.GetValueOrDefault(LedgerAccount.ShopPointsIssued) + shop.GetValueOrDefault(LedgerAccount.ShopPointsRedeemed));
        output.WriteLine(string.Join(", ", outcomes.Select(o => $"{o.Key} {o.Value}")));
        // Otherwise the operations were too tame to show anything.
        Assert.Equal(["BALANCE_TOO_LOW", "POINTS_TOO_LOW", "WALLET_FULL", "ok"], outcomes.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>The lines as booked lead from the wallets before to those after, one number at a time, and sum to zero.</summary>
    private static void Follow(
        List<BookedLine> booked,
        Dictionary<long, WalletState> running,
        Dictionary<long, WalletState> after,
        Dictionary<LedgerAccount, long> shop,
        string what)
    {
        var (cents, points) = (0L, 0L);
        foreach (var (line, sequence, balanceAfter) in booked)
        {
            (cents, points) = LedgerRules.IsInPoints(line.Account) ? (cents, points + line.Amount) : (cents + line.Amount, points);
            if (line.UserId == 0)
            {
                shop[line.Account] = shop.GetValueOrDefault(line.Account) + line.Amount;
                continue;
            }

            var wallet = running[line.UserId];
            var amount = wallet[line.Account] + line.Amount;
            Assert.True((sequence, balanceAfter) == (wallet.Entries + 1, amount), what);
            running[line.UserId] = wallet.With(line.Account, amount) with
            {
                PointsReceived = wallet.PointsReceived + (line is { Account: LedgerAccount.Points, Amount: > 0 } ? line.Amount : 0),
                Entries = wallet.Entries + 1,
            };
        }

        Assert.True((cents, points) == (0, 0), what);
        Assert.True(running.All(r => after[r.Key] == r.Value), what);
    }
}
