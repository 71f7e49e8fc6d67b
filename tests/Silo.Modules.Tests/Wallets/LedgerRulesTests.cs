using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>What is a transaction, and what it does to wallets, as tables: every fault, and every bound of every account.</summary>
public sealed class LedgerRulesTests
{
    private const long Max = LedgerRules.MaxAmount;
    private const long User = 7;
    private const long Other = 8;

    /// <summary>Reference, lines, how the fault begins; null for none.</summary>
    public static TheoryData<string, LedgerLine[], string?> Transactions => new()
    {
        { "r", Moves(1), null },
        { new('r', 64), Moves(1), null },
        { "r", Moves(Max), null },
        { "r", Moves(-Max), null },
        { "r", ManyLines(64), null },
        // Each unit sums to zero by itself.
        { "r", [.. Moves(5), Line(LedgerAccount.Points, 3), Shop(LedgerAccount.ShopPointsIssued, -3)], null },
        { "", Moves(1), "the reference" },
        { new('r', 65), Moves(1), "the reference" },
        { "r", [], "0 lines" },
        { "r", [Shop(LedgerAccount.ShopAdjustments, 1)], "1 lines" },
        { "r", ManyLines(66), "66 lines" },
        { "r", Moves(0), "the amount 0" },
        { "r", Moves(Max + 1), "the amount 9007199254740992" },
        { "r", Moves(-Max - 1), "the amount -9007199254740992" },
        { "r", Moves(long.MinValue), "the amount -9223372036854775808" },
        // A user's account of nobody, and the shop's account of a user.
        { "r", [new(0, LedgerAccount.Balance, 1), Shop(LedgerAccount.ShopAdjustments, -1)], "Balance of user 0" },
        { "r", [new(-1, LedgerAccount.Balance, 1), Shop(LedgerAccount.ShopAdjustments, -1)], "Balance of user -1" },
        { "r", [Line(LedgerAccount.Balance, 1), new(User, LedgerAccount.ShopAdjustments, -1)], "ShopAdjustments of user 7" },
        { "r", [Line(LedgerAccount.Frozen, 1), Line(LedgerAccount.Frozen, -1)], "an account twice" },
        { "r", [Line(LedgerAccount.Balance, 2), Shop(LedgerAccount.ShopAdjustments, -1)], "sums of 1 cents and 0 points" },
        { "r", [Line(LedgerAccount.Points, 2), Shop(LedgerAccount.ShopPointsIssued, -3)], "sums of 0 cents and -1 points" },
        // Cents do not become points.
        { "r", [Line(LedgerAccount.Balance, -5), Line(LedgerAccount.Points, 5)], "sums of -5 cents and 5 points" },
        { "r", [Line(LedgerAccount.BalanceDebt, -5), Line(LedgerAccount.PointsDebt, 5)], "sums of -5 cents and 5 points" },
        { "r", [Shop(LedgerAccount.ShopAdjustments, -5), Shop(LedgerAccount.ShopPointsRedeemed, 5)], "sums of -5 cents and 5 points" },
    };

    /// <summary>Account, amount before, change, expected refusal.</summary>
    public static TheoryData<LedgerAccount, long, long, string?> Bounds
    {
        get
        {
            var rows = new TheoryData<LedgerAccount, long, long, string?>();
            foreach (var account in (LedgerAccount[])[LedgerAccount.Balance, LedgerAccount.Frozen, LedgerAccount.Commission, LedgerAccount.Points])
            {
                var tooLow = account == LedgerAccount.Points ? "POINTS_TOO_LOW" : "BALANCE_TOO_LOW";
                rows.Add(account, 10, -10, null);
                rows.Add(account, 10, -11, tooLow);
                rows.Add(account, 0, -1, tooLow);
                rows.Add(account, 0, -Max, tooLow);
                rows.Add(account, 0, Max, null);
                rows.Add(account, 1, Max, "WALLET_FULL");
                rows.Add(account, Max - 1, 1, null);
                rows.Add(account, Max, 1, "WALLET_FULL");
                rows.Add(account, Max, Max, "WALLET_FULL");
                rows.Add(account, Max, -Max, null);
            }

            foreach (var account in (LedgerAccount[])[LedgerAccount.BalanceDebt, LedgerAccount.PointsDebt])
            {
                rows.Add(account, -10, 10, null);
                rows.Add(account, -10, 11, "WALLET_FULL");
                rows.Add(account, 0, 1, "WALLET_FULL");
                rows.Add(account, 0, -Max, null);
                rows.Add(account, -1, -Max, "WALLET_FULL");
                rows.Add(account, 1 - Max, -1, null);
                rows.Add(account, -Max, -1, "WALLET_FULL");
            }

            return rows;
        }
    }

    /// <summary>In points, the debt, what comes in; what is left of the debt, what can be spent, entries of the user.</summary>
    public static TheoryData<bool, long, long, long, long, int> Debts => new()
    {
        { false, -10, 4, -6, 0, 3 },
        { false, -10, 10, 0, 0, 3 },
        { false, -10, 25, 0, 15, 3 },
        { false, 0, 25, 0, 25, 1 },
        { true, -10, 4, -6, 0, 3 },
        { true, -10, 10, 0, 0, 3 },
        { true, -10, 25, 0, 15, 3 },
        { true, 0, 25, 0, 25, 1 },
        { false, -Max, Max, 0, 0, 3 },
    };

    /// <summary>What can be spent, what is taken; what is taken of it, what becomes debt.</summary>
    public static TheoryData<long, long, long, long> TakenBack => new()
    {
        { 10, 4, 4, 0 },
        { 10, 10, 10, 0 },
        { 10, 11, 10, 1 },
        { 0, 11, 0, 11 },
        { 10, Max, 10, Max - 10 },
    };

    [Theory]
    [MemberData(nameof(Transactions))]
    public void FaultOf_EachFault_IsNamed(string reference, LedgerLine[] lines, string? expected)
    {
        var fault = LedgerRules.FaultOf(Transaction(lines) with { Reference = reference });

        Assert.Equal(expected is null, fault is null);
        Assert.StartsWith(expected ?? "", fault ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Book_AtEachBound_RefusesAndMovesNothingOrMovesExactlyThat(
        LedgerAccount account, long before, long change, string? expected)
    {
        var wallets = Wallets(default(WalletState).With(account, before));
        var was = wallets[User];

        var booked = LedgerRules.Book(Transaction(Line(account, change), ShopSideOf(account, -change)), wallets);

        Assert.Equal(expected, booked.Refusal?.Reason);
        var received = account == LedgerAccount.Points ? Math.Max(change, 0) : 0;
        Assert.Equal(
            expected is null ? was.With(account, before + change) with { PointsReceived = received, Entries = 1 } : was, wallets[User]);
    }

    [Theory]
    [InlineData(long.MaxValue - 4, 4, null)]
    [InlineData(long.MaxValue - 4, 5, "WALLET_FULL")]
    [InlineData(long.MaxValue, -1, null)]
    public void Book_ManyPointsReceivedBefore_CountsThemAllOrRefuses(long before, long change, string? expected)
    {
        var wallets = Wallets(new WalletState { Points = 1, PointsReceived = before });

        var booked = LedgerRules.Book(Transaction(Line(LedgerAccount.Points, change), Shop(LedgerAccount.ShopPointsIssued, -change)), wallets);

        Assert.Equal(expected, booked.Refusal?.Reason);
        Assert.Equal(expected is null ? before + Math.Max(change, 0) : before, wallets[User].PointsReceived);
    }

    [Fact]
    public void Book_PointsThatPayADebt_AreReceived()
    {
        var wallets = Wallets(new WalletState { PointsDebt = -10 });

        LedgerRules.Book(Transaction(Line(LedgerAccount.Points, 4), Shop(LedgerAccount.ShopPointsIssued, -4)), wallets);

        Assert.Equal(new WalletState { PointsDebt = -6, PointsReceived = 4, Entries = 3 }, wallets[User]);
    }

    [Fact]
    public void Book_SecondUserIsRefused_LeavesTheFirstOneToo()
    {
        var wallets = Wallets(new WalletState { Balance = 100 });
        wallets[Other] = new() { Balance = Max };
        var was = new Dictionary<long, WalletState>(wallets);

        var booked = LedgerRules.Book(
            Transaction(Line(LedgerAccount.Balance, -100), new(Other, LedgerAccount.Balance, 100)), wallets);

        Assert.Equal("WALLET_FULL", booked.Refusal?.Reason);
        Assert.Equal(was, wallets);
    }

    [Fact]
    public void Book_SecondAccountIsRefused_LeavesTheFirstOneToo()
    {
        var wallets = Wallets(new WalletState { Balance = 100, Points = 5 });
        var was = wallets[User];

        var booked = LedgerRules.Book(
            Transaction(
                Line(LedgerAccount.Balance, -100),
                Shop(LedgerAccount.ShopAdjustments, 100),
                Line(LedgerAccount.Points, -6),
                Shop(LedgerAccount.ShopPointsRedeemed, 6)),
            wallets);

        Assert.Equal("POINTS_TOO_LOW", booked.Refusal?.Reason);
        Assert.Equal(was, wallets[User]);
    }

    [Theory]
    [MemberData(nameof(Debts))]
    public void Book_IncomeOfADebtor_PaysTheDebtFirst(
        bool points, long debt, long income, long debtAfter, long spendable, int entries)
    {
        var (account, owed) = AccountsOf(points);
        var wallets = Wallets(default(WalletState).With(owed, debt));

        var booked = LedgerRules.Book(Transaction(Line(account, income), ShopSideOf(account, -income)), wallets);

        Assert.True(booked.IsAccepted);
        Assert.Equal((debtAfter, spendable), (wallets[User][owed], wallets[User][account]));
        var mine = booked.Value.Where(b => b.Sequence is not null).ToArray();
        Assert.Equal(entries, mine.Length);
        // The income is shown whole, then what it paid.
        Assert.Equal((account, income, income), (mine[0].Line.Account, mine[0].Line.Amount, mine[0].BalanceAfter));
        Assert.Equal(0, booked.Value.Sum(b => (decimal)b.Line.Amount));
    }

    [Fact]
    public void Book_IncomeOfOneUnit_PaysNoDebtOfTheOther()
    {
        var wallets = Wallets(new WalletState { PointsDebt = -10 });

        Assert.True(LedgerRules.Book(Transaction(Moves(25)), wallets).IsAccepted);

        Assert.Equal(new WalletState { Balance = 25, PointsDebt = -10, Entries = 1 }, wallets[User]);
    }

    [Fact]
    public void Book_FrozenMoneyOfADebtorComesFree_PaysTheDebtFirst()
    {
        var wallets = Wallets(new WalletState { Frozen = 30, BalanceDebt = -20, Entries = 4 });

        Assert.True(LedgerRules.Book(
            Transaction(Line(LedgerAccount.Frozen, -30), Line(LedgerAccount.Balance, 30)), wallets).IsAccepted);

        Assert.Equal(new WalletState { Balance = 10, Entries = 8 }, wallets[User]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Book_DebtIsPaidByALineOfItsOwn_IsNotPaidTwice(bool debtFirst)
    {
        var wallets = Wallets(new WalletState { Balance = 100, BalanceDebt = -60, Points = 5 });
        LedgerLine[] paid = [Line(LedgerAccount.BalanceDebt, 60), Line(LedgerAccount.Balance, 40)];

        var booked = LedgerRules.Book(
            Transaction([.. debtFirst ? paid : paid.Reverse(), Shop(LedgerAccount.ShopAdjustments, -100)]), wallets);

        // The debt's own line first leaves nothing for the income to pay; the other way round the line comes too late.
        Assert.Equal(debtFirst ? null : "WALLET_FULL", booked.Refusal?.Reason);
        Assert.Equal(debtFirst ? (140, 0) : (100, -60), (wallets[User].Balance, wallets[User].BalanceDebt));
    }

    [Theory]
    [MemberData(nameof(TakenBack))]
    public void TakeBack_MoreOrLessThanThereIs_TakesThatAndNotesTheRest(long there, long amount, long taken, long noted)
    {
        foreach (var points in (bool[])[false, true])
        {
            var (account, debt) = AccountsOf(points);
            var wallets = Wallets(default(WalletState).With(account, there));

            var lines = LedgerRules.TakeBack(wallets[User], User, points, amount);

            Assert.Equal(taken > 0 ? -taken : 0, lines.Where(l => l.Account == account).Sum(l => l.Amount));
            Assert.Equal(noted > 0 ? -noted : 0, lines.Where(l => l.Account == debt).Sum(l => l.Amount));
            var transaction = Transaction([.. lines, ShopSideOf(account, amount)]);
            Assert.Null(LedgerRules.FaultOf(transaction));
            Assert.True(LedgerRules.Book(transaction, wallets).IsAccepted);
            Assert.Equal((there - taken, -noted), (wallets[User][account], wallets[User][debt]));
        }
    }

    [Fact]
    public void Book_SeveralLinesAndUsers_NumbersEachUsersEntriesAndSaysTheAccountAfterEach()
    {
        var wallets = Wallets(new WalletState { Balance = 100, Frozen = 1, Entries = 41 });
        wallets[Other] = new() { Points = 7, BalanceDebt = -10, Entries = 3 };

        var booked = LedgerRules.Book(
            Transaction(
                Line(LedgerAccount.Balance, -60),
                new(Other, LedgerAccount.Balance, 25),
                Line(LedgerAccount.Frozen, 30),
                Shop(LedgerAccount.ShopAdjustments, 5),
                new(Other, LedgerAccount.Points, -7),
                Shop(LedgerAccount.ShopPointsRedeemed, 7)),
            wallets);

        Assert.Equal(
            [
                (User, LedgerAccount.Balance, -60, 42, 40),
                (Other, LedgerAccount.Balance, 25, 4, 25),
                (Other, LedgerAccount.Balance, -10, 5, 15),
                (Other, LedgerAccount.BalanceDebt, 10, 6, 0),
                (User, LedgerAccount.Frozen, 30, 43, 31),
                (0, LedgerAccount.ShopAdjustments, 5, null, null),
                (Other, LedgerAccount.Points, -7, 7, 0),
                (0, LedgerAccount.ShopPointsRedeemed, 7, null, null),
            ],
            booked.Value!.Select(b => (b.Line.UserId, b.Line.Account, b.Line.Amount, b.Sequence, b.BalanceAfter)));
        Assert.Equal(new WalletState { Balance = 40, Frozen = 31, Entries = 43 }, wallets[User]);
        Assert.Equal(new WalletState { Balance = 15, Entries = 7 }, wallets[Other]);
    }

    [Fact]
    public void Accounts_Each_IsOfOneOwnerAndOneUnit()
    {
        Assert.Equal(
            [LedgerAccount.Balance, LedgerAccount.Frozen, LedgerAccount.Commission, LedgerAccount.BalanceDebt,
                LedgerAccount.Points, LedgerAccount.PointsDebt],
            Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsUsers));
        Assert.Equal(
            [LedgerAccount.Points, LedgerAccount.PointsDebt, LedgerAccount.ShopPointsIssued, LedgerAccount.ShopPointsRedeemed],
            Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsInPoints));
        // Each account of a wallet is stored apart from the others.
        var wallet = Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsUsers)
            .Aggregate(default(WalletState), (w, account) => w.With(account, (long)account));
        Assert.All(Enum.GetValues<LedgerAccount>().Where(LedgerRules.IsUsers), a => Assert.Equal((long)a, wallet[a]));
        Assert.Throws<ArgumentOutOfRangeException>(() => wallet[LedgerAccount.ShopAdjustments]);
        Assert.Throws<ArgumentOutOfRangeException>(() => wallet.With(LedgerAccount.ShopAdjustments, 1));
    }

    private static Dictionary<long, WalletState> Wallets(WalletState wallet) => new() { [User] = wallet };

    private static LedgerLine Line(LedgerAccount account, long amount) => new(User, account, amount);

    private static LedgerLine Shop(LedgerAccount account, long amount) => new(0, account, amount);

    private static LedgerLine ShopSideOf(LedgerAccount account, long amount) =>
        Shop(LedgerRules.IsInPoints(account) ? LedgerAccount.ShopPointsIssued : LedgerAccount.ShopAdjustments, amount);

    private static LedgerLine[] Moves(long amount) =>
        [Line(LedgerAccount.Balance, amount), Shop(LedgerAccount.ShopAdjustments, unchecked(-amount))];

    private static LedgerLine[] ManyLines(int count) =>
        [.. Enumerable.Range(1, count / 2).SelectMany(u => new LedgerLine[] { new(u, LedgerAccount.Balance, 1), new(u, LedgerAccount.Frozen, -1) })];

    private static (LedgerAccount Account, LedgerAccount Debt) AccountsOf(bool points) => points
        ? (LedgerAccount.Points, LedgerAccount.PointsDebt)
        : (LedgerAccount.Balance, LedgerAccount.BalanceDebt);

    private static LedgerTransaction Transaction(params LedgerLine[] lines) =>
        new() { Kind = LedgerKind.Adjustment, Reference = "r", Lines = lines };
}
