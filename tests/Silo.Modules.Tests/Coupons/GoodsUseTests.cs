using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Coupons;
using Silo.Edge;
using Silo.Kernel;
using Silo.Lotteries;
using Silo.Modules.Tests.Catalog;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Coupons;

/// <summary>
/// Goal: goods that are a target of an open coupon, or a prize that can be won or is to be sent, cannot be deleted, and no
/// grain begins to need goods that are gone. Method: deletions before, after and at once with the grains' commands.
/// </summary>
public abstract class GoodsUseSuite<TDatabase>(CouponNode<TDatabase> node) : CouponSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Coupon_NeedsItsTargetsWhileItCanBeClaimed()
    {
        var (goods, other) = (await Node.GoodsAsync(), await Node.GoodsAsync());
        var coupon = await Node.CreateAsync(t => t with { Targets = Targets(other, goods) });

        Assert.Equal($"coupon:{coupon}", (await DeleteAsync(goods))?.Metadata["used_by"]);
        Assert.Null((await Node.ChangeAsync(coupon, Node.Change(t => t with { Targets = Targets(other) }))).Refusal);
        Assert.Null(await DeleteAsync(goods));
        Assert.Equal("GOODS_UNKNOWN", (await Node.ChangeAsync(
            coupon, Node.Change(t => t with { Targets = Targets(other, goods) }))).Refusal?.Reason);
        Assert.Equal("GOODS_IN_USE", (await DeleteAsync(other))?.Reason);
        var over = Node.Change(t => t with { Targets = Targets(other), ClaimableUntil = Node.Clock.NowMs - 1 });
        Assert.Null((await Node.ChangeAsync(coupon, over)).Refusal);
        Assert.Null(await DeleteAsync(other));
        // A coupon that was over is not opened again for goods that are gone.
        Assert.Equal("GOODS_UNKNOWN", (await Node.ChangeAsync(
            coupon, Node.Change(t => t with { Targets = Targets(other) }))).Refusal?.Reason);
    }

    [Fact]
    public async Task Lottery_NeedsItsGoodsUntilTheyCannotBeWonAndAllAreSent()
    {
        var (goods, spare, lottery) = (await Node.GoodsAsync(), await Node.GoodsAsync(), NewId());
        Assert.Equal("GOODS_UNKNOWN", (await SaveAsync(lottery, Goods(4711))).Refusal?.Reason);
        Assert.Null((await SaveAsync(lottery, Goods(goods))).Refusal);

        Assert.Equal($"lottery:{lottery}", (await DeleteAsync(goods))?.Metadata["used_by"]);
        var prizes = (await Node.Get<LotteriesReads>().StateAsync(lottery)).Terms.Prizes;
        // Other goods are another prize, so that what was won stays what it is.
        Assert.Equal("LOTTERY_PRIZE_UNKNOWN", (await SaveAsync(lottery, prizes[0] with { GoodsId = spare })).Refusal?.Reason);
        var draw = await Node.ChangeAsync(lottery, new DrawCommand { UserId = NewId() });
        Assert.Equal(prizes[0].Id, draw.PrizeId);
        Assert.Null((await SaveAsync(lottery, prizes[0], Goods(spare) with { Title = "spare" })).Refusal);
        Assert.Equal("GOODS_IN_USE", (await DeleteAsync(spare))?.Reason);
        Assert.Null((await SaveAsync(lottery, prizes[0])).Refusal);
        Assert.Null(await DeleteAsync(spare));
        Assert.Null((await Node.ChangeAsync(lottery, Change(LotteryChange.End))).Refusal);
        Assert.Equal($"draw:{draw.DrawId}", (await DeleteAsync(goods))?.Metadata["used_by"]);
        await Node.Units.RunAsync(
            unit =>
            {
                unit.Set<DeliveryRow>().Add(new() { DrawId = draw.DrawId, LotteryId = lottery });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.Null(await DeleteAsync(goods));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeleteAndUse_AtOnce_OneComesThrough(bool isCoupon)
    {
        for (var i = 0; i < 16; i++)
        {
            var goods = await Node.GoodsAsync();

            var deleting = i % 2 == 0 ? Task.Run(() => DeleteAsync(goods)) : null;
            var uses = Enumerable.Range(0, 3).Select(_ => Task.Run(() => isCoupon ? CouponAsync(goods) : LotteryAsync(goods))).ToArray();
            deleting ??= Task.Run(() => DeleteAsync(goods));

            var used = await Task.WhenAll(uses);
            Assert.Equal((await deleting)?.Reason, used.Any(refusal => refusal is null) ? "GOODS_IN_USE" : null);
            Assert.Single(used.Select(refusal => refusal?.Reason).Distinct());
            Assert.All(used, refusal => Assert.True(refusal is null || refusal == CatalogRefusals.GoodsUnknown, $"{refusal}"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Use_WhileADeletionIsNotCommitted_FindsNoGoods(bool isCoupon)
    {
        var (goods, meanwhile) = (await Node.GoodsAsync(), new Meanwhile());
        var use = meanwhile.Run(() => isCoupon ? CouponAsync(goods) : LotteryAsync(goods));

        Assert.Null(await DeleteAsync(goods, meanwhile));

        Assert.Equal(CatalogRefusals.GoodsUnknown, await use);
    }

    private static CouponTarget[] Targets(params long[] goods) =>
        [new() { TargetId = 5 }, .. goods.Select(id => new CouponTarget { IsGoods = true, TargetId = id })];

    private static Prize Goods(long goods) =>
        new() { Kind = LotteryPrizeKind.Goods, Title = "goods", Weight = 1, Stock = 3, GoodsId = goods };

    private static LotteryChangeCommand Change(LotteryChange change) => new() { OperatorId = 1, Rpc = "tests/Save", Change = change };

    private async Task<Refusal?> DeleteAsync(long goods, params IGoodsUse[] others) => (await Node.Units.RunAsync<OperatorChange<GoodsDetail>>(
        unit => GoodsWrites.DeleteAsync(
            unit, new() { GoodsId = goods }, Node.Get<IEnumerable<IGoodsUse>>().Concat(others), CancellationToken.None),
        CancellationToken.None)).Refusal;

    private async Task<Refusal?> CouponAsync(long goods) => (await Node.Get<HotGrains<long, CouponCommand, CouponOutcome>>().RunAsync(
        NewId(), Node.Change(t => t with { Targets = Targets(goods) }) with { Create = true })).Refusal;

    private async Task<Refusal?> LotteryAsync(long goods) => (await Node.Get<HotGrains<long, LotteryCommand, LotteryOutcome>>().RunAsync(
        NewId(), Change(LotteryChange.Create) with { Terms = Terms(Goods(goods)) })).Refusal;

    private LotteryTerms Terms(params Prize[] prizes) => new()
    {
        Title = "T",
        StartsAt = Node.Clock.NowMs - 1_000_000,
        EndsAt = Node.Clock.NowMs + 1_000_000_000,
        TimesPerUser = 1,
        Prizes = [.. prizes, new() { Kind = LotteryPrizeKind.None, Title = "-" }],
    };

    private async Task<LotteryOutcome> SaveAsync(long lottery, params Prize[] prizes)
    {
        var state = await Node.Get<LotteriesReads>().StateAsync(lottery);
        var loss = state.Terms.Prizes.SingleOrDefault(p => p.Kind == LotteryPrizeKind.None)?.Id ?? 0;
        var terms = Terms(prizes);
        return await Node.ChangeAsync(lottery, Change(state.Exists ? LotteryChange.Update : LotteryChange.Create) with
        {
            Terms = terms with { Prizes = [.. terms.Prizes.SkipLast(1), terms.Prizes[^1] with { Id = loss }] },
        });
    }
}

public sealed class GoodsUseOnSqlite(CouponNode<SqliteDatabase> node) : GoodsUseSuite<SqliteDatabase>(node);

public sealed class GoodsUseOnPostgres(CouponNode<PostgresDatabase> node) : GoodsUseSuite<PostgresDatabase>(node);
