using Microsoft.EntityFrameworkCore;
using Silo.Bargains;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// Goal: a campaign never sells more pieces than it has, a bargain is held by one order at a time, and a purchase stands
/// or falls with the order's own work. Method: the door for orders over a real database with a joined work of the tests'
/// own, 64 buyers and closers at once.
/// </summary>
public abstract class BargainOrdersSuite<TDatabase>(BargainNode<TDatabase> node) : BargainSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;

    [Fact]
    public async Task Buy_ARunningBargain_HandsItsPriceAndReservesAPiece()
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 2 });
        var key = await Node.StartedAsync(campaign);
        var price = (await Node.HelpAsync(key, NewId())).Help!.PriceCents;
        var quote = (await Node.Bargains.QuoteAsync(campaign, key.InitiatorId, CancellationToken.None)).Value!;

        var order = NewId();
        var (bought, answer) = await Node.BuyAsync(key, order);

        Assert.Equal((order, price, 1), (bought.Value!.OrderId, bought.Value.PriceCents, bought.Value.RuleVersion));
        Assert.Equal((JoinedVerdict.Keep, $"{price}/1"), (answer!.Verdict, answer.Text));
        Assert.Equal(bought.Value with { OrderId = 0 }, quote);
        Assert.Equal((1, 0), await StockAsync(campaign));
        Assert.Equal(1, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));

        // Later helps cut the bargain and not the order.
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);
        Assert.Equal(price, await Node.ReadAsync(
            r => r.Query<BargainOrderRow>().Where(o => o.OrderId == order).Select(o => o.PriceCents).SingleAsync()));
        Assert.Equal("BARGAIN_BOUGHT", (await Node.BuyAsync(key, NewId())).Purchase.Refusal?.Reason);
        Assert.Equal(
            "BARGAIN_BOUGHT", (await Node.Bargains.QuoteAsync(campaign, key.InitiatorId, CancellationToken.None)).Refusal?.Reason);
    }

    [Theory]
    [InlineData(OrderWork.Refuse, 0)]
    [InlineData(OrderWork.KeepRows, 1)]
    public async Task Buy_WhoseWorkDoesNotKeepIt_ReservesNothing(string kind, int noted)
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 1 });
        var key = await Node.StartedAsync(campaign);
        var order = NewId();

        var (_, answer) = await Node.BuyAsync(key, order, kind);

        Assert.Equal(OrderWork.Refusal.Reason, answer?.Refusal?.Reason);
        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Empty(await Node.OrdersAsync(campaign));
        Assert.Equal(noted, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));
        Assert.Null((await Node.BuyAsync(key, NewId())).Purchase.Refusal);
    }

    [Fact]
    public async Task Buy_RefusedByTheGrain_DoesNotRunTheWork()
    {
        var order = NewId();

        var (bought, answer) = await Node.BuyAsync(new(await Node.CreateAsync(), NewId()), order);

        Assert.Equal(("BARGAIN_UNKNOWN", null), (bought.Refusal?.Reason, answer));
        Assert.Equal(0, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));
        Assert.Equal("BARGAIN_UNKNOWN", (await Node.BuyAsync(new(NewId(), NewId()), order)).Purchase.Refusal?.Reason);
    }

    [Fact]
    public async Task Buy_Repeated_GetsTheFirstPurchase()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);
        var (first, second) = (NewId(), NewId());
        var bought = (await Node.BuyAsync(key, first, requestId: "one", hash: 5)).Purchase.Value;
        await Node.HelpAsync(key, NewId());

        Assert.Equal(bought, (await Node.BuyAsync(key, second, requestId: "one", hash: 5)).Purchase.Value);
        Assert.Equal("REQUEST_ID_REUSED", (await Node.BuyAsync(key, second, requestId: "one", hash: 6)).Purchase.Refusal?.Reason);
        Assert.Equal((1, 0), await StockAsync(campaign));
        Assert.Equal(0, await Node.ReadAsync(r => OrderWork.NotedAsync(r, second)));
    }

    [Fact]
    public async Task Release_OfAnUnpaidOrder_GivesThePieceBackAndLeavesTheBargainUsable()
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 1 });
        var (key, other) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        var order = NewId();
        await Node.BuyAsync(key, order);
        Assert.Equal("BARGAIN_SOLD_OUT", (await Node.BuyAsync(other, NewId())).Purchase.Refusal?.Reason);
        Assert.Equal("BARGAIN_SOLD_OUT", (await Node.StartAsync(new(campaign, NewId()))).Refusal?.Reason);
        Assert.Null((await Node.HelpAsync(other, NewId())).Refusal);
        Assert.Equal("BARGAIN_BOUGHT", await Node.ClearAsync(key));

        Assert.True(await Node.ReleaseAsync(order));
        Assert.False(await Node.ReleaseAsync(order));
        Assert.False(await Node.MoveAsync((u, c) => Node.Bargains.PayAsync(u, order, c)));

        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);
        Assert.Null((await Node.BuyAsync(key, NewId())).Purchase.Refusal);
    }

    [Fact]
    public async Task PaidOrder_IsSoldUntilItIsReturned()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);
        var order = NewId();
        await Node.BuyAsync(key, order);

        Assert.False(await Node.MoveAsync((u, c) => Node.Bargains.ReturnAsync(u, order, c)));
        Assert.True(await Node.MoveAsync((u, c) => Node.Bargains.PayAsync(u, order, c)));
        Assert.False(await Node.MoveAsync((u, c) => Node.Bargains.PayAsync(u, order, c)));
        Assert.False(await Node.ReleaseAsync(order));
        Assert.Equal((0, 1), await StockAsync(campaign));
        Assert.Equal("BARGAIN_BOUGHT", await Node.ClearAsync(key));

        Assert.True(await Node.MoveAsync((u, c) => Node.Bargains.ReturnAsync(u, order, c)));
        Assert.False(await Node.MoveAsync((u, c) => Node.Bargains.ReturnAsync(u, order, c)));
        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Null(await Node.ClearAsync(key));
    }

    [Fact]
    public async Task Buy_InACampaignThatAnOperatorEnded_IsRefusedAndOrdersStay()
    {
        var campaign = await Node.CreateAsync();
        var (bought, other) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        var order = NewId();
        await Node.BuyAsync(bought, order);

        await Node.ChangeAsync(campaign, c => c.EndedAt = Node.Now);

        Assert.Equal("BARGAIN_ENDED", (await Node.BuyAsync(other, NewId())).Purchase.Refusal?.Reason);
        Assert.Equal("BARGAIN_ENDED", (await Node.HelpAsync(other, NewId())).Refusal?.Reason);
        Assert.True(await Node.MoveAsync((u, c) => Node.Bargains.PayAsync(u, order, c)));
    }

    [Fact]
    public async Task Buy_By64AtOnceOf5Pieces_SellsFive()
    {
        const int pieces = 5;
        var campaign = await Node.CreateAsync(t => t with { StockTotal = pieces });
        var keys = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.StartedAsync(campaign)));

        var outcomes = await Task.WhenAll(keys.Select(async key =>
        {
            var order = NewId();
            return (Order: order, (await Node.BuyAsync(key, order)).Purchase.Refusal?.Reason);
        }));

        var sold = outcomes.Where(o => o.Reason is null).Select(o => o.Order).Order().ToArray();
        Assert.Equal(pieces, sold.Length);
        Assert.All(outcomes, o => Assert.True(o.Reason is null or "BARGAIN_SOLD_OUT", o.Reason));
        Assert.Equal((pieces, 0), await StockAsync(campaign));
        Assert.Equal(sold, await Node.OrdersAsync(campaign));
    }

    [Fact]
    public async Task Buy_OneBargainBy64OrdersAtOnce_SellsItOnce()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.BuyAsync(key, NewId())));

        Assert.Single(outcomes, o => o.Purchase.IsAccepted);
        Assert.Equal((1, 0), await StockAsync(campaign));
    }

    [Fact]
    public async Task BuyAndRelease_Of64AtOnce_AgreeWithTheOrders()
    {
        const int pieces = 3, rounds = 4;
        var campaign = await Node.CreateAsync(t => t with { StockTotal = pieces });
        var keys = await Task.WhenAll(Enumerable.Range(0, Callers / rounds).Select(_ => Node.StartedAsync(campaign)));

        await Task.WhenAll(keys.Select(async (key, i) =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var order = NewId();
                if ((await Node.BuyAsync(key, order)).Purchase.IsAccepted && (i + round) % 3 > 0)
                {
                    Assert.True(await Node.ReleaseAsync(order));
                }
            }
        }));

        var held = await Node.OrdersAsync(campaign);
        Assert.InRange(held.Count, 1, pieces);
        Assert.Equal((held.Count, 0), await StockAsync(campaign));
    }

    [Fact]
    public async Task Stock_BelowWhatIsReserved_IsRefusedByTheRuleAndByTheTable()
    {
        var terms = Node.Terms(t => t with { StockTotal = 2 });
        var campaign = await Node.CreateAsync(_ => terms);
        await Node.BuyAsync(await Node.StartedAsync(campaign), NewId());
        await Node.BuyAsync(await Node.StartedAsync(campaign), NewId());

        Assert.Equal("BARGAIN_STOCK_BELOW_SOLD", await Node.UpdateAsync(campaign, terms with { StockTotal = 1 }));
        Assert.Equal("BARGAIN_VERSION_STALE", await Node.UpdateAsync(campaign, terms, expectedVersion: 7));
        Assert.Equal("BARGAIN_GOODS_FIXED", await Node.UpdateAsync(campaign, terms with { GoodsId = 1 }));
        Assert.Null(await Node.UpdateAsync(campaign, terms with { StockTotal = 3 }, expectedVersion: 1));
        await Assert.ThrowsAnyAsync<Exception>(() => Node.MoveAsync(async (unit, cancel) => await unit.ExecuteAsync(
            $"UPDATE bargains_stocks SET reserved = 4 WHERE campaign_id = {campaign}", cancel) == 1));
        Assert.Equal((2, 0), await StockAsync(campaign));
        await Node.ChangeAsync(campaign, c => c.EndedAt = Node.Now);
        Assert.Equal("BARGAIN_ENDED", await Node.UpdateAsync(campaign, terms));
    }

    private async Task<(long Reserved, long Sold)> StockAsync(long campaign)
    {
        var stock = await Node.StockAsync(campaign);
        return (stock.Reserved, stock.Sold);
    }
}

public sealed class BargainOrdersOnSqlite(BargainNode<SqliteDatabase> node) : BargainOrdersSuite<SqliteDatabase>(node);

public sealed class BargainOrdersOnPostgres(BargainNode<PostgresDatabase> node) : BargainOrdersSuite<PostgresDatabase>(node);
