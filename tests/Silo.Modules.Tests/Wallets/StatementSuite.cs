using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>What a statement shows beside each entry; its filters are tested over a running server.</summary>
public abstract class StatementSuite<TDatabase> : WalletSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly EntryQuery Balance = new(LedgerAccount.Balance, Income: true, Expense: true, [], null, null);

    [Fact]
    public async Task Statement_MoneyIsSetAside_ShowsWhatWasFrozenAfterEachTransaction()
    {
        await PostAsync(Money(1, 100));
        await PostAsync(Freeze(1, 30));
        await PostAsync(Money(1, -20));
        await PostAsync(Freeze(1, 15));
        await PostAsync(Freeze(1, -40));
        await PostAsync(Points(1, 3));
        // Other wallets and later entries do not show.
        await PostAsync(Money(2, 100));
        await PostAsync(Freeze(2, 99));

        var (page, total) = await Node.Get<WalletsReads>().StatementAsync(1, Balance, new(1, 10), Cancel);

        Assert.Equal(5, total);
        Assert.Equal(
            [(40, 75, 5), (-15, 35, 45), (-20, 50, 30), (-30, 70, 30), (100, 100, 0)],
            page.Select(l => (l.Entry.Amount, l.Entry.BalanceAfter, l.FrozenAfter)));
    }

    [Fact]
    public async Task Statement_FrozenLineComesLastInALargeTransaction_ShowsWhatWasFrozenAfterAllOfIt()
    {
        // The balance pays a debt first, and the frozen account moves behind as many lines as there can be.
        await PostAsync(Transaction(null, new(1, LedgerAccount.BalanceDebt, -5), new(0, LedgerAccount.ShopAdjustments, 5)));
        await PostAsync(Transaction(
            null,
            [
                new(1, LedgerAccount.Balance, 50), new(0, LedgerAccount.ShopAdjustments, -50 - 60 - 9),
                .. Enumerable.Range(2, 60).Select(u => new LedgerLine(u, LedgerAccount.Balance, 1)),
                new(1, LedgerAccount.Frozen, 9),
            ]));

        var (page, _) = await Node.Get<WalletsReads>().StatementAsync(1, Balance, new(1, 10), Cancel);

        Assert.Equal([(-5, 45, 9), (50, 50, 9)], page.Select(l => (l.Entry.Amount, l.Entry.BalanceAfter, l.FrozenAfter)));
    }

    private static LedgerTransaction Freeze(long user, long amount) => Transaction(
        null, new(user, LedgerAccount.Balance, -amount), new(user, LedgerAccount.Frozen, amount));
}

public sealed class StatementOnPostgres : StatementSuite<PostgresDatabase>;

public sealed class StatementOnSqlite : StatementSuite<SqliteDatabase>;
