using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.Edge.V1;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

/// <summary>Wallets over a running server: what operators change, what shoppers see of it, and only of their own.</summary>
public sealed class WalletTests
{
    private const long Largest = 9_007_199_254_740_991;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task AdjustWallet_UpAndDown_MovesTheAccountOnceAndIsAudited(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        var first = Adjustment(WalletAccount.Balance, 500, "top-up", "r1");

        var answer = (await shop.WalletsAdmin.AdjustWalletAsync(first, shop.Owner)).Wallet;
        var again = (await shop.WalletsAdmin.AdjustWalletAsync(first, shop.Owner)).Wallet;
        await shop.WalletsAdmin.AdjustWalletAsync(Adjustment(WalletAccount.Balance, -120, "correction", ""), shop.Owner);
        var after = (await shop.WalletsAdmin.AdjustWalletAsync(Adjustment(WalletAccount.Points, 7, "welcome", "r2"), shop.Owner)).Wallet;
        // The first answer also after other changes.
        var late = (await shop.WalletsAdmin.AdjustWalletAsync(first, shop.Owner)).Wallet;

        Assert.Equal(new Wallet { UserId = 1, BalanceCents = 500 }, answer);
        Assert.Equal((answer, answer), (again, late));
        Assert.Equal(new Wallet { UserId = 1, BalanceCents = 380, Points = 7, PointsReceived = 7 }, after);
        Assert.Equal(after, (await shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 1 }, shop.Owner)).Wallet);
        var other = first.Clone();
        other.Amount = 501;
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await AdjustAsync(shop, other));
        var audit = (await shop.AccountsAdmin.ListAuditAsync(new() { Subject = "user:1" }, shop.Owner)).Records;
        Assert.Equal(["welcome", "correction", "top-up"], audit.Select(a => a.Reason));
        Assert.All(audit, a => Assert.Equal("silo.wallets.v1.WalletsAdminService/AdjustWallet", a.Rpc));
        // Each begins where the one before ended.
        Assert.Equal(answer, Wallet.Parser.ParseJson(audit[2].AfterJson));
        Assert.Equal((audit[2].AfterJson, audit[1].AfterJson), (audit[1].BeforeJson, audit[0].BeforeJson));
        Assert.Equal(new Wallet { UserId = 1 }, Wallet.Parser.ParseJson(audit[2].BeforeJson));
        Assert.Equal(after, Wallet.Parser.ParseJson(audit[0].AfterJson));
        Assert.Equal((3, 1), await SoundAsync(shop));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task AdjustWallet_OneRequestIdSixtyFourTimesAtOnce_MovesOnce(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(1);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
            (await shop.WalletsAdmin.AdjustWalletAsync(Adjustment(WalletAccount.Points, 3, "once", "r"), shop.Owner)).Wallet));

        Assert.All(answers, answer => Assert.Equal(new Wallet { UserId = 1, Points = 3, PointsReceived = 3 }, answer));
        Assert.Equal(1, await shop.CountAsync("SELECT count(*) FROM silo_audit WHERE rpc LIKE '%AdjustWallet'"));
        Assert.Equal((1, 1), await SoundAsync(shop));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task AdjustWallet_TakenAsDebt_IsPaidByWhatComesLater(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(1);
        await shop.AddPointsAsync(1, 10);

        var tooLow = await AdjustAsync(shop, Adjustment(WalletAccount.Points, -25, "chargeback", ""));
        var taken = Adjustment(WalletAccount.Points, -25, "chargeback", "");
        taken.TakeAsDebt = true;
        var indebted = (await shop.WalletsAdmin.AdjustWalletAsync(taken, shop.Owner)).Wallet;
        var partly = await shop.AddPointsAsync(1, 5);
        var over = await shop.AddPointsAsync(1, 12);

        Assert.Equal("FailedPrecondition:POINTS_TOO_LOW", tooLow);
        Assert.Equal(new Wallet { UserId = 1, PointsDebt = 15, PointsReceived = 10 }, indebted);
        Assert.Equal(new Wallet { UserId = 1, PointsDebt = 10, PointsReceived = 15 }, partly);
        Assert.Equal(new Wallet { UserId = 1, Points = 2, PointsReceived = 27 }, over);
        var entries = (await shop.Wallets.ListEntriesAsync(
            new() { Filter = new() { Account = WalletAccount.Points } }, Shop.Bearer(Shop.TokenOf(1)))).Entries;
        Assert.Equal([(-10, 2), (12, 12), (-5, 0), (5, 5), (-10, 0), (10, 10)], entries.Select(e => (e.Amount, e.BalanceAfter)));
        var debts = (await shop.Wallets.ListEntriesAsync(
            new() { Filter = new() { Account = WalletAccount.PointsDebt } }, Shop.Bearer(Shop.TokenOf(1)))).Entries;
        Assert.Equal([(10, 0), (5, -10), (-15, -15)], debts.Select(e => (e.Amount, e.BalanceAfter)));
        Assert.Equal((4, 1), await SoundAsync(shop));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task AdjustWallet_EachRefusal_IsGivenInOrderAndMovesNothing(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(3);
        // Nearly full, with the entry that makes it so.
        await shop.ExecuteAsync(
            $"""
            INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries)
            VALUES (2, {Largest - 5}, 0, 0, 0, 0, 0, 0, 1);
            INSERT INTO wallets_transactions (id, kind, reference, remark, at) VALUES (1, 1, 'full', '', 0);
            INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence)
            VALUES (1, 1, 2, 1, {Largest - 5}, {Largest - 5}, 1), (1, 2, 0, 100, {5 - Largest}, NULL, NULL);
            """);

        foreach (var account in (WalletAccount[])[WalletAccount.Frozen, WalletAccount.Commission, WalletAccount.BalanceDebt, WalletAccount.PointsDebt])
        {
            var request = Adjustment(account, 1, "x", "");
            // Before the unknown user.
            request.UserId = 99;
            Assert.Equal("InvalidArgument:ACCOUNT_NOT_ADJUSTABLE", await AdjustAsync(shop, request));
        }

        Assert.Equal("NotFound:USER_UNKNOWN", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, -1, "x", "", user: 99)));
        Assert.Equal("FailedPrecondition:BALANCE_TOO_LOW", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, -1, "x", "")));
        Assert.Equal("FailedPrecondition:POINTS_TOO_LOW", await AdjustAsync(shop, Adjustment(WalletAccount.Points, -1, "x", "")));
        Assert.Equal("FailedPrecondition:WALLET_FULL", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 6, "x", "", user: 2)));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 0, "x", "")));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 10_000_000_001, "x", "")));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 5, "", "")));

        // A refusal keeps no request id, and nothing else.
        Assert.Equal("FailedPrecondition:BALANCE_TOO_LOW", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, -1, "x", "again", user: 3)));
        Assert.Equal((1, 1), await SoundAsync(shop));
        Assert.Equal(0, await shop.CountAsync("SELECT count(*) FROM silo_audit WHERE rpc LIKE '%AdjustWallet'"));
        Assert.Equal("OK", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 5, "x", "again", user: 3)));
        Assert.Equal("OK", await AdjustAsync(shop, Adjustment(WalletAccount.Balance, 5, "x", "", user: 2)));
        Assert.Equal((3, 2), await SoundAsync(shop));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task ListEntries_EachFilterAndPage_ShowsThoseOfTheCallerNewestFirst(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        foreach (var amount in (long[])[10, -4, 20, -1])
        {
            await shop.AddPointsAsync(1, amount);
            await shop.AddPointsAsync(2, 1_000);
        }

        var coupon = await shop.CreateCouponAsync(10, name: "Tea", points: 15);
        var piece = (await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(1)))).UserCoupon;
        await shop.ExecuteAsync(
            "UPDATE wallets_transactions SET at = 1000 * (SELECT sequence FROM wallets_entries WHERE transaction_id = id AND user_id > 0)");

        await ShowsAsync([-15, -1, 20, -4, 10], _ => { });
        await ShowsAsync([20, 10], f => f.Direction = EntryDirection.Income);
        await ShowsAsync([-15, -1, -4], f => f.Direction = EntryDirection.Expense);
        await ShowsAsync([-15], f => f.Kinds.Add(TransactionKind.CouponPoints));
        await ShowsAsync([-1, 20, -4, 10], f => f.Kinds.Add(TransactionKind.Adjustment));
        await ShowsAsync([-15, -1, 20, -4, 10], f => f.Kinds.Add([TransactionKind.Adjustment, TransactionKind.CouponPoints]));
        await ShowsAsync([], f => f.Account = WalletAccount.Balance);
        // Since is in, until is not.
        await ShowsAsync([-15, -1, 20], f => f.Since = At(3));
        await ShowsAsync([-4, 10], f => f.Until = At(3));
        await ShowsAsync([20], f => (f.Since, f.Until, f.Direction) = (At(2), At(4), EntryDirection.Income));
        await ShowsAsync([], f => (f.Since, f.Until) = (At(4), At(2)));
        await ShowsAsync([20, -4], _ => { }, page: 2, size: 2, total: 5);
        await ShowsAsync([], _ => { }, page: 4, size: 2, total: 5);

        var newest = (await shop.Wallets.ListEntriesAsync(Request(), Shop.Bearer(Shop.TokenOf(1)))).Entries[0];
        Assert.Equal(
            (WalletAccount.Points, 10, TransactionKind.CouponPoints, $"user-coupon:{piece.Id}", "Tea", At(5), 0),
            (newest.Account, newest.BalanceAfter, newest.Kind, newest.Reference, newest.Remark, newest.At, newest.FrozenAfterCents));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await Shop.AnswerOf(
            shop.Wallets.ListEntriesAsync(new() { Filter = new() }, Shop.Bearer(Shop.TokenOf(1))).ResponseAsync));

        ListEntriesRequest Request() => new() { Filter = new() { Account = WalletAccount.Points } };

        async Task ShowsAsync(long[] amounts, Action<EntryFilter> narrow, int page = 0, int size = 0, long? total = null)
        {
            var request = Request();
            narrow(request.Filter);
            (request.Page, request.PageSize) = (page, size);
            var mine = await shop.Wallets.ListEntriesAsync(request, Shop.Bearer(Shop.TokenOf(1)));
            Assert.Equal(total ?? mine.Entries.Count, mine.TotalCount);
            // An operator sees the same of him.
            var seen = await shop.WalletsAdmin.ListUserEntriesAsync(
                new() { UserId = 1, Filter = request.Filter, Page = page, PageSize = size }, shop.Owner);
            Assert.Equal((mine.Entries, mine.TotalCount), (seen.Entries, seen.TotalCount));
            Assert.Equal(amounts, mine.Entries.Select(e => e.Amount));
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task Wallets_EachCaller_SeesWhatHisRoleMaySee(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(3);
        await shop.AddPointsAsync(1, 10);
        await shop.AddPointsAsync(2, 2_000);
        var users = Enumerable.Range(1, 3).Select(u => Shop.Bearer(Shop.TokenOf(u))).ToArray();
        var points = new EntryFilter { Account = WalletAccount.Points };

        var own = await Task.WhenAll(users.Select(async u => (await shop.Wallets.GetWalletAsync(new(), u)).Wallet));
        Assert.Equal([(1, 10), (2, 2_000), (3, 0)], own.Select(w => (w.UserId, w.Points)));
        Assert.Empty((await shop.Wallets.ListEntriesAsync(new() { Filter = points }, users[2])).Entries);
        Assert.Equal(new Wallet { UserId = 3 }, (await shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 3 }, shop.Owner)).Wallet);
        Assert.Equal("NotFound:USER_UNKNOWN", await Shop.AnswerOf(
            shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 99 }, shop.Owner).ResponseAsync));
        Assert.Equal("NotFound:USER_UNKNOWN", await Shop.AnswerOf(
            shop.WalletsAdmin.ListUserEntriesAsync(new() { UserId = 99, Filter = points }, shop.Owner).ResponseAsync));

        foreach (var (role, reads, moves) in ((Role, bool, bool)[])[
            (Role.Support, true, false), (Role.Catalogue, true, false), (Role.Finance, true, true)])
        {
            var caller = await shop.OperatorAsync(role);
            Assert.Equal((reads, reads, moves, moves, moves), await MayAsync(caller));
            Assert.NotEqual("OK", await Shop.AnswerOf(shop.Wallets.GetWalletAsync(new(), caller).ResponseAsync));
        }

        Assert.Equal((false, false, false, false, false), await MayAsync(users[0]));
        Assert.Equal((false, false, false, false, false), await MayAsync([]));
        Assert.Equal("Unauthenticated:TOKEN_INVALID", await Shop.AnswerOf(shop.Wallets.GetWalletAsync(new()).ResponseAsync));

        async Task<(bool, bool, bool, bool, bool)> MayAsync(Metadata caller) => (
            await OkAsync(shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 1 }, caller).ResponseAsync),
            await OkAsync(shop.WalletsAdmin.ListUserEntriesAsync(new() { UserId = 1, Filter = points }, caller).ResponseAsync),
            await OkAsync(shop.WalletsAdmin.AdjustWalletAsync(Adjustment(WalletAccount.Points, 1, "x", ""), caller).ResponseAsync),
            await OkAsync(shop.WalletsAdmin.ListShopAccountsAsync(new(), caller).ResponseAsync),
            await OkAsync(ProveAsync(caller)));

        static async Task<bool> OkAsync(Task call)
        {
            var answer = await Shop.AnswerOf(call);
            Assert.Subset(
                new HashSet<string> { "OK", "PermissionDenied:ACCESS_DENIED", "Unauthenticated:TOKEN_INVALID" },
                new HashSet<string> { answer });
            return answer == "OK";
        }

        async Task ProveAsync(Metadata caller)
        {
            using var proof = shop.WalletsAdmin.ProveLedger(new(), caller);
            await foreach (var _ in proof.ResponseStream.ReadAllAsync())
            {
            }
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task ShopAccountsAndProof_AfterMoves_HoldTheOtherSideAndNameAFault(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        Assert.Equal((0, 0), await SoundAsync(shop));
        await shop.AddPointsAsync(1, 100);
        await shop.WalletsAdmin.AdjustWalletAsync(Adjustment(WalletAccount.Balance, 250, "x", ""), shop.Owner);
        var coupon = await shop.CreateCouponAsync(10, points: 30);
        await shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(1)));

        var accounts = (await shop.WalletsAdmin.ListShopAccountsAsync(new(), shop.Owner)).Accounts;

        Assert.Equal(
            [("SHOP_ADJUSTMENTS", -250, false), ("SHOP_POINTS_ISSUED", -100, true), ("SHOP_POINTS_REDEEMED", 30, true), ("SHOP_PROMOTIONS", 0, false)],
            accounts.Select(a => (a.Name, a.Amount, a.InPoints)));
        Assert.Equal((3, 1), await SoundAsync(shop));
        await shop.ExecuteAsync("UPDATE wallets_wallets SET points = 71 WHERE user_id = 1");
        Assert.Equal("Points of user 1 is 71 and its entries sum to 70", Assert.Single((await shop.ProveLedgerAsync()).Faults));
    }

    private static Timestamp At(long second) => new() { Seconds = second };

    private static AdjustWalletRequest Adjustment(
        WalletAccount account, long amount, string reason, string requestId, long user = 1) => new()
        {
            UserId = user,
            Account = account,
            Amount = amount,
            Reason = reason,
            RequestId = requestId,
        };

    private static Task<string> AdjustAsync(Shop shop, AdjustWalletRequest request) =>
        Shop.AnswerOf(shop.WalletsAdmin.AdjustWalletAsync(request, shop.Owner).ResponseAsync);

    /// <summary>Proves that the ledger is sound, and says how many transactions and wallets it has.</summary>
    private static async Task<(long Transactions, long Wallets)> SoundAsync(Shop shop)
    {
        var proof = await shop.ProveLedgerAsync();
        Assert.Empty(proof.Faults);
        return (proof.Transactions, proof.Wallets);
    }
}
