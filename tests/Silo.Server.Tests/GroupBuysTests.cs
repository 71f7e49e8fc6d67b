using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Silo.GroupBuys.V1;
using Xunit;

namespace Silo.Server.Tests;

public sealed class GroupBuysOnSqlite(ShopOnSqlite shared) : GroupBuysSuite(shared);

public sealed class GroupBuysOnPostgres(ShopOnPostgres shared) : GroupBuysSuite(shared);

/// <summary>
/// Goal: operators manage campaigns and groups, shoppers open groups, and a group whose leader has not paid does not exist
/// for others. Method: a running server, once over each database; every test has goods and shoppers of its own.
/// </summary>
public abstract class GroupBuysSuite(SharedShop shared) : ShopSuite(shared)
{
    private GroupBuysService.GroupBuysServiceClient Groups => new(Shop.Channel);

    private GroupBuysAdminService.GroupBuysAdminServiceClient Admin => new(Shop.Channel);

    [Fact]
    public async Task Campaign_ThroughItsLife_IsSeenAsItIs()
    {
        var goods = await GoodsAsync();
        var request = new CreateCampaignRequest { Terms = Terms(goods), RequestId = $"create-{goods}", Reason = "spring" };
        var created = (await Admin.CreateCampaignAsync(request, Shop.Owner)).Campaign;
        Assert.Equal((1, true, false, 0L), (created.Version, created.Enabled, created.Over, created.GroupsOpen));
        Assert.Equal(created, (await Admin.CreateCampaignAsync(request, Shop.Owner)).Campaign);
        Assert.Equal(created, (await Groups.DescribeCampaignAsync(new() { GoodsId = goods })).Campaign);

        var terms = Terms(goods);
        (terms.Size, terms.PriceCents) = (4, 990);
        var updated = (await Admin.UpdateCampaignAsync(
            new() { CampaignId = created.Id, Terms = terms, ExpectedVersion = 1 }, Shop.Owner)).Campaign;
        Assert.Equal((2, terms), (updated.Version, updated.Terms));
        Assert.Equal("FailedPrecondition:GROUP_CAMPAIGN_VERSION_STALE", await Shop.AnswerOf(Admin.UpdateCampaignAsync(
            new() { CampaignId = created.Id, Terms = terms, ExpectedVersion = 1 }, Shop.Owner).ResponseAsync));
        Assert.Equal("FailedPrecondition:GROUP_OTHER_GOODS", await Shop.AnswerOf(Admin.UpdateCampaignAsync(
            new() { CampaignId = created.Id, Terms = Terms(await GoodsAsync()) }, Shop.Owner).ResponseAsync));

        await Admin.SetCampaignEnabledAsync(new() { CampaignId = created.Id }, Shop.Owner);
        Assert.False((await Groups.DescribeCampaignAsync(new() { GoodsId = goods })).Campaign.Enabled);
        var ended = (await Admin.EndCampaignAsync(new() { CampaignId = created.Id, Reason = "recalled" }, Shop.Owner)).Campaign;
        Assert.Equal((false, true), (ended.Enabled, ended.Over));
        Assert.Equal("FailedPrecondition:GROUP_CAMPAIGN_OVER", await Shop.AnswerOf(Admin.SetCampaignEnabledAsync(
            new() { CampaignId = created.Id, Enabled = true }, Shop.Owner).ResponseAsync));
        Assert.Equal([created.Id], (await Admin.SearchCampaignsAsync(new() { GoodsId = goods }, Shop.Owner)).Campaigns.Select(c => c.Id));
        Assert.Equal(4, await Shop.CountAsync($"SELECT COUNT(*) FROM silo_audit WHERE subject = 'group-campaign:{created.Id}'"));

        // A newer one takes its place.
        var next = (await Admin.CreateCampaignAsync(new() { Terms = Terms(goods) }, Shop.Owner)).Campaign;
        Assert.Equal(next.Id, (await Groups.DescribeCampaignAsync(new() { GoodsId = goods })).Campaign.Id);
        var listed = await Groups.ListCampaignsAsync(new() { GoodsIds = { goods, 1, goods } });
        Assert.Equal((1, next.Id), (listed.TotalCount, listed.Campaigns.Single().Id));
    }

    [Fact]
    public async Task Campaign_OfWhatTheCatalogueDoesNotHave_IsRefused()
    {
        var goods = await GoodsAsync();
        Assert.Equal("NotFound:GOODS_UNKNOWN", await CreateAsync(terms => terms.GoodsId = 4_503_599_627_370_496));
        Assert.Equal("NotFound:SKU_UNKNOWN", await CreateAsync(terms =>
            terms.CombinationPrices.Add(new CombinationPrice { Pairs = "1:2", PriceCents = 1 })));
        Assert.Equal("InvalidArgument:GROUP_CAMPAIGN_PRICES_INVALID", await CreateAsync(terms =>
            terms.CombinationPrices.Add([new CombinationPrice { PriceCents = 1 }, new CombinationPrice { PriceCents = 2 }])));
        Assert.Equal("InvalidArgument:GROUP_CAMPAIGN_VIRTUAL_INVALID", await CreateAsync(terms => terms.VirtualCount = 4));
        Assert.Equal("InvalidArgument:INVALID_ARGUMENT", await CreateAsync(terms => terms.Size = 1));
        Assert.Equal("OK", await CreateAsync(terms => terms.CombinationPrices.Add(new CombinationPrice { PriceCents = 500 })));
        Assert.Equal(goods, (await Groups.DescribeCampaignAsync(new() { GoodsId = goods })).Campaign.Terms.CombinationPrices.Single().SkuId);

        Task<string> CreateAsync(Action<CampaignTerms> change)
        {
            var terms = Terms(goods);
            change(terms);
            return Shop.AnswerOf(Admin.CreateCampaignAsync(new() { Terms = terms }, Shop.Owner).ResponseAsync);
        }
    }

    [Fact]
    public async Task Group_BeforeItsLeaderHasPaid_IsHisAndTheOperatorsAlone()
    {
        var (goods, leader, other) = (await GoodsAsync(), await ShopperAsync(), await ShopperAsync());
        await Admin.CreateCampaignAsync(new() { Terms = Terms(goods) }, Shop.Owner);
        var opened = (await Groups.OpenGroupAsync(new() { GoodsId = goods, RequestId = "open" }, leader)).Group;
        Assert.Equal((GroupState.Open, 3, 0, 0, false), (opened.State, opened.Size, opened.Taken, opened.Held, opened.Published));
        Assert.Equal(TimeSpan.FromHours(2), opened.EndsAt.ToDateTimeOffset() - opened.OpenedAt.ToDateTimeOffset());

        Assert.Equal(opened, (await Groups.OpenGroupAsync(new() { GoodsId = goods }, leader)).Group);
        Assert.Equal(opened, (await Groups.DescribeGroupAsync(new() { GroupId = opened.Id }, leader)).Group);
        Assert.Equal("NotFound:GROUP_UNKNOWN", await Shop.AnswerOf(Groups.DescribeGroupAsync(new() { GroupId = opened.Id }).ResponseAsync));
        Assert.Equal("NotFound:GROUP_UNKNOWN", await Shop.AnswerOf(Groups.DescribeGroupAsync(new() { GroupId = opened.Id }, other).ResponseAsync));
        Assert.Equal("NotFound:GROUP_UNKNOWN", await WatchAsync(opened.Id, other));
        Assert.Equal("OK", await WatchAsync(opened.Id, leader));
        Assert.Empty((await Groups.ListGroupsAsync(new() { GoodsId = goods })).Groups);
        Assert.Equal([opened.Id], (await Admin.SearchGroupsAsync(new() { GoodsId = goods }, Shop.Owner)).Groups.Select(g => g.Id));
        Assert.Equal(opened, (await Admin.GetGroupAsync(new() { GroupId = opened.Id }, Shop.Owner)).Group);
        Assert.Empty((await Admin.ListSeatsAsync(new() { GroupId = opened.Id }, Shop.Owner)).Seats);
        Assert.Empty((await Groups.ListMySeatsAsync(new(), leader)).Seats);

        var end = new EndGroupRequest { GroupId = opened.Id, RequestId = "end", Reason = "recalled" };
        var ended = (await Admin.EndGroupAsync(end, Shop.Owner)).Group;
        Assert.Equal(GroupState.Failed, ended.State);
        Assert.Equal(ended, (await Admin.EndGroupAsync(end, Shop.Owner)).Group);
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await Shop.AnswerOf(
            Admin.EndGroupAsync(new(end) { Reason = "other" }, Shop.Owner).ResponseAsync));
        Assert.Equal("FailedPrecondition:GROUP_ENDED", await Shop.AnswerOf(
            Admin.EndGroupAsync(new() { GroupId = opened.Id }, Shop.Owner).ResponseAsync));
        Assert.Equal(1, await Shop.CountAsync($"SELECT COUNT(*) FROM silo_audit WHERE subject = 'group:{opened.Id}'"));
        // The request that opened it is still answered with it; a new one opens another.
        Assert.Equal(opened.Id, (await Groups.OpenGroupAsync(new() { GoodsId = goods, RequestId = "open" }, leader)).Group.Id);
        Assert.NotEqual(opened.Id, (await Groups.OpenGroupAsync(new() { GoodsId = goods }, leader)).Group.Id);
        Assert.Equal("FailedPrecondition:REQUEST_ID_REUSED", await Shop.AnswerOf(
            Groups.OpenGroupAsync(new() { GoodsId = goods + 1, RequestId = "open" }, leader).ResponseAsync));
    }

    [Fact]
    public async Task OpenGroup_OfADisabledOrEndedCampaign_IsRefused()
    {
        var (goods, shopper) = (await GoodsAsync(), await ShopperAsync());
        Assert.Equal("NotFound:GROUP_CAMPAIGN_UNKNOWN", await OpenAsync());
        var campaign = (await Admin.CreateCampaignAsync(new() { Terms = Terms(goods) }, Shop.Owner)).Campaign.Id;
        await Admin.SetCampaignEnabledAsync(new() { CampaignId = campaign }, Shop.Owner);
        Assert.Equal("FailedPrecondition:GROUP_CAMPAIGN_DISABLED", await OpenAsync());
        await Admin.SetCampaignEnabledAsync(new() { CampaignId = campaign, Enabled = true }, Shop.Owner);
        var over = Terms(goods);
        over.OpenUntil = new Timestamp { Seconds = 1_600_000_000 };
        await Admin.UpdateCampaignAsync(new() { CampaignId = campaign, Terms = over }, Shop.Owner);
        Assert.Equal("FailedPrecondition:GROUP_CAMPAIGN_ENDED", await OpenAsync());

        Task<string> OpenAsync() => Shop.AnswerOf(Groups.OpenGroupAsync(new() { GoodsId = goods }, shopper).ResponseAsync);
    }

    private static CampaignTerms Terms(long goods) => new()
    {
        GoodsId = goods,
        Size = 3,
        Hours = 2,
        OpenUntil = new Timestamp { Seconds = 4_102_444_800 },
    };

    private async Task<string> WatchAsync(long group, Metadata headers)
    {
        using var stream = Groups.WatchGroup(new() { GroupId = group }, headers);
        return await Shop.AnswerOf(stream.ResponseStream.MoveNext(CancellationToken.None));
    }

    private async Task<long> GoodsAsync()
    {
        var category = (await new Catalog.V1.CategoriesAdminService.CategoriesAdminServiceClient(Shop.Channel).CreateCategoryAsync(
            new() { Terms = new() { Name = "Tea" } }, Shop.Owner)).Category.Id;
        return await CatalogShop.CreateAsync(Shop, new()
        {
            Terms = new() { Name = "Oolong", CategoryId = category, GroupBuy = true },
            Price = new() { PriceCents = 1000, GroupCents = 800 },
        });
    }

    private async Task<Metadata> ShopperAsync() => Shop.Bearer((await Shop.Accounts.RegisterUsernameAsync(
        new() { Username = $"u{Guid.NewGuid():N}"[..20], Password = "secret1", AutoLogin = true })).Token);
}
