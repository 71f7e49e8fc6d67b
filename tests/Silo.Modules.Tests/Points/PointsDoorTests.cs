using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Kernel;
using Silo.Points;
using Silo.Storage;
using Silo.Testing.Databases;
using Silo.Wallets;
using Xunit;

namespace Silo.Modules.Tests.Points;

/// <summary>
/// Goal: what the rules give is given once and goes back in proportion, also where the points are spent; a voucher is used
/// once by whoever is first. Method: the door and the vouchers over a real database, one after the other and 64 at once.
/// </summary>
public abstract class PointsDoorSuite<TDatabase>(PointsNode<TDatabase> node) : PointsSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;
    private const int Limit = 3;

    [Fact]
    public async Task Grant_OfAnEvent_IsGivenOnceByTheTierThatIsReached()
    {
        await RulesAsync();
        var (user, reference) = (NewId(), Reference());

        var many = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => AgainAsync(() => GrantAsync(user, reference, 600_00))));
        var small = await GrantAsync(user, Reference(), 99_99);
        var nobody = NewId();
        await GrantAsync(nobody, Reference(), 99_99);

        Assert.All(many, g => Assert.Equal(80, g.Value));
        Assert.Equal(0, small.Value);
        Assert.False(await Node.ReadAsync(r => r.Query<WalletRow>().AnyAsync(w => w.UserId == nobody)));
        Assert.Equal(new WalletState { Points = 80, PointsReceived = 80, Entries = 1 }, await Node.WalletAsync(user));
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task TakeBack_OfParts_TakesInProportionAndTheRestAsADebt()
    {
        await RulesAsync();
        var (user, reference) = (NewId(), Reference());
        await GrantAsync(user, reference, 500_00);
        await Node.AddPointsAsync(user, -70);

        var first = await BackAsync(reference, 50_00);
        var repeat = await BackAsync(reference, 50_00);
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AgainAsync(() => BackAsync(reference, 250_00))));
        var whole = await BackAsync(reference, 500_00);
        var beyond = await BackAsync(reference, 900_00);

        Assert.Equal((8, 0, 32, 40, 0), (first.Value, repeat.Value, atOnce.Sum(t => t.Value), whole.Value, beyond.Value));
        Assert.Equal((0, -70), (await Node.WalletAsync(user)) is var poor ? (poor.Points, poor.PointsDebt) : default);
        await Node.AddPointsAsync(user, 100);
        Assert.Equal((30, 0), (await Node.WalletAsync(user)) is var paid ? (paid.Points, paid.PointsDebt) : default);
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task SignIn_WithADebt_PaysItFirst()
    {
        await RulesAsync();
        await Node.SetTermsAsync(new() { BasePoints = 7 });
        var (user, reference) = (NewId(), Reference());
        await GrantAsync(user, reference, 100_00);
        await Node.AddPointsAsync(user, -10);
        await BackAsync(reference, 100_00);

        await Node.SignAsync(user);

        Assert.Equal((0, -3), (await Node.WalletAsync(user)) is var wallet ? (wallet.Points, wallet.PointsDebt) : default);
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task TakeBack_OfWhatGaveNothing_TakesNothing() =>
        Assert.Equal(0, (await BackAsync(Reference(), 100)).Value);

    [Fact]
    public async Task Registered_WithAnInviter_GivesBothOnce()
    {
        await RulesAsync();
        var (user, inviter, gone) = (NewId(), NewId(), NewId());
        await Node.AddUsersAsync(user, inviter);
        var work = Node.Get<RegistrationPoints>();

        await work.RunAsync($"{user}", new(user, inviter), attempt: 1);
        await work.RunAsync($"{user}", new(user, inviter), attempt: 2);
        await work.RunAsync($"{gone}", new(gone, 0), attempt: 1);

        Assert.Equal((100, 50, 0), (
            (await Node.WalletAsync(user)).Points, (await Node.WalletAsync(inviter)).Points, (await Node.WalletAsync(gone)).Points));
    }

    [Fact]
    public async Task Registered_ByManyOfOneInviterAtOnce_GivesHimTheDaysLimit()
    {
        await RulesAsync();
        var inviter = NewId();
        await Node.AddUsersAsync(inviter);
        Node.Time.Set(Clock.StartOf(Clock.DayOf(Clock.NowMs).AddDays(1)) - 1);

        await InviteAsync(Callers);
        Assert.Equal(50 * Limit, (await Node.WalletAsync(inviter)).Points);

        // Midnight begins a new day, the last instant of which is one of it.
        Node.Time.Set(Clock.NowMs + 1);
        await InviteAsync(Limit - 1);
        Node.Time.Set(Clock.StartOf(Clock.DayOf(Clock.NowMs).AddDays(1)) - 1);
        await InviteAsync(Callers);
        Assert.Equal(100 * Limit, (await Node.WalletAsync(inviter)).Points);
        Assert.Empty(await Node.LedgerFaultsAsync());

        // All work is done, also that which gave nothing; each name has the points of its own registration.
        async Task InviteAsync(int count)
        {
            var users = Enumerable.Range(0, count).Select(_ => NewId()).ToArray();
            await Node.AddUsersAsync(users);
            var work = Node.Get<RegistrationPoints>();
            var outcomes = await Task.WhenAll(users.Select(u => AgainAsync(
                () => work.RunAsync($"{u}", new(u, inviter), attempt: 1))));
            Assert.All(outcomes, o => Assert.Equal(WorkOutcome.Done, o));
            Assert.All(await Task.WhenAll(users.Select(Node.WalletAsync)), w => Assert.Equal(100, w.Points));
        }
    }

    [Fact]
    public async Task Registered_WhoseWorkRunsAgainOnAnotherDay_GivesNothingMore()
    {
        await RulesAsync();
        var (inviter, late) = (NewId(), NewId());
        await Node.AddUsersAsync(inviter, late);
        var work = Node.Get<RegistrationPoints>();
        Node.Time.Set(Clock.StartOf(Clock.DayOf(Clock.NowMs).AddDays(1)) - 1);
        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal(50, (await GrantAsync(inviter, Reference(), 0, PointsEvent.Invitation)).Value);
        }

        await work.RunAsync($"{late}", new(late, inviter), attempt: 1);
        Node.Time.Set(Clock.NowMs + 60_000);
        await work.RunAsync($"{late}", new(late, inviter), attempt: 2);

        Assert.Equal(50 * Limit, (await Node.WalletAsync(inviter)).Points);
        // Nor does what gave nothing count on a day.
        Assert.Equal(50, (await GrantAsync(inviter, Reference(), 0, PointsEvent.Invitation)).Value);
        Assert.Equal(0, (await Node.Units.StageAsync(
            stage => Node.Points.TakeBack(stage, inviter, PointsEvent.Invitation, $"user:{late}", 0),
            CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Grant_BeyondTheLimitOfAnEvent_LeavesOtherEventsAndUsersAlone()
    {
        await RulesAsync();
        var (user, other) = (NewId(), NewId());
        for (var i = 0; i < Limit; i++)
        {
            Assert.Equal(50, (await GrantAsync(user, Reference(), 0, PointsEvent.Invitation)).Value);
        }

        Assert.Equal(0, (await GrantAsync(user, Reference(), 0, PointsEvent.Invitation)).Value);
        Assert.Equal(50, (await GrantAsync(other, Reference(), 0, PointsEvent.Invitation)).Value);
        Assert.Equal(80, (await GrantAsync(user, Reference(), 600_00)).Value);
        Assert.Equal(100, (await GrantAsync(user, Reference(), 0, PointsEvent.Registration)).Value);
    }

    [Fact]
    public async Task CreateRule_OfInvitationsWithoutALimit_IsRefused()
    {
        var refusal = (await Node.Units.RunAsync(
            unit => PointsRulesWrites.CreateAsync(
                unit, new(PointsEvent.Invitation, 1, Points: 1), CancellationToken.None),
            CancellationToken.None)).Refusal;

        Assert.Equal(PointsRefusals.LimitMissing, refusal);
    }

    [Fact]
    public async Task ExchangeVoucher_By64UsersAtOnce_IsGoodForOne()
    {
        var number = (await VouchersAsync(1, 30))[0].Number;
        var users = Enumerable.Range(0, Callers).Select(_ => NewId()).ToArray();

        var outcomes = await Task.WhenAll(users.Select(u => AgainAsync(() => ExchangeAsync(u, number))));

        Assert.Equal(30, Assert.Single(outcomes, o => o.IsAccepted).Value);
        Assert.All(outcomes.Where(o => !o.IsAccepted), o => Assert.Equal(PointsRefusals.VoucherUsed, o.Refusal));
        var winner = users[Array.FindIndex(outcomes, o => o.IsAccepted)];
        Assert.Equal(30, (await Node.WalletAsync(winner)).Points);
        Assert.Equal(30, (await Task.WhenAll(users.Select(Node.WalletAsync))).Sum(w => w.Points));
        Assert.Empty(await Node.LedgerFaultsAsync());
    }

    [Fact]
    public async Task ExchangeVoucher_WithARequestId_IsAnsweredOnce()
    {
        var vouchers = await VouchersAsync(2, 5);
        var user = NewId();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => AgainAsync(() => ExchangeAsync(user, vouchers[0].Number, "v"))));
        var reused = await ExchangeAsync(user, vouchers[1].Number, "v");
        var without = await ExchangeAsync(user, vouchers[0].Number);

        Assert.All(outcomes, o => Assert.Equal(5, o.Value));
        Assert.Equal(Refusals.RequestIdReused, reused.Refusal);
        Assert.Equal(PointsRefusals.VoucherUsed, without.Refusal);
        Assert.Equal(5, (await Node.WalletAsync(user)).Points);
    }

    [Fact]
    public async Task ExchangeVoucher_HoweverItIsWritten_IsFoundAndItsStateIsTold()
    {
        var vouchers = await VouchersAsync(3, 5);
        var written = $" {vouchers[0].Number[..4].ToLowerInvariant()}-{vouchers[0].Number[4..]}";
        await Node.Units.RunAsync(
            unit => VouchersWrites.VoidAsync(unit, vouchers[1].BatchId, [vouchers[1].Id], CancellationToken.None), CancellationToken.None);

        Assert.Equal(5, (await ExchangeAsync(NewId(), written)).Value);
        Assert.Equal(PointsRefusals.VoucherVoid, (await ExchangeAsync(NewId(), vouchers[1].Number)).Refusal);
        Node.Time.Set(vouchers[2].ExpiresAt - 1);
        var voidedUsed = await Node.Units.RunAsync(
            unit => VouchersWrites.VoidAsync(unit, vouchers[0].BatchId, [vouchers[0].Id], CancellationToken.None), CancellationToken.None);
        Assert.Empty(voidedUsed.Value!.After.Ids);
        Node.Time.Set(vouchers[2].ExpiresAt);
        Assert.Equal(PointsRefusals.VoucherExpired, (await ExchangeAsync(NewId(), vouchers[2].Number)).Refusal);
        Assert.Equal(PointsRefusals.VoucherUsed, (await ExchangeAsync(NewId(), vouchers[0].Number)).Refusal);
    }

    [Fact]
    public async Task ExchangeVoucher_WithUnknownNumbers_IsStoppedAfterTen()
    {
        var good = await VouchersAsync(1, 5);
        var (guesser, other) = (NewId(), NewId());
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(PointsRefusals.VoucherUnknown, (await ExchangeAsync(guesser, $"GUESS{i}")).Refusal);
        }

        Assert.Equal(AttemptsRefusals.TooMany, (await ExchangeAsync(guesser, good[0].Number)).Refusal);
        Assert.Equal(5, (await ExchangeAsync(other, good[0].Number)).Value);
        Node.Time.Set(Clock.NowMs + (15 * 60 * 1000));
        Assert.Equal(PointsRefusals.VoucherUsed, (await ExchangeAsync(guesser, good[0].Number)).Refusal);
    }

    [Fact]
    public async Task CreateVouchers_BetweenTwoNumbersOfPoints_DrawsAllOfThem()
    {
        var vouchers = await VouchersAsync(1_000, 1, 4);

        Assert.Equal(1_000, vouchers.Select(v => v.Number).Distinct().Count());
        Assert.All(vouchers, v => Assert.Equal(16, v.Number.Length));
        Assert.Equal([1, 2, 3, 4], vouchers.Select(v => v.Points).Distinct().Order());
    }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> givenTo = new(StringComparer.Ordinal);

    private static string Reference() => $"order:{NewId()}";

    private Task<Result<long>> GrantAsync(
        long user, string reference, long cents, PointsEvent happened = PointsEvent.Consumption)
    {
        givenTo[reference] = user;
        return Node.Units.StageAsync(
            stage => Node.Points.Grant(
                stage, new PointsGrant { UserId = user, Event = happened, Reference = reference, AmountCents = cents }),
            CancellationToken.None);
    }

    private Task<Result<long>> BackAsync(string reference, long cents) => Node.Units.StageAsync(
        stage => Node.Points.TakeBack(stage, givenTo.GetValueOrDefault(reference, 1), PointsEvent.Consumption, reference, cents),
        CancellationToken.None);

    private Task<Result<long>> ExchangeAsync(long user, string number, string requestId = "") => Node.Vouchers.ExchangeAsync(
        user, number, requestId, VouchersWrites.Normalise(number).GetHashCode(StringComparison.Ordinal), CancellationToken.None);

    private async Task<List<VoucherRow>> VouchersAsync(int count, long least, long most = 0)
    {
        var batch = await Node.Units.RunAsync(
            unit => VouchersWrites.CreateAsync(
                unit, new(0, count, least, most == 0 ? least : most, Clock.NowMs + 86_400_000, "")),
            CancellationToken.None);
        var id = batch.Value!.After.Id;
        return await Node.ReadAsync(r => r.Query<VoucherRow>().Where(v => v.BatchId == id).OrderBy(v => v.Id).ToListAsync());
    }

    private Task<Result<bool>> RulesAsync() => Node.Units.RunAsync<bool>(
        async unit =>
        {
            if (!await unit.Query<PointsRuleRow>().AnyAsync())
            {
                foreach (var rule in new PointsRuleTerms[]
                {
                    new(PointsEvent.Consumption, 100_00, Points: 10),
                    new(PointsEvent.Consumption, 500_00, Points: 80),
                    new(PointsEvent.Consumption, 550_00, Points: 999, Disabled: true),
                    new(PointsEvent.Registration, 0, Points: 100),
                    new(PointsEvent.Invitation, 0, Points: 50, DailyLimit: Limit),
                })
                {
                    Assert.True((await PointsRulesWrites.CreateAsync(unit, rule, CancellationToken.None)).IsAccepted);
                }
            }

            return true;
        },
        CancellationToken.None);
}

public sealed class PointsDoorOnSqlite(PointsNode<SqliteDatabase> node) : PointsDoorSuite<SqliteDatabase>(node);

public sealed class PointsDoorOnPostgres(PointsNode<PostgresDatabase> node) : PointsDoorSuite<PostgresDatabase>(node);
