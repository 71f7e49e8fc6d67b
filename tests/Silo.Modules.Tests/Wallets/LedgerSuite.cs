using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Wallets;

/// <summary>What the suites over the real ledger share.</summary>
public abstract class WalletSuite<TDatabase> : ModulesSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static long lastReference;

    private protected IWallets Wallets => Node.Get<IWallets>();

    private protected LedgerProof Proof => new(Node.Units) { TransactionsOfSlice = 7, WalletsOfSlice = 3 };

    private protected static LedgerTransaction Transaction(string? reference, params LedgerLine[] lines) => new()
    {
        Kind = LedgerKind.Adjustment,
        Reference = reference ?? $"t{Interlocked.Increment(ref lastReference)}",
        Lines = lines,
    };

    private protected static LedgerTransaction Points(long user, long amount, string? reference = null) => Transaction(
        reference, new(user, LedgerAccount.Points, amount), new(0, LedgerAccount.ShopPointsIssued, -amount));

    private protected static LedgerTransaction Money(long user, long amount, string? reference = null) => Transaction(
        reference, new(user, LedgerAccount.Balance, amount), new(0, LedgerAccount.ShopAdjustments, -amount));

    private protected static LedgerTransaction Transfer(long from, long to, long amount) => Transaction(
        null, new(from, LedgerAccount.Balance, -amount), new(to, LedgerAccount.Balance, amount));

    private protected Task<Result<long>> PostAsync(LedgerTransaction transaction) =>
        Node.Units.StageAsync(stage => Wallets.Post(stage, transaction), Cancel);

    private protected Task<WalletState?> WalletAsync(long user) => Node.Units.ReadAsync(
        async r => (await r.Query<WalletRow>().SingleOrDefaultAsync(w => w.UserId == user, Cancel))?.State, Cancel);

    private protected Task<int> CountAsync<T>()
        where T : class => Node.Units.ReadAsync(r => r.Query<T>().CountAsync(Cancel), Cancel);

    private protected async Task<List<string>> FaultsAsync()
    {
        List<string> faults = [];
        await foreach (var slice in Proof.RunAsync(Cancel))
        {
            Assert.InRange(slice.Faults.Count, 0, LedgerProof.MaxFaults);
            faults.AddRange(slice.Faults);
        }

        return faults;
    }
}

/// <summary>
/// Goal: what is booked is booked once and whole, no account leaves its bounds, and callers in each other's way wait and
/// do not fail. Method: many units at once over a real database; afterwards the answers, the wallets and the proof.
/// </summary>
public abstract class LedgerSuite<TDatabase> : WalletSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly Refusal No = new("NO", RefusalKind.Precondition, "No.");

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Read_OfAWalletThatMovesBeforeItIsWritten_BooksNothing(long pointsBefore)
    {
        if (pointsBefore > 0)
        {
            await PostAsync(Points(1, pointsBefore));
        }

        var (first, second, third) = (await Wallets.ReadAsync(1), await Wallets.ReadAsync(1), await Wallets.ReadAsync(1));
        Assert.Equal((pointsBefore, 0), (second.PointsOf(1), second.BalanceOf(1)));

        // Of another account: it is the wallet that has moved.
        Assert.True((await WriteAsync(first, Money(1, 3))).IsAccepted);
        await Assert.ThrowsAsync<UniqueKeyTakenException>(() => WriteAsync(second, Points(1, 5)));
        await PostAsync(Money(1, 4));
        await Assert.ThrowsAsync<UniqueKeyTakenException>(() => WriteAsync(third, Money(1, 6)));

        Assert.True((await WriteAsync(await Wallets.ReadAsync(1), Points(1, 5))).IsAccepted);
        Assert.Equal((pointsBefore + 5, 7), (await WalletAsync(1)) is { } wallet ? (wallet.Points, wallet.Balance) : default);
        Assert.Empty(await FaultsAsync());

        Task<Result<long>> WriteAsync(LedgerDraft draft, LedgerTransaction transaction) => Node.Units.RunAsync<long>(
            async unit =>
            {
                var rows = new Rows();
                var booked = draft.Post(transaction, rows);
                await unit.WriteAsync(rows);
                return booked;
            },
            Cancel);
    }

    [Fact]
    public async Task Read_OfManyWalletsAtOnce_GivesEachItsOwn()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(user => PostAsync(Points(user, user))));

        var drafts = await Task.WhenAll(Enumerable.Range(1, 1_300).Select(async user => (user, Draft: await Wallets.ReadAsync(user))));

        Assert.All(drafts, d => Assert.Equal(d.user <= 40 ? d.user : 0, d.Draft.PointsOf(d.user)));
    }

    [Fact]
    public async Task Post_AgainWithKindAndReference_IsAnsweredAsTheFirstAndMovesNothing()
    {
        var first = await PostAsync(Points(1, 10, "once"));

        var again = await PostAsync(Points(1, 10, "once"));
        var otherLines = await PostAsync(Points(1, 99, "once"));
        var otherKind = await PostAsync(Points(1, 5, "once") with { Kind = LedgerKind.CouponPoints });

        Assert.Equal((first.Value, first.Value), (again.Value, otherLines.Value));
        Assert.NotEqual(first.Value, otherKind.Value);
        Assert.Equal(new WalletState { Points = 15, PointsReceived = 15, Entries = 2 }, await WalletAsync(1));
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Post_SixtyFourAtOnceWithOneReference_BooksOnceAndAllGetItsId()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => PostAsync(Points(1, 10, "once"))))).Soon();

        Assert.Single(answers.Select(a => a.Value).Distinct());
        Assert.Equal(new WalletState { Points = 10, PointsReceived = 10, Entries = 1 }, await WalletAsync(1));
        Assert.Equal(1, await CountAsync<TransactionRow>());
    }

    [Fact]
    public async Task Post_SixtyFourDebitsOfABalanceForTen_AcceptsExactlyTen()
    {
        await PostAsync(Money(1, 109));

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => PostAsync(Money(1, -10))))).Soon();

        Assert.Equal(10, answers.Count(a => a.IsAccepted));
        Assert.All(answers.Where(a => !a.IsAccepted), a => Assert.Equal(WalletsRefusals.BalanceTooLow, a.Refusal));
        Assert.Equal(new WalletState { Balance = 9, Entries = 11 }, await WalletAsync(1));
        Assert.Empty(await FaultsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BothDirectionsAtOnce_WaitForEachOtherWithoutDeadlock(bool fresh)
    {
        const int pairs = 8;
        if (!fresh)
        {
            for (var user = 1; user <= 2 * pairs; user++)
            {
                await PostAsync(Money(user, 1_000));
            }
        }

        // Every pair from both sides at once, several times, each direction with its users in its own order.
        var refusals = new ConcurrentBag<Refusal>();
        await Task.WhenAll(Enumerable.Range(0, 6 * pairs).Select(i => Task.Run(async () =>
        {
            var (low, high) = ((i % pairs) + 1L, (i % pairs) + 1L + pairs);
            for (var round = 0; round < 5; round++)
            {
                var (from, to) = (i / pairs) % 2 == 0 ? (low, high) : (high, low);
                foreach (var transaction in (LedgerTransaction[])[Money(to, 50), Transfer(from, to, 40), Transfer(to, from, 10)])
                {
                    var answer = await PostAsync(transaction);
                    if (!answer.IsAccepted)
                    {
                        refusals.Add(answer.Refusal);
                    }
                }
            }
        }))).Soon();

        Assert.All(refusals, refusal => Assert.Equal(WalletsRefusals.BalanceTooLow, refusal));
        var sum = await Node.Units.ReadAsync(r => r.Query<WalletRow>().SumAsync(w => w.Balance, Cancel), Cancel);
        Assert.Equal((6L * pairs * 5 * 50) + (fresh ? 0 : 2_000L * pairs), sum);
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Stage_OverlappingSetsInAnyOrderOfFreshUsers_BooksThemAllWithoutDeadlock()
    {
        var seed = TestSeed.Draw();
        var sets = Enumerable.Range(0, 64).Select(i =>
        {
            var random = new Random(seed + i);
            return Enumerable.Range(1, 24).Select(u => (long)u).OrderBy(_ => random.Next()).Take(6).ToArray();
        }).ToArray();

        await Task.WhenAll(sets.Select(users => Task.Run(() => BookAllAsync(users)))).Soon();

        var sum = await Node.Units.ReadAsync(r => r.Query<WalletRow>().SumAsync(w => w.Points, Cancel), Cancel);
        Assert.Equal(64 * 6, sum);
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Post_UnitRefusesOrThrowsAfterwards_LeavesNothing()
    {
        var refused = await Node.Units.RunAsync<bool>(
            async unit =>
            {
                Assert.True((await unit.StageAsync(stage => Wallets.Post(stage, Money(1, 10, "a")), Cancel)).IsAccepted);
                return No;
            },
            Cancel);
        await Assert.ThrowsAsync<NotSupportedException>(() => Node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.StageAsync(stage => Wallets.Post(stage, Money(1, 10, "a")), Cancel);
                throw new NotSupportedException();
            },
            Cancel));
        var tooLow = await PostAsync(Money(1, -1));
        await Assert.ThrowsAsync<ArgumentException>(() => PostAsync(Transaction("a", new LedgerLine(1, LedgerAccount.Balance, 10))));

        Assert.Equal((No, WalletsRefusals.BalanceTooLow), (refused.Refusal, tooLow.Refusal));
        Assert.Equal((0, 0, 0), (await CountAsync<TransactionRow>(), await CountAsync<EntryRow>(), await CountAsync<WalletRow>()));
        // What was rolled back is not booked: its reference is free.
        Assert.True((await PostAsync(Money(1, 10, "a"))).IsAccepted);
        Assert.Equal(new WalletState { Balance = 10, Entries = 1 }, await WalletAsync(1));
    }

    [Fact]
    public async Task Post_SeveralTimesInOneUnit_EachSeesTheOneBefore()
    {
        var outcomes = new List<string?>();
        await Node.Units.RunAsync<bool>(
            async unit =>
            {
                foreach (var transaction in (LedgerTransaction[])[Money(1, 10, "a"), Money(1, -6), Money(1, -6), Money(1, 10, "a"), Points(1, 3)])
                {
                    outcomes.Add((await unit.StageAsync(stage => Wallets.Post(stage, transaction), Cancel)).Refusal?.Reason);
                }

                return true;
            },
            Cancel);

        Assert.Equal([null, null, "BALANCE_TOO_LOW", null, null], outcomes);
        Assert.Equal(new WalletState { Balance = 4, Points = 3, PointsReceived = 3, Entries = 3 }, await WalletAsync(1));
        Assert.Empty(await FaultsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stage_TwoDoorsOfOneCommandNameOneWallet_BookOnOneDraft(bool inUnit)
    {
        await PostAsync(Money(1, 100));

        Func<Rows, Result<bool>> Command(Stage stage)
        {
            var (first, second) = (Wallets.Stage(stage, [1]), Wallets.Stage(stage, [1, 2]));
            return rows => first.Post(Money(1, -30), rows).IsAccepted && second.Post(Points(1, 5), rows).IsAccepted
                && first.Post(Money(1, -70), rows).IsAccepted && !second.Post(Money(1, -1), rows).IsAccepted;
        }

        var booked = inUnit
            ? await Node.Units.RunAsync<bool>(unit => unit.StageAsync(Command, Cancel), Cancel)
            : await Node.Units.StageAsync(Command, Cancel);

        Assert.True(booked.Value);
        Assert.Equal(new WalletState { Points = 5, PointsReceived = 5, Entries = 4 }, await WalletAsync(1));
        Assert.Null(await WalletAsync(2));
        Assert.Empty(await FaultsAsync());
    }

    [Theory]
    [InlineData("balance", 1)]
    [InlineData("frozen", 1)]
    [InlineData("commission", 1)]
    [InlineData("balance_debt", -1)]
    [InlineData("points", 1)]
    [InlineData("points_debt", -1)]
    public async Task Table_BeyondEitherBoundOfAnAccount_RefusesIt(string account, int sign)
    {
        await PostAsync(Points(1, 5));

        foreach (var beyond in (long[])[-sign, sign * (LedgerRules.MaxAmount + 1)])
        {
            var fault = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => SetAsync(beyond));
            Assert.Contains("ck_wallets_bounds", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await SetAsync(sign * LedgerRules.MaxAmount));
        Assert.Equal(1, await SetAsync(0));

        Task<int> SetAsync(long amount) => Node.ExecuteAsync($"UPDATE wallets_wallets SET {account} = {amount} WHERE user_id = 1");
    }

    [Fact]
    public async Task Stage_OfManyFreshUsers_MakesTheWalletsThatMove()
    {
        long[] users = [.. Enumerable.Range(1, 2_500).Select(u => (long)u).Reverse()];

        var booked = await Node.Units.StageAsync<bool>(
            stage =>
            {
                var draft = Wallets.Stage(stage, users, RowLock.SkipLocked);
                return rows => draft.HeldElsewhere.Count == 0
                    && users[..1_200].All(user => draft.Post(Points(user, 1), rows).IsAccepted);
            },
            Cancel);

        Assert.True(booked.Value);
        Assert.Equal(1_200, await CountAsync<WalletRow>());
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Stage_WalletThatNeverMoved_ReadsZero()
    {
        await PostAsync(Points(2, 5));

        await InUnitAsync(
            [1, 2],
            (draft, rows) =>
            {
                Assert.Empty(draft.HeldElsewhere);
                Assert.Equal((0, 0, 5), (draft.PointsOf(1), draft.BalanceOf(1), draft.PointsOf(2)));
                Assert.Equal(WalletsRefusals.PointsTooLow, draft.Post(Points(1, -1), rows).Refusal);
                Assert.Throws<ArgumentException>("userId", () => { draft.Post(Points(3, 1), rows); });
                Assert.True(draft.Post(Points(1, 1), rows).IsAccepted);
            }).Soon();

        Assert.Equal(1, (await WalletAsync(1))?.Points);
        Assert.Empty(await FaultsAsync());
    }

    /// <summary>Books a point for each of the users in the order of the set, in one command.</summary>
    private async Task BookAllAsync(long[] users)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                var booked = await Node.Units.StageAsync<bool>(
                    stage =>
                    {
                        var draft = Wallets.Stage(stage, users);
                        return rows => users.All(user => draft.Post(Points(user, 1), rows).IsAccepted);
                    },
                    Cancel);
                Assert.True(booked.Value);
                return;
            }
            catch (StorageUnavailableException)
            {
                // Others have made wallets each time in between.
            }
        }

        Assert.Fail("The command never came through.");
    }

    /// <summary>Decides on wallets inside a unit, leaving out those that are held elsewhere.</summary>
    private protected Task InUnitAsync(long[] users, Action<LedgerDraft, Rows> decide, RowLock how = RowLock.SkipLocked) =>
        Node.Units.RunAsync<bool>(
            unit => unit.StageAsync<bool>(
                stage =>
                {
                    var draft = Wallets.Stage(stage, users, how);
                    return rows =>
                    {
                        decide(draft, rows);
                        return true;
                    };
                },
                Cancel),
            Cancel);
}

public sealed class LedgerOnPostgres : LedgerSuite<PostgresDatabase>
{
    [Fact]
    public async Task Stage_WalletIsHeld_IsInHeldElsewhereAndTheOthersAreNot()
    {
        await PostAsync(Points(1, 5));
        await PostAsync(Points(2, 7));
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand("SELECT 1 FROM wallets_wallets WHERE user_id = 1 FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(Cancel);

        await InUnitAsync(
            [1, 2, 3],
            (draft, rows) =>
            {
                Assert.Equal([1L], draft.HeldElsewhere);
                Assert.Equal((7, 0), (draft.PointsOf(2), draft.PointsOf(3)));
                // What is there is not known: neither enough nor too low may be said of it.
                Assert.Throws<ArgumentException>(() => { draft.Post(Points(1, -1), rows); });
                Assert.Throws<ArgumentException>(() => { draft.Post(Points(1, 1), rows); });
                Assert.True(draft.Post(Points(2, -7), rows).IsAccepted);
            }).Soon();

        await transaction.RollbackAsync(Cancel);
        Assert.Equal(5, (await WalletAsync(1))?.Points);
        Assert.Equal(0, (await WalletAsync(2))?.Points);
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Stage_WalletIsBeingMade_ReadsZero()
    {
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var make = new Npgsql.NpgsqlCommand(
            "INSERT INTO wallets_wallets (user_id, balance, frozen, commission, balance_debt, points, points_debt, points_received, entries) VALUES (1, 0, 0, 0, 0, 9, 0, 9, 0)",
            foreign);
        await make.ExecuteNonQueryAsync(Cancel);

        await InUnitAsync(
            [1],
            (draft, rows) =>
            {
                Assert.Empty(draft.HeldElsewhere);
                Assert.Equal(WalletsRefusals.PointsTooLow, draft.Post(Points(1, -1), rows).Refusal);
            }).Soon();
    }

    /// <summary>
    /// A batch has one wallet and needs the next; somebody else makes the next and needs the first. In one ascending walk
    /// he asks for the first before he makes anything.
    /// </summary>
    [Fact]
    public async Task Lock_OfOneThatIsThereAndOneThatIsNot_MeetsABatchOfBothWithoutDeadlock()
    {
        await PostAsync(Points(1, 5));
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand("SELECT 1 FROM wallets_wallets WHERE user_id = 1 FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(Cancel);

        var batch = WriteAsync(Points(1, 3), Points(2, 4));
        await WaitersAsync(1).Soon();
        var locking = InUnitAsync([2, 1], (_, _) => { }, RowLock.Wait);
        await WaitersAsync(2).Soon();
        await transaction.RollbackAsync(Cancel);

        Assert.True((await batch.Soon()).IsAccepted);
        await locking.Soon();
        Assert.Equal((8, 4), ((await WalletAsync(1))?.Points, (await WalletAsync(2))?.Points));
        Assert.Empty(await FaultsAsync());
    }

    /// <summary>
    /// Who holds a wallet appends the entry that a batch, which has only read the wallet, would append too. The batch must
    /// wait for the wallet before it has the entry's number: the order of the tables.
    /// </summary>
    [Fact]
    public async Task Write_OfAWalletThatIsHeldAndMoves_WaitsForItWithoutAnEntry()
    {
        await PostAsync(Points(1, 5));
        var (locked, waits) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holder = Node.Units.RunAsync(
            async unit =>
            {
                await unit.StageAsync<bool>(
                    stage =>
                    {
                        Wallets.Stage(stage, [1]);
                        return _ => true;
                    },
                    Cancel);
                locked.SetResult();
                await waits.Task;
                return await unit.StageAsync(stage => Wallets.Post(stage, Points(1, 2)), Cancel);
            },
            Cancel);
        await locked.Task.Soon();

        var batch = WriteAsync(Points(1, 3));
        await WaitersAsync(1).Soon();
        waits.SetResult();

        Assert.True((await holder.Soon()).IsAccepted);
        await Assert.ThrowsAsync<UniqueKeyTakenException>(() => batch.Soon());
        Assert.Equal(7, (await WalletAsync(1))?.Points);
        Assert.Empty(await FaultsAsync());
    }

    [Fact]
    public async Task Post_WalletIsHeldForLongerThanALockMayBe_IsUnavailableAndBooksNothing()
    {
        await PostAsync(Points(1, 5));
        await using var foreign = await Database.OpenOwnAsync();
        await using var transaction = await foreign.BeginTransactionAsync(Cancel);
        await using var take = new Npgsql.NpgsqlCommand("SELECT 1 FROM wallets_wallets WHERE user_id = 1 FOR UPDATE", foreign);
        await take.ExecuteScalarAsync(Cancel);

        var exception = await Assert.ThrowsAsync<StorageUnavailableException>(() => PostAsync(Points(1, 1, "late")).Soon());

        Assert.False(exception.OutcomeUnknown);
        await transaction.RollbackAsync(Cancel);
        Assert.True((await PostAsync(Points(1, 1, "late"))).IsAccepted);
        Assert.Equal(6, (await WalletAsync(1))?.Points);
    }

    /// <summary>Writes what a hot grain's batch writes that has read its wallets and locked none.</summary>
    private async Task<Result<bool>> WriteAsync(params LedgerTransaction[] transactions)
    {
        var rows = new Rows();
        foreach (var transaction in transactions)
        {
            Assert.True((await Wallets.ReadAsync(transaction.Lines[0].UserId)).Post(transaction, rows).IsAccepted);
        }

        return await Node.Units.RunAsync<bool>(
            async unit =>
            {
                await unit.WriteAsync(rows);
                return true;
            },
            Cancel);
    }

    /// <summary>Until so many transactions of the database wait for a lock.</summary>
    private async Task WaitersAsync(int count)
    {
        await using var connection = await Database.OpenOwnAsync();
        await using var command = new Npgsql.NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
        while ((long)(await command.ExecuteScalarAsync(Cancel))! < count)
        {
            await Task.Yield();
        }
    }
}

public sealed class LedgerOnSqlite : LedgerSuite<SqliteDatabase>;
