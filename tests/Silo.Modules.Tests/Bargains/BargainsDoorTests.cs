using Microsoft.EntityFrameworkCore;
using Silo.Bargains;
using Silo.Kernel;
using Silo.Storage;
using Silo.Testing.Databases;
using Xunit;

namespace Silo.Modules.Tests.Bargains;

/// <summary>
/// Goal: a campaign never sells more pieces than it has, a bargain is held by one order at a time, and a purchase stands
/// or falls with the order's own work. Method: the door for orders over a real database with a joined work of the tests'
/// own, 64 buyers and closers at once.
/// </summary>
public abstract class BargainsDoorSuite<TDatabase>(BargainNode<TDatabase> node) : BargainSuite<TDatabase>(node)
    where TDatabase : TestDatabase, new()
{
    private const int Callers = 64;

    [Fact]
    public async Task Reserve_ARunningBargain_HandsItsPriceAndReservesAPiece()
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 2 });
        var key = await Node.StartedAsync(campaign);
        var price = (await Node.HelpAsync(key, NewId())).Help!.PriceCents;
        var quote = (await Node.Bargains.QuoteAsync(campaign, key.InitiatorId, CancellationToken.None)).Value!;

        var order = NewId();
        var (bought, answer) = await Node.ReserveAsync(key, order);

        Assert.Equal((order, price, 1), (bought.Value!.OrderId, bought.Value.PriceCents, bought.Value.RuleVersion));
        Assert.Equal((JoinedVerdict.Keep, $"{price}/1"), (answer!.Verdict, answer.Text));
        Assert.Equal(bought.Value with { OrderId = 0 }, quote);
        Assert.Equal((1, 0), await StockAsync(campaign));
        Assert.Equal(1, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));

        // Later helps cut the bargain and not the order.
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);
        Assert.Equal(price, await Node.ReadAsync(
            r => r.Query<BargainOrderRow>().Where(o => o.OrderId == order).Select(o => o.PriceCents).SingleAsync()));
        Assert.Equal("BARGAIN_BOUGHT", (await Node.ReserveAsync(key, NewId())).Refusal?.Reason);
        Assert.Equal(
            "BARGAIN_BOUGHT", (await Node.Bargains.QuoteAsync(campaign, key.InitiatorId, CancellationToken.None)).Refusal?.Reason);
    }

    /// <summary>
    /// Steps of the life of one order: what is asked, what is answered, and the pieces reserved and sold afterwards. "other" is
    /// an order that has reserved nothing, "twin" one that wants the same bargain.
    /// </summary>
    [Theory]
    [InlineData("reserve yes 1/0; confirm yes 0/1; return yes 0/0; return no 0/0; confirm no 0/0; release no 0/0")]
    [InlineData("reserve yes 1/0; release yes 0/0; release no 0/0; confirm no 0/0; return no 0/0")]
    [InlineData("reserve yes 1/0; reserve yes 1/0; confirm yes 0/1; reserve yes 0/1; confirm no 0/1; release no 0/1; return yes 0/0")]
    [InlineData("reserve yes 1/0; return no 1/0; twin BARGAIN_BOUGHT 1/0; release yes 0/0; twin yes 1/0")]
    [InlineData("reserve yes 1/0; confirm yes 0/1; twin BARGAIN_BOUGHT 0/1; return yes 0/0; twin yes 1/0")]
    [InlineData("confirm-other no 0/0; reserve yes 1/0; confirm-other no 1/0; release-other no 1/0; confirm yes 0/1; return-other no 0/1")]
    public async Task Order_ThroughItsLife_MovesItsPieceOnce(string steps)
    {
        foreach (var inUnit in new[] { false, true })
        {
            var campaign = await Node.CreateAsync(t => t with { StockTotal = 2 });
            var key = await Node.StartedAsync(campaign);
            var (order, other) = (NewId(), NewId());
            foreach (var step in steps.Split("; "))
            {
                var asked = step.Split(' ')[0];
                var answer = asked switch
                {
                    "reserve" => await ReserveAsync(order, "one"),
                    "twin" => await ReserveAsync(NewId(), ""),
                    "confirm" => await MoveAsync(stage => Node.Bargains.Confirm(stage, order)),
                    "release" => await MoveAsync(stage => Node.Bargains.Release(stage, order)),
                    "return" => await MoveAsync(stage => Node.Bargains.Return(stage, order)),
                    "confirm-other" => await MoveAsync(stage => Node.Bargains.Confirm(stage, other)),
                    "release-other" => await MoveAsync(stage => Node.Bargains.Release(stage, other)),
                    _ => await MoveAsync(stage => Node.Bargains.Return(stage, other)),
                };
                var (reserved, sold) = await StockAsync(campaign);
                Assert.Equal(step, $"{asked} {answer} {reserved}/{sold}");
            }

            async Task<string> ReserveAsync(long id, string requestId) =>
                (await Node.ReserveAsync(key, id, requestId: requestId)).Refusal?.Reason ?? "yes";

            async Task<string> MoveAsync(Func<Stage, Func<Rows, Result<bool>>> name) =>
                await (inUnit ? Node.MoveInUnitAsync(name) : Node.MoveAsync(name)) ? "yes" : "no";
        }
    }

    [Fact]
    public async Task Move_OfOneOrderByManyAtOnce_IsDoneOnce()
    {
        var campaign = await Node.CreateAsync();
        var (key, order) = (await Node.StartedAsync(campaign), NewId());
        await Node.ReserveAsync(key, order);

        var moved = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => i % 2 == 0
            ? Node.ConfirmAsync(order)
            : Node.MoveInUnitAsync(stage => Node.Bargains.Release(stage, order))));

        Assert.Single(moved, m => m);
        var stock = await StockAsync(campaign);
        Assert.Equal(stock.Sold == 1, await Node.ReturnAsync(order));
        Assert.Equal((0, 0), await StockAsync(campaign));
    }

    [Theory]
    [InlineData(OrderWork.Refuse, 0)]
    [InlineData(OrderWork.KeepRows, 1)]
    public async Task Reserve_WhoseWorkDoesNotKeepIt_ReservesNothing(string kind, int noted)
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 1 });
        var key = await Node.StartedAsync(campaign);
        var order = NewId();

        var (_, answer) = await Node.ReserveAsync(key, order, kind);

        Assert.Equal(OrderWork.Refusal.Reason, answer?.Refusal?.Reason);
        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Empty(await Node.OrdersAsync(campaign));
        Assert.Equal(noted, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));
        Assert.Null((await Node.ReserveAsync(key, NewId())).Refusal);
    }

    [Fact]
    public async Task Reserve_RefusedByTheGrain_DoesNotRunTheWork()
    {
        var order = NewId();

        var (bought, answer) = await Node.ReserveAsync(new(await Node.CreateAsync(), NewId()), order);

        Assert.Equal(("BARGAIN_UNKNOWN", null), (bought.Refusal?.Reason, answer));
        Assert.Equal(0, await Node.ReadAsync(r => OrderWork.NotedAsync(r, order)));
        Assert.Equal("BARGAIN_UNKNOWN", (await Node.ReserveAsync(new(NewId(), NewId()), order)).Refusal?.Reason);
    }

    [Fact]
    public async Task Reserve_Repeated_GetsTheFirstPurchase()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);
        var (first, second) = (NewId(), NewId());
        var bought = (await Node.ReserveAsync(key, first, requestId: "one", hash: 5)).Decision.Value;
        await Node.HelpAsync(key, NewId());

        Assert.Equal(bought, (await Node.ReserveAsync(key, second, requestId: "one", hash: 5)).Decision.Value);
        Assert.Equal("REQUEST_ID_REUSED", (await Node.ReserveAsync(key, second, requestId: "one", hash: 6)).Refusal?.Reason);
        Assert.Equal((1, 0), await StockAsync(campaign));
        Assert.Equal(0, await Node.ReadAsync(r => OrderWork.NotedAsync(r, second)));
    }

    [Fact]
    public async Task Release_OfAnUnpaidOrder_GivesThePieceBackAndLeavesTheBargainUsable()
    {
        var campaign = await Node.CreateAsync(t => t with { StockTotal = 1 });
        var (key, other) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        var order = NewId();
        await Node.ReserveAsync(key, order);
        Assert.Equal("BARGAIN_SOLD_OUT", (await Node.ReserveAsync(other, NewId())).Refusal?.Reason);
        Assert.Equal("BARGAIN_SOLD_OUT", (await Node.StartAsync(new(campaign, NewId()))).Refusal?.Reason);
        Assert.Null((await Node.HelpAsync(other, NewId())).Refusal);
        Assert.Equal("BARGAIN_BOUGHT", await Node.ClearAsync(key));

        Assert.True(await Node.ReleaseAsync(order));
        Assert.False(await Node.ReleaseAsync(order));
        Assert.False(await Node.ConfirmAsync(order));

        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Null((await Node.HelpAsync(key, NewId())).Refusal);
        Assert.Null((await Node.ReserveAsync(key, NewId())).Refusal);
    }

    [Fact]
    public async Task PaidOrder_IsSoldUntilItIsReturned()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);
        var order = NewId();
        await Node.ReserveAsync(key, order);

        Assert.False(await Node.ReturnAsync(order));
        Assert.True(await Node.ConfirmAsync(order));
        Assert.False(await Node.ConfirmAsync(order));
        Assert.False(await Node.ReleaseAsync(order));
        Assert.Equal((0, 1), await StockAsync(campaign));
        Assert.Equal("BARGAIN_BOUGHT", await Node.ClearAsync(key));

        Assert.True(await Node.ReturnAsync(order));
        Assert.False(await Node.ReturnAsync(order));
        Assert.Equal((0, 0), await StockAsync(campaign));
        Assert.Null(await Node.ClearAsync(key));
    }

    [Fact]
    public async Task Reserve_InACampaignThatAnOperatorEnded_IsRefusedAndOrdersStay()
    {
        var campaign = await Node.CreateAsync();
        var (bought, other) = (await Node.StartedAsync(campaign), await Node.StartedAsync(campaign));
        var order = NewId();
        await Node.ReserveAsync(bought, order);

        await Node.ChangeAsync(campaign, c => c.EndedAt = Node.Now);

        Assert.Equal("BARGAIN_ENDED", (await Node.ReserveAsync(other, NewId())).Refusal?.Reason);
        Assert.Equal("BARGAIN_ENDED", (await Node.HelpAsync(other, NewId())).Refusal?.Reason);
        Assert.True(await Node.ConfirmAsync(order));
    }

    [Fact]
    public async Task Reserve_By64AtOnceOf5Pieces_SellsFive()
    {
        const int pieces = 5;
        var campaign = await Node.CreateAsync(t => t with { StockTotal = pieces });
        var keys = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.StartedAsync(campaign)));

        var outcomes = await Task.WhenAll(keys.Select(async key =>
        {
            var order = NewId();
            return (Order: order, (await Node.ReserveAsync(key, order)).Refusal?.Reason);
        }));

        var sold = outcomes.Where(o => o.Reason is null).Select(o => o.Order).Order().ToArray();
        Assert.Equal(pieces, sold.Length);
        Assert.All(outcomes, o => Assert.True(o.Reason is null or "BARGAIN_SOLD_OUT", o.Reason));
        Assert.Equal((pieces, 0), await StockAsync(campaign));
        Assert.Equal(sold, await Node.OrdersAsync(campaign));
    }

    [Fact]
    public async Task Reserve_OneBargainBy64OrdersAtOnce_SellsItOnce()
    {
        var campaign = await Node.CreateAsync();
        var key = await Node.StartedAsync(campaign);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Node.ReserveAsync(key, NewId())));

        Assert.Single(outcomes, o => o.Decision.IsAccepted);
        Assert.Equal((1, 0), await StockAsync(campaign));
    }

    [Fact]
    public async Task ReserveAndRelease_Of64AtOnce_AgreeWithTheOrders()
    {
        const int pieces = 3, rounds = 4;
        var campaign = await Node.CreateAsync(t => t with { StockTotal = pieces });
        var keys = await Task.WhenAll(Enumerable.Range(0, Callers / rounds).Select(_ => Node.StartedAsync(campaign)));

        await Task.WhenAll(keys.Select(async (key, i) =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var order = NewId();
                if ((await Node.ReserveAsync(key, order)).Decision.IsAccepted && (i + round) % 3 > 0)
                {
                    Assert.True(await (i % 2 == 0
                        ? Node.ReleaseAsync(order)
                        : Node.MoveInUnitAsync(stage => Node.Bargains.Release(stage, order))));
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
        await Node.ReserveAsync(await Node.StartedAsync(campaign), NewId());
        await Node.ReserveAsync(await Node.StartedAsync(campaign), NewId());

        Assert.Equal("BARGAIN_STOCK_BELOW_SOLD", await Node.UpdateAsync(campaign, terms with { StockTotal = 1 }));
        Assert.Equal("BARGAIN_VERSION_STALE", await Node.UpdateAsync(campaign, terms, expectedVersion: 7));
        Assert.Equal("BARGAIN_GOODS_FIXED", await Node.UpdateAsync(campaign, terms with { GoodsId = 1 }));
        Assert.Null(await Node.UpdateAsync(campaign, terms with { StockTotal = 3 }, expectedVersion: 1));
        await Assert.ThrowsAnyAsync<Exception>(() => Node.Units.RunAsync<bool>(
            async unit => await unit.ExecuteAsync(
                $"UPDATE bargains_stocks SET reserved = 4 WHERE campaign_id = {campaign}", CancellationToken.None) == 1,
            CancellationToken.None));
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

public sealed class BargainsDoorOnSqlite(BargainNode<SqliteDatabase> node) : BargainsDoorSuite<SqliteDatabase>(node);

public sealed class BargainsDoorOnPostgres(BargainNode<PostgresDatabase> node) : BargainsDoorSuite<PostgresDatabase>(node);
