using Microsoft.EntityFrameworkCore;
using Silo.Catalog;
using Silo.Catalog.V1;
using Xunit;

namespace Silo.Modules.Tests.Catalog;

/// <summary>
/// Goal: goods of a category that is disabled, or below one that is, are neither listed nor sold. Method: the lists and both
/// doors over both databases, while a category and the one above it are disabled and enabled again.
/// </summary>
public sealed class HiddenCategoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PriceAndReserve_BelowADisabledCategory_AreRefusedUntilItIsEnabled(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (goods, other) = ((await node.AddGoodsAsync(1))[0], (await node.AddGoodsAsync(1))[0]);
        var (category, above) = await BelowAnotherAsync(node, goods);

        foreach (var disabled in new[] { category, above })
        {
            await EnableAsync(node, disabled, false);
            Assert.Equal(("GOODS_OFF_SALE", "GOODS_OFF_SALE"), await SellAsync(node, goods));
            Assert.Equal((null, null), await SellAsync(node, other));
            await EnableAsync(node, disabled, true);
            Assert.Equal((null, null), await SellAsync(node, goods));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reserve_OfGoodsOffSale_IsRefusedAndTakesNothing(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var goods = (await node.AddGoodsAsync(1))[0];
        await node.RunAsync(unit => unit.Set<GoodsRow>().ExecuteUpdateAsync(
            set => set.SetProperty(g => g.Published, false), CancellationToken.None));

        Assert.Equal(("GOODS_OFF_SALE", "GOODS_OFF_SALE"), await SellAsync(node, goods));
        Assert.Equal(10, await node.StockAsync(goods));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_BelowADisabledCategory_LeavesThemOut(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (goods, other) = ((await node.AddGoodsAsync(1))[0], (await node.AddGoodsAsync(1))[0]);
        var (category, above) = await BelowAnotherAsync(node, goods);
        Assert.Equal([other, goods], await ListAsync(new()));

        foreach (var disabled in new[] { category, above })
        {
            await EnableAsync(node, disabled, false);
            Assert.Equal([other], await ListAsync(new()));
            Assert.Empty(await ListAsync(new() { CategoryId = category }));
            Assert.Empty(await ListAsync(new() { CategoryId = above }));
            Assert.Empty(await ListAsync(new() { State = GoodsState.OffSale }));
            Assert.Equal([other], await ListAsync(new() { State = GoodsState.Any }));
            // Who has them in a bargain or a group finds them, and operators find all.
            Assert.Equal([goods], await ListAsync(new() { State = GoodsState.Any, GoodsIds = { goods } }));
            Assert.Empty(await ListAsync(new() { GoodsIds = { goods } }));
            Assert.Equal([other, goods], await ListAsync(new(), forOperator: true));
            await EnableAsync(node, disabled, true);
            Assert.Equal([goods], await ListAsync(new() { CategoryId = above }));
        }

        async Task<long[]> ListAsync(GoodsFilter filter, bool forOperator = false) => (await node.Get<GoodsListReads>().PageAsync(
            GoodsQuery.Of(filter, GoodsOrder.AddedDown, forOperator, 0), new(1, 20), CancellationToken.None)).Page;
    }

    /// <summary>Puts the category of goods below a new one.</summary>
    private static Task<(long Category, long Above)> BelowAnotherAsync(CatalogNode node, long goods) =>
        node.RunAsync<(long, long)>(async unit =>
        {
            var id = (await unit.Query<GoodsRow>().SingleAsync(g => g.Id == goods)).CategoryId;
            var above = (await CategoriesWrites.CreateAsync(unit, new() { Terms = new() { Name = "Above" } }, CancellationToken.None)).Value!.After.Id;
            await unit.SaveAsync(CancellationToken.None);
            Assert.Null((await CategoriesWrites.UpdateAsync(
                unit, new() { CategoryId = id, Terms = new() { Name = "Below", ParentId = above } }, CancellationToken.None)).Refusal);
            return (id, above);
        });

    private static Task EnableAsync(CatalogNode node, long category, bool enabled) => node.RunAsync(async unit =>
        Assert.Null((await CategoriesWrites.SetEnabledAsync(
            unit, new() { CategoryId = category, Enabled = enabled }, CancellationToken.None)).Refusal));

    /// <summary>Why goods are not priced, and why none of them can be reserved.</summary>
    private static async Task<(string? Price, string? Reserve)> SellAsync(CatalogNode node, long goods)
    {
        var door = node.Get<ICatalog>();
        var price = await node.Units.ReadAsync(r => door.PriceAsync(r, 0, [new(goods, "", 1)], 0, CancellationToken.None), CancellationToken.None);
        var reserve = await node.Units.StageAsync(
            stage => door.Reserve(stage, 1, [CatalogDoorTests.Line(goods, 1)]), CancellationToken.None);
        // With locks the same.
        var locked = await node.Units.RunAsync(
            unit => unit.StageAsync(stage => door.Reserve(stage, 1, [CatalogDoorTests.Line(goods, 1)]), CancellationToken.None), CancellationToken.None);
        Assert.Equal(reserve.Refusal, locked.Refusal);
        return (price.Refusal?.Reason, reserve.Refusal?.Reason);
    }
}
