using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.Edge.V1;
using Silo.Wallets.V1;
using Xunit;

namespace Silo.Server.Tests;

public sealed class WalletsOnSqlite(ShopOnSqlite shared) : WalletSuite(shared);

public sealed class WalletsOnPostgres(ShopOnPostgres shared) : WalletSuite(shared);

/// <summary>
/// Goal: operators change wallets as the rpcs say, and shoppers see of it what is their own. Method: a running server, once
/// over each database; whatever each test does leaves the whole ledger sound.
/// </summary>
public abstract class WalletSuite(SharedShop shared) : ShopSuite(shared)
{
    private const long Largest = 9_007_199_254_740_991;

    [Fact]
    public async Task AdjustWallet_UpAndDown_MovesTheAccountOnceAndIsAudited()
    {
        var user = await Shop.NewUserAsync();
        var first = Adjustment(user, WalletAccount.Balance, 500, "top-up", $"r1-{user}");

        var answer = (await Shop.WalletsAdmin.AdjustWalletAsync(first, Shop.Owner)).Wallet;
        var again = (await Shop.WalletsAdmin.AdjustWalletAsync(first, Shop.Owner)).Wallet;
        await Shop.WalletsAdmin.AdjustWalletAsync(Adjustment(user, WalletAccount.Balance, -120, "correction", ""), Shop.Owner);
        var after = (await Shop.WalletsAdmin.AdjustWalletAsync(Adjustment(user, WalletAccount.Points, 7, "welcome", $"r2-{user}"), Shop.Owner)).Wallet;
        // The first answer also after other changes.
        var late = (await Shop.WalletsAdmin.AdjustWalletAsync(first, Shop.Owner)).Wallet;

        Assert.Equal(new Wallet { UserId = user, BalanceCents = 500 }, answer);
        Assert.Equal((answer, answer), (again, late));
        Assert.Equal(new Wallet { UserId = user, BalanceCents = 380, Points = 7, PointsReceived = 7 }, after);
        Assert.Equal(after, (await Shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = user }, Shop.Owner)).Wallet);
        var other = first.Clone();
        other.Amount = 501;
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await AdjustAsync(other));
        var audit = (await Shop.AccountsAdmin.ListAuditAsync(new() { Subject = $"user:{user}" }, Shop.Owner)).Records;
        Assert.Equal(["welcome", "correction", "top-up"], audit.Select(a => a.Reason));
        Assert.All(audit, a => Assert.Equal("silo.wallets.v1.WalletsAdminService/AdjustWallet", a.Rpc));
        // Each begins where the one before ended.
        Assert.Equal(answer, Wallet.Parser.ParseJson(audit[2].AfterJson));
        Assert.Equal((audit[2].AfterJson, audit[1].AfterJson), (audit[1].BeforeJson, audit[0].BeforeJson));
        Assert.Equal(new Wallet { UserId = user }, Wallet.Parser.ParseJson(audit[2].BeforeJson));
        Assert.Equal(after, Wallet.Parser.ParseJson(audit[0].AfterJson));
        Assert.Equal((3, 1), await SoundAsync(user));
    }

    [Fact]
    public async Task AdjustWallet_OneRequestIdSixtyFourTimesAtOnce_MovesOnce()
    {
        var user = await Shop.NewUserAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
            (await Shop.WalletsAdmin.AdjustWalletAsync(Adjustment(user, WalletAccount.Points, 3, "once", $"r-{user}"), Shop.Owner)).Wallet));

        Assert.All(answers, answer => Assert.Equal(new Wallet { UserId = user, Points = 3, PointsReceived = 3 }, answer));
        Assert.Equal(1, await Shop.CountAsync($"SELECT count(*) FROM silo_audit WHERE rpc LIKE '%AdjustWallet' AND subject = 'user:{user}'"));
        Assert.Equal((1, 1), await SoundAsync(user));
    }

    [Fact]
    public async Task AdjustWallet_TakenAsDebt_IsPaidByWhatComesLater()
    {
        var user = await Shop.NewUserAsync();
        await Shop.AddPointsAsync(user, 10);

        var tooLow = await AdjustAsync(Adjustment(user, WalletAccount.Points, -25, "chargeback", ""));
        var taken = Adjustment(user, WalletAccount.Points, -25, "chargeback", "");
        taken.TakeAsDebt = true;
        var indebted = (await Shop.WalletsAdmin.AdjustWalletAsync(taken, Shop.Owner)).Wallet;
        var partly = await Shop.AddPointsAsync(user, 5);
        var over = await Shop.AddPointsAsync(user, 12);

        Assert.Equal("FailedPrecondition:POINTS_TOO_LOW", tooLow);
        Assert.Equal(new Wallet { UserId = user, PointsDebt = 15, PointsReceived = 10 }, indebted);
        Assert.Equal(new Wallet { UserId = user, PointsDebt = 10, PointsReceived = 15 }, partly);
        Assert.Equal(new Wallet { UserId = user, Points = 2, PointsReceived = 27 }, over);
        var entries = (await Shop.Wallets.ListEntriesAsync(
            new() { Filter = new() { Account = WalletAccount.Points } }, Shop.Bearer(Shop.TokenOf(user)))).Entries;
        Assert.Equal([(-10, 2), (12, 12), (-5, 0), (5, 5), (-10, 0), (10, 10)], entries.Select(e => (e.Amount, e.BalanceAfter)));
        var debts = (await Shop.Wallets.ListEntriesAsync(
            new() { Filter = new() { Account = WalletAccount.PointsDebt } }, Shop.Bearer(Shop.TokenOf(user)))).Entries;
        Assert.Equal([(10, 0), (5, -10), (-15, -15)], debts.Select(e => (e.Amount, e.BalanceAfter)));
        Assert.Equal((4, 1), await SoundAsync(user));
    }

    [Fact]
    public async Task AdjustWallet_EachRefusal_IsGivenInOrderAndMovesNothing()
    {
        var users = await Shop.NewUsersAsync(3);
        var (empty, full, other) = (users[0], users[1], users[2]);
        // Nearly full, with the entry that makes it so, under an id that the server gave just now, and all at once: others
        // prove the ledger meanwhile.
        var id = await Shop.CreateCouponAsync(1);
        await Shop.ExecuteAsync(
            $"""
            BEGIN;
            INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries)
            VALUES ({full}, {Largest - 5}, 0, 0, 0, 0, 0, 0, 1);
            INSERT INTO wallets_transactions (id, kind, reference, remark, at) VALUES ({id}, 1, 'full:{full}', '', 0);
            INSERT INTO wallets_entries (transaction_id, line, user_id, account, amount, balance_after, sequence)
            VALUES ({id}, 1, {full}, 1, {Largest - 5}, {Largest - 5}, 1), ({id}, 2, 0, 100, {5 - Largest}, NULL, NULL);
            COMMIT;
            """);

        foreach (var account in (WalletAccount[])[WalletAccount.Frozen, WalletAccount.Commission, WalletAccount.BalanceDebt, WalletAccount.PointsDebt])
        {
            // Before the unknown user.
            Assert.Equal("InvalidArgument:ACCOUNT_NOT_ADJUSTABLE", await AdjustAsync(Adjustment(99, account, 1, "x", "")));
        }

        Assert.Equal("NotFound:USER_UNKNOWN", await AdjustAsync(Adjustment(99, WalletAccount.Balance, -1, "x", "")));
        Assert.Equal("FailedPrecondition:BALANCE_TOO_LOW", await AdjustAsync(Adjustment(empty, WalletAccount.Balance, -1, "x", "")));
        Assert.Equal("FailedPrecondition:POINTS_TOO_LOW", await AdjustAsync(Adjustment(empty, WalletAccount.Points, -1, "x", "")));
        Assert.Equal("FailedPrecondition:WALLET_FULL", await AdjustAsync(Adjustment(full, WalletAccount.Balance, 6, "x", "")));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(Adjustment(empty, WalletAccount.Balance, 0, "x", "")));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(Adjustment(empty, WalletAccount.Balance, 10_000_000_001, "x", "")));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await AdjustAsync(Adjustment(empty, WalletAccount.Balance, 5, "", "")));

        // A refusal keeps no request id, and nothing else.
        Assert.Equal("FailedPrecondition:BALANCE_TOO_LOW", await AdjustAsync(Adjustment(other, WalletAccount.Balance, -1, "x", $"again-{other}")));
        Assert.Equal((1, 1), await SoundAsync(users));
        Assert.Equal(0, await Shop.CountAsync(
            $"SELECT count(*) FROM silo_audit WHERE rpc LIKE '%AdjustWallet' AND subject IN ('user:{empty}', 'user:{full}', 'user:{other}')"));
        Assert.Equal("OK", await AdjustAsync(Adjustment(other, WalletAccount.Balance, 5, "x", $"again-{other}")));
        Assert.Equal("OK", await AdjustAsync(Adjustment(full, WalletAccount.Balance, 5, "x", "")));
        Assert.Equal((3, 2), await SoundAsync(users));
    }

    [Fact]
    public async Task ListEntries_EachFilterAndPage_ShowsThoseOfTheCallerNewestFirst()
    {
        var users = await Shop.NewUsersAsync(2);
        var (user, other) = (users[0], users[1]);
        foreach (var amount in (long[])[10, -4, 20, -1])
        {
            await Shop.AddPointsAsync(user, amount);
            await Shop.AddPointsAsync(other, 1_000);
        }

        var coupon = await Shop.CreateCouponAsync(10, name: "Tea", points: 15);
        var piece = (await Shop.Coupons.ClaimCouponAsync(new() { CouponId = coupon }, Shop.Bearer(Shop.TokenOf(user)))).UserCoupon;
        await Shop.ExecuteAsync(
            $"""
            UPDATE wallets_transactions SET at = 1000 * (SELECT sequence FROM wallets_entries WHERE transaction_id = id AND user_id > 0)
            WHERE id IN (SELECT transaction_id FROM wallets_entries WHERE user_id = {user})
            """);

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

        var newest = (await Shop.Wallets.ListEntriesAsync(Request(), Shop.Bearer(Shop.TokenOf(user)))).Entries[0];
        Assert.Equal(
            (WalletAccount.Points, 10, TransactionKind.CouponPoints, $"user-coupon:{piece.Id}", "Tea", At(5), 0),
            (newest.Account, newest.BalanceAfter, newest.Kind, newest.Reference, newest.Remark, newest.At, newest.FrozenAfterCents));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await Shop.AnswerOf(
            Shop.Wallets.ListEntriesAsync(new() { Filter = new() }, Shop.Bearer(Shop.TokenOf(user))).ResponseAsync));

        ListEntriesRequest Request() => new() { Filter = new() { Account = WalletAccount.Points } };

        async Task ShowsAsync(long[] amounts, Action<EntryFilter> narrow, int page = 0, int size = 0, long? total = null)
        {
            var request = Request();
            narrow(request.Filter);
            (request.Page, request.PageSize) = (page, size);
            var mine = await Shop.Wallets.ListEntriesAsync(request, Shop.Bearer(Shop.TokenOf(user)));
            Assert.Equal(total ?? mine.Entries.Count, mine.TotalCount);
            // An operator sees the same of him.
            var seen = await Shop.WalletsAdmin.ListUserEntriesAsync(
                new() { UserId = user, Filter = request.Filter, Page = page, PageSize = size }, Shop.Owner);
            Assert.Equal((mine.Entries, mine.TotalCount), (seen.Entries, seen.TotalCount));
            Assert.Equal(amounts, mine.Entries.Select(e => e.Amount));
        }
    }

    [Fact]
    public async Task Wallets_EachCaller_SeesWhatHisRoleMaySee()
    {
        var ids = await Shop.NewUsersAsync(3);
        await Shop.AddPointsAsync(ids[0], 10);
        await Shop.AddPointsAsync(ids[1], 2_000);
        var users = ids.Select(u => Shop.Bearer(Shop.TokenOf(u))).ToArray();
        var points = new EntryFilter { Account = WalletAccount.Points };

        var own = await Task.WhenAll(users.Select(async u => (await Shop.Wallets.GetWalletAsync(new(), u)).Wallet));
        Assert.Equal([(ids[0], 10), (ids[1], 2_000), (ids[2], 0)], own.Select(w => (w.UserId, w.Points)));
        Assert.Empty((await Shop.Wallets.ListEntriesAsync(new() { Filter = points }, users[2])).Entries);
        Assert.Equal(new Wallet { UserId = ids[2] }, (await Shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = ids[2] }, Shop.Owner)).Wallet);
        Assert.Equal("NotFound:USER_UNKNOWN", await Shop.AnswerOf(
            Shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = 99 }, Shop.Owner).ResponseAsync));
        Assert.Equal("NotFound:USER_UNKNOWN", await Shop.AnswerOf(
            Shop.WalletsAdmin.ListUserEntriesAsync(new() { UserId = 99, Filter = points }, Shop.Owner).ResponseAsync));

        foreach (var (role, reads, moves) in ((Role, bool, bool)[])[
            (Role.Support, true, false), (Role.Catalogue, true, false), (Role.Finance, true, true)])
        {
            var caller = await Shop.OperatorAsync(role);
            Assert.Equal((reads, reads, moves, moves, moves), await MayAsync(caller));
            Assert.NotEqual("OK", await Shop.AnswerOf(Shop.Wallets.GetWalletAsync(new(), caller).ResponseAsync));
        }

        Assert.Equal((false, false, false, false, false), await MayAsync(users[0]));
        Assert.Equal((false, false, false, false, false), await MayAsync([]));
        Assert.Equal("Unauthenticated:TOKEN_INVALID", await Shop.AnswerOf(Shop.Wallets.GetWalletAsync(new()).ResponseAsync));

        async Task<(bool, bool, bool, bool, bool)> MayAsync(Metadata caller) => (
            await OkAsync(Shop.WalletsAdmin.GetUserWalletAsync(new() { UserId = ids[0] }, caller).ResponseAsync),
            await OkAsync(Shop.WalletsAdmin.ListUserEntriesAsync(new() { UserId = ids[0], Filter = points }, caller).ResponseAsync),
            await OkAsync(Shop.WalletsAdmin.AdjustWalletAsync(Adjustment(ids[0], WalletAccount.Points, 1, "x", ""), caller).ResponseAsync),
            await OkAsync(Shop.WalletsAdmin.ListShopAccountsAsync(new(), caller).ResponseAsync),
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
            using var proof = Shop.WalletsAdmin.ProveLedger(new(), caller);
            await foreach (var _ in proof.ResponseStream.ReadAllAsync())
            {
            }
        }
    }

    private static Timestamp At(long second) => new() { Seconds = second };

    private static AdjustWalletRequest Adjustment(long user, WalletAccount account, long amount, string reason, string requestId) => new()
    {
        UserId = user,
        Account = account,
        Amount = amount,
        Reason = reason,
        RequestId = requestId,
    };

    private Task<string> AdjustAsync(AdjustWalletRequest request) =>
        Shop.AnswerOf(Shop.WalletsAdmin.AdjustWalletAsync(request, Shop.Owner).ResponseAsync);

    /// <summary>Proves that the ledger is sound, and says how many transactions and wallets these users have.</summary>
    private async Task<(long Transactions, long Wallets)> SoundAsync(params long[] users)
    {
        var (proof, theirs) = (await Shop.ProveLedgerAsync(), string.Join(',', users));
        var (transactions, wallets) = (
            await Shop.CountAsync($"SELECT count(DISTINCT transaction_id) FROM wallets_entries WHERE user_id IN ({theirs})"),
            await Shop.CountAsync($"SELECT count(*) FROM wallets_wallets WHERE user_id IN ({theirs})"));
        Assert.Empty(proof.Faults);
        // It has seen these, whatever others there are.
        Assert.True(proof.Transactions >= transactions && proof.Wallets >= wallets);
        return (transactions, wallets);
    }
}

/// <summary>Goal: the shop's own accounts hold the other side, and the proof names a fault. Method: a server of the test's own.</summary>
public sealed class WalletLedgerTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.PostgreSql)]
    public async Task ShopAccountsAndProof_AfterMoves_HoldTheOtherSideAndNameAFault(Database database)
    {
        await using var shop = await Shop.StartAsync(database);
        await shop.SeedUsersAsync(2);
        Assert.Equal((0, 0), await SoundAsync(shop));
        await shop.AddPointsAsync(1, 100);
        await shop.WalletsAdmin.AdjustWalletAsync(
            new() { UserId = 1, Account = WalletAccount.Balance, Amount = 250, Reason = "x" }, shop.Owner);
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

    /// <summary>Proves that the ledger is sound, and says how many transactions and wallets it has.</summary>
    private static async Task<(long Transactions, long Wallets)> SoundAsync(Shop shop)
    {
        var proof = await shop.ProveLedgerAsync();
        Assert.Empty(proof.Faults);
        return (proof.Transactions, proof.Wallets);
    }
}
