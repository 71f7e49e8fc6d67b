using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Silo.Accounts;
using Silo.Edge;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Lotteries.V1;
using Silo.Modules.Tests.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: an update is refused as documented also where somebody else changes the lottery between its look at the lottery
/// and its write. Method: the rpc on reads of states after each of which the other change is made.
/// </summary>
public abstract class LotteryUpdateSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Update_OfAVersionThatIsMadeMeanwhile_TakesNoGoodsThatAreNotThere()
    {
        var lottery = NewId();
        var terms = Terms("first");
        await ChangeAsync(lottery, LotteryChange.Create, terms);
        var service = Service(() => ChangeAsync(lottery, LotteryChange.Update, Terms("second")));
        terms.Prizes.Add(new LotteryPrize { Kind = PrizeKind.Goods, Title = "goods", Weight = 1, Stock = 1, GoodsId = 1 });

        var refused = await Assert.ThrowsAsync<RefusalException>(
            () => service.UpdateLottery(new() { LotteryId = lottery, Terms = terms, ExpectedVersion = 2 }, Call()));

        Assert.Equal("LOTTERY_VERSION_STALE", refused.Refusal.Reason);
        var state = await Node.Get<LotteriesReads>().StateAsync(lottery);
        Assert.Equal((2, "second", 1), (state.Version, state.Terms.Title, state.Terms.Prizes.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_BelowWhatWasWonAndWithMoreOfACoupon_SaysThatTheStockIsTooLow(bool wonMeanwhile)
    {
        var (lottery, coupon) = (NewId(), await Node.CreateAsync(t => t with { StockTotal = 5 }));
        var terms = Terms("first");
        terms.Prizes[0].Weight = 0;
        terms.Prizes.Add(new LotteryPrize { Kind = PrizeKind.Points, Title = "points", Weight = 1, Stock = 9, Points = 1 });
        await ChangeAsync(lottery, LotteryChange.Create, terms);
        var prizes = (await Node.Get<LotteriesReads>().StateAsync(lottery)).Terms.Prizes;
        (terms.Prizes[0].Id, terms.Prizes[1].Id, terms.Prizes[1].Stock) = (prizes[0].Id, prizes[1].Id, 1);
        terms.Prizes.Add(new LotteryPrize { Kind = PrizeKind.Coupon, Title = "coupon", Weight = 1, Stock = 3, CouponId = coupon });
        await (wonMeanwhile ? Task.CompletedTask : DrawTwiceAsync());
        var service = Service(wonMeanwhile ? DrawTwiceAsync : () => Task.CompletedTask);

        var refused = await Assert.ThrowsAsync<RefusalException>(
            () => service.UpdateLottery(new() { LotteryId = lottery, Terms = terms }, Call()));

        Assert.Equal("LOTTERY_STOCK_BELOW_WON", refused.Refusal.Reason);
        // What was taken before it was known is on its way back.
        Assert.Equal(wonMeanwhile ? 2 : 5, (await Node.StateAsync(coupon)).StockLeft);
        var payload = Payloads.Write(new CouponQuantity(coupon, 3));
        Assert.Equal(wonMeanwhile ? 1 : 0, await Node.ReadAsync(r => r.Query<WorkRow>().CountAsync(
            w => w.Kind == LotteriesWork.GiveBack.Name && w.Payload == payload)));

        Task DrawTwiceAsync() => Node.Lottery(lottery).RunAsync([new DrawCommand { UserId = NewId() }, new DrawCommand { UserId = NewId() }]);
    }

    private static Silo.Lotteries.V1.LotteryTerms Terms(string title)
    {
        var terms = new Silo.Lotteries.V1.LotteryTerms
        {
            Title = title,
            StartsAt = new Timestamp { Seconds = 1_577_836_800 },
            EndsAt = new Timestamp { Seconds = 4_102_444_800 },
            TimesPerUser = 1,
        };
        terms.Prizes.Add(new LotteryPrize { Kind = PrizeKind.None, Title = "-", Weight = 1 });
        return terms;
    }
    private static EdgeCallContext Call() =>
        new(new BareCall(), new DefaultHttpContext(), TimeProvider.System, limit: null, CancellationToken.None);

    /// <summary>The rpcs; each look at a lottery is followed by a change that they do not see.</summary>
    private LotteriesAdminGrpc Service(Func<Task> meanwhile)
    {
        var lotteries = Node.Get<HotGrains<long, LotteryCommand, LotteryOutcome>>();
        var states = new StatesBefore(Node.Get<IStates>(), meanwhile);
        var reads = new LotteriesReads(Node.Units, states, lotteries, Node.Get<IUserNames>(), Node.Clock);
        return new(
            lotteries, reads, Node.Get<LotteriesWrites>(), new OperatorWrites(Node.Units), Node.Get<IdSource>(), Node.Clock);
    }

    private async Task ChangeAsync(long lottery, LotteryChange change, Silo.Lotteries.V1.LotteryTerms terms) => Assert.Null(
        (await Node.ChangeAsync(lottery, new LotteryChangeCommand
        {
            OperatorId = 1,
            Rpc = "tests/Save",
            Change = change,
            Terms = LotteriesWire.Terms(terms),
        })).Refusal);

    private sealed class StatesBefore(IStates states, Func<Task> then) : IStates
    {
        public async Task<T[]> ReadManyAsync<T>(IReadOnlyList<StateKey> keys)
            where T : class, new()
        {
            var before = await states.ReadManyAsync<T>(keys);
            await then();
            return before;
        }
    }

    /// <summary>A call of which nothing but its method is looked at.</summary>
    private sealed class BareCall : ServerCallContext
    {
        protected override string MethodCore => "/silo.lotteries.v1.LotteriesAdminService/UpdateLottery";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}

public sealed class LotteryUpdateOnSqlite(CouponNode<SqliteDatabase> node) : LotteryUpdateSuite<SqliteDatabase>(node);

public sealed class LotteryUpdateOnPostgres(CouponNode<PostgresDatabase> node) : LotteryUpdateSuite<PostgresDatabase>(node);
