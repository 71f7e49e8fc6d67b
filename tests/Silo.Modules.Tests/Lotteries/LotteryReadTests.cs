using Microsoft.Extensions.Logging.Abstractions;
using Silo.Accounts;
using Silo.Catalog;
using Silo.Coupons;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Modules.Tests.Coupons;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Lotteries;

/// <summary>
/// Goal: what the public reads of a lottery or a coupon costs the same however much was drawn or used, and is right all
/// the same; and a database that is away hides neither success nor refusal. Method: values compared with a count by hand
/// at every position; on PostgreSQL the statements caught, none of which may count or be without bounds; more rows than
/// are counted; units that always fail.
/// </summary>
public abstract class LotteryReadSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private LotteriesReads Reads => Node.Get<LotteriesReads>();

    /// <summary>What was sent to the modules' tables; none on the embedded database, where nothing is caught.</summary>
    private IEnumerable<Statement> Sent => Node.Statements.Where(
        s => s.Sql.Contains("lotteries_", StringComparison.Ordinal) || s.Sql.Contains("coupons_", StringComparison.Ordinal));

    [Fact]
    public async Task Before_EveryPositionAcrossRules_SaysWhatACountWould()
    {
        var lottery = NewId();
        Prize[] prizes =
        [
            new() { Kind = LotteryPrizeKind.Goods, Title = "A", Weight = 2, Stock = 9, GoodsId = await Node.GoodsAsync() },
            new() { Kind = LotteryPrizeKind.None, Title = "-", Weight = 3 },
        ];
        await SaveAsync(lottery, prizes);
        await DrawAsync(lottery, 40);
        var kept = (await Reads.StateAsync(lottery)).Terms.Prizes;
        await SaveAsync(lottery, [kept[1], kept[0] with { Stock = 30 }, new() { Kind = LotteryPrizeKind.None, Title = "+", Weight = 2 }]);
        await DrawAsync(lottery, 40);
        var all = await Reads.LatestAsync(lottery, 80, new Paging(1, 100), CancellationToken.None);
        Assert.Equal(80, all.Count);

        foreach (var draw in all)
        {
            Node.Statements.Clear();
            var (found, rule, won) = (await Reads.BeforeAsync(lottery, draw.Draw.Position, CancellationToken.None))!.Value;
            AssertBounded();
            Assert.Equal(Node.Database.IsPostgres, Sent.Any());
            Assert.Equal((draw.Draw.Id, draw.Draw.RuleVersion), (found.Id, rule.Version));
            Assert.Equal(
                rule.Prizes.Select(p => all.LongCount(d => d.Draw.PrizeId == p.Id && d.Draw.Position < draw.Draw.Position)), won);
        }

        var counted = all.GroupBy(d => d.Draw.PrizeId).OrderBy(g => g.Key).Select(g => (g.Key, g.LongCount(), 0L));
        Node.Statements.Clear();
        Assert.Equal(counted, await Reads.WonAsync(lottery, await Reads.StateAsync(lottery), CancellationToken.None));
        Assert.Equal([1], (await Reads.RulesAsync([all[^1].Draw], CancellationToken.None)).Select(r => r.Version));
        Assert.Equal([1, 2], (await Reads.RulesAsync([all[^1].Draw, all[0].Draw], CancellationToken.None)).Select(r => r.Version));
    }

    [Theory]
    [InlineData(1, 3, new long[] { 7, 6, 5 })]
    [InlineData(3, 3, new long[] { 1 })]
    [InlineData(4, 3, new long[0])]
    [InlineData(1_000_000, 100, new long[0])]
    public async Task Latest_OfAnyPage_IsARangeOfPositions(int page, int size, long[] expected)
    {
        var lottery = NewId();
        await SaveAsync(lottery, [new() { Kind = LotteryPrizeKind.None, Title = "-", Weight = 1 }]);
        await DrawAsync(lottery, 7);
        Node.Statements.Clear();

        var draws = await Reads.LatestAsync(lottery, 7, new Paging(page, size), CancellationToken.None);

        Assert.Equal(expected, draws.Select(d => d.Draw.Position));
        AssertBounded();
        Assert.DoesNotContain(Sent, s => s.Sql.Contains("OFFSET", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(LotteriesReads.MaxCounted, false)]
    [InlineData(LotteriesReads.MaxCounted + 1, true)]
    public async Task Filtered_OfMoreThanIsCounted_SaysSo(int pending, bool isCapped)
    {
        var lottery = NewId();
        await SaveAsync(lottery, [new() { Kind = LotteryPrizeKind.None, Title = "-", Weight = 1 }]);
        var prize = (await Reads.StateAsync(lottery)).Terms.Prizes[0].Id;
        var rows = new Rows();
        for (var i = 0; i < pending; i++)
        {
            rows.Append(new DrawRow
            {
                Id = NewId(),
                LotteryId = lottery,
                Position = i + 1,
                RuleVersion = 1,
                UserId = NewId(),
                RequestId = "",
                PrizeId = prize,
                PrizeOrdinal = i,
                IsGoods = true,
            });
        }

        await WriteAsync(rows);

        foreach (var query in new DrawQuery[] { new(lottery, PendingOnly: true), new(lottery, PrizeId: prize) })
        {
            var (draws, total, capped) = await Reads.FilteredAsync(query, new Paging(1, 5), CancellationToken.None);

            Assert.Equal((5, LotteriesReads.MaxCounted, isCapped), (draws.Count, total, capped));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData((int)CouponsReads.MaxUsedCounted)]
    [InlineData((int)CouponsReads.MaxUsedCounted + 7)]
    public async Task Used_OfACoupon_IsCountedToItsBound(int used)
    {
        var (coupon, other) = (await Node.CreateAsync(), await Node.CreateAsync());
        var rows = new Rows();
        for (var i = 0; i < used; i++)
        {
            rows.Append(new UserCouponMarkRow { UserCouponId = NewId(), CouponId = coupon, Mark = UserCouponMark.Used, SubjectId = i });
        }

        // These are not used.
        rows.Append(new UserCouponMarkRow { UserCouponId = NewId(), CouponId = other, Mark = UserCouponMark.Reserved });
        await WriteAsync(rows);
        var reads = new CouponsReads(Node.Units, Node.Get<IStates>(), Node.Get<IUsers>());
        var expected = Math.Min(used, CouponsReads.MaxUsedCounted + 1);

        for (var i = 0; i < 2; i++)
        {
            Node.Statements.Clear();
            var counts = await reads.UsedAsync([coupon, other, coupon], CancellationToken.None);
            Assert.Equal((expected, 0), (counts[coupon], counts[other]));
            Assert.All(Sent, s => Assert.Contains("LIMIT", s.Sql, StringComparison.Ordinal));
        }

        Node.Statements.Clear();
        await reads.UsedAsync([coupon], CancellationToken.None);
        Assert.Equal(Node.Database.IsPostgres && used <= CouponsReads.MaxUsedCounted ? 1 : 0, Sent.Count());
        var wire = CouponsWire.Coupon(coupon, await Node.StateAsync(coupon), expected);
        Assert.Equal(
            (Math.Min(used, CouponsReads.MaxUsedCounted), used > CouponsReads.MaxUsedCounted), (wire.Used, wire.UsedIsCapped));
    }

    [Fact]
    public async Task Return_WhereTheDatabaseIsAway_HidesNeitherSuccessNorRefusal()
    {
        var (first, second) = (await Node.CreateAsync(t => t with { StockTotal = 5 }), await Node.CreateAsync(t => t with { StockTotal = 2 }));
        var allocations = new LotteriesWrites(
            Node.Get<HotGrains<long, LotteryCommand, LotteryOutcome>>(),
            Node.Get<ICouponAllocations>(),
            Node.Get<ICatalog>(),
            new AwayUnits(),
            Node.Get<IdSource>(),
            NullLogger<LotteriesWrites>.Instance);
        var terms = new LotteryTerms
        {
            Prizes =
            [
                new() { Kind = LotteryPrizeKind.Coupon, Title = "a", Weight = 1, Stock = 3, CouponId = first },
                new() { Kind = LotteryPrizeKind.Coupon, Title = "b", Weight = 1, Stock = 3, CouponId = second },
            ],
        };

        Assert.Equal("COUPON_SOLD_OUT", (await allocations.TakeAsync(new(), terms)).Refusal?.Reason);
        await allocations.ReturnUnusedAsync((await allocations.TakeAsync(new(), terms with { Prizes = [terms.Prizes[0] with { Stock = 1 }] })).Value!);
    }

    /// <summary>Of the caught statements none counts, and each is of one position, a range of them, one row, or rules.</summary>
    private void AssertBounded() => Assert.All(Sent, s =>
    {
        Assert.DoesNotContain("count(", s.Sql, StringComparison.OrdinalIgnoreCase);
        Assert.True(
            s.Sql.Contains("LIMIT", StringComparison.Ordinal)
                || s.Sql.Contains("lotteries_rules", StringComparison.Ordinal)
                || (s.Sql.Contains("position <=", StringComparison.Ordinal) && s.Sql.Contains("position >", StringComparison.Ordinal)),
            s.Sql);
    });

    private async Task SaveAsync(long lottery, Prize[] prizes)
    {
        var state = await Reads.StateAsync(lottery);
        Assert.Null((await Node.ChangeAsync(lottery, new LotteryChangeCommand
        {
            OperatorId = 1,
            Rpc = "tests/Save",
            Change = state.Exists ? LotteryChange.Update : LotteryChange.Create,
            Terms = new()
            {
                Title = "T",
                StartsAt = Node.Clock.NowMs - 1_000_000,
                EndsAt = Node.Clock.NowMs + 1_000_000_000,
                TimesPerUser = 100,
                Prizes = prizes,
            },
        })).Refusal);
    }

    private async Task DrawAsync(long lottery, int draws) => Assert.All(
        await Node.Lottery(lottery).RunAsync([.. Enumerable.Range(0, draws).Select(_ => new DrawCommand { UserId = NewId() })]),
        outcome => Assert.Null(outcome.Refusal));

    private async Task WriteAsync(Rows rows) => Assert.Null((await Node.Units.RunAsync<bool>(
        async unit =>
        {
            await unit.WriteAsync(rows);
            return true;
        },
        CancellationToken.None)).Refusal);

    private sealed class AwayUnits : IUnits
    {
        public Task<Result<T>> RunAsync<T>(Func<Unit, Task<Result<T>>> work, CancellationToken cancellation, string? queue = null) =>
            throw new StorageUnavailableException("Away on purpose.");

        public Task<Result<T>> StageAsync<T>(Func<Stage, Func<Rows, Result<T>>> name, CancellationToken cancellation) =>
            throw new StorageUnavailableException("Away on purpose.");

        public Task<T> ReadAsync<T>(Func<IReads, Task<T>> query, CancellationToken cancellation) =>
            throw new StorageUnavailableException("Away on purpose.");
    }
}

public sealed class LotteryReadsOnSqlite(CouponNode<SqliteDatabase> node) : LotteryReadSuite<SqliteDatabase>(node);

public sealed class LotteryReadsOnPostgres(CouponNode<PostgresDatabase> node) : LotteryReadSuite<PostgresDatabase>(node);
