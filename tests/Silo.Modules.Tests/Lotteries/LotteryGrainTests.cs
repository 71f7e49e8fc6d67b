using Microsoft.EntityFrameworkCore;
using Silo.Coupons;
using Silo.Lotteries;
using Silo.Modules.Tests.Coupons;
using Silo.Storage;
using Silo.Testing;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: a draw is decided once and stands whole or not at all, whatever the grain remembers and wherever its commit
/// breaks; and what a coupon prize takes from its coupon is used or comes back, never both. Method: faults around the
/// commit, forgotten users, and each step of an allocation done twice and in the wrong order.
/// </summary>
public abstract class LotteryGrainSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private static readonly Prize Loss = new() { Kind = LotteryPrizeKind.None, Title = "-", Weight = 1 };

    private static readonly Prize Points = new() { Kind = LotteryPrizeKind.Points, Title = "points", Weight = 1, Points = 7 };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Draw_WhoseCommitBreaks_StandsWholeOrNotAtAll(bool points, bool afterCommit)
    {
        var user = NewId();
        var lottery = await CreateAsync(1, points ? Points : Loss, Loss with { Title = "never", Weight = 0 });
        var faults = Node.Get<CommitFaults>();
        Action broken = () => throw new IOException("Broken on purpose.");
        (faults.BeforeSend, faults.AfterCommit) = afterCommit ? ((Action?)null, broken) : (broken, null);
        try
        {
            await Assert.ThrowsAsync<StorageUnavailableException>(() => DrawAsync(lottery, user, "r"));
        }
        finally
        {
            (faults.BeforeSend, faults.AfterCommit) = (null, null);
        }

        Assert.Equal(afterCommit ? 1 : 0, (await RowsAsync(lottery)).Count);
        var draw = await DrawAsync(lottery, user, "r");
        var rows = await RowsAsync(lottery);
        Assert.Equal((null, 1), (draw.Refusal, draw.Position));
        Assert.Equal(draw.DrawId, Assert.Single(rows).Id);
        Assert.Equal(points ? 7 : 0, (await Node.WalletAsync(user))?.Points ?? 0);
        Assert.Equal((1, 1), ((await StateAsync(lottery)).Draws, (await StateAsync(lottery)).Drawers));
    }

    [Theory]
    [InlineData(1, "b", "", "LOTTERY_LIMIT_REACHED", false)]
    [InlineData(1, "", "", "LOTTERY_LIMIT_REACHED", false)]
    [InlineData(2, "b", "", null, false)]
    [InlineData(1, "a", "", null, true)]
    [InlineData(2, "a", "another body", "REQUEST_ID_REUSED", false)]
    public async Task Draw_OfAForgottenUserWithADraw_IsDecidedByIt(
        int times, string request, string body, string? expected, bool same)
    {
        var (user, other) = (NewId(), NewId());
        var lottery = await CreateAsync(times, Loss);
        var first = await DrawAsync(lottery, user, "a");
        await Node.ForgetAsync();

        // In one batch with a user who really has none.
        var outcomes = await Node.Lottery(lottery).RunAsync(
            [new DrawCommand { UserId = other }, new DrawCommand { UserId = user, RequestId = request, RequestHash = body.Length }]);

        Assert.Equal([null, expected], outcomes.Select(o => o.Refusal?.Reason));
        Assert.Equal(same, outcomes[1].DrawId == first.DrawId);
        var rows = await RowsAsync(lottery);
        Assert.Equal(expected is null && !same ? [1, 2, 3] : [1, 2], rows.Select(r => r.Position));
        Assert.Equal(expected is null && !same ? [0, 1] : [0], rows.Where(r => r.UserId == user).Select(r => r.Ordinal));
    }

    [Fact]
    public async Task Draw_OfManyUsersAcrossForgetting_NeverExceedsTimes()
    {
        const int times = 3;
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        var users = Enumerable.Range(0, 30).Select(_ => NewId()).ToArray();
        var lottery = await CreateAsync(times, Loss, Loss with { Title = "+" });
        var accepted = new Dictionary<(long User, string Request), long>();
        for (var round = 0; round < 25; round++)
        {
            var commands = Enumerable.Range(0, 20)
                .Select(_ => new DrawCommand { UserId = users[random.Next(users.Length)], RequestId = $"r{random.Next(6)}" }).ToArray();
            var outcomes = await Node.Lottery(lottery).RunAsync(commands);
            foreach (var (command, outcome) in commands.Zip(outcomes).Where(o => o.Second.Refusal is null))
            {
                var first = accepted.GetValueOrDefault((command.UserId, command.RequestId), outcome.DrawId);
                Assert.True(first == outcome.DrawId, $"{command.UserId}/{command.RequestId} got two draws, seed {seed}");
                accepted[(command.UserId, command.RequestId)] = first;
            }

            if (random.Next(3) == 0)
            {
                await Node.ForgetAsync();
            }
        }

        var rows = await RowsAsync(lottery);
        Assert.Equal(accepted.Values.Order(), rows.Select(r => r.Id).Order());
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(p => (long)p), rows.Select(r => r.Position));
        Assert.All(rows.GroupBy(r => r.UserId), mine => Assert.InRange(mine.Count(), 1, times));
        Assert.Equal(rows.Select(r => r.UserId).Distinct().Count(), (await StateAsync(lottery)).Drawers);
    }

    /// <summary>A wallet that never moved has no row to lock: whoever makes it second is decided again.</summary>
    [Fact]
    public async Task Draw_OfAUserWithoutAWalletInManyLotteriesAtOnce_BooksEachPrize()
    {
        for (var round = 0; round < 8; round++)
        {
            var user = NewId();
            long[] lotteries = [await CreateAsync(1, Points, Loss with { Weight = 0 }), await CreateAsync(1, Points, Loss with { Weight = 0 })];

            var draws = await Task.WhenAll(lotteries.Select(lottery => Task.Run(() => DrawAsync(lottery, user))));

            Assert.All(draws, draw => Assert.Null(draw.Refusal));
            Assert.Equal(14, (await Node.WalletAsync(user))!.Points);
        }
    }

    [Fact]
    public async Task Draw_OfACouponPrize_GivesAUserCouponOfTheAllocation()
    {
        var user = NewId();
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 5, AmountMaxCents = 2_000 });
        var lottery = await CreateWithCouponAsync(coupon, stock: 2, times: 3);
        Assert.Equal((3, 2), await StockAsync(coupon));

        var draws = new[] { await DrawAsync(lottery, user), await DrawAsync(lottery, user), await DrawAsync(lottery, user) };

        var userCoupons = await Node.UserCouponsAsync(coupon);
        Assert.Equal(2, draws.Count(d => d.UserCouponId > 0));
        Assert.Equal(draws.Select(d => d.UserCouponId).Where(id => id > 0).Order(), userCoupons.Select(p => p.Id));
        Assert.All(userCoupons, p => Assert.Equal((user, UserCouponOrigin.Prize), (p.UserId, p.Origin)));
        Assert.All(userCoupons, p => Assert.InRange(p.DrawnCents!.Value, 1_000, 2_000));
        // A prize is no claim: the user may still claim his own.
        Assert.Null((await Node.ClaimAsync(coupon, user)).Refusal);
    }

    [Fact]
    public async Task End_OfALotteryWithUserCouponsLeft_GivesThemBackOnce()
    {
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 5 });
        var lottery = await CreateWithCouponAsync(coupon, stock: 4, times: 1);
        await DrawAsync(lottery, NewId());
        Assert.Equal((1, 4), await StockAsync(coupon));

        await Node.ChangeAsync(lottery, new LotteryChangeCommand { Change = LotteryChange.End, Rpc = "tests/End" });
        await Node.ChangeAsync(lottery, new CloseCommand());
        var work = Assert.Single(await WorkAsync(LotteriesWork.GiveBack, coupon));
        for (var i = 0; i < 2; i++)
        {
            await RunAsync(work);
        }

        Assert.Equal((4, 1), await StockAsync(coupon));
        Assert.Equal("LOTTERY_ENDED", (await DrawAsync(lottery, NewId())).Refusal?.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settle_OfAnAllocation_GivesItBackOnlyIfNoLotteryUsesIt(bool isUsed)
    {
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 5 });
        var allocations = Node.Get<LotteriesWrites>();
        var terms = Terms(1, CouponPrize(coupon, 3), Loss);
        var takes = (await allocations.TakeAsync(new(), terms)).Value!;
        Assert.Equal((2, 3), await StockAsync(coupon));
        // Whoever took them may die here: the work to look at them is there already.
        var look = Assert.Single(await WorkAsync(LotteriesWork.Settle, coupon));
        var lottery = NewId();
        if (isUsed)
        {
            Assert.Null((await SaveAsync(lottery, terms, takes)).Refusal);
        }

        for (var i = 0; i < 2; i++)
        {
            await RunAsync(look);
        }

        var back = await WorkAsync(LotteriesWork.GiveBack, coupon);
        Assert.Equal(isUsed ? 0 : 1, back.Count);
        if (!isUsed)
        {
            // Too late to be used.
            await Assert.ThrowsAsync<StorageUnavailableException>(() => SaveAsync(lottery, terms, takes));
            await RunAsync(back[0]);
        }

        Assert.Equal(isUsed ? (2L, 3L) : (5L, 0L), await StockAsync(coupon));
        Assert.Equal(isUsed, (await StateAsync(lottery)).Exists);
    }

    [Fact]
    public async Task Take_OfMoreThanACouponHas_TakesNothingAtAll()
    {
        var (first, second) = (await Node.CreateAsync(t => t with { StockTotal = 5 }), await Node.CreateAsync(t => t with { StockTotal = 2 }));
        var allocations = Node.Get<LotteriesWrites>();

        var taken = await allocations.TakeAsync(
            new(), Terms(1, CouponPrize(first, 3), CouponPrize(second, 3) with { Title = "second" }, Loss));

        Assert.Equal("COUPON_SOLD_OUT", taken.Refusal?.Reason);
        Assert.Equal((2, 0), await StockAsync(second));
        await RunAsync(Assert.Single(await WorkAsync(LotteriesWork.GiveBack, first)));
        Assert.Equal((5, 0), await StockAsync(first));
    }

    [Theory]
    [InlineData(4, 1, 0)]
    [InlineData(3, 0, 0)]
    [InlineData(1, 0, 2)]
    public async Task Update_OfACouponPrizesStock_MovesTheDifference(long stock, long taken, long given)
    {
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 10 });
        var lottery = await CreateWithCouponAsync(coupon, stock: 3, times: 1);
        var present = await StateAsync(lottery);
        var terms = present.Terms with
        {
            Prizes = [present.Terms.Prizes[0] with { Stock = stock, Coupon = null }, present.Terms.Prizes[1]],
        };
        var takes = (await Node.Get<LotteriesWrites>().TakeAsync(present.Terms, terms)).Value!;

        Assert.Null((await SaveAsync(lottery, terms, takes)).Refusal);

        Assert.Equal(taken, takes.Sum(t => t.Quantity));
        var backs = await WorkAsync(LotteriesWork.GiveBack, coupon);
        Assert.Equal(given, backs.Sum(back => back.Payload.Quantity));
        foreach (var back in backs)
        {
            await RunAsync(back);
        }

        Assert.Equal((10 - stock, stock), await StockAsync(coupon));
        Assert.NotNull((await StateAsync(lottery)).Terms.Prizes[0].Coupon);
    }

    /// <summary>Without user coupons, which nobody takes for terms that are refused anyway.</summary>
    [Fact]
    public async Task Update_BelowWhatWasWonAndWithMoreOfACoupon_SaysThatTheStockIsTooLow()
    {
        var coupon = await Node.CreateAsync(t => t with { StockTotal = 5 });
        var goods = new Prize { Kind = LotteryPrizeKind.Goods, Title = "goods", Weight = 1, Stock = 3, GoodsId = await Node.GoodsAsync() };
        var lottery = await CreateAsync(1, goods, Loss with { Weight = 0 });
        await DrawAsync(lottery, NewId());
        await DrawAsync(lottery, NewId());
        var present = (await StateAsync(lottery)).Terms.Prizes;

        var outcome = await SaveAsync(lottery, Terms(1, present[0] with { Stock = 1 }, present[1], CouponPrize(coupon, 3)), []);

        Assert.Equal("LOTTERY_STOCK_BELOW_WON", outcome.Refusal?.Reason);
    }

    private static Prize CouponPrize(long coupon, long stock) =>
        new() { Kind = LotteryPrizeKind.Coupon, Title = "coupon", Weight = 1, Stock = stock, CouponId = coupon };

    private LotteryTerms Terms(int times, params Prize[] prizes) => new()
    {
        Title = "T",
        StartsAt = Node.Clock.NowMs - 1_000_000,
        EndsAt = Node.Clock.NowMs + 1_000_000_000,
        TimesPerUser = times,
        Prizes = prizes,
    };

    private async Task<LotteryOutcome> SaveAsync(long lottery, LotteryTerms terms, CouponTake[] takes) =>
        await Node.ChangeAsync(lottery, new LotteryChangeCommand
        {
            OperatorId = 1,
            Rpc = "tests/Save",
            Change = (await StateAsync(lottery)).Exists ? LotteryChange.Update : LotteryChange.Create,
            Terms = terms,
            Takes = takes,
        });

    private async Task<long> CreateAsync(int times, params Prize[] prizes)
    {
        var lottery = NewId();
        Assert.Null((await SaveAsync(lottery, Terms(times, prizes), [])).Refusal);
        return lottery;
    }

    /// <summary>A lottery whose only prize with a weight is the coupon's.</summary>
    private async Task<long> CreateWithCouponAsync(long coupon, long stock, int times)
    {
        var (lottery, terms) = (NewId(), Terms(times, CouponPrize(coupon, stock), Loss with { Weight = 0 }));
        var takes = (await Node.Get<LotteriesWrites>().TakeAsync(new(), terms)).Value!;
        Assert.Null((await SaveAsync(lottery, terms, takes)).Refusal);
        return lottery;
    }

    private async Task<LotteryOutcome> DrawAsync(long lottery, long user, string request = "") =>
        (await Node.Lottery(lottery).RunAsync([new DrawCommand { UserId = user, RequestId = request }]))[0];

    private Task<LotteryState> StateAsync(long lottery) => Node.Get<LotteriesReads>().StateAsync(lottery);

    private Task<List<DrawRow>> RowsAsync(long lottery) => Node.ReadAsync(
        r => r.Query<DrawRow>().Where(d => d.LotteryId == lottery).OrderBy(d => d.Position).ToListAsync());

    private async Task<(long Left, long Allocated)> StockAsync(long coupon)
    {
        var state = await Node.StateAsync(coupon);
        return (state.StockLeft, state.Allocated);
    }

    /// <summary>The work of a kind that is about a coupon.</summary>
    private Task<List<WorkItem<CouponQuantity>>> WorkAsync(WorkKind<CouponQuantity> kind, long coupon) => Node.ReadAsync(async r =>
        (await r.Query<WorkRow>().Where(w => w.Kind == kind.Name).ToListAsync())
        .Select(w => new WorkItem<CouponQuantity>(w.Kind, w.Key, w.DueAt, 1, Payloads.Read<CouponQuantity>(w.Payload)))
        .Where(item => item.Payload.CouponId == coupon).ToList());

    private async Task RunAsync(WorkItem<CouponQuantity> item) => Assert.Equal(
        WorkOutcome.Done,
        await Node.WorkOf(item.Kind).RunAsync(item, Payloads.Write(item.Payload), CancellationToken.None));
}

public sealed class LotteryGrainOnSqlite(CouponNode<SqliteDatabase> node) : LotteryGrainSuite<SqliteDatabase>(node);

public sealed class LotteryGrainOnPostgres(CouponNode<PostgresDatabase> node) : LotteryGrainSuite<PostgresDatabase>(node);
