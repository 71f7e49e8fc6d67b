using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Points;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Points;

/// <summary>
/// Goal: a user signs in once a day whatever happens at once, gets the day's points with it or neither, and many users
/// share a transaction. Method: the grains over a real database with the real ledger; afterwards state, rows, wallets and
/// the proof of the ledger.
/// </summary>
public abstract class SignInGrainSuite<TDatabase>(PointsNode<TDatabase> node, ITestOutputHelper output) : PointsSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;

    [Fact]
    public async Task SignIn_By64CallersAtOnce_GivesOneDay()
    {
        await Node.SetTermsAsync(new() { BasePoints = 5 });
        var user = NewId();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.SignAsync(user)));

        Assert.Equal((5, 1), (Assert.Single(outcomes, o => o.Refusal is null).Points, outcomes.Count(o => o.Refusal is null)));
        Assert.All(outcomes.Where(o => o.Refusal is not null), o => Assert.Equal(PointsRefusals.SignedInAlready, o.Refusal));
        Assert.Equal((Today, 5), Assert.Single((await Node.DaysAsync(user)).Select(d => (d.Day, d.Points))));
        Assert.Equal(new WalletState { Points = 5, PointsReceived = 5, Entries = 1 }, await Node.WalletAsync(user));
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task SignIn_OnBothSidesOfMidnightWithTwoCallsAtOnce_GivesOneADay()
    {
        await Node.SetTermsAsync(new() { BasePoints = 1 });
        var (user, midnight) = (NewId(), Clock.StartOf(Clock.DayOf(Clock.NowMs).AddDays(1)));
        var outcomes = new List<SignInOutcome>();
        foreach (var now in new[] { midnight - 1000, midnight - 1, midnight, midnight + 1 })
        {
            Node.Time.Set(now);
            outcomes.AddRange(await Task.WhenAll(Node.SignAsync(user), Node.SignAsync(user)));
        }

        Assert.Equal(
            [(Today - 1, 1), (Today, 2)], outcomes.Where(o => o.Refusal is null).Select(o => (o.Day, o.Streak)));
        Assert.Equal([Today - 1, Today], (await Node.DaysAsync(user)).Select(d => d.Day));
        Assert.Equal(2, (await Node.WalletAsync(user)).Points);
    }

    [Fact]
    public async Task SignIn_ByManyUsersAtOnce_SharesTransactions()
    {
        const int users = 300;
        await Node.SetTermsAsync(new() { BasePoints = 3 });
        var ids = Enumerable.Range(0, users).Select(_ => NewId()).ToArray();
        var (faults, transactions) = (Node.Get<CommitFaults>(), 0);
        faults.BeforeSend = () => Interlocked.Increment(ref transactions);

        var outcomes = await Task.WhenAll(ids.Select(id => Node.SignAsync(id)));
        faults.BeforeSend = null;

        Assert.All(outcomes, o => Assert.Equal((null, 3), (o.Refusal, o.Points)));
        output.WriteLine($"{users} users in {transactions} transactions");
        Assert.InRange(transactions, 1, users / 3);
        var wallets = await Node.ReadAsync(r => r.Query<WalletRow>().Where(w => ids.Contains(w.UserId)).ToListAsync());
        Assert.Equal(users, wallets.Count(w => w is { Points: 3, Entries: 1 }));
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task SignIn_WhileTheWalletMoves_LosesNothing()
    {
        const int days = 30, movers = 4;
        await Node.SetTermsAsync(new() { BasePoints = 2, MakeUpDays = 31, MakeUpPoints = 7 });
        var (user, moved, again) = (NewId(), 0L, 0);
        await Node.AddUsersAsync(user);
        await Node.GrantCardsAsync(user, days);
        using var end = new CancellationTokenSource();
        var moving = Enumerable.Range(0, movers).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                Assert.True((await AgainAsync(() => Node.PostPointsAsync(user, 1))).IsAccepted);
                Interlocked.Increment(ref moved);
            }
        })).ToArray();

        for (var back = days; back >= 1; back--)
        {
            var day = SignInRules.TextOf(Today - back);
            var outcome = await AgainAsync(() =>
            {
                again++;
                return Node.RunAsync(user, new MakeUpCommand { Day = day, RequestId = day, RequestHash = 1 });
            });
            Assert.Equal((null, 7), (outcome.Refusal, outcome.Points));
        }

        Assert.Null((await AgainAsync(() => Node.SignAsync(user, "today"))).Refusal);
        await end.CancelAsync();
        await Task.WhenAll(moving);

        output.WriteLine($"{moved} moves, {again} make-ups sent");
        Assert.True(moved > 0);
        Assert.Equal(moved + (7 * days) + 2, (await Node.WalletAsync(user)).Points);
        Assert.Equal(Enumerable.Range(Today - days, days + 1), (await Node.DaysAsync(user)).Select(d => d.Day));
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task SignIn_WhoseCommitIsNotAnswered_GetsTheFirstAnswerByItsRequestId()
    {
        await Node.SetTermsAsync(new() { BasePoints = 4 });
        var (user, faults) = (NewId(), Node.Get<CommitFaults>());
        faults.AfterCommit = () => throw new IOException("gone");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Node.SignAsync(user, "r1"));
        faults.AfterCommit = null;

        var again = await Node.SignAsync(user, "r1");
        var other = await Node.SignAsync(user, "r2");
        Node.Time.AddDays(1);
        var later = await Node.SignAsync(user, "r1");

        Assert.Equal((null, Today - 1, 4), (again.Refusal, again.Day, again.Points));
        Assert.Equal(PointsRefusals.SignedInAlready, other.Refusal);
        Assert.Equal(again, later);
        Assert.Equal(4, (await Node.WalletAsync(user)).Points);
    }

    [Fact]
    public async Task SignIn_WithTheRequestIdOfAnEarlierDay_GetsThatAnswerWhateverHoldsNow()
    {
        await Node.SetTermsAsync(new() { BasePoints = 4 });
        var user = NewId();
        var first = await Node.SignAsync(user, "r");
        Node.Time.AddDays(1);

        Assert.Equal(
            Refusals.RequestIdReused,
            (await Node.RunAsync(user, new SignTodayCommand { RequestId = "r", RequestHash = 99 })).Refusal);
        Assert.Equal(first, await Node.SignAsync(user, "r"));
        await Node.AddPointsAsync(user, LedgerRules.MaxAmount - 4);
        await Node.ForgetAsync();
        Assert.Equal(first, await Node.SignAsync(user, "r"));
        await Node.AddPointsAsync(user, -LedgerRules.MaxAmount);
        await Node.SetTermsAsync(new() { BasePoints = 4, Closed = true });
        await Node.ForgetAsync();
        Assert.Equal(first, await Node.SignAsync(user, "r"));
        Assert.Equal(PointsRefusals.SignInClosed, (await Node.SignAsync(user, "s")).Refusal);
        Assert.Equal(Today - 1, Assert.Single(await Node.DaysAsync(user)).Day);
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task SignIn_AfterTheGrainForgot_GoesOnFromTheStoredDays()
    {
        await Node.SetTermsAsync(new() { StreakRewards = [new(1, 1), new(2, 20)] });
        var user = NewId();
        await Node.SignAsync(user);
        await Node.ForgetAsync();

        Assert.Equal(PointsRefusals.SignedInAlready, (await Node.SignAsync(user)).Refusal);
        Node.Time.AddDays(1);
        Assert.Equal((2, 20), (await Node.SignAsync(user)) is var next ? (next.Streak, next.Points) : default);
    }

    [Fact]
    public async Task SignIn_WithoutPoints_BooksNothing()
    {
        await Node.SetTermsAsync(new());
        var user = NewId();

        Assert.Null((await Node.SignAsync(user)).Refusal);
        Assert.Equal(default, await Node.WalletAsync(user));
        Assert.Single(await Node.DaysAsync(user));
    }

    [Fact]
    public async Task SignIn_WithAFullWallet_IsRefusedAndTheDayIsFree()
    {
        await Node.SetTermsAsync(new() { BasePoints = 1 });
        var user = NewId();
        await Node.AddPointsAsync(user, LedgerRules.MaxAmount);

        Assert.Equal(WalletsRefusals.WalletFull, (await Node.SignAsync(user)).Refusal);
        await Node.AddPointsAsync(user, -1);
        Assert.Null((await Node.SignAsync(user)).Refusal);
        // What the other tests prove the ledger with must fit into its sums.
        await Node.AddPointsAsync(user, -LedgerRules.MaxAmount);
    }

    [Fact]
    public async Task MakeUp_By64CallersWithOneCard_MakesUpForOneDay()
    {
        await Node.SetTermsAsync(new() { MakeUpDays = 31 });
        var user = NewId();
        await Node.AddUsersAsync(user);
        await Node.GrantCardsAsync(user, 1);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Node.RunAsync(
            user, new MakeUpCommand { Day = SignInRules.TextOf(Today - 1 - (i % 31)) })));

        Assert.Single(outcomes, o => o.Refusal is null);
        Assert.True(Assert.Single(await Node.DaysAsync(user)).MadeUp);
        var moves = await Node.ReadAsync(r => r.Query<CardMoveRow>().Where(m => m.UserId == user).OrderBy(m => m.Id).ToListAsync());
        Assert.Equal([(1, 1), (-1, 0)], moves.Select(m => (m.Change, m.CardsAfter)));
    }

    [Fact]
    public async Task MakeUp_OfDaysAroundTheRegistration_IsForThoseFromItOn()
    {
        await Node.SetTermsAsync(new() { MakeUpDays = 31 });
        var (user, nobody, day) = (NewId(), NewId(), Clock.DayOf(Clock.NowMs).AddDays(-3));
        await Node.AddUsersAsync([user], Clock.StartOf(day.AddDays(1)) - 1);
        await Node.GrantCardsAsync(user, 2);
        await Node.GrantCardsAsync(nobody, 1);

        var before = await MakeUpAsync(user, day.DayNumber - 1);
        var on = await MakeUpAsync(user, day.DayNumber);
        var without = await MakeUpAsync(nobody, Today - 1);

        Assert.Equal((PointsRefusals.DayBeforeRegistration, null, PointsRefusals.DayBeforeRegistration), (before.Refusal, on.Refusal, without.Refusal));
        Assert.Equal(day.DayNumber, Assert.Single(await Node.DaysAsync(user)).Day);

        Task<SignInOutcome> MakeUpAsync(long who, int missed) =>
            Node.RunAsync(who, new MakeUpCommand { Day = SignInRules.TextOf(missed) });
    }

    [Fact]
    public async Task MakeUp_WithARequestId_IsAnsweredOnce()
    {
        await Node.SetTermsAsync(new() { MakeUpDays = 31 });
        var user = NewId();
        await Node.AddUsersAsync(user);
        await Node.GrantCardsAsync(user, 5);
        var command = new MakeUpCommand { Day = SignInRules.TextOf(Today - 2), RequestId = "m", RequestHash = 1 };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Node.RunAsync(user, command)));
        var reused = await Node.RunAsync(user, command with { Day = SignInRules.TextOf(Today - 3), RequestHash = 2 });
        // The same request id of another rpc is another request.
        var signed = await Node.SignAsync(user, "m");

        Assert.Single(outcomes.Distinct());
        Assert.Null(outcomes[0].Refusal);
        Assert.Equal(Refusals.RequestIdReused, reused.Refusal);
        Assert.Null(signed.Refusal);
        Assert.Equal(2, (await Node.DaysAsync(user)).Count);
    }

    [Fact]
    public async Task BuyCards_ForPoints_ChargesThemOnceAndNeverBelowZero()
    {
        await Node.SetTermsAsync(new() { CardPricePoints = 10 });
        var user = NewId();
        await Node.AddPointsAsync(user, 55);

        var first = await Node.RunAsync(user, Buy(2, "b"));
        var repeat = await Node.RunAsync(user, Buy(2, "b"));
        var many = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.RunAsync(user, Buy(1))));

        Assert.Equal((2, 2), (first.Cards, repeat.Cards));
        Assert.Equal(3, many.Count(o => o.Refusal is null));
        Assert.All(many.Where(o => o.Refusal is not null), o => Assert.Equal(WalletsRefusals.PointsTooLow, o.Refusal));
        Assert.Equal(5, (await Node.WalletAsync(user)).Points);
        Assert.Equal(5, await Node.GrantCardsAsync(user, 1) - 1);
        Assert.Empty(await Node.LedgerFaultsAsync());

        static BuyCardsCommand Buy(int count, string requestId = "") => new() { Count = count, RequestId = requestId, RequestHash = count };
    }

    [Fact]
    public async Task BuyCards_WhereTheyAreNotSold_IsRefused()
    {
        await Node.SetTermsAsync(new());

        Assert.Equal(PointsRefusals.CardsNotSold, (await Node.RunAsync(NewId(), new BuyCardsCommand { Count = 1 })).Refusal);
    }

    [Fact]
    public async Task GrantCards_WithARequestId_IsAnsweredOnceAndAudited()
    {
        var user = NewId();
        var command = new GrantCardsCommand { OperatorId = user, Rpc = "tests/Grant", Reason = "sorry", Count = 3, RequestId = "g", RequestHash = 1 };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Node.RunAsync(user, command)));
        var reused = await Node.RunAsync(user, command with { Count = 4, RequestHash = 2 });

        Assert.All(outcomes, o => Assert.Equal((null, 3), (o.Refusal, o.Cards)));
        Assert.Equal(Refusals.RequestIdReused, reused.Refusal);
        var entry = await Node.ReadAsync(r => r.Query<AuditEntry>().SingleAsync(a => a.OperatorId == user));
        Assert.Equal(("{\"cards\":0}", "{\"cards\":3}", "sorry"), (entry.Before, entry.After, entry.Reason));
    }

    [Fact]
    public async Task Streaks_OfUsers_ComeFromTheDaysUpToToday()
    {
        await Node.SetTermsAsync(new() { MakeUpDays = 7, Cycle = SignInCycle.Week });
        var (steady, gap, mended, late) = (NewId(), NewId(), NewId(), NewId());
        await Node.AddUsersAsync(mended);
        await Node.GrantCardsAsync(mended, 1);
        for (var day = 0; day < 9; day++)
        {
            await Node.SignAsync(steady);
            foreach (var user in day == 5 ? [] : new[] { gap, mended })
            {
                await Node.SignAsync(user);
            }

            if (day < 8)
            {
                await Node.SignAsync(late);
                Node.Time.AddDays(1);
            }
        }

        await Node.RunAsync(mended, new MakeUpCommand { Day = SignInRules.TextOf(Today - 3) });

        var streaks = await Node.ReadAsync(r => Node.Get<ISignInStreaks>().StreaksAsync(
            r, [steady, gap, mended, late, NewId()], Clock.NowMs, CancellationToken.None));

        Assert.Equal(new Dictionary<long, int> { [steady] = 9, [gap] = 3, [mended] = 9 }, streaks);
    }
}

public sealed class SignInGrainOnSqlite(PointsNode<SqliteDatabase> node, ITestOutputHelper output) : SignInGrainSuite<SqliteDatabase>(node, output);

public sealed class SignInGrainOnPostgres(PointsNode<PostgresDatabase> node, ITestOutputHelper output) : SignInGrainSuite<PostgresDatabase>(node, output);
