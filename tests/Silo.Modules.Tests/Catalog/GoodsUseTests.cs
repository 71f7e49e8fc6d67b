using Microsoft.EntityFrameworkCore;
using Silo.Bargains;
using Silo.Catalog;
using Silo.Catalog.V1;
using Silo.Content;
using Silo.Edge;
using Silo.GroupBuys;
using Silo.Kernel;
using Xunit;
using BargainCampaign = Silo.Bargains.CampaignRow;
using BargainCampaigns = Silo.Bargains.CampaignWrites;
using GroupCampaign = Silo.GroupBuys.CampaignRow;
using GroupCampaigns = Silo.GroupBuys.CampaignWrites;

namespace Silo.Modules.Tests.Catalog;

/// <summary>
/// Goal: goods that something needs cannot be deleted, and nothing begins to need goods that are gone, whatever happens at
/// once. Method: the writes of the catalogue and of the modules that use goods over both databases, first one after the
/// other, then many times a deletion and three new uses at once.
/// </summary>
public sealed class GoodsUseTests
{
    public static TheoryData<bool, string> Uses => new()
    {
        { false, "bargain-campaign" }, { true, "bargain-campaign" },
        { false, "group-campaign" }, { true, "group-campaign" },
        { false, "banner" }, { true, "banner" },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Delete_OfGoodsThatSomethingNeeds_NamesItUntilItIsOver(bool postgres, string kind)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var goods = await OffSaleAsync(node, 2);
        var id = (await UseAsync(node, kind, goods[0])).Value;

        var refused = await DeleteAsync(node, goods[0]);

        Assert.Equal(("GOODS_IN_USE", RefusalKind.Precondition), (refused?.Reason, refused?.Kind));
        Assert.Equal(("1", $"{kind}:{id}"), (refused!.Metadata["count"], refused.Metadata["used_by"]));
        Assert.Contains($"{kind}:{id}", refused.Message, StringComparison.Ordinal);
        Assert.Null(await DeleteAsync(node, goods[1]));
        await EndAsync(node, kind, id);
        Assert.Null(await DeleteAsync(node, goods[0]));
        Assert.Equal("GOODS_UNKNOWN", (await UseAsync(node, kind, goods[0])).Refusal?.Reason);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task DeleteAndUse_AtOnce_OneComesThrough(bool postgres, string kind)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        foreach (var (i, goods) in (await OffSaleAsync(node, 24)).Index())
        {
            var deleting = i % 2 == 0 ? Task.Run(() => DeleteAsync(node, goods)) : null;
            var uses = Enumerable.Range(0, 3).Select(_ => Task.Run(() => UseAsync(node, kind, goods))).ToArray();
            deleting ??= Task.Run(() => DeleteAsync(node, goods));

            var used = Array.ConvertAll(await Task.WhenAll(uses), result => result.Refusal);
            Assert.Equal((await deleting)?.Reason, used.Any(refusal => refusal is null) ? "GOODS_IN_USE" : null);
            Assert.Single(used.Select(refusal => refusal?.Reason).Distinct());
            Assert.All(used, refusal => Assert.True(refusal is null || refusal == CatalogRefusals.GoodsUnknown, $"{refusal}"));
        }
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Use_WhileADeletionIsNotCommitted_FindsNoGoods(bool postgres, string kind)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var (goods, meanwhile) = ((await OffSaleAsync(node, 1))[0], new Meanwhile());
        var use = meanwhile.Run(() => UseAsync(node, kind, goods));

        Assert.Null(await DeleteAsync(node, goods, meanwhile));

        Assert.Equal(CatalogRefusals.GoodsUnknown, (await use).Refusal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_OfACampaignThatIsOver_OpensItForNoGoodsThatAreGone(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var goods = (await OffSaleAsync(node, 1))[0];
        var bargain = (await UseAsync(node, "bargain-campaign", goods)).Value;
        var group = (await UseAsync(node, "group-campaign", goods)).Value;
        await node.RunAsync(async unit =>
        {
            await unit.Set<BargainCampaign>().ExecuteUpdateAsync(
                set => set.SetProperty(c => c.EndsAt, unit.NowMs - 1).SetProperty(c => c.LatestEndsAt, unit.NowMs - 1), CancellationToken.None);
            await unit.Set<GroupCampaign>().ExecuteUpdateAsync(
                set => set.SetProperty(c => c.OpenUntil, unit.NowMs - 100_000), CancellationToken.None);
        });
        Assert.Null(await DeleteAsync(node, goods));

        var bargains = await node.Units.RunAsync(
            unit => node.Get<BargainCampaigns>().UpdateAsync(unit, bargain, Terms(goods, unit.NowMs), 0, CancellationToken.None), CancellationToken.None);
        var groups = await node.Units.RunAsync(
            unit => node.Get<GroupCampaigns>().UpdateAsync(unit, group, GroupTerms(goods, unit.NowMs), 0, CancellationToken.None), CancellationToken.None);

        Assert.Equal(("GOODS_UNKNOWN", "GOODS_UNKNOWN"), (bargains.Refusal?.Reason, groups.Refusal?.Reason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_WhereBargainsAndGroupsOutliveTheirCampaign_IsRefused(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var goods = await OffSaleAsync(node, 2);
        var bargain = (await UseAsync(node, "bargain-campaign", goods[0])).Value;
        // Bargains keep the end that their campaign had when they began.
        await node.RunAsync(async unit => Assert.Null((await node.Get<BargainCampaigns>().UpdateAsync(
            unit, bargain, Terms(goods[0], unit.NowMs) with { EndsAt = unit.NowMs - 1 }, 0, CancellationToken.None)).Refusal));
        await node.RunAsync(unit =>
        {
            unit.Set<GroupRow>().Add(new() { Id = 4711, GoodsId = goods[1], CampaignId = 1, OpenerId = 1, Status = GroupStatus.Open });
            return Task.CompletedTask;
        });

        Assert.Equal($"bargain-campaign:{bargain}", (await DeleteAsync(node, goods[0]))?.Metadata["used_by"]);
        Assert.Equal("group:4711", (await DeleteAsync(node, goods[1]))?.Metadata["used_by"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_OfGoodsThatManyNeed_NamesTheFirstFiveAndCountsAll(bool postgres)
    {
        await using var node = await CatalogNode.CreateAsync(postgres);
        var goods = (await OffSaleAsync(node, 1))[0];
        for (var i = 0; i < 4; i++)
        {
            await UseAsync(node, "group-campaign", goods);
            await UseAsync(node, "banner", goods);
        }

        var refused = (await DeleteAsync(node, goods))!;

        Assert.Equal("8", refused.Metadata["count"]);
        Assert.Equal(5, refused.Metadata["used_by"].Split(',').Distinct().Count());
        Assert.Contains("(Spring)", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<long[]> OffSaleAsync(CatalogNode node, int count)
    {
        var goods = await node.AddGoodsAsync(count);
        await node.RunAsync(unit => unit.Set<GoodsRow>().ExecuteUpdateAsync(
            set => set.SetProperty(g => g.Published, false), CancellationToken.None));
        return goods;
    }

    private static async Task<Refusal?> DeleteAsync(CatalogNode node, long goods, params IGoodsUse[] others) =>
        (await node.Units.RunAsync<OperatorChange<GoodsDetail>>(
            unit => GoodsWrites.DeleteAsync(
                unit, new() { GoodsId = goods }, node.Get<IEnumerable<IGoodsUse>>().Concat(others), CancellationToken.None),
            CancellationToken.None)).Refusal;

    /// <summary>Makes something that needs goods; its id.</summary>
    private static Task<Result<long>> UseAsync(CatalogNode node, string kind, long goods) => node.Units.RunAsync<long>(
        async unit =>
        {
            switch (kind)
            {
                case "bargain-campaign":
                    var bargain = await node.Get<BargainCampaigns>().CreateAsync(unit, Terms(goods, unit.NowMs), CancellationToken.None);
                    return bargain.IsAccepted ? bargain.Value.After.Campaign.Id : bargain.Refusal;
                case "group-campaign":
                    var group = await node.Get<GroupCampaigns>().CreateAsync(unit, GroupTerms(goods, unit.NowMs), CancellationToken.None);
                    return group.IsAccepted ? group.Value.After.Id : group.Refusal;
                default:
                    var banner = await node.Get<BannersWrites>().Create(
                        new() { Title = "Spring", PictureUrl = "https://x/a.png", BusinessId = goods }, draft: true, CancellationToken.None)(unit);
                    return banner.IsAccepted ? banner.Value.After.Id : banner.Refusal;
            }
        },
        CancellationToken.None);

    private static Task EndAsync(CatalogNode node, string kind, long id) => node.RunAsync(async unit =>
    {
        var refusal = kind switch
        {
            "bargain-campaign" => (await BargainCampaigns.EndAsync(unit, id, CancellationToken.None)).Refusal,
            "group-campaign" => (await GroupCampaigns.EndAsync(unit, id, CancellationToken.None)).Refusal,
            _ => (await node.Get<BannersWrites>().DeleteAsync(unit, new() { Id = id }, CancellationToken.None)).Refusal,
        };
        Assert.Null(refusal);
    });

    private static BargainTerms Terms(long goods, long now) => new()
    {
        GoodsId = goods,
        StartCents = 100,
        FloorCents = 50,
        CutMinCents = 1,
        CutMaxCents = 5,
        StockTotal = 1,
        StartsAt = now - 1_000_000,
        EndsAt = now + 1_000_000,
    };

    private static CampaignTerms GroupTerms(long goods, long now) => new()
    {
        Group = new() { GoodsId = goods, Size = 2, Hours = 1 },
        OpenUntil = now + 1_000_000,
    };
}
